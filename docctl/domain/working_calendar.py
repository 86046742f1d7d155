"""Decides which days and hours are worked: the week, holidays, make-up days, a company's own days (W-2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from docctl.domain.calendar_dates import midnight

ONE_DAY: Final = timedelta(days=1)


class DayKind(StrEnum):
    """Why a day is worked, or is not."""

    WORKING = "working"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"
    OWN_DAY_OFF = "own_day_off"
    OWN_WORKING_DAY = "own_working_day"


#: The kinds of days on which people work.
WORKED: Final = frozenset({DayKind.WORKING, DayKind.MAKE_UP, DayKind.OWN_WORKING_DAY})


@dataclass(frozen=True, slots=True)
class Day:
    """A day as a calendar sees it; `name` is the holiday's, or why the company closes or works.

    `is_provisional`: the holidays of its year are not announced, so only the week and own days are known.
    """

    date: date
    kind: DayKind
    name: str = ""
    is_provisional: bool = False

    @property
    def is_worked(self) -> bool:
        """Whether people work on it."""
        return self.kind in WORKED


@dataclass(frozen=True, slots=True)
class Calendar:
    """A working calendar: weekdays by ISO number (1 is Monday), hours within one day, in order.

    A day's kind is what the company said of it, else what the State Council announced, else its weekday.
    """

    week: frozenset[int]
    hours: tuple[tuple[time, time], ...]
    announced: frozenset[int] = frozenset()
    days_off: Mapping[date, str] = field(default_factory=dict)
    make_up_days: Mapping[date, str] = field(default_factory=dict)
    own_days_off: Mapping[date, str] = field(default_factory=dict)
    own_working_days: Mapping[date, str] = field(default_factory=dict)

    def day(self, on: date) -> Day:
        """Return what a day is (W-2)."""
        provisional = on.year not in self.announced
        for kind, named in (
            (DayKind.OWN_DAY_OFF, self.own_days_off),
            (DayKind.OWN_WORKING_DAY, self.own_working_days),
            (DayKind.HOLIDAY, self.days_off),
            (DayKind.MAKE_UP, self.make_up_days),
        ):
            if on in named:
                return Day(on, kind, named[on], provisional)
        kind = DayKind.WORKING if on.isoweekday() in self.week else DayKind.WEEKEND
        return Day(on, kind, "", provisional)

    def days_from(self, on: date, *, back: bool = False) -> Iterator[Day]:
        """Yield a day and those after it, or before it, without end."""
        while True:
            yield self.day(on)
            on = on - ONE_DAY if back else on + ONE_DAY

    def open_hours(self, on: date, zone: tzinfo) -> tuple[tuple[datetime, datetime], ...]:
        """Return from when to when people work on a day, UTC, in order; nothing on a day off (W-2).

        Of hours that are not there, on the night on which the clocks go forward, nothing is left.
        """
        found: list[tuple[datetime, datetime]] = []
        for start, end in self.hours if self.day(on).is_worked else ():
            opens, closes = _instant(on, start, zone), _instant(on, end, zone)
            if found:
                opens = max(opens, found[-1][1])
            if opens < closes:
                found.append((opens, closes))
        return tuple(found)


def _instant(on: date, at: time, zone: tzinfo) -> datetime:
    if at == time.max:  # 24:00 is the first moment of the next day
        return midnight(on + ONE_DAY, zone)
    return datetime.combine(on, at, zone).astimezone(UTC)
