"""Until when something must be done: both sides of each boundary, and what always holds (W-1, W-2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docctl.domain.calendar_content import calendar_of, shipped_calendar
from docctl.domain.limits import (
    MOST,
    Due,
    Limit,
    LimitUnit,
    check_limit,
    due,
    recount,
    start_clock,
)
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.domain.working_calendar import Calendar, DayKind

U = LimitUnit
ZONE = ZoneInfo("Asia/Shanghai")
SHIPPED = calendar_of(shipped_calendar())
TICK = timedelta(microseconds=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def ends(found: Due) -> str:
    """Return the end as people read it; the end of a day is its 24:00."""
    local = found.until.astimezone(ZONE)
    if local.date() > found.last_day:
        assert local.time() == time(0)
        return f"{found.last_day} 24:00"
    return local.strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("limit", "start", "until"),
    [
        pytest.param(Limit(72, U.HOURS), "2026-02-13 09:10", "2026-02-16 09:10", id="72 h through a holiday"),
        pytest.param(Limit(12, U.HOURS), "2026-02-13 21:30", "2026-02-14 09:30", id="12 h if someone died"),
        pytest.param(Limit(0, U.DAYS), "2026-03-02 23:59", "2026-03-02 24:00", id="the same day"),
        pytest.param(Limit(1, U.DAYS), "2026-03-02 00:00", "2026-03-03 24:00", id="the start is not counted"),
        pytest.param(Limit(3, U.DAYS), "2026-09-30 16:00", "2026-10-03 24:00", id="natural days do not roll"),
        pytest.param(Limit(1, U.WEEKS), "2026-03-02 09:00", "2026-03-09 24:00", id="a week"),
        pytest.param(
            Limit(1, U.MONTHS), "2026-01-31 09:00", "2026-02-28 24:00", id="no such day: last of month"
        ),
        pytest.param(
            Limit(12, U.MONTHS), "2024-02-29 09:00", "2025-02-28 24:00", id="12 months since the last"
        ),
        pytest.param(Limit(1, U.WORKING_DAYS), "2026-03-06 17:00", "2026-03-09 24:00", id="over a weekend"),
        pytest.param(
            Limit(1, U.WORKING_DAYS), "2026-02-13 09:00", "2026-02-14 24:00", id="a make-up Saturday"
        ),
        pytest.param(
            Limit(2, U.WORKING_DAYS), "2026-02-13 09:00", "2026-02-24 24:00", id="over Spring Festival"
        ),
        pytest.param(
            Limit(3, U.WORKING_DAYS), "2026-09-30 16:00", "2026-10-10 24:00", id="over National Day"
        ),
        pytest.param(Limit(15, U.WORKING_DAYS), "2026-03-02 09:00", "2026-03-23 24:00", id="15 working days"),
        pytest.param(Limit(5, U.DAY_OF_NEXT_MONTH), "2026-03-31 09:00", "2026-04-05 24:00", id="by the 5th"),
        pytest.param(
            Limit(31, U.DAY_OF_NEXT_MONTH), "2026-01-01 09:00", "2026-02-28 24:00", id="a short month"
        ),
        pytest.param(
            Limit(20, U.DAY_OF_NEXT_QUARTER), "2026-01-01 00:00", "2026-04-20 24:00", id="first day of Q1"
        ),
        pytest.param(
            Limit(20, U.DAY_OF_NEXT_QUARTER), "2026-03-31 23:59", "2026-04-20 24:00", id="last day of Q1"
        ),
        pytest.param(
            Limit(20, U.DAY_OF_NEXT_QUARTER), "2026-04-01 00:00", "2026-07-20 24:00", id="first of Q2"
        ),
        pytest.param(
            Limit(20, U.DAY_OF_NEXT_QUARTER), "2026-12-31 09:00", "2027-01-20 24:00", id="into a year"
        ),
    ],
)
def test_w_1_a_limit_ends_where_the_rule_says(limit: Limit, start: str, until: str) -> None:
    assert ends(due(limit, at(start), SHIPPED, ZONE)) == until


@pytest.mark.parametrize(
    ("limit", "start", "until"),
    [
        pytest.param(Limit(10, U.DAYS, before=True), "2026-03-20 09:00", "2026-03-10 24:00", id="10 days"),
        pytest.param(Limit(2, U.WEEKS, before=True), "2026-03-20 09:00", "2026-03-06 24:00", id="2 weeks"),
        pytest.param(
            Limit(1, U.WORKING_DAYS, before=True), "2026-02-24 09:00", "2026-02-14 24:00", id="1 wd"
        ),
        pytest.param(Limit(2, U.HOURS, before=True), "2026-03-20 09:00", "2026-03-20 07:00", id="2 h"),
        pytest.param(
            Limit(1, U.WORKING_HOURS, before=True), "2026-03-20 09:00", "2026-03-19 17:00", id="1 wh"
        ),
        pytest.param(Limit(1, U.MONTHS, before=True), "2026-03-31 09:00", "2026-02-28 24:00", id="1 month"),
    ],
)
def test_w_1_before_an_event_the_days_are_counted_backwards(limit: Limit, start: str, until: str) -> None:
    assert ends(due(limit, at(start), SHIPPED, ZONE)) == until


@pytest.mark.parametrize(
    ("hours", "start", "until"),
    [
        pytest.param(2, "2026-03-02 09:00", "2026-03-02 11:00", id="within the morning"),
        pytest.param(
            2, "2026-03-02 10:00", "2026-03-02 12:00", id="ends at closing, not at the next opening"
        ),
        pytest.param(2, "2026-03-02 10:01", "2026-03-02 13:01", id="over lunch"),
        pytest.param(2, "2026-03-02 12:30", "2026-03-02 15:00", id="starts at lunch"),
        pytest.param(2, "2026-03-02 06:00", "2026-03-02 10:30", id="starts before opening"),
        pytest.param(2, "2026-03-06 17:00", "2026-03-09 10:00", id="over a weekend"),
        pytest.param(2, "2026-02-14 16:30", "2026-02-24 09:30", id="make-up day, then the holiday"),
        pytest.param(8, "2026-03-02 08:30", "2026-03-02 17:30", id="a whole day ends at closing"),
        pytest.param(9, "2026-03-02 08:30", "2026-03-03 09:30", id="an hour more ends next morning"),
    ],
)
def test_w_1_working_hours_run_only_while_people_work(hours: int, start: str, until: str) -> None:
    assert ends(due(Limit(hours, U.WORKING_HOURS), at(start), SHIPPED, ZONE)) == until


@pytest.mark.parametrize(
    ("limit", "start", "until"),
    [
        pytest.param(
            Limit(3, U.DAYS, rolls=True), "2026-09-30 16:00", "2026-10-08 24:00", id="behind the holiday"
        ),
        pytest.param(
            Limit(3, U.DAYS, rolls=True), "2026-03-02 16:00", "2026-03-05 24:00", id="a working day stays"
        ),
        pytest.param(
            Limit(5, U.DAY_OF_NEXT_MONTH, rolls=True), "2026-08-03 09:00", "2026-09-07 24:00", id="nth"
        ),
        pytest.param(
            Limit(1, U.WEEKS, True, True), "2026-10-10 09:00", "2026-09-30 24:00", id="backwards: earlier"
        ),
    ],
)
def test_w_1_a_last_day_off_rolls_only_where_the_limit_says_so(limit: Limit, start: str, until: str) -> None:
    found = due(limit, at(start), SHIPPED, ZONE)
    assert ends(found) == until
    assert found.counted[-1].is_worked


def test_w_1_what_is_done_at_the_very_end_is_in_time() -> None:
    for limit in (Limit(72, U.HOURS), Limit(3, U.WORKING_DAYS), Limit(2, U.WORKING_HOURS)):
        found = due(limit, at("2026-03-02 09:00"), SHIPPED, ZONE)
        assert not found.is_late(found.until)
        assert found.is_late(found.until + TICK)


def test_w_2_the_tester_s_days_are_those_counted_and_skipped_with_why() -> None:
    found = due(Limit(2, U.WORKING_DAYS), at("2026-02-13 09:00"), SHIPPED, ZONE)
    assert [(one.date, one.kind) for one in found.counted] == [
        (date(2026, 2, 14), DayKind.MAKE_UP),
        (date(2026, 2, 24), DayKind.WORKING),
    ]
    assert {(one.kind, one.name) for one in found.skipped} == {(DayKind.HOLIDAY, "春节")}
    assert (len(found.skipped), found.is_provisional) == (9, False)


@pytest.mark.parametrize(
    ("start", "provisional"),
    [("2026-12-30 09:00", False), ("2026-12-31 09:00", True)],
    ids=["ends with the last announced day", "reaches a year not announced"],
)
def test_w_2_a_year_not_announced_makes_a_count_provisional(start: str, provisional: bool) -> None:
    assert due(Limit(1, U.WORKING_DAYS), at(start), SHIPPED, ZONE).is_provisional is provisional
    # natural days do not ask the calendar, unless they roll
    assert not due(Limit(1, U.DAYS), at(start), SHIPPED, ZONE).is_provisional
    assert due(Limit(1, U.DAYS, rolls=True), at(start), SHIPPED, ZONE).is_provisional is provisional


@pytest.mark.parametrize("unit", list(U))
def test_w_1_an_amount_has_a_least_and_a_most(unit: LimitUnit) -> None:
    least = 0 if unit is U.DAYS else 1
    for amount in (least, MOST[unit]):
        assert check_limit(Limit(amount, unit))
        due(Limit(amount, unit), at("2026-03-02 09:00"), SHIPPED, ZONE)
    for amount in (least - 1, MOST[unit] + 1):
        assert check_limit(Limit(amount, unit)) == Refused(
            "W-1", "amount_unfit", {"least": least, "most": MOST[unit]}
        )
        with pytest.raises(RuleRefused):
            due(Limit(amount, unit), at("2026-03-02 09:00"), SHIPPED, ZONE)


@pytest.mark.parametrize("unit", list(U))
def test_w_1_what_cannot_be_counted_is_refused(unit: LimitUnit) -> None:
    assert bool(check_limit(Limit(1, unit, before=True))) is (
        unit not in {U.DAY_OF_NEXT_MONTH, U.DAY_OF_NEXT_QUARTER}
    )
    assert bool(check_limit(Limit(1, unit, rolls=True))) is (unit not in {U.HOURS, U.WORKING_HOURS})


@pytest.mark.parametrize(("year", "fits"), [(1989, False), (1990, True), (2190, True), (2191, False)])
def test_w_1_a_start_lies_between_1990_and_2190(year: int, fits: bool) -> None:
    start = datetime(year, 6, 1, tzinfo=ZONE)
    if fits:
        due(Limit(1, U.DAYS), start, SHIPPED, ZONE)
    else:
        with pytest.raises(RuleRefused) as error:
            due(Limit(1, U.DAYS), start, SHIPPED, ZONE)
        assert error.value.refused.key == "W-1.start_unfit"


def test_w_2_hours_are_those_of_the_zone_when_the_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    night = replace(SHIPPED, week=frozenset(range(1, 8)), hours=((time(0), time.max),))
    start = datetime(2026, 3, 28, 12, tzinfo=berlin)
    found = due(Limit(24, U.WORKING_HOURS), start, night, berlin)
    assert found.until == start.astimezone(UTC) + timedelta(hours=24)  # the day had 23 hours
    assert found.until.astimezone(berlin).hour == 13


MINUTES = 60 * 24 * 365 * 3
STARTS = st.integers(0, MINUTES).map(lambda one: at("2024-01-01 00:00") + timedelta(minutes=one))
CALENDARS = st.builds(
    lambda week, off, on: replace(
        SHIPPED,
        week=frozenset(week),
        own_days_off=dict.fromkeys(off - on, "盘点"),
        own_working_days=dict.fromkeys(on, "赶货"),
    ),
    st.sets(st.integers(1, 7), min_size=1),
    st.sets(st.dates(date(2024, 1, 1), date(2026, 12, 31)), max_size=20),
    st.sets(st.dates(date(2024, 1, 1), date(2026, 12, 31)), max_size=20),
)


@given(STARTS, CALENDARS, st.integers(1, 60), st.booleans())
def test_w_1_working_days_are_exactly_the_worked_days_between(
    start: datetime, calendar: Calendar, amount: int, before: bool
) -> None:
    found = due(Limit(amount, U.WORKING_DAYS, before), start, calendar, ZONE)
    first, last = sorted((start.date(), found.last_day))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    between = [one for one in days if one != start.date()]
    assert sorted(one.date for one in found.counted) == [
        one for one in between if calendar.day(one).is_worked
    ]
    assert sorted(one.date for one in found.skipped) == [
        one for one in between if not calendar.day(one).is_worked
    ]
    assert len(found.counted) == amount
    assert calendar.day(found.last_day).is_worked


@given(STARTS, CALENDARS, st.integers(1, 40), st.integers(1, 40))
def test_w_1_working_hours_add_up(start: datetime, calendar: Calendar, one: int, other: int) -> None:
    first = due(Limit(one, U.WORKING_HOURS), start, calendar, ZONE)
    then = due(Limit(other, U.WORKING_HOURS), first.until, calendar, ZONE)
    assert then.until == due(Limit(one + other, U.WORKING_HOURS), start, calendar, ZONE).until


@given(STARTS, CALENDARS, st.integers(1, 40))
def test_w_1_working_hours_back_from_the_end_reach_the_opening_time_of_the_start(
    start: datetime, calendar: Calendar, hours: int
) -> None:
    ahead = due(Limit(hours, U.WORKING_HOURS), start, calendar, ZONE)
    back = due(Limit(hours, U.WORKING_HOURS, before=True), ahead.until, calendar, ZONE)
    again = due(Limit(hours, U.WORKING_HOURS), back.until, calendar, ZONE)
    assert again.until == ahead.until


@given(STARTS, CALENDARS, st.sampled_from(list(U)), st.integers(1, 31), st.integers(0, 60 * 24 * 30))
def test_w_1_a_later_start_never_ends_earlier(
    start: datetime, calendar: Calendar, unit: LimitUnit, amount: int, minutes: int
) -> None:
    limit = Limit(amount, unit)
    later = due(limit, start + timedelta(minutes=minutes), calendar, ZONE)
    assert due(limit, start, calendar, ZONE).until <= later.until


@given(STARTS, CALENDARS, st.sampled_from(list(U)), st.integers(1, 30))
def test_w_1_more_never_ends_earlier(
    start: datetime, calendar: Calendar, unit: LimitUnit, amount: int
) -> None:
    less, more = Limit(amount, unit), Limit(amount + 1, unit)
    assert due(less, start, calendar, ZONE).until <= due(more, start, calendar, ZONE).until


@given(STARTS, CALENDARS, CALENDARS, st.integers(1, 20))
def test_w_2_editing_a_calendar_never_changes_a_clock_that_has_ended(
    start: datetime, old: Calendar, new: Calendar, amount: int
) -> None:
    running = start_clock(Limit(amount, U.WORKING_DAYS), start, old, "calendar 1", ZONE)
    ended = replace(running, ended_at=running.until + TICK)
    assert recount(ended, new, "calendar 2", ZONE) == ended
    assert ended.was_late is True
    again = recount(running, new, "calendar 2", ZONE)
    assert again.started_at == start
    assert (again.calendar, again.was_late) == ("calendar 2", None)
    assert again.until == due(running.limit, start, new, ZONE).until
