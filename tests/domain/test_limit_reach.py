"""Every count of a limit ends, in real hours, also where clocks change and where nobody works (W-1, W-2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docctl.domain.calendar_content import calendar_of, shipped_calendar
from docctl.domain.limits import MOST, REACH_YEARS, Limit, LimitUnit, check_limit, due
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.domain.working_calendar import Calendar

U = LimitUnit
SHIPPED = calendar_of(shipped_calendar())
BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    ZoneInfo(name)
    for name in ("Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "UTC")
]
#: Without a zone: each test sets its own.
NAIVE = [
    datetime.fromisoformat(day)
    for day in ("2024-01-01", "2026-12-01", "1990-01-02", "2190-12-30", "0001-01-01", "9999-12-31T23:59:59")
]
ALWAYS = replace(
    SHIPPED, week=frozenset(range(1, 8)), days_off={}, make_up_days={}, hours=((time(0), time.max),)
)


@given(st.datetimes(NAIVE[0], NAIVE[1]), st.sampled_from(ZONES), st.integers(1, 300), st.booleans())
def test_w_1_hours_are_hours_of_the_clock_that_never_changes(
    naive: datetime, zone: ZoneInfo, hours: int, before: bool
) -> None:
    for start in (naive.replace(tzinfo=zone), naive.replace(tzinfo=zone, fold=1)):
        passed = (-1 if before else 1) * timedelta(hours=hours)
        expected = start.astimezone(UTC) + passed
        assert due(Limit(hours, U.HOURS, before), start, SHIPPED, zone).until == expected
        assert due(Limit(hours, U.WORKING_HOURS, before), start, ALWAYS, zone).until == expected


def test_w_1_hours_over_the_night_on_which_clocks_change() -> None:
    start = datetime(2026, 3, 28, 12, tzinfo=BERLIN)
    until = due(Limit(24, U.HOURS), start, SHIPPED, BERLIN).until
    assert until == datetime(2026, 3, 29, 11, tzinfo=UTC)
    hours = replace(ALWAYS, hours=((time(0), time(8)),))
    start = datetime(2026, 3, 29, 1, tzinfo=BERLIN)  # 2:00 to 3:00 is not there
    until = due(Limit(3, U.WORKING_HOURS), start, hours, BERLIN).until
    assert until.astimezone(BERLIN) == datetime(2026, 3, 29, 5, tzinfo=BERLIN)


@given(
    st.dates(date(2024, 1, 1), date(2027, 1, 1)),
    st.sampled_from(ZONES),
    st.lists(st.integers(0, 1439), min_size=2, max_size=10, unique=True).map(sorted),
)
def test_w_2_open_hours_never_overlap_nor_end_before_they_begin(
    on: date, zone: ZoneInfo, minutes: list[int]
) -> None:
    times = [time(one // 60, one % 60) for one in minutes]
    hours = tuple(zip(times[::2], times[1::2], strict=False))
    found = replace(ALWAYS, hours=hours).open_hours(on, zone)
    assert all(opens < closes for opens, closes in found)
    assert all(one[1] <= other[0] for one, other in pairwise(found))


def test_w_2_an_hour_that_is_there_once_is_counted_once() -> None:
    hours = ((time(2), time(2, 30)), (time(3), time(4)))
    found = replace(ALWAYS, hours=hours).open_hours(date(2026, 3, 29), BERLIN)
    assert sum((closes - opens for opens, closes in found), timedelta()) == timedelta(hours=1)


SELDOM = [
    pytest.param(replace(SHIPPED, week=frozenset()), id="nobody ever works"),
    pytest.param(
        replace(SHIPPED, week=frozenset({1}), hours=((time(8), time(8, 1)),)), id="a minute on a Monday"
    ),
    pytest.param(
        replace(
            ALWAYS,
            own_days_off={date(2026, 3, 2) + timedelta(days=n): "" for n in range(-20_000, 20_000)},
        ),
        id="closed for a hundred years",
    ),
]


@pytest.mark.parametrize("calendar", SELDOM)
@pytest.mark.parametrize("before", [False, True], ids=["after", "before"])
def test_w_1_a_count_that_does_not_end_within_reach_is_refused(calendar: Calendar, before: bool) -> None:
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    for limit in (
        Limit(MOST[U.WORKING_HOURS], U.WORKING_HOURS, before),
        Limit(MOST[U.WORKING_DAYS], U.WORKING_DAYS, before),
        Limit(1, U.DAYS, before, rolls=True),
    ):
        refusal = None
        try:
            found = due(limit, start, calendar, UTC)
        except RuleRefused as error:
            refusal = error.refused
        else:
            assert abs(found.until - start) < timedelta(days=REACH_YEARS * 366)
        assert refusal in (None, Refused("W-1", "out_of_reach", {"years": REACH_YEARS}))


@given(
    st.datetimes(NAIVE[2], NAIVE[3]),
    st.sampled_from(list(U)),
    st.booleans(),
    st.booleans(),
    st.sampled_from(ZONES),
)
def test_w_1_the_most_of_each_unit_ends_wherever_it_starts(
    naive: datetime, unit: LimitUnit, before: bool, rolls: bool, zone: ZoneInfo
) -> None:
    limit = Limit(MOST[unit], unit, before, rolls)
    if check_limit(limit):
        due(limit, naive.replace(tzinfo=zone), SHIPPED, zone)


@pytest.mark.parametrize("start", NAIVE[4:], ids=["the first", "the last"])
@pytest.mark.parametrize("zone", [ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")], ids=str)
def test_w_1_a_start_at_the_end_of_time_is_refused(start: datetime, zone: ZoneInfo) -> None:
    for aware in (start.replace(tzinfo=UTC), start.replace(tzinfo=zone)):
        with pytest.raises(RuleRefused) as error:
            due(Limit(1, U.DAYS), aware, SHIPPED, zone)
        assert error.value.refused.key == "W-1.start_unfit"


def test_w_2_days_between_do_not_make_a_count_provisional_that_only_rolls_at_its_end() -> None:
    gap = replace(SHIPPED, announced=frozenset({2024, 2026}))
    start = datetime(2024, 12, 30, 9, tzinfo=UTC)
    assert not due(Limit(500, U.DAYS, rolls=True), start, gap, UTC).is_provisional
    assert due(Limit(300, U.DAYS, rolls=True), start, gap, UTC).is_provisional
