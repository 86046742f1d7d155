"""Until when a revision is valid, for trial or for a year's objectives, and what follows at the end (V-8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from docctl.domain.calendar_dates import midnight
from docctl.domain.verdicts import Allowed, Refused, Verdict

#: The owner is asked so long before the end what becomes of the revision.
ASKED_BEFORE: Final = timedelta(days=30)
_LONGEST_YEARS: Final = 10


@dataclass(frozen=True, slots=True)
class Validity:
    """The last day of a revision's validity (有效期至), and whether it is for trial (试行)."""

    last_day: date | None = None
    is_trial: bool = False


#: A revision that is valid until it is replaced or withdrawn.
ENDLESS: Final = Validity()


def may_be_valid(validity: Validity, *, today: date) -> Verdict:
    """Say whether a draft may have this validity: a trial ends, the end lies ahead and in reach (V-8)."""
    last = validity.last_day
    if last is None:
        return Refused("V-8", "end_needed") if validity.is_trial else Allowed()
    if last < today:
        return Refused("V-8", "end_passed", {"today": today})
    if last.year > today.year + _LONGEST_YEARS:
        return Refused("V-8", "end_too_far", {"latest": date(today.year + _LONGEST_YEARS, 12, 31)})
    return Allowed()


def may_begin(last_day: date | None, *, on: date) -> Verdict:
    """Say whether a revision may take effect on a day: not behind the end of its validity (V-8)."""
    if last_day is not None and last_day < on:
        return Refused("V-8", "ends_before_effect", {"last": last_day})
    return Allowed()


def ends_at(last_day: date | None, zone: tzinfo) -> datetime | None:
    """Return the instant at which validity has ended: 00:00 of the day after its last one, UTC (V-8)."""
    return midnight(last_day + timedelta(days=1), zone) if last_day else None


def last_day(until: datetime | None, zone: tzinfo) -> date | None:
    """Return the last day before that instant."""
    return (until - timedelta(microseconds=1)).astimezone(zone).date() if until else None


def asked_at(until: datetime, *, issued: datetime) -> datetime:
    """Return when the owner is asked what becomes of it: before its end, not before its issue (V-8)."""
    return max(until - ASKED_BEFORE, issued)
