"""By when a revision is read, who is reminded, and whether a reader may say now that they have (D-4)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from docctl.domain.lifecycle import RevisionDates, in_force
from docctl.domain.verdicts import Allowed, Refused, Verdict

#: Days for reading, after the day on which one may begin.
READ_DAYS: Final = 7


def read_by(asked_on: date, effective_on: date) -> date:
    """Return the last day for reading: counted from being asked, or from the day it is in force (D-4)."""
    return max(asked_on, effective_on) + timedelta(days=READ_DAYS)


def may_remind(
    dates: RevisionDates, *, still_open: int, reminded_on: date | None, at: datetime, today: date
) -> Verdict:
    """Say whether all who have not read a revision in force may be reminded now: once a day (D-4)."""
    if not in_force(dates, at):
        return Refused("D-4", "not_in_force")
    if not still_open:
        return Refused("D-4", "nobody_open")
    if reminded_on == today:
        return Refused("D-4", "reminded_today")
    return Allowed()


def may_acknowledge(
    dates: RevisionDates, *, acknowledged_at: datetime | None, ended_at: datetime | None = None, at: datetime
) -> Verdict:
    """Say whether a reading may be acknowledged: once, and of a revision in force (D-4).

    Before its day it cannot be read yet; afterwards it is not what has to be known. Whoever need not read
    it any more acknowledges nothing.
    """
    if acknowledged_at is not None:
        return Refused("D-4", "acknowledged_already")
    if ended_at is not None:
        return Refused("D-4", "reading_ended")
    if not in_force(dates, at):
        return Refused("D-4", "not_in_force")
    return Allowed()
