"""Reviews of documents that were asked for, and what was decided (D-5, D-9)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from docctl.domain.reviews import ReviewCause, ReviewOutcome
from docctl.models.base import Base, Identified, Versioned, checked


class DocumentReview(Identified, Versioned, Base):
    """A review of a document by its owner; the next periodic one stands open until its day comes (D-5).

    `source_id` is the external document that asked for it (D-9): `opened_by` is then who replaced or withdrew
    that, empty where its validity ends, and empty of a periodic one.
    """

    __tablename__ = "document_review"
    __table_args__ = (
        CheckConstraint(
            """(outcome IS NULL) = (decided_at IS NULL) AND (outcome IS NULL) = (decided_by IS NULL)
            AND (outcome IS NULL) = (note = '') AND (outcome IS NULL) = (revision_id IS NULL)""",
            name="decided_whole",
        ),
        CheckConstraint("cause IN ('periodic', 'external') OR reason <> ''", name="reason_given"),
        CheckConstraint("(cause = 'external') = (source_id IS NOT NULL)", name="source_named"),
        CheckConstraint("opened_at <= decided_at", name="interval"),
        Index(
            "uq_document_review_open",
            "document_id",
            "cause",
            unique=True,
            sqlite_where=text("outcome IS NULL AND source_id IS NULL"),
            postgresql_where=text("outcome IS NULL AND source_id IS NULL"),
        ),
        Index(
            "uq_document_review_source",
            "document_id",
            "source_id",
            unique=True,
            sqlite_where=text("outcome IS NULL"),
            postgresql_where=text("outcome IS NULL"),
        ),
        Index("ix_document_review_document", "document_id", "opened_at"),
        Index("ix_document_review_due", "outcome", "due_on"),
    )

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    cause: Mapped[ReviewCause] = mapped_column(checked(ReviewCause))
    source_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))
    reason: Mapped[str] = mapped_column(String(500), default="")
    opened_at: Mapped[datetime]
    opened_by: Mapped[UUID | None]
    #: A day of the company's zone; only that of a periodic one is moved, by the plan or a next revision.
    due_on: Mapped[date]
    outcome: Mapped[ReviewOutcome | None] = mapped_column(checked(ReviewOutcome))
    note: Mapped[str] = mapped_column(String(500), default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    #: The revision in force that was looked at.
    revision_id: Mapped[UUID | None] = mapped_column(ForeignKey("revision.id"))
