"""Reviews of documents: what waits, what was decided and is not done yet, and when each is due (D-5, D-9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.calendar_dates import instant_as_of
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.permissions import Actor
from docctl.domain.reviews import ReviewCause, ReviewOutcome, asked_until
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Person, Unit
from docctl.models.reviews import DocumentReview
from docctl.queries.paging import PAGE_SIZE, Paged, page_within
from docctl.queries.revision_states import concerns, in_force_at, readable_document
from docctl.queries.sql_terms import containing
from docctl.queries.unit_names import name_on, owner_on

Where = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """What the register of reviews is asked for; `as_of` a past day shows what was asked, decided by then."""

    text: str = ""
    unit_id: UUID | None = None
    state: str = ""
    cause: str = ""
    document_id: UUID | None = None
    review_id: UUID | None = None
    as_of: date | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A review; days in the company's zone. `source` is an external document, "" where it is hidden (X-3).

    `state`: planned (its day is over a month ahead), open, late, confirm, revise, withdraw; `is_pending`: it
    was decided to revise or withdraw, and that is not begun.
    """

    review_id: UUID
    row_version: int
    document_id: UUID
    revision_id: UUID | None
    number: str
    title: str
    label: str
    unit: str
    cause: str
    source_id: UUID | None
    source: str
    reason: str
    opened_on: date
    opened_by: str
    due_on: date
    state: str
    is_pending: bool
    note: str
    decided_on: date | None
    decided_by: str


@dataclass(frozen=True, slots=True)
class ReviewRegister(Paged):
    """A page of the register of reviews; the count is exact and of what the person may see (X-3)."""

    rows: tuple[ReviewRow, ...]
    total: int
    page: int


def not_begun(at: datetime | ColumnElement[Any]) -> Where:
    """Say in SQL whether what a review decided is still to be done at an instant (D-5).

    To revise: until the next revision is begun. To withdraw: as long as the document has a revision in force,
    whichever, and none was withdrawn since; one that was withdrawn before its day was never in force.
    """
    looked_at, later, current = aliased(Revision), aliased(Revision), aliased(Revision)
    followed = exists().where(
        looked_at.id == DocumentReview.revision_id,
        later.document_id == DocumentReview.document_id,
        later.ordinal > looked_at.ordinal,
        later.created_at <= at,
        later.status != RevisionStatus.DISCARDED,
    )
    withdrawn = exists().where(
        later.document_id == DocumentReview.document_id,
        later.effective_from <= later.withdrawn_at,
        later.withdrawn_at >= DocumentReview.decided_at,
        later.withdrawn_at <= at,
    )
    stands = exists().where(current.document_id == DocumentReview.document_id, in_force_at(at, current))
    return and_(
        stands,
        or_(
            and_(DocumentReview.outcome == ReviewOutcome.REVISE, ~followed),
            and_(DocumentReview.outcome == ReviewOutcome.WITHDRAW, ~withdrawn),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Moment:
    """The instant a register is asked for and its day (company's zone); who may see is a matter of `now`."""

    at: datetime
    now: datetime
    today: date

    def decided(self) -> Where:
        return and_(DocumentReview.decided_at.is_not(None), DocumentReview.decided_at <= self.at)

    def open(self) -> Where:
        return or_(DocumentReview.decided_at.is_(None), DocumentReview.decided_at > self.at)


def _decided_so(outcome: ReviewOutcome) -> Callable[[_Moment], Where]:
    return lambda moment: and_(moment.decided(), DocumentReview.outcome == outcome)


#: Every state that the register filters by, in the order of the page.
STATES: Final[Mapping[str, Callable[[_Moment], Where]]] = {
    "late": lambda moment: and_(moment.open(), DocumentReview.due_on < moment.today),
    "open": lambda moment: and_(
        moment.open(),
        DocumentReview.due_on >= moment.today,
        is_asked(asked_until(moment.today)),
    ),
    "planned": lambda moment: and_(moment.open(), ~is_asked(asked_until(moment.today))),
    **{one.value: _decided_so(one) for one in ReviewOutcome},
}


def is_asked(until: date | ColumnElement[Any]) -> Where:
    """Say in SQL whether its time has come: an event's at once, a periodic one's some weeks before its day.

    `until` is the last day of those that are asked about, see `asked_until`.
    """
    return or_(DocumentReview.cause != ReviewCause.PERIODIC, DocumentReview.due_on <= until)


def review_register(
    session: Session,
    actor: Actor,
    wanted: ReviewFilter,
    *,
    at: datetime,
    zone: tzinfo,
    page_size: int = PAGE_SIZE,
) -> ReviewRegister:
    """Return a page of the reviews that one is inside of, or owns, the earliest due first (D-5, X-3)."""
    instant = instant_as_of(wanted.as_of, at, zone)
    moment = _Moment(instant, at, instant.astimezone(zone).date())
    conditions = _conditions(actor, wanted, moment)
    total = session.scalar(_joined(select(func.count()), moment).where(*conditions)) or 0
    page = page_within(wanted.page, total, page_size)
    order = (
        case((moment.open(), 0), else_=1),
        case((moment.open(), DocumentReview.due_on), else_=None),
        DocumentReview.decided_at.desc(),
        Document.number,
        DocumentReview.id,
    )
    query = _rows(actor, moment).where(*conditions).order_by(*order)
    found = session.execute(query.limit(page_size).offset((page - 1) * page_size))
    return ReviewRegister(tuple(_row(one, moment, zone) for one in found), total, page)


def _joined(query: Select[*tuple[Any, ...]], moment: _Moment) -> Select[*tuple[Any, ...]]:
    return (
        query.select_from(DocumentReview)
        .join(Document, Document.id == DocumentReview.document_id)
        .join(Unit, Unit.id == owner_on(moment.today))
    )


def _rows(actor: Actor, moment: _Moment) -> Select[*tuple[Any, ...]]:
    opener, decider = aliased(Person), aliased(Person)
    source, current = aliased(Document), aliased(Revision)
    state = case(*((of(moment), literal(name)) for name, of in STATES.items()), else_=literal("open"))
    # The external document is named to those who may see it.
    return (
        _joined(
            select(
                DocumentReview,
                Document.number,
                Document.title,
                name_on(moment.today).label("unit"),
                current.id.label("revision_id"),
                current.label.label("label"),
                source.id.label("source_id"),
                source.number.label("source"),
                state.label("state"),
                not_begun(moment.at).label("is_pending"),
                opener.name.label("opener"),
                decider.name.label("decider"),
            ),
            moment,
        )
        .outerjoin(current, and_(current.document_id == Document.id, in_force_at(moment.at, current)))
        .outerjoin(
            source,
            and_(
                source.id == DocumentReview.source_id,
                source.id.in_(select(Document.id).where(readable_document(actor, moment.now))),
            ),
        )
        .outerjoin(opener, opener.id == DocumentReview.opened_by)
        .outerjoin(decider, decider.id == DocumentReview.decided_by)
    )


def _conditions(actor: Actor, wanted: ReviewFilter, moment: _Moment) -> list[Where]:
    found: list[Where] = [
        DocumentReview.opened_at <= moment.at,
        concerns(actor, moment.now),
    ]
    if wanted.document_id is not None:
        found.append(DocumentReview.document_id == wanted.document_id)
    if wanted.review_id is not None:
        found.append(DocumentReview.id == wanted.review_id)
    if wanted.state in STATES:
        found.append(STATES[wanted.state](moment))
    elif wanted.state == "pending":
        found += [moment.decided(), not_begun(moment.at)]
    if wanted.cause in set(ReviewCause):
        found.append(DocumentReview.cause == wanted.cause)
    if wanted.unit_id is not None:
        found.append(owner_on(moment.today) == wanted.unit_id)
    for word in wanted.text.split():
        found.append(or_(containing(Document.number, word), containing(Document.title, word)))
    return found


def _row(one: Any, moment: _Moment, zone: tzinfo) -> ReviewRow:
    review: DocumentReview = one.DocumentReview
    decided = review.decided_at is not None and review.decided_at <= moment.at
    return ReviewRow(
        review_id=review.id,
        row_version=review.row_version,
        document_id=review.document_id,
        revision_id=one.revision_id,
        number=one.number,
        title=one.title,
        label=one.label or "",
        unit=one.unit,
        cause=review.cause.value,
        source_id=one.source_id,
        source=one.source or "",
        reason=review.reason,
        opened_on=review.opened_at.astimezone(zone).date(),
        opened_by=one.opener or "",
        due_on=review.due_on,
        state=one.state,
        is_pending=decided and bool(one.is_pending),
        note=review.note if decided else "",
        decided_on=review.decided_at.astimezone(zone).date() if decided and review.decided_at else None,
        decided_by=(one.decider or "") if decided else "",
    )
