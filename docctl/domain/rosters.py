"""Decides who is on duty in a post at an instant: by days, weekdays and shifts, holes and overlaps (O-3).

Times are those of the clock on the wall, in the company's zone. A duty whose end is not after its start runs
into the next day; where both are the same, it is a whole day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from docctl.domain.verdicts import Allowed, Refused, Verdict

DAY: Final = timedelta(days=1)
EVERY_DAY: Final = frozenset(range(1, 8))
LONGEST_SHIFT: Final = 40
_EARLIEST: Final = date(1950, 1, 1)
_AHEAD: Final = 366 * DAY
#: A week, with the duties that run into it and out of it, shows every overlap of two weekly patterns.
_LOOKED_AT: Final = 9


@dataclass(frozen=True, slots=True)
class Duty:
    """Somebody's duty times in a post: on these weekdays (1 is Monday) between two days, from start to end.

    `together`: others may be on duty at the same time.
    """

    person_id: UUID
    name: str
    from_on: date
    until_on: date | None
    weekdays: frozenset[int] = EVERY_DAY
    start: time = time(0)
    end: time = time(0)
    together: bool = False

    def is_on(self, day: date) -> bool:
        """Say whether a duty begins on a day."""
        within = self.from_on <= day and (self.until_on is None or day <= self.until_on)
        return within and day.isoweekday() in self.weekdays

    def span(self, day: date) -> tuple[datetime, datetime]:
        """Return from when to when a duty of a day lasts, the end not included."""
        over = day if self.end > self.start else day + DAY
        return datetime.combine(day, self.start), datetime.combine(over, self.end)

    def covers(self, at: datetime) -> bool:
        """Say whether an instant, as the clock on the wall shows it, lies in a duty."""
        for day in (at.date(), at.date() - DAY):
            if self.is_on(day):
                start, end = self.span(day)
                if start <= at < end:
                    return True
        return False


@dataclass(frozen=True, slots=True)
class Held:
    """Who holds a post between two days, the last one included."""

    person_id: UUID
    from_on: date
    until_on: date | None = None

    def is_on(self, day: date) -> bool:
        """Say whether the person holds it on a day."""
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Who holds a post at an instant: `people` to whom its work is shown; whether a roster says so.

    `is_hole`: a roster says that somebody is on duty on that day, and nobody is at that instant.
    """

    people: frozenset[UUID]
    by_roster: bool = False
    is_hole: bool = False


def holds_post_at(holders: Iterable[Held], duties: Sequence[Duty], at: datetime) -> OnDuty:
    """Return who holds a post at an instant: who is on duty, all its holders where nobody is (O-3).

    A duty counts only while its person holds the post: work is shown to nobody only where it is vacant.
    """
    day = at.date()
    there = frozenset(one.person_id for one in holders if one.is_on(day))
    on = frozenset(one.person_id for one in duties if one.person_id in there and one.covers(at))
    if on:
        return OnDuty(on, by_roster=True)
    return OnDuty(there, is_hole=runs_on(duties, day))


def runs_on(duties: Iterable[Duty], day: date) -> bool:
    """Say whether a post has a roster on a day: from the first day of any duty to the last one's."""
    return any(one.from_on <= day and (one.until_on is None or day <= one.until_on) for one in duties)


def may_be_on_duty(new: Duty, there: Sequence[Duty], holders: Sequence[Held], *, today: date) -> Verdict:
    """Say whether duty times may stand in a roster beside those there (O-3).

    Their person holds the post on the first day; nobody is on duty twice at once, two people only together.
    """
    if not new.weekdays or not new.weekdays <= EVERY_DAY:
        return Refused("O-3", "duty_no_days")
    if not _EARLIEST <= new.from_on <= today + _AHEAD:
        return Refused("O-3", "day_unlikely", {"latest": today + _AHEAD})
    if new.until_on is not None and new.until_on < new.from_on:
        return Refused("O-3", "ends_before_it_begins", {"from": new.from_on})
    if not any(one.person_id == new.person_id and one.is_on(new.from_on) for one in holders):
        return Refused("O-3", "duty_no_holder", {"name": new.name, "day": new.from_on})
    for one in there:
        if one.together and new.together and one.person_id != new.person_id:
            continue
        if (found := overlap(one, new)) is not None:
            code = "duty_twice" if one.person_id == new.person_id else "duty_overlap"
            return Refused("O-3", code, {"name": one.name, "day": found.date(), "time": f"{found:%H:%M}"})
    return Allowed()


def overlap(one: Duty, other: Duty) -> datetime | None:
    """Return the first instant at which two duties meet, None where they never do."""
    first = max(one.from_on, other.from_on) - DAY
    ends = [each.until_on for each in (one, other) if each.until_on is not None]
    last = min([*ends, first + _LOOKED_AT * DAY]) + DAY
    for start, end in _spans([one], first, last):
        for begins, ends_at in _spans([other], first, last):
            if start < ends_at and begins < end:
                return max(start, begins)
    return None


def holes(
    holders: Sequence[Held], duties: Sequence[Duty], first: date, days: int
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the times without anybody on duty within some days on which the post has a roster (O-3)."""
    held = [_kept(one, holders, first - DAY, first + days * DAY) for one in duties]
    spans = sorted(span for parts in held for span in parts)
    for place in range(days):
        day = first + place * DAY
        if not runs_on(duties, day):
            continue
        at, over = datetime.combine(day, time(0)), datetime.combine(day + DAY, time(0))
        for start, end in spans:
            if end <= at or start >= over:
                continue
            if start > at:
                yield at, start
            at = max(at, end)
        if at < over:
            yield at, over


def joined(spans: Iterable[tuple[datetime, datetime]]) -> tuple[tuple[datetime, datetime], ...]:
    """Return spans in order, those that follow on each other as one."""
    found: list[tuple[datetime, datetime]] = []
    for start, end in spans:
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return tuple(found)


def may_end_duty(duty: Duty, until_on: date, *, today: date) -> Verdict:
    """Say whether a day may be the last one of duty times; the day before their first drops coming ones."""
    if duty.until_on is not None and duty.until_on < today:
        return Refused("O-3", "duty_over", {"until": duty.until_on})
    if until_on < duty.from_on - DAY:
        return Refused("O-3", "ends_before_it_begins", {"from": duty.from_on})
    if until_on < duty.from_on <= today:
        return Refused("O-3", "duty_begun", {"from": duty.from_on})
    return Allowed()


def _spans(duties: Iterable[Duty], first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
    for one in duties:
        day = first
        while day <= last:
            if one.is_on(day):
                yield one.span(day)
            day += DAY


def _kept(duty: Duty, holders: Sequence[Held], first: date, last: date) -> list[tuple[datetime, datetime]]:
    """Return the spans of a duty, cut to the days on which its person holds the post."""
    held = [one for one in holders if one.person_id == duty.person_id]
    found = []
    for start, end in _spans([duty], first, last):
        at = start
        while at < end:
            over = min(end, datetime.combine(at.date() + DAY, time(0)))
            if any(one.is_on(at.date()) for one in held):
                found.append((at, over))
            at = over
    return found
