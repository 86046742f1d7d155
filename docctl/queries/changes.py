"""Temporary changes: the register, and those that hold beside a revision (V-14, D-7, X-3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.calendar_dates import instant_as_of
from docctl.domain.permissions import Actor
from docctl.domain.temporary_changes import ChangeStatus, change_state
from docctl.models.changes import TemporaryChange
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Person, Unit
from docctl.queries.paging import PAGE_SIZE, Paged, page_within
from docctl.queries.revision_states import is_insider, readable_revision
from docctl.queries.sql_terms import containing

Where = ColumnElement[bool]
_APPROVED: Final = (ChangeStatus.ISSUED, ChangeStatus.REVOKED)


@dataclass(frozen=True, slots=True)
class ChangeFilter:
    """What the register is asked for; `as_of` a past day shows those that were approved by then."""

    text: str = ""
    unit_id: UUID | None = None
    state: str = ""
    document_id: UUID | None = None
    change_id: UUID | None = None
    as_of: date | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A temporary change; times in the company's zone, `state` as `change_state` says."""

    change_id: UUID
    row_version: int
    document_id: UUID
    revision_id: UUID
    number: str
    title: str
    label: str
    unit: str
    ordinal: int
    place: str
    text: str
    reason: str
    basis: str
    first_day: date
    last_day: date
    state: str
    created_by: str
    submitted_at: datetime | None
    approver: str
    approved_at: datetime | None
    returned_reason: str
    ended_at: datetime | None
    ended_by: str
    end_reason: str


@dataclass(frozen=True, slots=True)
class ChangeRegister(Paged):
    """A page of the register; the count is exact and of what the person may see (X-3)."""

    rows: tuple[ChangeRow, ...]
    total: int
    page: int


def _held(at: datetime) -> Where:
    """Say whether a change was approved, and neither revoked nor over by itself or with its revision."""
    return and_(
        TemporaryChange.status.in_(_APPROVED),
        TemporaryChange.valid_until > at,
        or_(TemporaryChange.ended_at.is_(None), TemporaryChange.ended_at > at),
        or_(Revision.effective_until.is_(None), Revision.effective_until > at),
    )


def holds_at(at: datetime) -> Where:
    """Say in SQL whether a temporary change holds at an instant; the query joins its revision (V-14)."""
    return and_(_held(at), TemporaryChange.valid_from <= at)


def _stored(status: ChangeStatus) -> Callable[[datetime], Where]:
    return lambda _at: TemporaryChange.status == status


#: Every state that the register filters by, in the order of the page; each as the condition at an instant.
STATES: Final[Mapping[str, Callable[[datetime], Where]]] = {
    "in_force": holds_at,
    "waiting": lambda at: and_(_held(at), TemporaryChange.valid_from > at),
    "in_review": _stored(ChangeStatus.IN_REVIEW),
    "draft": _stored(ChangeStatus.DRAFT),
    "revoked": lambda at: and_(
        TemporaryChange.status == ChangeStatus.REVOKED, TemporaryChange.ended_at <= at
    ),
    "discarded": _stored(ChangeStatus.DISCARDED),
    "ended": lambda at: and_(
        TemporaryChange.status.in_(_APPROVED),
        or_(TemporaryChange.valid_until <= at, Revision.effective_until <= at),
        or_(TemporaryChange.ended_at.is_(None), TemporaryChange.ended_at > at),
    ),
}


def change_register(
    session: Session,
    actor: Actor,
    wanted: ChangeFilter,
    *,
    at: datetime,
    zone: tzinfo,
    page_size: int = PAGE_SIZE,
) -> ChangeRegister:
    """Return a page of the temporary changes that the person may see, what holds first (V-14, X-3).

    Drafts are seen from inside, and by who is asked to approve them; approved ones by readers while their
    revision is in force.
    """
    instant = instant_as_of(wanted.as_of, at, zone)
    conditions = _conditions(actor, wanted, instant, now=at)
    total = session.scalar(_joined(select(func.count())).where(*conditions)) or 0
    page = page_within(wanted.page, total, page_size)
    places = {name: place for place, name in enumerate(STATES)}
    state = case(*((of(instant), literal(places[name])) for name, of in STATES.items()), else_=len(places))
    query = (
        _rows()
        .where(*conditions)
        .order_by(state, TemporaryChange.last_day.desc(), Document.number, TemporaryChange.ordinal)
    )
    found = session.execute(query.limit(page_size).offset((page - 1) * page_size))
    return ChangeRegister(tuple(_row(one, instant, zone) for one in found), total, page)


def _joined(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        query.select_from(TemporaryChange)
        .join(Revision, Revision.id == TemporaryChange.revision_id)
        .join(Document, Document.id == TemporaryChange.document_id)
        .join(Unit, Unit.id == Document.unit_id)
    )


def _rows() -> Select[*tuple[Any, ...]]:
    author, approver, ender = aliased(Person), aliased(Person), aliased(Person)
    return (
        _joined(
            select(
                TemporaryChange,
                Revision,
                Document,
                Unit.name.label("unit"),
                author.name.label("author"),
                approver.name.label("approver"),
                ender.name.label("ender"),
            )
        )
        .join(author, author.id == TemporaryChange.created_by)
        .outerjoin(approver, approver.id == TemporaryChange.approver_id)
        .outerjoin(ender, ender.id == TemporaryChange.ended_by)
    )


def _conditions(actor: Actor, wanted: ChangeFilter, at: datetime, *, now: datetime) -> list[Where]:
    asked = and_(
        TemporaryChange.approver_id == actor.person_id, TemporaryChange.status == ChangeStatus.IN_REVIEW
    )
    approved = and_(TemporaryChange.status.in_(_APPROVED), readable_revision(actor, now))
    found: list[Where] = [or_(is_insider(actor), approved, asked)]
    if wanted.as_of is not None:
        found += [TemporaryChange.status.in_(_APPROVED), TemporaryChange.approved_at <= at]
    if wanted.document_id is not None:
        found.append(TemporaryChange.document_id == wanted.document_id)
    if wanted.change_id is not None:
        found.append(TemporaryChange.id == wanted.change_id)
    if wanted.state in STATES:
        found.append(STATES[wanted.state](at))
    if wanted.unit_id is not None:
        found.append(Document.unit_id == wanted.unit_id)
    for word in wanted.text.split():
        columns = (
            Document.number,
            Revision.number,
            Revision.title,
            TemporaryChange.place,
            TemporaryChange.text,
        )
        found.append(or_(*(containing(column, word) for column in columns)))
    return found


def _row(one: Any, at: datetime, zone: tzinfo) -> ChangeRow:
    change: TemporaryChange = one.TemporaryChange
    revision: Revision = one.Revision

    is_ended = change.ended_at is not None and change.ended_at <= at  # a past day knows nothing of it

    def there(when: datetime | None) -> datetime | None:
        return when.astimezone(zone) if when else None

    return ChangeRow(
        change_id=change.id,
        row_version=change.row_version,
        document_id=change.document_id,
        revision_id=change.revision_id,
        number=revision.number_of(one.Document),
        title=revision.title,
        label=revision.label,
        unit=one.unit,
        ordinal=change.ordinal,
        place=change.place,
        text=change.text,
        reason=change.reason,
        basis=change.basis,
        first_day=_first_day(change, zone),
        last_day=change.last_day,
        state=change_state(change.dates(revision), at),
        created_by=one.author,
        submitted_at=there(change.submitted_at),
        approver=one.approver or "",
        approved_at=there(change.approved_at),
        returned_reason=change.returned_reason,
        ended_at=there(change.ended_at) if is_ended else None,
        ended_by=one.ender or "" if is_ended else "",
        end_reason=change.end_reason if is_ended else "",
    )


def _first_day(change: TemporaryChange, zone: tzinfo) -> date:
    """Return the first day on which it holds: that of the approval where it came later (V-14)."""
    begun = change.valid_from.astimezone(zone).date() if change.valid_from else change.first_day
    return max(change.first_day, begun)


@dataclass(frozen=True, slots=True)
class ChangeNote:
    """A temporary change as it stands beside its revision: on pages and in print; days included (V-14)."""

    change_id: UUID
    ordinal: int
    place: str
    text: str
    reason: str
    first_day: date
    last_day: date
    state: str
    approver: str
    approved_on: date


def changes_beside(
    session: Session, revision_id: UUID, *, at: datetime, zone: tzinfo
) -> tuple[ChangeNote, ...]:
    """Return the approved changes of a revision that hold or will, by their count (V-14).

    Who sees the revision sees them.
    """
    query = (
        select(TemporaryChange, Revision, Person.name)
        .join(Revision, Revision.id == TemporaryChange.revision_id)
        .join(Person, Person.id == TemporaryChange.approver_id)
        .where(TemporaryChange.revision_id == revision_id, _held(at))
        .order_by(TemporaryChange.ordinal)
    )
    return tuple(_note(*row, at=at, zone=zone) for row in session.execute(query))


def _note(
    change: TemporaryChange, revision: Revision, approver: str, *, at: datetime, zone: tzinfo
) -> ChangeNote:
    assert change.approved_at is not None
    return ChangeNote(
        change.id,
        change.ordinal,
        change.place,
        change.text,
        change.reason,
        _first_day(change, zone),
        change.last_day,
        change_state(change.dates(revision), at),
        approver,
        change.approved_at.astimezone(zone).date(),
    )
