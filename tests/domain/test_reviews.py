"""Rules of reviews: plan, event, decision, each on both sides of its boundary (D-5)."""

from __future__ import annotations

from datetime import date

import pytest

from docctl.domain.reasons import LONGEST
from docctl.domain.reviews import (
    LONGEST_MONTHS,
    NAMED,
    UNPLANNED,
    ReviewCause,
    ReviewPlan,
    asked_until,
    may_decide,
    may_open,
    may_plan,
    next_review,
)
from docctl.domain.verdicts import Allowed, Refused

TODAY = date(2026, 3, 2)


def code(verdict: Allowed | Refused) -> str:
    return "" if isinstance(verdict, Allowed) else verdict.key


@pytest.mark.parametrize(
    ("plan", "refused"),
    [
        (UNPLANNED, ""),
        (ReviewPlan(1, TODAY), ""),
        (ReviewPlan(LONGEST_MONTHS, date(2036, 12, 31)), ""),
        (ReviewPlan(0, TODAY), "D-5.interval_unfit"),
        (ReviewPlan(-1, TODAY), "D-5.interval_unfit"),
        (ReviewPlan(LONGEST_MONTHS + 1, TODAY), "D-5.interval_unfit"),
        (ReviewPlan(None, TODAY), "D-5.interval_unfit"),
        (ReviewPlan(12, None), "D-5.day_needed"),
        (ReviewPlan(12, date(2026, 3, 1)), "D-5.day_passed"),
        (ReviewPlan(12, date(2037, 1, 1)), "D-5.day_too_far"),
    ],
)
def test_d_5_a_plan_has_an_interval_and_a_day_ahead(plan: ReviewPlan, refused: str) -> None:
    assert code(may_plan(plan, today=TODAY)) == refused


def test_d_5_an_event_asks_for_what_is_in_force_once_with_its_reason() -> None:
    def may(reason: str = "新法规", day: date = TODAY, *, force: bool = True, is_open: bool = False) -> str:
        return code(may_open(reason, day, today=TODAY, has_force=force, is_open=is_open))

    assert may() == ""
    assert may("长" * LONGEST) == ""
    assert may("长" * (LONGEST + 1)) == "D-5.reason_too_long"
    assert may("  \n") == "D-5.reason_needed"
    assert may(day=date(2026, 3, 1)) == "D-5.day_passed"
    assert may(force=False) == "D-5.nothing_in_force"
    assert may(is_open=True) == "D-5.open_already"


def test_d_5_a_review_is_decided_once_with_what_was_found() -> None:
    assert code(may_decide("仍适用", is_open=True, has_force=True)) == ""
    assert code(may_decide("", is_open=True, has_force=True)) == "D-5.reason_needed"
    assert code(may_decide("仍适用", is_open=False, has_force=True)) == "D-5.decided_already"
    assert code(may_decide("仍适用", is_open=True, has_force=False)) == "D-5.nothing_in_force"


def test_d_5_the_next_review_is_counted_by_the_calendar_and_asked_thirty_days_before() -> None:
    assert next_review(12, after=date(2024, 2, 29)) == date(2025, 2, 28)
    assert next_review(1, after=date(2026, 1, 31)) == date(2026, 2, 28)
    assert asked_until(TODAY) == date(2026, 4, 1)


def test_d_5_people_name_events_but_not_what_comes_by_itself() -> None:
    assert set(ReviewCause) - set(NAMED) == {ReviewCause.PERIODIC, ReviewCause.EXTERNAL}
