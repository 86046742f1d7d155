"""Change requests: what people asked to be changed, and what came of it (V-2)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from docctl.domain.change_requests import Asked, RequestKind, RequestStatus
from docctl.models.base import Base, Identified, Versioned, checked


class ChangeRequest(Identified, Versioned, Base):
    """A request (更改申请) for a change or withdrawal of a document, or for a new one, with its own number.

    Whoever asked stays named; `keeper_id` is who speaks for it now, and is told what comes of it (A-16).
    """

    __tablename__ = "change_request"
    __table_args__ = (
        CheckConstraint(
            "(kind = 'new') = (document_id IS NULL) AND (kind = 'new') = (unit_id IS NOT NULL)"
            " AND (kind = 'new') = (access_set_id IS NOT NULL)",
            name="about_one",
        ),
        CheckConstraint("kind = 'new' OR type_id IS NULL", name="type_of_new"),
        CheckConstraint("title <> '' AND what <> '' AND reason <> ''", name="said_whole"),
        CheckConstraint(
            "(status IN ('answering', 'done')) = (revision_id IS NOT NULL)", name="answered_whole"
        ),
        CheckConstraint("(status = 'done') = (done_at IS NOT NULL)", name="done_whole"),
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (decision = '')"
            " AND (status = 'submitted' OR decided_at IS NOT NULL)",
            name="decided_whole",
        ),
        Index("ix_change_request_document", "document_id", "status"),
        Index("ix_change_request_keeper", "keeper_id", "status"),
        Index("ix_change_request_revision", "revision_id"),
        Index("ix_change_request_status", "status", "due_on"),
    )

    number: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[RequestKind] = mapped_column(checked(RequestKind))
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))
    #: Of a new document: who is to own it, its type where that is known, and who sees the request.
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    type_id: Mapped[UUID | None] = mapped_column(ForeignKey("document_type.id"))
    access_set_id: Mapped[UUID | None] = mapped_column(ForeignKey("access_set.id"))
    #: As it was when it was asked for; the one that a new document is to have.
    title: Mapped[str] = mapped_column(String(500))
    what: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(500))
    basis: Mapped[str] = mapped_column(String(500), default="")
    proposal: Mapped[str] = mapped_column(Text, default="")
    #: Days of the company's zone.
    wanted_on: Mapped[date | None]
    due_on: Mapped[date]
    status: Mapped[RequestStatus] = mapped_column(checked(RequestStatus), default=RequestStatus.SUBMITTED)
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    keeper_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    #: Rises each time it was returned and submitted again.
    round: Mapped[int] = mapped_column(default=1)
    submitted_at: Mapped[datetime]
    #: Accepted, returned or declined by the owner, or taken back; the latest of these.
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(String(500), default="")
    #: The revision that answers it; of a withdrawal the one that was withdrawn.
    revision_id: Mapped[UUID | None] = mapped_column(ForeignKey("revision.id"))
    done_at: Mapped[datetime | None]
    #: When its keeper noted what came of it last.
    seen_at: Mapped[datetime | None]

    def say(self, asked: Asked) -> None:
        """Let it ask for something else; the title of a document that is there stays."""
        if self.kind is RequestKind.NEW:
            self.title = asked.title
        self.what, self.reason, self.basis = asked.what, asked.reason, asked.basis
        self.proposal, self.wanted_on = asked.proposal, asked.wanted_on

    def asked(self) -> Asked:
        """Return what it asks for."""
        return Asked(self.what, self.reason, self.basis, self.proposal, self.wanted_on, self.title)
