"""Decides how long a step of an approval may take, and when it is reminded of (A-4, W-1, W-2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any, Final

from docctl.domain.calendar_dates import midnight
from docctl.domain.limits import Due, Limit, LimitUnit, check_limit, due
from docctl.domain.verdicts import Refused, RuleRefused, Verdict
from docctl.domain.working_calendar import ONE_DAY, Calendar

U: Final = LimitUnit

#: In what a step may be counted: nobody signs by the nth of a month.
UNITS: Final = (U.WORKING_DAYS, U.DAYS, U.WORKING_HOURS, U.HOURS, U.WEEKS)
_HOURS: Final = frozenset({U.HOURS, U.WORKING_HOURS})
_BY_CALENDAR: Final = frozenset({U.WORKING_HOURS, U.WORKING_DAYS})

#: A step of a route, and the approval of a setting, where nothing else is said.
USUAL: Final = Limit(3, U.WORKING_DAYS)

_NAMED: Final = re.compile(r"calendar (\d+) [0-9a-f]{12}", re.ASCII)


def may_limit_step(limit: Limit) -> Verdict:
    """Say whether a step can have this limit: an amount of hours, days or weeks after it opens (W-1)."""
    if limit.unit not in UNITS or limit.before or limit.amount < 1:
        return Refused("W-1", "step_limit_unfit")
    return check_limit(limit)


def asks_calendar(limit: Limit) -> bool:
    """Say whether the end of a limit depends on the working calendar (W-2)."""
    return limit.unit in _BY_CALENDAR or limit.rolls


def limit_to_data(limit: Limit) -> dict[str, Any]:
    """Return the limit of a step as it is stored."""
    return {"amount": limit.amount, "unit": limit.unit.value}


def limit_from_data(data: Mapping[str, Any]) -> Limit:
    """Return a stored limit of a step."""
    return Limit(int(data["amount"]), LimitUnit(data["unit"]))


def remind_at(
    limit: Limit, started: datetime, found: Due, calendar: Calendar, zone: tzinfo
) -> datetime | None:
    """Return when to remind of what is due, UTC; None where it is due too soon for that (A-4).

    With the working day before the last day, or the last day itself where it began later; of hours when a
    quarter of the time is left.
    """
    if limit.unit in _HOURS:
        return found.until - (found.until - started.astimezone(UTC)) / 4
    noon = datetime.combine(found.last_day, time(12), zone)
    try:
        day_before = due(Limit(1, U.WORKING_DAYS, before=True), noon, calendar, zone).last_day
    except RuleRefused:  # nobody works before it: natural days alone
        day_before = found.last_day - ONE_DAY
    begins = (midnight(day, zone) for day in (day_before, found.last_day))
    return next((one for one in begins if one > started), None)


def revision_of_calendar(named: str) -> int | None:
    """Return the number of the calendar's revision that a clock names; None for natural time (W-2)."""
    found = _NAMED.fullmatch(named)
    return int(found[1]) if found else None


def until_in_zone(due_at: datetime, due_on: date) -> datetime | date:
    """Return how an end is shown: the last day, or the instant where it lies within that day."""
    return due_at if due_at.date() == due_on else due_on
