"""Which periods a form is to be filled in for at a place, and which of them have no record (N-8, N-5).

Nothing is stored for a period: a rule says from which day on, the working calendar which days count, and the
periods follow.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from docctl.domain.reasons import reason_given
from docctl.domain.verdicts import Allowed, Refused, Verdict

MOST_SHIFTS: Final = 6
#: A rule begins at most so many days ago, or from now.
FURTHEST: Final = timedelta(days=1100)
_ONE_DAY: Final = timedelta(days=1)

IsWorked = Callable[[date], bool]


class Period(StrEnum):
    """How often a form is to be filled in at a place."""

    SHIFT = "shift"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Continuity:
    """A rule: each period from a day on, up to a last one; `shifts` are when they begin, in order.

    `days_off`: days on which nobody works by the calendar count as well.
    """

    period: Period
    from_on: date
    until_on: date | None = None
    shifts: tuple[time, ...] = ()
    days_off: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """A period for which a record is to be there: its name, and its first and last day."""

    key: str
    first: date
    last: date


def _bounds(period: Period, on: date) -> tuple[date, date]:
    """Return the first and the last day of the period that a day is in."""
    if period is Period.WEEK:
        first = on - timedelta(days=on.isoweekday() - 1)
        return first, first + timedelta(days=6)
    if period is Period.MONTH:
        return _months(on.year, on.month, 1)
    if period is Period.QUARTER:
        return _months(on.year, (on.month - 1) // 3 * 3 + 1, 3)
    if period is Period.YEAR:
        return _months(on.year, 1, 12)
    return on, on


def _months(year: int, month: int, count: int) -> tuple[date, date]:
    after = year * 12 + month - 1 + count
    return date(year, month, 1), date(after // 12, after % 12 + 1, 1) - _ONE_DAY


def _key(period: Period, first: date) -> str:
    if period is Period.WEEK:
        year, week, _ = first.isocalendar()
        return f"{year:04d}-W{week:02d}"
    if period is Period.MONTH:
        return f"{first:%Y-%m}"
    if period is Period.QUARTER:
        return f"{first.year:04d}-Q{(first.month + 2) // 3}"
    return f"{first.year:04d}" if period is Period.YEAR else first.isoformat()


def _slots_of(rule: Continuity, first: date, last: date) -> Iterator[Slot]:
    """Yield the slots of one period: one for each shift, which may end on the day after."""
    if rule.period is not Period.SHIFT:
        yield Slot(_key(rule.period, first), first, last)
        return
    for place in range(len(rule.shifts)):
        is_last = place == len(rule.shifts) - 1
        over = is_last and rule.shifts[0] > time.min
        yield Slot(f"{first.isoformat()}.{place + 1}", first, first + _ONE_DAY if over else first)


def expected(rule: Continuity, first: date, last: date, is_worked: IsWorked) -> Iterator[Slot]:
    """Yield the periods that end from a first to a last day, in order, each whole within its rule (N-8).

    A period counts where any of its days is worked by the calendar, or days off count as well.
    """
    on = max(first - _ONE_DAY, rule.from_on)
    on, end = _bounds(rule.period, on)
    while on <= last:
        within = rule.from_on <= on and (rule.until_on is None or end <= rule.until_on)
        if within and _counts(rule, on, end, is_worked):
            for slot in _slots_of(rule, on, end):
                if first <= slot.last <= last:
                    yield slot
        if end >= date.max - timedelta(days=400):
            return
        on, end = _bounds(rule.period, end + _ONE_DAY)


def _counts(rule: Continuity, first: date, last: date, is_worked: IsWorked) -> bool:
    if rule.days_off:
        return True
    day = first
    while day <= last:
        if is_worked(day):
            return True
        day += _ONE_DAY
    return False


def slot_at(rule: Continuity, at: datetime) -> str:
    """Return the name of the period that an instant is in, `at` in the company's zone (N-8).

    What happens before the first shift of a day belongs to the last one of the day before.
    """
    day = at.date()
    if rule.period is not Period.SHIFT:
        return _key(rule.period, _bounds(rule.period, day)[0])
    begun = sum(start <= at.time() for start in rule.shifts)
    if not begun:
        return f"{(day - _ONE_DAY).isoformat()}.{len(rule.shifts)}"
    return f"{day.isoformat()}.{begun}"


def missing(
    rule: Continuity, have: Collection[str], *, first: date, today: date, is_worked: IsWorked
) -> list[Slot]:
    """Return the periods that are over without a record, of those that end from a day on (N-5, N-8)."""
    slots = expected(rule, first, today - _ONE_DAY, is_worked)
    return [one for one in slots if one.key not in have]


def read_shifts(text: str) -> tuple[time, ...] | Refused:
    """Return when shifts begin, as typed: `08:00, 16:00, 00:00`; in the order of the day (N-8)."""
    found = []
    for one in text.replace("，", ",").replace("、", ",").split(","):
        hour, mark, minute = one.strip().partition(":")
        known = mark and hour.isascii() and hour.isdigit() and minute.isascii() and minute.isdigit()
        if not known or int(hour) > 23 or int(minute) > 59:
            return Refused("N-8", "shift_unreadable", {"text": one.strip()[:20]})
        found.append(time(int(hour), int(minute)))
    if len(set(found)) < len(found) or not 2 <= len(found) <= MOST_SHIFTS:
        return Refused("N-8", "shifts_unfit", {"most": MOST_SHIFTS})
    return tuple(sorted(found))


def may_declare(rule: Continuity, *, today: date) -> Verdict:
    """Say whether a rule may hold: shifts where they are meant, days neither far nor backwards (N-8)."""
    if (rule.period is Period.SHIFT) != bool(rule.shifts):
        return Refused("N-8", "shifts_needed" if not rule.shifts else "no_shifts")
    if abs(rule.from_on - today) > FURTHEST:
        return Refused("N-8", "day_unlikely", {"days": FURTHEST.days})
    if rule.until_on is not None and rule.until_on < rule.from_on:
        return Refused("N-8", "ends_before", {"first": rule.from_on})
    return Allowed()


def may_end_continuity(
    rule: Continuity, *, until_on: date, reason: str, declared_until: date | None = None
) -> Verdict:
    """Say whether a day may be the last one of a rule that runs; what is missing stays missing (N-8).

    Where a last day was declared, an end comes no later than that.
    """
    if rule.until_on is not None:
        return Refused("N-8", "ended_already", {"day": rule.until_on})
    if until_on < rule.from_on:
        return Refused("N-8", "ends_before", {"first": rule.from_on})
    if declared_until is not None and until_on > declared_until:
        return Refused("N-8", "ends_later", {"last": declared_until})
    return reason_given(reason, rule="N-8")


def may_explain(
    rule: Continuity,
    slot: str,
    have: Collection[str],
    *,
    explained: bool,
    reason: str,
    today: date,
    is_worked: IsWorked,
) -> Verdict:
    """Say whether a period without a record may be explained: it is over, and nothing is there (N-5)."""
    there = {one.key for one in missing(rule, have, first=rule.from_on, today=today, is_worked=is_worked)}
    if explained:
        return Refused("N-8", "explained_already", {"period": slot[:20]})
    if slot not in there:
        return Refused("N-8", "not_missing", {"period": slot[:20]})
    return reason_given(reason, rule="N-8")
