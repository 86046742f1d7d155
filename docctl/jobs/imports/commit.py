"""The import itself, file by file in the name of who ordered it; one that fails harms no other (I-1)."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.canonical import plain
from docctl.domain.imports import BATCH, Choice, FileState, Outcome
from docctl.domain.verdicts import Conflict, NotFound, Refused, RuleRefused
from docctl.jobs.imports.in_name_of import caller_of
from docctl.models.imports import ImportFile, ImportRun, without_text
from docctl.services.caller import Caller, the_system
from docctl.services.house import House
from docctl.services.imports.bring_in import BringIn, bring_in
from docctl.services.imports.commit import (
    LineOfReport,
    NoteOutcomes,
    NoteProgress,
    note_outcomes,
    note_progress,
)
from docctl.services.imports.contents import Contents
from docctl.services.imports.folder import RunFolder
from storage.errors import StorageError

log = logging.getLogger(__name__)

#: What stops the run and is tried again, instead of being a file's fault.
WAITS = frozenset(
    {
        "request.disk_full",
        "request.disk_failed",
        "database.unavailable",
        "request.busy",
        "T-2.epoch_open",
    }
)
_NOT_PERMITTED = Refused("X-1", "not_permitted", {"permission": "document.import"})


def import_some(house: House, run_id: UUID) -> bool:
    """Import the next files of a run; say whether more are left. Raises RuleRefused: the store is away."""
    with house.uow.read() as session:
        run = session.get_one(ImportRun, run_id)
        rows = _next(session, run)
        assert run.committed_by is not None, "only a person orders an import"
        by = caller_of(session, run.committed_by, house)
        contents = Contents(session, run_id)
        notes = {row.id: contents.shown(row, "notes").notes for row in rows}
    lines = [line for row in rows if (line := _told_before(row, notes[row.id])) is not None]
    told = {line.file_id for line in lines}
    failed = (_import(house, row, by) for row in rows if row.id not in told)
    lines += [line for line in failed if line is not None]
    if lines:
        note_outcomes(NoteOutcomes(run_id, lines), by=the_system(house.clock()), house=house)
    left = note_progress(NoteProgress(run_id), by=the_system(house.clock()), house=house)
    if not left and _has_ended(house, run_id):
        RunFolder.of(house.data, run_id).discard()
    return left > 0


def _has_ended(house: House, run_id: UUID) -> bool:
    with house.uow.read() as session:
        return session.get_one(ImportRun, run_id).ended_at is not None


def _next(session: Session, run: ImportRun) -> list[ImportFile]:
    """Return the next files in the order of their histories, as the index has them, without their texts."""
    ordered = [ImportFile.checked_at.is_not(None)] if run.only_checked else []
    found: list[ImportFile] = []
    for state in (FileState.READ, FileState.UNREADABLE, FileState.WAITING):
        ids = (
            select(ImportFile.id)
            .where(ImportFile.run_id == run.id, ImportFile.state == state, *ordered)
            .order_by(ImportFile.place, ImportFile.ordinal)
            .limit(BATCH - len(found))
        )
        query = select(ImportFile).where(ImportFile.id.in_(session.scalars(ids).all()))
        found += session.scalars(query.order_by(ImportFile.place, ImportFile.ordinal).options(without_text()))
    return found


def _told_before(row: ImportFile, notes: Sequence[Mapping[str, Any]]) -> LineOfReport | None:
    """Return the line of a file that is not imported at all."""
    if row.state is FileState.UNREADABLE:
        return LineOfReport(row.id, Outcome.FAILED, row.rule, row.code, row.params)
    if row.state is FileState.WAITING:
        return LineOfReport(row.id, Outcome.FAILED, "upload", "unreadable", {"name": row.name})
    if row.choice is Choice.LEAVE_OUT:
        copy = next((one for one in notes if one.get("leaves_out")), None)
        if copy is not None:
            return LineOfReport(row.id, Outcome.DUPLICATE, copy["rule"], copy["code"], copy["params"])
        return LineOfReport(row.id, Outcome.SKIPPED, "I-1", "left_out", {})
    return None


def _import(house: House, row: ImportFile, by: Caller | None) -> LineOfReport | None:
    if by is None:
        return _failed(row, _NOT_PERMITTED)
    try:
        bring_in(BringIn(row.id), by=by, house=house)
    except Conflict:
        return None  # somebody else is at it: the next round looks again
    except RuleRefused as error:
        refused = error.refused
        if refused.key in WAITS:
            raise
        return _failed(row, refused)
    except NotFound:
        return _failed(row, Refused("I-1", "gone_meanwhile"))
    except (OSError, StorageError) as error:
        raise RuleRefused(Refused("request", "disk_failed")) from error
    except Exception:  # a fault of ours harms no other file either
        log.exception("a file could not be imported", extra={"file": str(row.id)})
        return _failed(row, Refused("I-1", "fault"))
    return None


def _failed(row: ImportFile, refused: Refused) -> LineOfReport:
    return LineOfReport(row.id, Outcome.FAILED, refused.rule, refused.code, plain(refused.params))
