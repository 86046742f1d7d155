"""Decides who is the leader in charge (分管领导) of a unit from a day on (O-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from docctl.domain.verdicts import Allowed, Refused, Verdict

_EARLIEST: Final = date(1950, 1, 1)
_AHEAD: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Led:
    """Somebody leads a unit from one day to another, the last one included; without one, until further."""

    person_id: UUID
    name: str
    from_on: date
    until_on: date | None = None


def may_lead(unit: str, times: Sequence[Led], person_id: UUID, from_on: date, *, today: date) -> Verdict:
    """Say whether a person may lead a unit from a day on; `times` are those of the unit so far (O-3).

    Whoever leads it until then ends on the day before; a time that begins then or later is in the way.
    """
    if not _EARLIEST <= from_on <= today + _AHEAD:
        return Refused("O-3", "day_unlikely", {"latest": today + _AHEAD})
    for one in times:
        if one.from_on >= from_on:
            return Refused("O-3", "leader_later", {"unit": unit, "name": one.name, "from": one.from_on})
        if one.person_id == person_id and (one.until_on is None or one.until_on >= from_on):
            return Refused("O-3", "leads_already", {"unit": unit, "name": one.name})
    return Allowed()


def may_stop(time: Led, until_on: date) -> Verdict:
    """Say whether a time as leader may end with a day (O-3)."""
    if time.until_on is not None:
        return Refused("O-3", "led_until", {"until": time.until_on})
    if until_on < time.from_on:
        return Refused("O-3", "ends_before_it_begins", {"from": time.from_on})
    return Allowed()
