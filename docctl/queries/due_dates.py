"""The calendar of what falls due: reviews, ends of validity, effective days, steps (D-5, V-8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.calendar_dates import add_months, midnight
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.permissions import Actor
from docctl.domain.validity import last_day
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Person, Unit
from docctl.models.reviews import DocumentReview
from docctl.models.work import Step, StepStatus
from docctl.queries.revision_states import concerns, in_force_at, is_insider, readable_revision

#: Kinds of what falls due, in the order of a day.
KINDS: Final = ("takes_effect", "validity_ends", "review", "step")
#: So many of one kind are listed for a month; more is said, and the registers list all.
MOST: Final = 300


@dataclass(frozen=True, slots=True)
class DueItem:
    """Something that falls due; `item_id` is a review for reviews, else a revision; `who` must see to it."""

    kind: str
    item_id: UUID
    number: str
    title: str
    label: str
    who: str


@dataclass(frozen=True, slots=True)
class DueMonth:
    """A month with what falls due on each of its days (company's zone).

    `is_cut` where there is more of a kind than is listed; `total` counts that too.
    """

    first: date
    days: tuple[tuple[date, tuple[DueItem, ...]], ...]
    total: int
    is_cut: bool

    @property
    def before(self) -> date:
        """The month before."""
        return add_months(self.first, -1)

    @property
    def after(self) -> date:
        """The month after."""
        return add_months(self.first, 1)


def due_month(
    session: Session,
    actor: Actor,
    first: date,
    *,
    kind: str = "",
    unit_id: UUID | None = None,
    at: datetime,
    zone: tzinfo,
) -> DueMonth:
    """Return what falls due in the month that begins with `first`, as far as one is inside of it (X-3)."""
    until = add_months(first, 1)
    found: list[tuple[date, int, str, DueItem]] = []
    is_cut, left_out = False, 0
    for place, one in enumerate(KINDS):
        if kind not in {"", one}:
            continue
        query = _QUERIES[one](actor, first, until, at, zone)
        if unit_id is not None:
            query = query.where(Document.unit_id == unit_id)
        rows = session.execute(query.order_by("due", Document.number).limit(MOST + 1)).all()
        if len(rows) > MOST:
            is_cut = True
            left_out += (session.scalar(select(func.count()).select_from(query.subquery())) or 0) - MOST
        for row in rows[:MOST]:
            item = DueItem(one, row.id, row.number, row.title, row.label or "", row.who or "")
            found.append((_day(one, row.due, zone), place, row.number, item))
    found.sort(key=lambda each: each[:3])
    days = tuple(
        (day, tuple(each[3] for each in group)) for day, group in groupby(found, key=lambda each: each[0])
    )
    return DueMonth(first, days, len(found) + left_out, is_cut)


def _day(kind: str, due: Any, zone: tzinfo) -> date:
    if not isinstance(due, datetime):
        return due  # type: ignore[no-any-return]  # a column of days
    found = last_day(due, zone) if kind in {"validity_ends", "step"} else due.astimezone(zone).date()
    assert found is not None
    return found


def _reviews(actor: Actor, first: date, until: date, at: datetime, _zone: tzinfo) -> Select[*tuple[Any, ...]]:
    current = aliased(Revision)
    return (
        select(
            DocumentReview.id,
            Document.number,
            Document.title,
            current.label,
            DocumentReview.due_on.label("due"),
            _head_name(),
        )
        .select_from(DocumentReview)
        .join(Document, Document.id == DocumentReview.document_id)
        .join(current, and_(current.document_id == Document.id, in_force_at(at, current)))
        .where(
            DocumentReview.outcome.is_(None),
            DocumentReview.due_on >= first,
            DocumentReview.due_on < until,
            concerns(actor, at),
        )
    )


def _revisions(actor: Actor, due: Any, at: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(Revision.id, Document.number, Revision.title, Revision.label, due.label("due"), _head_name())
        .select_from(Revision)
        .join(Document, Document.id == Revision.document_id)
        .where(concerns(actor, at), readable_revision(actor, at))
    )


def _ending(actor: Actor, first: date, until: date, at: datetime, zone: tzinfo) -> Select[*tuple[Any, ...]]:
    # The instant is 00:00 of the day after the last one.
    day = timedelta(days=1)
    return _revisions(actor, Revision.valid_until, at).where(
        Revision.status == RevisionStatus.ISSUED,
        Revision.effective_until.is_(None),
        Revision.valid_until >= midnight(first + day, zone),
        Revision.valid_until < midnight(until + day, zone),
    )


def _starting(actor: Actor, first: date, until: date, at: datetime, zone: tzinfo) -> Select[*tuple[Any, ...]]:
    return _revisions(actor, Revision.effective_from, at).where(
        Revision.status == RevisionStatus.ISSUED,
        Revision.effective_from >= midnight(first, zone),
        Revision.effective_from < midnight(until, zone),
    )


def _steps(actor: Actor, first: date, until: date, _at: datetime, zone: tzinfo) -> Select[*tuple[Any, ...]]:
    person = aliased(Person)
    return (
        select(
            Revision.id,
            Document.number,
            Revision.title,
            Revision.label,
            Step.due_at.label("due"),
            person.name.label("who"),
        )
        .select_from(Step)
        .join(Revision, and_(Revision.id == Step.revision_id, Revision.round == Step.round))
        .join(Document, Document.id == Revision.document_id)
        .join(person, person.id == Step.assignee_id)
        .where(
            Step.status == StepStatus.OPEN,
            Revision.status == RevisionStatus.IN_REVIEW,
            Step.due_at > midnight(first, zone),
            Step.due_at <= midnight(until, zone),
            is_insider(actor),
        )
    )


def _head_name() -> Any:
    """Return who owns a document: its unit's head."""
    return (
        select(Person.name)
        .join(Unit, Unit.head_id == Person.id)
        .where(Unit.id == Document.unit_id)
        .correlate(Document)
        .scalar_subquery()
        .label("who")
    )


_QUERIES: Final = {
    "takes_effect": _starting,
    "validity_ends": _ending,
    "review": _reviews,
    "step": _steps,
}
