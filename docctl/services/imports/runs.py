"""A run of files, or a table of records, locked and moved on: both go through the same states (I-1, I-2)."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from docctl.domain.imports import RUN_MOVES, RunAction, RunState, may_move_run
from docctl.domain.verdicts import NotFound, require
from docctl.models.base import table_of
from docctl.models.imports import ImportRun
from docctl.models.record_imports import RecordImport
from docctl.services.locks import Rank, lock

Run = TypeVar("Run", ImportRun, RecordImport)


def lock_run(session: Session, run_id: UUID, at: datetime | None = None) -> ImportRun:
    """Lock a run of files, to change something of it `at` an instant; raise NotFound where there is none."""
    return _locked(session, ImportRun, run_id, at)


def lock_import(session: Session, import_id: UUID, at: datetime | None = None) -> RecordImport:
    """Lock a table of records, as a run of files; raise NotFound where there is none."""
    return _locked(session, RecordImport, import_id, at)


def move(run: ImportRun | RecordImport, action: RunAction) -> None:
    """Move a run on, or raise RuleRefused where it stands elsewhere."""
    require(may_move_run(run.state, action))
    run.state = RUN_MOVES[run.state, action]


def way_out(run: ImportRun | RecordImport) -> RunAction:
    """Return the step that ends a run: before its import nothing is in, after its order some may be."""
    if run.state is RunState.CHECKING and isinstance(run, ImportRun) and run.committed_at is not None:
        return RunAction.CLOSE
    return RunAction.CANCEL if may_move_run(run.state, RunAction.CANCEL) else RunAction.GIVE_UP


def _locked(session: Session, kind: type[Run], run_id: UUID, at: datetime | None) -> Run:
    rows = lock(session, Rank.PARENTS, select(kind).where(kind.id == run_id))
    if not rows:
        raise NotFound("import")
    if at is not None:  # not through the row: what a page shows of the run itself is as it was
        table = table_of(kind)
        session.execute(update(table).where(table.c.id == run_id).values(touched_at=at, ends_on=None))
        session.expire(rows[0], ["touched_at", "ends_on"])
    return rows[0]


__all__ = ["lock_import", "lock_run", "move", "way_out"]
