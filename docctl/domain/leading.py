"""Decides who is the leader in charge (分管领导) of a unit from a day on (O-3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from docctl.domain.verdicts import Allowed, Refused, Verdict

_EARLIEST: Final = date(1950, 1, 1)
_AHEAD: Final = timedelta(days=366)
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Led:
    """Somebody leads a unit from one day to another, the last one included; without one, until further."""

    person_id: UUID
    name: str
    from_on: date
    until_on: date | None = None


def may_lead(unit: str, times: Sequence[Led], person_id: UUID, from_on: date, *, today: date) -> Verdict:
    """Say whether a person may lead a unit from a day on; `times` are those of the unit so far (O-3).

    Whoever leads it until then ends on the day before. A time that begins on that very day, or has begun
    after it, is in the way; one that is still to come is not: the new one ends before it.
    """
    if not _EARLIEST <= from_on <= today + _AHEAD:
        return Refused("O-3", "day_unlikely", {"latest": today + _AHEAD})
    for one in times:
        if one.from_on == from_on or from_on < one.from_on <= today:
            return Refused("O-3", "leader_later", {"unit": unit, "name": one.name, "from": one.from_on})
        if one.person_id == person_id and runs_into(one, from_on):
            return Refused("O-3", "leads_already", {"unit": unit, "name": one.name})
    return Allowed()


def runs_into(time: Led, day: date) -> bool:
    """Say whether a time as leader began before a day and is not over on it."""
    return time.from_on < day and (time.until_on is None or time.until_on >= day)


def last_day_from(times: Iterable[Led], from_on: date) -> date | None:
    """Return the day before the next time in charge after a day, None where none is to come (O-3)."""
    later = [one.from_on for one in times if one.from_on > from_on]
    return min(later) - DAY if later else None


def is_over(time: Led, *, today: date) -> bool:
    """Say whether a time as leader ended before today."""
    return time.until_on is not None and time.until_on < today


def may_stop(unit: str, time: Led, until_on: date, *, others: Iterable[Led], today: date) -> Verdict:
    """Say whether a day may be the last one of a time as leader, `others` being the unit's other times (O-3).

    A last day that was only planned may be moved.
    """
    if time.until_on is not None and is_over(time, today=today):
        return Refused("O-3", "led_until", {"until": time.until_on})
    if until_on < time.from_on:
        return Refused("O-3", "ends_before_it_begins", {"from": time.from_on})
    for one in others:
        if time.from_on < one.from_on <= until_on:
            return Refused("O-3", "leader_next", {"unit": unit, "name": one.name, "from": one.from_on})
    return Allowed()


def may_drop(time: Led, *, today: date) -> Verdict:
    """Say whether a time as leader may be dropped: while it is still to come (O-3)."""
    if time.from_on <= today:
        return Refused("O-3", "leads_since", {"name": time.name, "from": time.from_on})
    return Allowed()
