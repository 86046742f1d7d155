"""Whom a route tells of a revision, from when on, and when they said that they know (A-10)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from docctl.models.base import Base, Identified


class CopyStep(Identified, Base):
    """A person told by a copy-to step in a round: no signature, and nothing waits for it (A-10).

    It is open from `opened_at` until it is acknowledged, while the revision is under way or issued and its
    round has not changed.
    """

    __tablename__ = "copy_step"
    __table_args__ = (
        UniqueConstraint("revision_id", "round", "position", "person_id"),
        Index("ix_copy_step_person", "person_id", "acknowledged_at"),
        CheckConstraint("acknowledged_at IS NULL OR opened_at <= acknowledged_at", name="interval"),
        CheckConstraint("acknowledged_at IS NOT NULL OR remark = ''", name="remark_with_answer"),
    )

    revision_id: Mapped[UUID] = mapped_column(ForeignKey("revision.id"))
    round: Mapped[int]
    #: Its place among the copy-to steps of the route; all of a post have the same.
    position: Mapped[int]
    #: It begins with this stage of signatures, or with the issue (A-1).
    stage: Mapped[int]
    #: How the route calls it, such as 抄报; "" for a plain copy.
    name: Mapped[str] = mapped_column(String(60))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    #: Whom the route wanted: a post, head, leader or person, and of what (A-8).
    who: Mapped[str] = mapped_column(String(10))
    who_of: Mapped[str] = mapped_column(String(200))
    opened_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(String(500), default="")
