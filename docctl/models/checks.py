"""What was found in the text of a draft, and how findings were answered (D-12)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from docctl.domain.draft_checks import Check
from docctl.models.base import Base, Identified, checked


class TextCheck(Base):
    """What the checks found in the text of a file; goes with its reading, and is made again at any time.

    `read_at` is that of the reading it was found in, `words_sha256` the hash of the words that were looked
    for: where either is another one now, it is looked for anew. The findings quote the text, so they are
    sealed with the item's key as it is; `found` is plain only without a key store (R-7).
    """

    __tablename__ = "text_check"

    file_id: Mapped[UUID] = mapped_column(ForeignKey("item_file.id"), primary_key=True)
    read_at: Mapped[datetime]
    words_sha256: Mapped[str] = mapped_column(String(64))
    found: Mapped[str] = mapped_column(Text, default="")
    sealed_found: Mapped[bytes | None] = mapped_column(LargeBinary)
    checked_at: Mapped[datetime]


class CheckAnswer(Identified, Base):
    """An answer to a finding of a revision, or that it stands open again; rows are added, the last counts.

    `finding` is a keyed hash of what was found, so that it says nothing about the text without the item's
    key, and the same finding in the next file of the draft has the same answer.
    """

    __tablename__ = "check_answer"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="reason_given"),
        Index("ix_check_answer_revision", "revision_id", "answered_at"),
    )

    revision_id: Mapped[UUID] = mapped_column(ForeignKey("revision.id"))
    kind: Mapped[Check] = mapped_column(checked(Check))
    finding: Mapped[str] = mapped_column(String(64))
    #: Whether it is settled by this; otherwise it stands open again.
    is_settled: Mapped[bool] = mapped_column(default=True)
    reason: Mapped[str] = mapped_column(Text)
    answered_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime]
