"""How the numbers of a print ended, with the record that has one of them (D-10, N-5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Actor
from docctl.models.blanks import BlankEnd, BlankIssue, BlankPrint
from docctl.models.documents import Document
from docctl.models.organisation import Person
from docctl.queries.blank_records import records_with
from docctl.queries.blank_states import with_actor
from docctl.queries.paging import PAGE_SIZE, Paged, page_within
from docctl.queries.revision_views import names_of


@dataclass(frozen=True, slots=True)
class EndLine:
    """How numbers ended; `record_id` only where the record may be seen, `record` is its number (X-3)."""

    numbers: str
    count: int
    state: str
    was_lost: bool
    ended_on: date
    holder: str
    reason: str
    witness: str
    noted_by: str
    record_id: UUID | None = None
    record: str = ""


@dataclass(frozen=True, slots=True)
class Ends(Paged):
    """A page of how numbers ended, by number."""

    rows: tuple[EndLine, ...]
    total: int
    page: int


def ends_of(
    session: Session, actor: Actor, row: BlankPrint, document: Document, page: int, *, insider: bool
) -> Ends:
    """Return a page of how numbers of a print ended; of its own issues to who only answers for them (X-3)."""
    wanted: list[Any] = [BlankEnd.print_id == row.id]
    if not insider:
        mine = select(BlankIssue.id).where(BlankIssue.print_id == row.id, with_actor(actor))
        wanted.append(BlankEnd.issue_id.in_(mine))
    total = session.scalar(select(func.count()).select_from(BlankEnd).where(*wanted)) or 0
    page = page_within(page, total, PAGE_SIZE)
    found = session.execute(_end_rows(wanted, page)).all()
    forms = [one.BlankEnd.normal for one in found if one.BlankEnd.normal]
    records = records_with(session, actor, document, forms)
    names = names_of(session, {one.BlankEnd.noted_by for one in found})
    rows = []
    for one in found:
        end: BlankEnd = one.BlankEnd
        record = records.get(end.normal)
        rows.append(
            EndLine(
                numbers=row.written.span(end.span),
                count=end.span.count,
                state=end.state.value,
                was_lost=end.was_lost,
                ended_on=end.ended_on,
                holder=one.holder or "",
                reason=end.reason,
                witness=one.witness or "",
                noted_by=names.get(end.noted_by, ""),
                record_id=record.record_id if record else None,
                record=record.number if record else "",
            )
        )
    return Ends(tuple(rows), total, page)


def _end_rows(wanted: list[Any], page: int) -> Select[*tuple[Any, ...]]:
    return (
        select(BlankEnd, BlankIssue.holder, Person.name.label("witness"))
        .outerjoin(BlankIssue, BlankIssue.id == BlankEnd.issue_id)
        .outerjoin(Person, Person.id == BlankEnd.witness_id)
        .where(*wanted)
        .order_by(BlankEnd.first, BlankEnd.was_lost, BlankEnd.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
