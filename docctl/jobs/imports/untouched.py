"""The worker's part of imports that nobody works on: telling of them, then ending them (I-1, R-7)."""

from __future__ import annotations

import logging

from docctl.domain.verdicts import RuleRefused
from docctl.models.imports import ImportRun
from docctl.models.record_imports import RecordImport
from docctl.services.caller import the_system
from docctl.services.house import House
from docctl.services.imports.untouched import (
    EndUntouched,
    TellUntouched,
    due_to_end,
    end_untouched,
    tell_untouched,
)

log = logging.getLogger(__name__)


def end_untouched_imports(house: House) -> int:
    """Tell of imports untouched for long, end those whose day has come, of any host; return how many ended.

    Their keys are destroyed after that, so that copies on a host that is lost cannot be read either.
    """
    by = the_system(house.clock())
    tell_untouched(TellUntouched(house.import_days), by=by, house=house)
    with house.uow.read() as session:
        today = house.today()
        runs, tables = due_to_end(session, ImportRun, today), due_to_end(session, RecordImport, today)
    ended = 0
    for cmd in [*(EndUntouched(one) for one in runs), *(EndUntouched(one, is_table=True) for one in tables)]:
        try:
            end_untouched(cmd, by=the_system(house.clock()), house=house)
            ended += 1
        except RuleRefused as error:  # somebody went on with it at this moment
            log.info("an import does not end: %s", error.refused.key, extra={"run": str(cmd.run_id)})
    return ended


__all__ = ["end_untouched_imports"]
