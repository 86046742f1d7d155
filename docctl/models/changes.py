"""Temporary changes beside revisions in force (V-14)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from docctl.domain.temporary_changes import ChangeDates, ChangeStatus, Wording
from docctl.models.base import Authored, Base, Identified, Versioned, checked
from docctl.models.documents import Revision


class TemporaryChange(Authored, Identified, Versioned, Base):
    """A notice (临时更改) that changes a revision for some days; counted through within its document (V-14).

    What was signed never changes: `content` is canonical JSON of it, `content_sha256` what signatures sign.
    """

    __tablename__ = "temporary_change"
    __table_args__ = (
        UniqueConstraint("document_id", "ordinal"),
        CheckConstraint("first_day <= last_day", name="days"),
        CheckConstraint(
            "(status IN ('draft', 'discarded')) = (content_sha256 IS NULL)", name="content_fixed"
        ),
        CheckConstraint(
            "(status IN ('issued', 'revoked')) = (valid_from IS NOT NULL)"
            " AND (valid_from IS NULL) = (valid_until IS NULL)"
            " AND (valid_from IS NULL) = (approved_at IS NULL)",
            name="approved_whole",
        ),
        CheckConstraint(
            "(status IN ('revoked', 'discarded')) = (ended_at IS NOT NULL)"
            " AND (ended_at IS NULL) = (end_reason = '')",
            name="ended_whole",
        ),
        CheckConstraint("valid_from < valid_until", name="interval"),
        Index("ix_temporary_change_revision", "revision_id", "status"),
        Index("ix_temporary_change_approver", "approver_id", "status"),
        Index("ix_temporary_change_status", "status", "last_day"),
    )

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    revision_id: Mapped[UUID] = mapped_column(ForeignKey("revision.id"))
    ordinal: Mapped[int]
    place: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(500))
    basis: Mapped[str] = mapped_column(String(500), default="")
    #: Days of the company's zone, both included.
    first_day: Mapped[date]
    last_day: Mapped[date]
    status: Mapped[ChangeStatus] = mapped_column(checked(ChangeStatus), default=ChangeStatus.DRAFT)
    content: Mapped[str | None] = mapped_column(Text)
    content_sha256: Mapped[str | None] = mapped_column(String(64))
    #: Rises with each submission; signatures of earlier rounds no longer count (A-9).
    round: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    #: Others who worded or submitted it: none of them approves it (A-2).
    editors: Mapped[list[Any]] = mapped_column(default=list)
    submitted_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime | None]
    #: Who is asked to approve it, and who did.
    approver_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    #: It holds at t: from <= t < until, UTC.
    valid_from: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    returned_reason: Mapped[str] = mapped_column(String(500), default="")
    #: Revoked before its end, or discarded as a draft.
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    end_reason: Mapped[str] = mapped_column(String(500), default="")

    def word(self, wording: Wording) -> None:
        """Let it say something else."""
        self.place, self.text = wording.place, wording.text
        self.reason, self.basis = wording.reason, wording.basis
        self.first_day, self.last_day = wording.first_day, wording.last_day

    def wording(self) -> Wording:
        """Return what it says."""
        return Wording(self.place, self.text, self.reason, self.basis, self.first_day, self.last_day)

    def dates(self, revision: Revision) -> ChangeDates:
        """Return what its state is computed from; `revision` is the one that it changes."""
        revoked = self.ended_at if self.status is ChangeStatus.REVOKED else None
        return ChangeDates(self.status, self.valid_from, self.valid_until, revoked, revision.effective_until)
