"""Copies of files that no run needs any longer: of runs that ended elsewhere, or never began (I-1, R-7)."""

from __future__ import annotations

import time
from typing import Final

from sqlalchemy import select

from docctl.domain.imports import RunState
from docctl.models.imports import ImportRun
from docctl.models.record_imports import RecordImport
from docctl.services.house import House
from docctl.services.imports.folder import DOCUMENTS, RECORDS, RunFolder
from docctl.services.imports.grouping import in_pieces

_ENDED: Final = frozenset({RunState.DONE, RunState.CANCELLED})
#: A folder is there before its run; without one for so long, in seconds, it never gets one.
_NO_RUN: Final = 24 * 3600.0


def clear_ended(house: House) -> int:
    """Remove the folders of this host whose run has ended or is not there; return how many."""
    return _clear(house, DOCUMENTS, ImportRun) + _clear(house, RECORDS, RecordImport)


def _clear(house: House, kind: str, of: type[ImportRun] | type[RecordImport]) -> int:
    folders = dict(RunFolder.all_below(house.data, kind))
    if not folders:
        return 0
    with house.uow.read() as session:
        query = select(of.id, of.state)
        states = {
            run_id: state
            for some in in_pieces(folders)
            for run_id, state in session.execute(query.where(of.id.in_(some)))
        }
    ended = [folder for run_id, folder in folders.items() if _is_over(states.get(run_id), folder)]
    removed = 0
    for folder in ended:
        with folder.alone(waits=False) as is_alone:
            if is_alone:
                folder.discard()
                removed += 1
    return removed


def _is_over(state: RunState | None, folder: RunFolder) -> bool:
    if state is None:
        return time.time() - folder.changed_at() > _NO_RUN
    return state in _ENDED
