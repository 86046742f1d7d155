"""Imports that nobody works on any more: their people are told, then they end (I-1, R-7).

Copies and what was read lie on a disk and in the database for nobody; with the key of the run they are gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, not_, select
from sqlalchemy.orm import Session

from docctl.domain.imports import (
    TOLD_BEFORE,
    Outcome,
    RunState,
    ends_on,
    is_to_be_told,
    may_end_untouched,
)
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import require
from docctl.models.imports import ImportRun, RunSource
from docctl.models.record_imports import RecordImport
from docctl.services.caller import Caller
from docctl.services.imports.commit import end_files, end_run, totals_of
from docctl.services.imports.runs import lock_import, lock_run, move, way_out
from docctl.services.imports.unread import note_unread
from docctl.services.records.import_table import end_rows
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record

_OPEN: Final = tuple(one for one in RunState if one not in {RunState.DONE, RunState.CANCELLED})
#: So many are told of, or end, in one transaction.
_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class TellUntouched:
    """Imports end after so many days without any change."""

    days: int


@use_case("system.operate")
def tell_untouched(session: Session, cmd: TellUntouched, by: Caller) -> int:
    """Set the day on which untouched imports end, which the inbox shows; return of how many (I-1)."""
    authorise(by.actor, "system.operate", Facts())
    until = by.at - timedelta(days=cmd.days - 1) + TOLD_BEFORE  # of these the rule counts the days
    both: list[tuple[ImportRun | RecordImport, str]] = [
        (lock_run(session, one), "import") for one in _untouched(session, ImportRun, until)
    ]
    both += [(lock_import(session, one), "record_import") for one in _untouched(session, RecordImport, until)]
    told = 0
    for run, kind in both:
        touched_on = run.touched_at.astimezone(by.zone).date()
        if run.ends_on is not None or not is_to_be_told(touched_on, today=by.today, days=cmd.days):
            continue
        run.ends_on = ends_on(touched_on, today=by.today, days=cmd.days)
        record(session, by, f"{kind}.untouched", Subject(kind, run.id), facts={"ends_on": run.ends_on})
        told += 1
    return told


def _untouched(session: Session, kind: type[ImportRun] | type[RecordImport], until: datetime) -> list[UUID]:
    query = select(kind.id).where(_may_end(kind), kind.ends_on.is_(None), kind.touched_at < until)
    return sorted(session.scalars(query.order_by(kind.touched_at).limit(_MOST)))


def _may_end(kind: type[ImportRun] | type[RecordImport]) -> ColumnElement[bool]:
    """Open runs, but none of a watched folder whose files still lie aside: they would end without a line."""
    is_open = kind.state.in_(_OPEN)
    if kind is RecordImport:
        return is_open
    waits_aside = and_(ImportRun.source == RunSource.WATCHED, ImportRun.state == RunState.RECEIVING)
    return and_(is_open, not_(waits_aside))


@dataclass(frozen=True, slots=True)
class EndUntouched:
    """An import whose day has come; `is_table`: a table of records."""

    run_id: UUID
    is_table: bool = False


@use_case("system.operate")
def end_untouched(session: Session, cmd: EndUntouched, by: Caller) -> UUID:
    """Give an import up that nobody worked on; every file or row has its line, what is in stays (I-1)."""
    authorise(by.actor, "system.operate", Facts())
    if cmd.is_table:
        table = lock_import(session, cmd.run_id)
        require(may_end_untouched(table.ends_on, today=by.today))
        move(table, way_out(table))
        end_rows(session, table, by, "untouched")
        record(session, by, "record_import.ended", Subject("record_import", table.id), facts=_told(table))
        return table.id
    run = lock_run(session, cmd.run_id)
    require(may_end_untouched(run.ends_on, today=by.today))
    note_unread(session, run, by, Outcome.GIVEN_UP)
    move(run, way_out(run))
    end_files(session, run, by, Outcome.GIVEN_UP, "untouched")
    end_run(session, run, by)
    facts = {**_told(run), "totals": totals_of(session, run)}
    record(session, by, "import.ended", Subject("import", run.id), facts=facts)
    return run.id


def _told(run: ImportRun | RecordImport) -> dict[str, object]:
    return {"untouched_since": run.touched_at, "host": run.host}


def due_to_end(session: Session, kind: type[ImportRun] | type[RecordImport], today: date) -> list[UUID]:
    """Return the open imports whose day has come."""
    query = select(kind.id).where(_may_end(kind), kind.ends_on <= today)
    return list(session.scalars(query.order_by(kind.ends_on, kind.id).limit(_MOST)))


__all__ = ["EndUntouched", "TellUntouched", "due_to_end", "end_untouched", "tell_untouched"]
