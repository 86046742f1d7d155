"""Returns of revisions with the list of what is missing, and what of it is done (A-9)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from docctl.domain.approval import Meaning
from docctl.models.base import Base, Identified, checked


class RevisionReturn(Identified, Base):
    """That a revision went back to its author: the how manieth time, by whom, at which step, why (A-9)."""

    __tablename__ = "revision_return"
    __table_args__ = (
        UniqueConstraint("revision_id", "ordinal"),
        Index("ix_revision_return_at", "returned_at"),
    )

    revision_id: Mapped[UUID] = mapped_column(ForeignKey("revision.id"))
    #: 1 for the first time; without holes within a revision.
    ordinal: Mapped[int]
    round: Mapped[int]
    #: What was open then; nothing where it was approved before and came back from document control.
    meaning: Mapped[Meaning | None] = mapped_column(checked(Meaning))
    step_name: Mapped[str] = mapped_column(String(60), default="")
    reason: Mapped[str] = mapped_column(Text)
    returned_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    #: For whom, where the step was another's (A-8).
    on_behalf_of: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    returned_at: Mapped[datetime]


class ReturnItem(Identified, Base):
    """A line of such a list; its author ticks it while mending (A-9)."""

    __tablename__ = "return_item"
    __table_args__ = (
        UniqueConstraint("return_id", "ordinal"),
        CheckConstraint("(done_by IS NULL) = (done_at IS NULL)", name="done_by_and_at"),
    )

    return_id: Mapped[UUID] = mapped_column(ForeignKey("revision_return.id"))
    ordinal: Mapped[int]
    text: Mapped[str] = mapped_column(String(500))
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    done_at: Mapped[datetime | None]
