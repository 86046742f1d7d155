"""The clock of a story: it stands where the teller puts it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from docctl.domain.calendar_content import calendar_of, shipped_calendar
from docctl.domain.limits import due
from docctl.domain.step_limits import USUAL
from docctl.domain.working_calendar import ONE_DAY


class Told:
    """A clock that only the teller moves, never backwards."""

    def __init__(self, begins: datetime) -> None:
        self._now = begins

    def __call__(self) -> datetime:
        """Return the instant that is being told."""
        return self._now

    def move(self, at: datetime) -> None:
        """Go on to an instant; one that has passed already is told right after the last."""
        self._now = max(self._now, at)


def near_due(at: datetime, today: date) -> datetime:
    """Return when to tell of a step that shall be due by tomorrow: at the same time of a nearer day."""
    calendar, zone = calendar_of(shipped_calendar()), at.tzinfo or UTC

    def on(day: date) -> datetime:
        return at.replace(year=day.year, month=day.month, day=day.day)

    day = today
    while due(USUAL, on(day), calendar, zone).last_day > today + ONE_DAY:
        day -= ONE_DAY
    return max(at, on(day))
