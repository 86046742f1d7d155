"""How a row gets its clock, and a new end where the working calendar changes (W-1, W-2)."""

from __future__ import annotations

from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from docctl.domain.limits import Due, Limit, due
from docctl.domain.step_limits import asks_calendar
from docctl.domain.working_calendar import Calendar
from docctl.models.clocks import NATURAL, Clocked
from docctl.queries.calendar import calendar_at
from docctl.services.caller import Caller


def start(session: Session, row: Clocked, limit: Limit, by: Caller) -> tuple[Due, Calendar]:
    """Start the clock of a row now, by the working calendar in force; return its end and the calendar (W-1).

    Raises RuleRefused where that calendar has too few working days for the limit.
    """
    named, calendar = calendar_at(session, by.at)
    return count(row, limit, started=by.at, named=named, calendar=calendar, zone=by.zone), calendar


def count(
    row: Clocked, limit: Limit, *, started: datetime, named: str, calendar: Calendar, zone: tzinfo
) -> Due:
    """Set until when a row runs that started at an instant, by the calendar of that name (W-1, W-2)."""
    found = due(limit, started, calendar, zone)
    row.due_at, row.due_on = found.until, found.last_day
    row.calendar = named if asks_calendar(limit) else NATURAL
    row.is_provisional = found.is_provisional
    return found


def stop(row: Clocked) -> None:
    """Take the clock off a row that no longer waits."""
    row.due_at = row.due_on = None
    row.calendar, row.is_provisional = NATURAL, False
