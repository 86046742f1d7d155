"""Decides until when an item is kept, why, and whether it may be destroyed (R-1, R-2, R-3, R-4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from docctl.domain.calendar_dates import add_days
from docctl.domain.retention_classes import (
    PERMANENT,
    EndAction,
    Period,
    RetentionClass,
    Trigger,
    TriggerKind,
    Unit,
    check_class,
)
from docctl.domain.retention_dates import Because, Kept, RetentionFacts, keep_until
from docctl.domain.retention_governing import (
    BECAUSE,
    Governing,
    MaximumConflict,
    governing,
    resolve_class,
)
from docctl.domain.retention_schedule import BUILT_IN, CATCH_ALL
from docctl.domain.verdicts import Allowed, Refused, Verdict

__all__ = [
    "BECAUSE",
    "BUILT_IN",
    "CATCH_ALL",
    "GRACE",
    "LOCK_CEILING",
    "PERMANENT",
    "ROLLING",
    "SHORT_LOCK",
    "Because",
    "DestroyFacts",
    "EndAction",
    "Governing",
    "Kept",
    "MaximumConflict",
    "Period",
    "RetentionClass",
    "RetentionFacts",
    "Trigger",
    "TriggerKind",
    "Unit",
    "check_class",
    "governing",
    "is_due",
    "keep_until",
    "lock_until",
    "locked_at_least",
    "may_destroy",
    "may_replace",
    "resolve_class",
]

#: Some stores read a later lock date as a past one.
LOCK_CEILING: Final = datetime(2100, 1, 1, tzinfo=UTC)
#: A lock without an end date reaches this far and is renewed at half of it.
ROLLING: Final = timedelta(days=730)
#: After this the store locks a record to its end also without its keeper (filing grace).
GRACE: Final = timedelta(hours=24)
#: How long a record is locked from its filing until then.
SHORT_LOCK: Final = timedelta(days=2)


def may_replace(old: Kept, new: Kept, *, decided: bool) -> Verdict:
    """Say whether dates that already run may change; shorter only by an approved decision (R-3)."""
    if decided or new.length >= old.length:
        return Allowed()
    # Shorter than permanent or undated is shorter whatever the date; only a date can be named.
    if old.until is None:
        return Refused("R-3", "shortened_from_open")
    return Refused("R-3", "shortened", {"until": old.until})


def lock_until(until: date, zone: tzinfo) -> datetime:
    """Return until when an object kept to the end of a day is locked, at most the ceiling (R-4).

    That is the company's next midnight, as UTC.
    """
    if until.year >= LOCK_CEILING.year:
        return LOCK_CEILING
    midnight = datetime.combine(add_days(until, 1), time.min, tzinfo=zone)
    return min(midnight.astimezone(UTC), LOCK_CEILING)


def locked_at_least(until: date | None, zone: tzinfo, now: datetime) -> datetime:
    """Return the earliest end that the lock of a kept object may show now (R-4).

    A rolling lock that has less than a quarter left has missed its renewal by half a year.
    """
    return now + ROLLING / 4 if until is None else lock_until(until, zone)


def is_due(until: date | None, today: date) -> bool:
    """Say whether an item is due for disposal: from the day after its last day (R-4)."""
    return until is not None and until < today


@dataclass(frozen=True, slots=True)
class DestroyFacts:
    """What is read again under lock before an item passes the point of no return (R-4, R-6)."""

    keep_until: date | None
    permanent: bool
    holds: int
    open_case: bool
    on_list: bool
    list_hash_matches: bool
    #: What an undated item waits for, as `str(Trigger)`.
    trigger: str = ""
    is_destroyed: bool = False


def may_destroy(facts: DestroyFacts, today: date) -> Verdict:
    """Say whether an item may be destroyed today, by anyone at all (R-2, R-4, R-5, R-6)."""
    checks = (
        (facts.is_destroyed, Refused("R-7", "already_destroyed")),
        (facts.permanent, Refused("R-4", "permanent")),
        # Every other item has its date, or still waits for the event that gives it one.
        (facts.keep_until is None, Refused("R-2", "event_open", {"trigger": facts.trigger})),
        (
            not is_due(facts.keep_until, today),
            Refused("R-4", "kept_until", {"until": facts.keep_until or date.max}),
        ),
        (facts.holds > 0, Refused("R-5", "held", {"holds": facts.holds})),
        (facts.open_case, Refused("R-6", "case_open")),
        (not facts.on_list, Refused("R-6", "not_on_list")),
        (not facts.list_hash_matches, Refused("R-6", "list_changed")),
    )
    return next((refused for applies, refused in checks if applies), Allowed())
