"""Decides what a store may be called after it was tried: *WORM*, *locks* or *protected* (R-4, R-5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class Verdict(StrEnum):
    """How far a store keeps somebody with its credential from destroying early.

    `WORM`: nobody can, by any way that was tried. `LOCKS`: locks are kept and refuse removal, but
    something beside them is weaker. `PROTECTED`: only rights and versions stand before the bytes.
    """

    WORM = "worm"
    LOCKS = "locks"
    PROTECTED = "protected"

    def is_at_least(self, other: Verdict) -> bool:
        """Say whether this is as strong as another."""
        order = list(Verdict)
        return order.index(self) <= order.index(other)


class Check(StrEnum):
    """What is tried, in this order."""

    OBJECT_LOCK = "object_lock"
    READ_BACK = "read_back"
    DEFAULT_LOCK = "default_lock"
    LOCK_KEPT = "lock_kept"
    DELETE_REFUSED = "delete_refused"
    SHORTEN_REFUSED = "shorten_refused"
    DOWNGRADE_REFUSED = "downgrade_refused"
    BYPASS_REFUSED = "bypass_refused"
    PARTS_LOCKED = "parts_locked"
    HOLD_KEPT = "hold_kept"
    HOLD_APART = "hold_apart"
    LOCK_ENDS = "lock_ends"
    CLOCK = "clock"
    LATEST_DATE = "latest_date"
    DATE_WRAPS = "date_wraps"


#: Without one of these a lock is none.
_LOCKS: Final = frozenset(
    {Check.OBJECT_LOCK, Check.READ_BACK, Check.LOCK_KEPT, Check.DELETE_REFUSED, Check.PARTS_LOCKED}
)
#: Said, but of no weight: no lock is ever asked for beyond the latest date.
_ONLY_SAID: Final = frozenset({Check.DATE_WRAPS})


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check has found; `passed` is None where it could not be tried."""

    check: Check
    passed: bool | None


@dataclass(frozen=True, slots=True)
class Probe:
    """What a probe has found; `reasons` are the checks that keep it from a better verdict."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    at: datetime

    @property
    def reasons(self) -> tuple[Check, ...]:
        """Return the checks that failed."""
        return tuple(one.check for one in self.findings if one.passed is False)


def judged(findings: Iterable[Finding], *, at: datetime) -> Probe:
    """Return the verdict on what was found; what could not be tried is not passed (R-4)."""
    found = tuple(findings)
    passed = {one.check for one in found if one.passed}
    needed = {one.check for one in found} - _ONLY_SAID
    if not passed >= _LOCKS:
        verdict = Verdict.PROTECTED
    elif not passed >= needed:
        verdict = Verdict.LOCKS
    else:
        verdict = Verdict.WORM
    return Probe(verdict, found, at)


def unlocked(*, at: datetime) -> Probe:
    """Return what is to be said of a store without any lock of its own: a folder (R-4)."""
    return judged([Finding(Check.OBJECT_LOCK, passed=False)], at=at)
