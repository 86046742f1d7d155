"""Duty rosters of posts: who is on duty on which days, weekdays and times (O-3)."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from docctl.domain.rosters import Duty
from docctl.models.base import Base, Identified


class PostDuty(Identified, Base):
    """Duty times of somebody in a post; as text, so that the inbox asks by the clock on the wall.

    `weekdays` are digits, 1 for Monday; `starts` and `ends` are HH:MM, an end not later is tomorrow's.
    """

    __tablename__ = "post_duty"
    __table_args__ = (
        CheckConstraint("weekdays <> ''", name="some_days"),
        Index("ix_post_duty_post", "post_id", "from_on"),
        Index("ix_post_duty_person", "person_id"),
    )

    post_id: Mapped[UUID] = mapped_column(ForeignKey("post.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    weekdays: Mapped[str] = mapped_column(String(7))
    starts: Mapped[str] = mapped_column(String(5))
    ends: Mapped[str] = mapped_column(String(5))
    #: What the shift is called, such as 早班.
    shift: Mapped[str] = mapped_column(String(40), default="")
    together: Mapped[bool] = mapped_column(default=False, server_default=false())
    added_at: Mapped[datetime]
    added_by: Mapped[UUID | None]

    def duty(self, name: str) -> Duty:
        """Return the duty times as the rules see them."""
        return Duty(
            self.person_id,
            name,
            self.from_on,
            self.until_on,
            frozenset(map(int, self.weekdays)),
            time.fromisoformat(self.starts),
            time.fromisoformat(self.ends),
            self.together,
        )
