"""How a person wants the columns of a table of past records to be read (I-2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from docctl.domain.imports import RunAction, may_move_run
from docctl.domain.table_columns import may_be_read_so
from docctl.domain.verdicts import Conflict, Refused, RuleRefused, require
from docctl.models.record_imports import RecordImport, RecordImportRow
from docctl.services.caller import Caller
from docctl.services.imports.runs import move
from docctl.services.records.import_table import own_import, tell
from docctl.services.registry import use_case

#: A column as it is kept: heading, what it is read as, place, first values; the last two while it is open.
_OPEN: Final = 4


@dataclass(frozen=True, slots=True)
class ChooseColumns:
    """What each column is read as, by its place; those left out are not used. The table as it was shown.

    `without_numbers`: the table has none, each record gets the next one of its form.
    """

    import_id: UUID
    meanings: Mapping[int, str]
    without_numbers: bool = False
    row_version: int | None = None


@use_case("record.file")
def choose_columns(session: Session, cmd: ChooseColumns, by: Caller) -> UUID:
    """Let the table be read anew with these columns; nothing is filed by it (I-2)."""
    found = own_import(session, cmd.import_id, by)
    if cmd.row_version is not None and found.row_version != cmd.row_version:
        raise Conflict(Refused("request", "changed_meanwhile"))
    require(may_move_run(found.state, RunAction.READ_AGAIN))
    places = {one[2] for one in found.columns if len(one) >= _OPEN}
    unknown = next(
        (place for place, meaning in cmd.meanings.items() if meaning and place not in places), None
    )
    if unknown is not None:
        raise RuleRefused(Refused("I-2", "no_such_column", {"column": str(unknown + 1)}))
    require(may_be_read_so(cmd.meanings.values(), without_numbers=cmd.without_numbers))
    columns = [[one[0], cmd.meanings.get(one[2], ""), *one[2:]] for one in found.columns]
    if columns == found.columns:
        return found.id
    found.columns = columns
    session.execute(delete(RecordImportRow).where(RecordImportRow.import_id == found.id))
    found.total = found.done = 0
    move(found, RunAction.READ_AGAIN)
    read_as = {one[1]: one[2] + 1 for one in columns if one[1]}
    tell(session, by, "columns_chosen", found.id, {"columns": read_as})
    return found.id


def meanings_of(found: RecordImport) -> dict[int, str]:
    """Return what the columns are read as, by place; nothing before the table was read."""
    return {one[2]: one[1] for one in found.columns if len(one) >= _OPEN}


__all__ = ["ChooseColumns", "choose_columns", "meanings_of"]
