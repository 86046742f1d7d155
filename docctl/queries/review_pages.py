"""A review, a document's reviews with their plan, and what has none, as their pages show them (D-5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Actor, Facts, why_not
from docctl.domain.reviews import ReviewCause, ReviewOutcome, may_decide
from docctl.domain.verdicts import NotFound, Refused
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Unit
from docctl.models.reviews import DocumentReview
from docctl.queries.paging import PAGE_SIZE, Paged, page_within
from docctl.queries.reviews import ReviewFilter, ReviewRegister, ReviewRow, review_register
from docctl.queries.revision_states import concerns, in_force_at, is_insider


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """A review with what the person may do with it; a refusal says why not."""

    row: ReviewRow
    decide: Refused | None
    #: Why the person may not do what was decided.
    act: Refused | None


@dataclass(frozen=True, slots=True)
class DocumentReviews:
    """The reviews of a document and their plan; `next_on` is the day of the periodic one (company's zone)."""

    document_id: UUID
    revision_id: UUID | None
    row_version: int
    number: str
    title: str
    months: int | None
    next_on: date | None
    found: ReviewRegister
    plan: Refused | None
    open: Refused | None


@dataclass(frozen=True, slots=True)
class Unplanned:
    """A document in force that has no periodic review."""

    document_id: UUID
    number: str
    title: str
    label: str
    unit: str


@dataclass(frozen=True, slots=True)
class UnplannedList(Paged):
    """A page of what has no periodic review, with the exact count (X-3)."""

    rows: tuple[Unplanned, ...]
    total: int
    page: int


def review_page(session: Session, actor: Actor, review_id: UUID, *, at: datetime, zone: tzinfo) -> ReviewPage:
    """Return a review; raise NotFound for one that the person neither owns nor is inside of (X-3)."""
    found = review_register(session, actor, ReviewFilter(review_id=review_id), at=at, zone=zone)
    if not found.rows:
        raise NotFound("review")
    row = found.rows[0]
    facts = _facts(session, actor, row.document_id)
    refused = why_not(actor, "review.decide", facts)
    verdict = may_decide("-", is_open=row.decided_on is None, has_force=row.revision_id is not None)
    if refused is None and isinstance(verdict, Refused):
        refused = verdict
    act = "revision.withdraw" if row.state == ReviewOutcome.WITHDRAW else "document.revise"
    return ReviewPage(row, refused, why_not(actor, act, facts))


def document_reviews(
    session: Session, actor: Actor, document_id: UUID, *, at: datetime, zone: tzinfo, page: int = 1
) -> DocumentReviews:
    """Return the reviews of a document and their plan; raise NotFound for whom they are hidden (D-5, X-3)."""
    document = session.scalar(select(Document).where(Document.id == document_id, concerns(actor, at)))
    if document is None:
        raise NotFound("document")
    facts = _facts(session, actor, document_id)
    wanted = ReviewFilter(document_id=document_id, page=page)
    return DocumentReviews(
        document_id=document_id,
        revision_id=session.scalar(
            select(Revision.id).where(Revision.document_id == document_id, in_force_at(at))
        ),
        row_version=document.row_version,
        number=document.number,
        title=document.title,
        months=document.review_months,
        next_on=session.scalar(_open_days(document_id).where(DocumentReview.cause == ReviewCause.PERIODIC)),
        found=review_register(session, actor, wanted, at=at, zone=zone),
        plan=why_not(actor, "review.plan", facts),
        open=why_not(actor, "review.open", facts),
    )


@dataclass(frozen=True, slots=True)
class ReviewsBeside:
    """What a document's page says of its reviews: the day of the one due first, None without any."""

    first_due: date | None


def reviews_beside(
    session: Session, actor: Actor, document_id: UUID, *, at: datetime
) -> ReviewsBeside | None:
    """Return what stands beside a document of its reviews; None for who may not know of them (D-5, X-3)."""
    found = session.execute(
        select(_open_days(document_id).scalar_subquery().label("first_due")).where(
            exists().where(Document.id == document_id, concerns(actor, at))
        )
    ).first()
    return ReviewsBeside(found.first_due) if found is not None else None


def _open_days(document_id: UUID) -> Select[date | None]:
    return select(func.min(DocumentReview.due_on)).where(
        DocumentReview.document_id == document_id, DocumentReview.outcome.is_(None)
    )


def unplanned(
    session: Session,
    actor: Actor,
    *,
    at: datetime,
    unit_id: UUID | None = None,
    page: int = 1,
    page_size: int = PAGE_SIZE,
) -> UnplannedList:
    """Return a page of documents in force without a periodic review (D-5, X-3)."""
    total = session.scalar(_unplanned(actor, at, unit_id, select(func.count()))) or 0
    page = page_within(page, total, page_size)
    rows = session.execute(
        _unplanned(
            actor,
            at,
            unit_id,
            select(Document.id, Document.number, Document.title, Revision.label, Unit.name),
        )
        .order_by(Document.number)
        .limit(page_size)
        .offset((page - 1) * page_size)
    )
    return UnplannedList(tuple(Unplanned(*one) for one in rows), total, page)


def _unplanned(
    actor: Actor, at: datetime, unit_id: UUID | None, query: Select[*tuple[Any, ...]]
) -> Select[*tuple[Any, ...]]:
    found = (
        query.select_from(Document)
        .join(Revision, (Revision.document_id == Document.id) & in_force_at(at))
        .join(Unit, Unit.id == Document.unit_id)
        .where(Document.review_months.is_(None), concerns(actor, at))
    )
    return found.where(Document.unit_id == unit_id) if unit_id else found


def _facts(session: Session, actor: Actor, document_id: UUID) -> Facts:
    """Return what permissions on a document's reviews depend on; the person may know of the document."""
    row = session.execute(
        select(Document.unit_id, Unit.head_id, is_insider(actor).label("insider"))
        .join(Unit, Unit.id == Document.unit_id)
        .where(Document.id == document_id)
    ).one()
    return Facts(
        unit_id=row.unit_id,
        assignees=frozenset({row.head_id} if row.head_id else ()),
        insider=bool(row.insider),
    )
