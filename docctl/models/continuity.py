"""Which forms are to be filled in each period at a place, and what explains a missing one (N-8, N-5)."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from docctl.domain.continuity import Continuity, Period
from docctl.models.base import Base, Identified, checked


class ContinuityRule(Identified, Base):
    """That a form is to be filled in each period at a unit or a post, from a day on (N-8)."""

    __tablename__ = "continuity_rule"
    __table_args__ = (
        CheckConstraint("(unit_id IS NULL) <> (post_id IS NULL)", name="one_place"),
        CheckConstraint("until_on IS NULL OR from_on <= until_on", name="interval"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_whole"),
        CheckConstraint("(ended_at IS NULL) = (end_reason = '')", name="ended_reason"),
        Index("ix_continuity_rule_form", "form_id"),
    )

    form_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    period: Mapped[Period] = mapped_column(checked(Period))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    post_id: Mapped[UUID | None] = mapped_column(ForeignKey("post.id"))
    #: When shifts begin, as HH:MM in order.
    shifts: Mapped[list[Any]] = mapped_column(default=list)
    days_off: Mapped[bool] = mapped_column(default=False, server_default=false())
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    declared_at: Mapped[datetime]
    declared_by: Mapped[UUID]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]
    end_reason: Mapped[str] = mapped_column(String(500), default="")

    def rule(self) -> Continuity:
        """Return the rule as decisions see it."""
        shifts = tuple(time.fromisoformat(one) for one in self.shifts)
        return Continuity(self.period, self.from_on, self.until_on, shifts, self.days_off)


class ContinuityExplanation(Identified, Base):
    """What explains that a period has no record; it stays, also once one is filed late (N-5)."""

    __tablename__ = "continuity_explanation"
    __table_args__ = (
        UniqueConstraint("rule_id", "slot"),
        CheckConstraint("reason <> ''", name="reason_given"),
    )

    rule_id: Mapped[UUID] = mapped_column(ForeignKey("continuity_rule.id"))
    slot: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(500))
    explained_at: Mapped[datetime]
    explained_by: Mapped[UUID]
