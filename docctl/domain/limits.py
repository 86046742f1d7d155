"""Decides until when something must be done: an amount and a unit, after or before a start (时限; W-1, W-2).

How days are counted (民法典 第二百条至第二百零四条, the Civil Code, articles 200 to 204):

- Days, weeks and months: the day of the start is not counted, counting begins with the day after it (201).
  The time ends with the last moment, 24:00, of the last day (203).
- Months: the last day is the one with the start's number; where the month has none, its last day (202).
- Hours run from the start itself (201), natural hours through nights and holidays, working hours only while
  people work: a start outside the hours counts from the next opening.
- A last day that is a day off stays the last day, unless the limit *rolls*: then the next working day is the
  last one (203). A company's own procedure may say either (204); not to roll is the careful default.
- Before an event the days are counted backwards: ten days before a meeting on the 20th end with the 10th.
- By the nth of the next month, or of the first month of the next quarter: the start lies in the period that
  is reported on; in a shorter month it is the month's last day.

What is done at the very instant a limit ends is in time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import takewhile
from typing import Final

from docctl.domain.calendar_dates import add_months, last_of_month, midnight
from docctl.domain.verdicts import Allowed, Refused, Verdict, require
from docctl.domain.working_calendar import ONE_DAY, Calendar, Day


class LimitUnit(StrEnum):
    """In what a limit is counted; the last two name a day, and the amount is its number."""

    HOURS = "hours"
    WORKING_HOURS = "working_hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    WEEKS = "weeks"
    MONTHS = "months"
    DAY_OF_NEXT_MONTH = "day_of_next_month"
    DAY_OF_NEXT_QUARTER = "day_of_next_quarter"


U: Final = LimitUnit

#: The most of each unit: no procedure needs more, and counting ends soon.
MOST: Final = {
    U.HOURS: 8_784,
    U.WORKING_HOURS: 2_000,
    U.DAYS: 3_660,
    U.WORKING_DAYS: 1_000,
    U.WEEKS: 520,
    U.MONTHS: 120,
    U.DAY_OF_NEXT_MONTH: 31,
    U.DAY_OF_NEXT_QUARTER: 31,
}
#: Units that name a day: nothing can be so much before.
_NAMED: Final = frozenset({U.DAY_OF_NEXT_MONTH, U.DAY_OF_NEXT_QUARTER})
_HOURS: Final = frozenset({U.HOURS, U.WORKING_HOURS})
#: Units that do not look at the calendar, unless the limit rolls.
_NATURAL: Final = frozenset(U) - {U.WORKING_HOURS, U.WORKING_DAYS}
#: Between these years every limit ends on a day that can be written.
_YEARS: Final = range(1990, 2191)
#: So far from the start working days and hours are looked for: a calendar may have next to none.
REACH_YEARS: Final = 25
_REACH_DAYS: Final = REACH_YEARS * 365


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount of a unit after the start, or before it; 0 days is the day of the start itself (W-1)."""

    amount: int
    unit: LimitUnit
    before: bool = False
    rolls: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """Until when, UTC; what happens later than `until` is late.

    `counted` and `skipped` are the days that were looked at in the calendar, in the order of counting;
    `is_provisional` says that one of them lies in a year whose holidays are not announced.
    """

    until: datetime
    last_day: date
    counted: tuple[Day, ...] = ()
    skipped: tuple[Day, ...] = ()
    is_provisional: bool = False

    def is_late(self, at: datetime) -> bool:
        """Say whether the instant is too late (W-1)."""
        return at > self.until


def check_limit(limit: Limit) -> Verdict:
    """Say whether a limit can be counted (W-1)."""
    least = 0 if limit.unit is U.DAYS else 1
    if not least <= limit.amount <= MOST[limit.unit]:
        return Refused("W-1", "amount_unfit", {"least": least, "most": MOST[limit.unit]})
    if limit.before and limit.unit in _NAMED:
        return Refused("W-1", "before_unfit")
    if limit.rolls and limit.unit in _HOURS:
        return Refused("W-1", "rolls_unfit")
    return Allowed()


def due(limit: Limit, start: datetime, calendar: Calendar, zone: tzinfo) -> Due:
    """Return when a limit ends that starts at an aware instant; days are those of `zone` (W-1, W-2).

    Raises RuleRefused for a limit that cannot be counted, a start outside the years 1990 to 2190, or a
    calendar with so few working days that the end lies more than 25 years away.
    """
    require(check_limit(limit))
    # The year first: what lies at the end of time has no instant in another zone.
    begins = start.astimezone(zone).date() if start.year - 1 in range(1, 9_998) else start.date()
    if begins.year not in _YEARS:
        require(Refused("W-1", "start_unfit", {"first": _YEARS[0], "last": _YEARS[-1]}))
    start = start.astimezone(UTC)  # in a zone an hour more may be two, or none
    if limit.unit is U.HOURS:
        until = start + (-1 if limit.before else 1) * timedelta(hours=limit.amount)
        return Due(until, until.astimezone(zone).date())
    if limit.unit is U.WORKING_HOURS:
        return _working_hours(limit, start, calendar, zone)
    counted, skipped = _days(limit, begins, calendar)
    last = counted[-1] if counted else calendar.day(begins)
    looked_at = () if limit.unit in _NATURAL else (*counted, *skipped)
    if limit.rolls:
        looked_at = (*looked_at, last)
    if limit.rolls and not last.is_worked:
        beyond = list(
            takewhile(lambda day: not day.is_worked, _reached(calendar, last.date, back=limit.before))
        )
        skipped = (*skipped, *beyond)
        after = -ONE_DAY if limit.before else ONE_DAY
        last = calendar.day(beyond[-1].date + after)
        counted = (*(one for one in counted if one.date != beyond[0].date), last)
        looked_at = (*looked_at, *beyond, last)
    return Due(
        midnight(last.date + ONE_DAY, zone),
        last.date,
        counted,
        skipped,
        any(one.is_provisional for one in looked_at),
    )


def _reached(calendar: Calendar, on: date, *, back: bool) -> Iterator[Day]:
    """Yield a day and those after or before it; raise RuleRefused where they lead too far (W-1)."""
    for number, day in enumerate(calendar.days_from(on, back=back)):
        if number > _REACH_DAYS:
            require(Refused("W-1", "out_of_reach", {"years": REACH_YEARS}))
        yield day


def _days(limit: Limit, begins: date, calendar: Calendar) -> tuple[tuple[Day, ...], tuple[Day, ...]]:
    """Return the days counted and skipped, the day of the start being neither (article 201)."""
    sign = -1 if limit.before else 1
    if limit.unit is not U.WORKING_DAYS:
        last = _last_day(limit, begins, sign)
        between = range(1, abs((last - begins).days) + 1)
        return tuple(calendar.day(begins + sign * number * ONE_DAY) for number in between), ()
    counted: list[Day] = []
    skipped: list[Day] = []
    for day in _reached(calendar, begins + sign * ONE_DAY, back=limit.before):
        (counted if day.is_worked else skipped).append(day)
        if len(counted) == limit.amount:
            break
    return tuple(counted), tuple(skipped)


def _last_day(limit: Limit, begins: date, sign: int) -> date:
    match limit.unit:
        case LimitUnit.DAYS:
            return begins + sign * limit.amount * ONE_DAY
        case LimitUnit.WEEKS:
            return begins + sign * limit.amount * 7 * ONE_DAY
        case LimitUnit.MONTHS:
            return add_months(begins, sign * limit.amount)
        case _:
            ahead = 1 if limit.unit is U.DAY_OF_NEXT_MONTH else 3 - (begins.month - 1) % 3
            month = add_months(begins.replace(day=1), ahead)
            return month.replace(day=min(limit.amount, last_of_month(month.year, month.month).day))


def _working_hours(limit: Limit, start: datetime, calendar: Calendar, zone: tzinfo) -> Due:
    left = timedelta(hours=limit.amount)
    counted: list[Day] = []
    skipped: list[Day] = []
    for day in _reached(calendar, start.astimezone(zone).date(), back=limit.before):
        used = False
        hours = calendar.open_hours(day.date, zone)
        for opens, closes in reversed(hours) if limit.before else hours:
            first, last = (opens, min(closes, start)) if limit.before else (max(opens, start), closes)
            if first >= last:
                continue
            used = True
            if left <= last - first:
                until = last - left if limit.before else first + left
                seen = (*counted, day, *skipped)
                provisional = any(one.is_provisional for one in seen)
                return Due(until, day.date, (*counted, day), tuple(skipped), provisional)
            left -= last - first
        if used:
            counted.append(day)
        elif not day.is_worked:
            skipped.append(day)
    raise AssertionError("days have no end")


@dataclass(frozen=True, slots=True)
class Clock:
    """A limit that runs: from when, by which calendar, until when; `ended_at` once it was met (W-1, W-2).

    `calendar` names the revision and the hash of its content.
    """

    limit: Limit
    started_at: datetime
    calendar: str
    until: datetime
    ended_at: datetime | None = None

    @property
    def was_late(self) -> bool | None:
        """Whether it ended late; None while it runs."""
        return None if self.ended_at is None else self.ended_at > self.until


def start_clock(limit: Limit, at: datetime, calendar: Calendar, named: str, zone: tzinfo) -> Clock:
    """Return a clock that starts at an instant, by the calendar of that name (W-1)."""
    return Clock(limit, at, named, due(limit, at, calendar, zone).until)


def recount(clock: Clock, calendar: Calendar, named: str, zone: tzinfo) -> Clock:
    """Return a clock by another calendar, from its first start; one that has ended never changes (W-2)."""
    if clock.ended_at is not None:
        return clock
    until = due(clock.limit, clock.started_at, calendar, zone).until
    return replace(clock, calendar=named, until=until)
