"""Numbered reminders of steps whose time is over (催办单, A-13)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from docctl.models.base import Base, Identified


class Reminder(Identified, Base):
    """A slip that reminds who has an overdue step, under the next number of the year; it stays (A-13)."""

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("step_id", "ordinal"),
        CheckConstraint("ordinal >= 1", name="ordinal"),
        Index("ix_reminder_issued", "issued_at"),
    )

    number: Mapped[str] = mapped_column(String(40), unique=True)
    step_id: Mapped[UUID] = mapped_column(ForeignKey("step.id"))
    #: The how manieth of this step.
    ordinal: Mapped[int]
    #: To whom, and of which unit they were then.
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    #: Until when the step ran as it was issued.
    due_at: Mapped[datetime]
    issued_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    issued_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(500))
