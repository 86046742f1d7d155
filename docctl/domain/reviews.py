"""Reviews of documents (评审): by their date and on named events, decided by their owner (D-5, D-9).

The date on which a periodic review is due is part of the plan, so that nothing has to open it. Days are those
of the company's zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from docctl.domain.calendar_dates import add_months
from docctl.domain.reasons import reason_given
from docctl.domain.verdicts import Allowed, Refused, Verdict


class ReviewCause(StrEnum):
    """Why a document is reviewed; the last one where an external document changed or ended (D-5, D-9)."""

    PERIODIC = "periodic"
    LAW = "law"
    ACCIDENT = "accident"
    REORGANISATION = "reorganisation"
    COMPLAINT = "complaint"
    AUDIT = "audit"
    EXTERNAL = "external"


class ReviewOutcome(StrEnum):
    """What a review decides (D-5)."""

    CONFIRM = "confirm"
    REVISE = "revise"
    WITHDRAW = "withdraw"


#: Events that a person names; the other causes come by themselves.
NAMED: Final = tuple(one for one in ReviewCause if one not in {ReviewCause.PERIODIC, ReviewCause.EXTERNAL})
#: So long before its day a review waits in the owner's inbox.
ASKED_BEFORE: Final = timedelta(days=30)
#: So long an owner has to look at what an external document changed (D-9).
EXTERNAL_DAYS: Final = timedelta(days=30)
#: No longer than a certificate and its successor last: twice three years, and some room.
LONGEST_MONTHS: Final = 120
_FURTHEST_YEARS: Final = 10


@dataclass(frozen=True, slots=True)
class ReviewPlan:
    """How often a document is reviewed, in months, and the day of the next review; None for never."""

    months: int | None = None
    next_on: date | None = None


#: A document without a periodic review.
UNPLANNED: Final = ReviewPlan()


def may_plan(plan: ReviewPlan, *, today: date) -> Verdict:
    """Say whether a document may be reviewed so: the interval fits, the day lies ahead and in reach (D-5)."""
    if plan == UNPLANNED:
        return Allowed()
    if plan.months is None or not 1 <= plan.months <= LONGEST_MONTHS:
        return Refused("D-5", "interval_unfit", {"least": 1, "most": LONGEST_MONTHS})
    if plan.next_on is None:
        return Refused("D-5", "day_needed")
    return may_be_due(plan.next_on, today=today)


def may_be_due(day: date, *, today: date) -> Verdict:
    """Say whether a review may be due on a day: today or later, within ten years (D-5)."""
    if day < today:
        return Refused("D-5", "day_passed", {"today": today})
    if day.year > today.year + _FURTHEST_YEARS:
        return Refused("D-5", "day_too_far", {"latest": date(today.year + _FURTHEST_YEARS, 12, 31)})
    return Allowed()


def may_open(reason: str, due_on: date, *, today: date, has_force: bool, is_open: bool) -> Verdict:
    """Say whether a review may be asked for on an event (D-5)."""
    if not has_force:
        return Refused("D-5", "nothing_in_force")
    if is_open:
        return Refused("D-5", "open_already")
    if not (verdict := reason_given(reason, rule="D-5")):
        return verdict
    return may_be_due(due_on, today=today)


def may_decide(note: str, *, is_open: bool, has_force: bool) -> Verdict:
    """Say whether a review may be decided: it is open, and what was found is written down (D-5)."""
    if not is_open:
        return Refused("D-5", "decided_already")
    if not has_force:
        return Refused("D-5", "nothing_in_force")
    return reason_given(note, rule="D-5")


def next_review(months: int, *, after: date) -> date:
    """Return the day of the next periodic review after a day on which the document was looked at (D-5)."""
    return add_months(after, months)


def asked_until(today: date) -> date:
    """Return the last day of those periodic reviews that wait for their owner today (D-5)."""
    return today + ASKED_BEFORE
