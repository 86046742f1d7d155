"""Blanks go out to a unit, and are received there: by who answers for them, or noted from paper (D-10)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.blank_rows import Span
from docctl.domain.blanks import (
    may_have_blanks,
    may_issue_blanks,
    may_issue_of,
    may_look_after,
    may_receive_blanks,
)
from docctl.domain.lifecycle import in_force
from docctl.domain.permissions import authorise
from docctl.domain.units import OUTSIDE
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.blanks import BlankEnd, BlankIssue
from docctl.models.organisation import Person, Unit
from docctl.queries.blank_numbers import span_written
from docctl.services.blanks.load import lock_issue, lock_print, tell_of_blanks
from docctl.services.caller import Caller
from docctl.services.people.load import unit_at
from docctl.services.registry import use_case


@dataclass(frozen=True, slots=True)
class IssueBlanks:
    """Numbers of a print go to a unit; `person_id` is who looks after them there, where one person does."""

    print_id: UUID
    first: str
    last: str
    unit_id: UUID
    on: date
    person_id: UUID | None = None
    item_id: UUID = field(default_factory=new_id)


@use_case("blank.issue")
def issue_blanks(session: Session, cmd: IssueBlanks, by: Caller) -> UUID:
    """Issue numbers in a row to a unit, of a revision in force, each of them once (D-10)."""
    loaded = lock_print(session, cmd.print_id, by)
    authorise(by.actor, "blank.issue", loaded.facts)
    row, revision = loaded.print, loaded.revision
    over = revision.over_since(loaded.document)
    require(may_issue_of(over_since=over, in_force=in_force(revision.dates(), by.at), at=by.at))
    span = span_written(row.written, cmd.first, cmd.last)
    unit = session.get(Unit, cmd.unit_id)
    if unit is None:
        raise NotFound("unit")
    if unit.valid_until is not None:
        raise RuleRefused(Refused("O-1", "unit_closed", {"until": unit.valid_until}))
    require(may_have_blanks(unit.name, is_outside=unit.kind in OUTSIDE))
    person = _looking_after(session, cmd.person_id)
    require(
        may_issue_blanks(
            span,
            row.span,
            _issued(session, row.id, span),
            _ended(session, row.id, span),
            book_size=row.book_size,
            written=row.written,
        )
    )
    if not row.printed_on <= cmd.on <= by.today:
        raise RuleRefused(Refused("D-10", "day_unlikely", {"first": row.printed_on, "last": by.today}))
    new = BlankIssue(
        id=cmd.item_id,
        print_id=row.id,
        first=span.first,
        last=span.last,
        unit_id=unit.id,
        holder=unit.name,
        person_id=person.id if person else None,
        issued_on=cmd.on,
        issued_at=by.at,
        issued_by=by.person_id,
    )
    session.add(new)
    row.issued += span.count
    detail = {"person": person.name if person else ""}
    facts = {"issue_id": new.id, "unit": unit.code, "on": cmd.on}
    tell_of_blanks(session, by, "blank.issued", loaded, span, facts, detail)
    return new.id


def _looking_after(session: Session, person_id: UUID | None) -> Person | None:
    if person_id is None:
        return None
    person = session.get(Person, person_id)
    if person is None or person.disabled_at is not None:
        raise NotFound("person")
    is_outside = unit_at(session, person.unit_id).kind in OUTSIDE
    require(may_look_after(person.name, is_outside=is_outside))
    return person


def _issued(session: Session, print_id: UUID, span: Span) -> list[Span]:
    rows = session.scalars(
        select(BlankIssue)
        .where(BlankIssue.print_id == print_id, BlankIssue.first <= span.last, BlankIssue.last >= span.first)
        .order_by(BlankIssue.first)
        .limit(1)
    )
    return [one.span for one in rows]


def _ended(session: Session, print_id: UUID, span: Span) -> list[Span]:
    rows = session.scalars(
        select(BlankEnd)
        .where(BlankEnd.print_id == print_id, BlankEnd.first <= span.last, BlankEnd.last >= span.first)
        .order_by(BlankEnd.first)
        .limit(1)
    )
    return [one.span for one in rows]


@dataclass(frozen=True, slots=True)
class ReceiveBlanks:
    """Note a receipt; `receiver` is who signed for it on paper, where control notes it."""

    issue_id: UUID
    row_version: int | None
    on: date
    receiver: str = ""


@use_case("blank.receive")
def receive_blanks(session: Session, cmd: ReceiveBlanks, by: Caller) -> UUID:
    """Note that blanks were received: by who answers for them, or by control from paper (D-10)."""
    loaded, issue = lock_issue(session, cmd.issue_id, cmd.row_version, by)
    authorise(by.actor, "blank.receive", loaded.facts)
    require(
        may_receive_blanks(
            issued_on=issue.issued_on, received_on=issue.received_on, on=cmd.on, today=by.today
        )
    )
    issue.received_on, issue.received_at, issue.received_by = cmd.on, by.at, by.person_id
    issue.receiver = " ".join(cmd.receiver.split())[:100]
    facts = {"issue_id": issue.id, "on": cmd.on}
    detail = {"receiver": issue.receiver, "holder": issue.holder}
    tell_of_blanks(session, by, "blank.received", loaded, issue.span, facts, detail)
    return issue.id
