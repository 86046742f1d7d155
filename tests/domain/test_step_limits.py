"""How long a step may take, and when it is reminded of: both sides (A-4, W-1, W-2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docctl.domain.calendar_content import calendar_of, shipped_calendar
from docctl.domain.limits import Limit, LimitUnit, due
from docctl.domain.step_limits import (
    UNITS,
    asks_calendar,
    limit_from_data,
    limit_to_data,
    may_limit_step,
    remind_at,
    revision_of_calendar,
)
from docctl.domain.verdicts import Refused
from docctl.domain.working_calendar import Calendar

U = LimitUnit
ZONE = ZoneInfo("Asia/Shanghai")
SHIPPED = calendar_of(shipped_calendar())


def reminder(limit: Limit, start: str, calendar: Calendar = SHIPPED) -> str:
    started = datetime.fromisoformat(start).replace(tzinfo=ZONE)
    at = remind_at(limit, started, due(limit, started, calendar, ZONE), calendar, ZONE)
    return at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M") if at else ""


@pytest.mark.parametrize(
    ("limit", "start", "at"),
    [
        pytest.param(Limit(3, U.WORKING_DAYS), "2026-03-02 09:00", "2026-03-04 00:00", id="the day before"),
        pytest.param(Limit(3, U.WORKING_DAYS), "2026-03-04 09:00", "2026-03-06 00:00", id="over a weekend"),
        pytest.param(Limit(3, U.WORKING_DAYS), "2026-09-29 09:00", "2026-10-08 00:00", id="after a holiday"),
        pytest.param(Limit(2, U.WORKING_DAYS), "2026-09-30 09:00", "2026-10-08 00:00", id="not before it"),
        pytest.param(Limit(1, U.WORKING_DAYS), "2026-03-02 09:00", "2026-03-03 00:00", id="the last day"),
        pytest.param(Limit(3, U.DAYS), "2026-03-06 09:00", "2026-03-09 00:00", id="natural days"),
        pytest.param(Limit(1, U.WEEKS), "2026-03-02 09:00", "2026-03-06 00:00", id="a week"),
        pytest.param(Limit(4, U.HOURS), "2026-03-02 09:00", "2026-03-02 12:00", id="a quarter is left"),
        pytest.param(Limit(0, U.DAYS), "2026-03-02 09:00", "", id="too soon"),
    ],
)
def test_a_4_a_reminder_comes_with_the_working_day_before(limit: Limit, start: str, at: str) -> None:
    assert reminder(limit, start) == at


def test_a_4_a_calendar_without_a_working_day_reminds_the_day_before() -> None:
    never = Calendar(week=frozenset(), hours=())
    assert reminder(Limit(3, U.DAYS), "2026-03-02 09:00", never) == "2026-03-04 00:00"


STARTS = st.integers(0, 60 * 24 * 700).map(
    lambda one: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=one)
)


@given(STARTS, st.sampled_from(UNITS), st.integers(1, 60))
def test_a_4_a_reminder_lies_after_the_start_and_before_the_end(
    started: datetime, unit: LimitUnit, amount: int
) -> None:
    limit = Limit(amount, unit)
    assert may_limit_step(limit)
    assert limit_from_data(limit_to_data(limit)) == limit
    found = due(limit, started, SHIPPED, ZONE)
    at = remind_at(limit, started, found, SHIPPED, ZONE)
    assert at is not None
    assert started < at < found.until


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        (Limit(1, U.WORKING_DAYS), ""),
        (Limit(0, U.DAYS), "step_limit_unfit"),
        (Limit(1, U.DAYS, before=True), "step_limit_unfit"),
        (Limit(1, U.MONTHS), "step_limit_unfit"),
        (Limit(5, U.DAY_OF_NEXT_MONTH), "step_limit_unfit"),
        (Limit(1_000, U.WORKING_DAYS), ""),
        (Limit(1_001, U.WORKING_DAYS), "amount_unfit"),
    ],
)
def test_w_1_a_step_is_limited_in_hours_days_or_weeks(limit: Limit, code: str) -> None:
    verdict = may_limit_step(limit)
    assert (verdict.code if isinstance(verdict, Refused) else "") == code


def test_w_2_a_clock_names_the_revision_of_its_calendar() -> None:
    assert revision_of_calendar("calendar 12 0123456789ab") == 12
    assert revision_of_calendar("natural") is None
    assert asks_calendar(Limit(1, U.WORKING_HOURS))
    assert not asks_calendar(Limit(1, U.DAYS))
    assert asks_calendar(Limit(1, U.DAYS, rolls=True))
