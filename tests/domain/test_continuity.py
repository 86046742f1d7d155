"""Periods in which a form is to be filled in: which there are, and which are missing (N-8, N-5)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from docctl.domain.continuity import (
    FURTHEST,
    Continuity,
    Period,
    expected,
    may_declare,
    may_end_continuity,
    may_explain,
    missing,
    read_shifts,
    slot_at,
)
from docctl.domain.verdicts import Refused, Verdict

MONDAY = date(2026, 3, 2)
SHIFTS = (time(8), time(16))
NIGHTS = (time(0), time(8), time(16))
DAY = timedelta(days=1)


def weekdays(on: date) -> bool:
    return on.isoweekday() < 6


def code(verdict: Verdict | tuple[time, ...]) -> str:
    return verdict.key if isinstance(verdict, Refused) else ""


def keys(rule: Continuity, first: date, last: date) -> list[str]:
    return [one.key for one in expected(rule, first, last, weekdays)]


def test_n_8_each_working_day_is_a_period_and_days_off_where_they_count() -> None:
    rule = Continuity(Period.DAY, MONDAY)
    week = ["2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06"]
    assert keys(rule, MONDAY, MONDAY + 7 * DAY) == [*week, "2026-03-09"]
    every = Continuity(Period.DAY, MONDAY, days_off=True)
    assert len(keys(every, MONDAY, MONDAY + 6 * DAY)) == 7


@pytest.mark.parametrize(
    ("period", "named"),
    [
        (Period.WEEK, ["2026-W10", "2026-W11", "2026-W12", "2026-W13"]),
        (Period.MONTH, ["2026-04", "2026-05"]),
        (Period.QUARTER, ["2026-Q2"]),
        (Period.YEAR, []),
    ],
)
def test_n_8_only_whole_periods_within_the_rule_are_wanted(period: Period, named: list[str]) -> None:
    last = date(2026, 3, 31) if period is Period.WEEK else date(2026, 6, 30)
    found = keys(Continuity(period, MONDAY), date(2026, 1, 1), last)
    assert found == (named if period is not Period.MONTH else [*named, "2026-06"])
    whole = keys(Continuity(Period.YEAR, date(2026, 1, 1)), date(2026, 1, 1), date(2026, 12, 31))
    assert whole == ["2026"]


def test_n_8_a_period_without_a_working_day_is_not_wanted() -> None:
    holiday = {MONDAY + at * DAY for at in range(7)}

    def is_worked(on: date) -> bool:
        return weekdays(on) and on not in holiday

    rule = Continuity(Period.WEEK, MONDAY)
    assert [one.key for one in expected(rule, MONDAY, MONDAY + 13 * DAY, is_worked)] == ["2026-W11"]


@pytest.mark.parametrize(
    ("until", "count"), [(MONDAY, 1), (MONDAY + DAY, 2), (MONDAY + 30 * DAY, 5), (None, 5)]
)
def test_n_8_after_the_last_day_nothing_is_wanted(until: date | None, count: int) -> None:
    assert len(keys(Continuity(Period.DAY, MONDAY, until), MONDAY, MONDAY + 4 * DAY)) == count


def test_n_8_weeks_are_named_as_iso_8601_says_at_the_turn_of_the_year() -> None:
    rule = Continuity(Period.WEEK, date(2026, 12, 21))
    assert keys(rule, date(2026, 12, 21), date(2027, 1, 10)) == ["2026-W52", "2026-W53", "2027-W01"]


@pytest.mark.parametrize(
    ("at", "shifts", "slot"),
    [
        pytest.param(datetime(2026, 3, 2, 8, tzinfo=UTC), SHIFTS, "2026-03-02.1", id="the first begins"),
        pytest.param(datetime(2026, 3, 2, 15, 59, tzinfo=UTC), SHIFTS, "2026-03-02.1", id="just before"),
        pytest.param(datetime(2026, 3, 2, 16, tzinfo=UTC), SHIFTS, "2026-03-02.2", id="the second begins"),
        pytest.param(datetime(2026, 3, 3, 7, 59, tzinfo=UTC), SHIFTS, "2026-03-02.2", id="the night after"),
        pytest.param(datetime(2026, 3, 3, 0, 0, tzinfo=UTC), NIGHTS, "2026-03-03.1", id="from midnight"),
        pytest.param(datetime(2026, 3, 2, 23, 59, tzinfo=UTC), NIGHTS, "2026-03-02.3", id="the last"),
    ],
)
def test_n_8_an_instant_is_in_one_shift(at: datetime, shifts: tuple[time, ...], slot: str) -> None:
    assert slot_at(Continuity(Period.SHIFT, MONDAY, shifts=shifts), at) == slot


@pytest.mark.parametrize(
    ("period", "slot"),
    [
        (Period.DAY, "2026-05-17"),
        (Period.WEEK, "2026-W20"),
        (Period.MONTH, "2026-05"),
        (Period.QUARTER, "2026-Q2"),
        (Period.YEAR, "2026"),
    ],
)
def test_n_8_an_instant_is_in_one_period(period: Period, slot: str) -> None:
    assert slot_at(Continuity(period, MONDAY), datetime(2026, 5, 17, 23, 59, tzinfo=UTC)) == slot


def test_n_8_a_shift_that_runs_into_the_next_day_is_over_only_then() -> None:
    rule = Continuity(Period.SHIFT, MONDAY, shifts=SHIFTS)
    assert keys(rule, MONDAY, MONDAY) == ["2026-03-02.1"]
    assert keys(rule, MONDAY, MONDAY + DAY) == ["2026-03-02.1", "2026-03-02.2", "2026-03-03.1"]
    whole = Continuity(Period.SHIFT, MONDAY, shifts=NIGHTS)
    assert keys(whole, MONDAY, MONDAY) == ["2026-03-02.1", "2026-03-02.2", "2026-03-02.3"]
    later = keys(rule, MONDAY + DAY, MONDAY + DAY)  # a window that begins within it
    assert later == ["2026-03-02.2", "2026-03-03.1"]


def test_n_8_a_period_is_missing_from_the_day_after_it_on() -> None:
    rule = Continuity(Period.DAY, MONDAY)

    def at(today: date, have: set[str]) -> list[str]:
        return [one.key for one in missing(rule, have, first=MONDAY, today=today, is_worked=weekdays)]

    assert at(MONDAY, set()) == []
    assert at(MONDAY + DAY, set()) == ["2026-03-02"]
    assert at(MONDAY + DAY, {"2026-03-02"}) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("08:00, 16:00", ""),
        ("8:00，20:00", ""),
        ("00:00、08:00、16:00", ""),
        ("08:00", "N-8.shifts_unfit"),
        ("08:00, 8:00", "N-8.shifts_unfit"),
        ("1:00,2:00,3:00,4:00,5:00,6:00", ""),
        ("1:00,2:00,3:00,4:00,5:00,6:00,7:00", "N-8.shifts_unfit"),
        ("24:00, 08:00", "N-8.shift_unreadable"),
        ("08:60, 09:00", "N-8.shift_unreadable"),
        ("早班", "N-8.shift_unreadable"),
    ],
)
def test_n_8_shifts_are_read_as_typed(text: str, told: str) -> None:
    assert code(read_shifts(text)) == told


def test_n_8_shifts_come_in_the_order_of_the_day() -> None:
    assert read_shifts("16:00, 00:00, 08:00") == NIGHTS


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (Continuity(Period.DAY, MONDAY), ""),
        (Continuity(Period.SHIFT, MONDAY), "N-8.shifts_needed"),
        (Continuity(Period.SHIFT, MONDAY, shifts=SHIFTS), ""),
        (Continuity(Period.DAY, MONDAY, shifts=SHIFTS), "N-8.no_shifts"),
        (Continuity(Period.DAY, MONDAY - FURTHEST), ""),
        (Continuity(Period.DAY, MONDAY - FURTHEST - DAY), "N-8.day_unlikely"),
        (Continuity(Period.DAY, MONDAY + FURTHEST + DAY), "N-8.day_unlikely"),
        (Continuity(Period.DAY, MONDAY, MONDAY), ""),
        (Continuity(Period.DAY, MONDAY, MONDAY - DAY), "N-8.ends_before"),
    ],
)
def test_n_8_what_a_rule_may_say(rule: Continuity, told: str) -> None:
    assert code(may_declare(rule, today=MONDAY)) == told


def test_n_8_a_rule_ends_once_not_before_it_began_and_with_a_reason() -> None:
    rule = Continuity(Period.DAY, MONDAY)
    for until, told in ((MONDAY, ""), (MONDAY - DAY, "N-8.ends_before")):
        assert code(may_end_continuity(rule, until_on=until, reason="停线")) == told
    assert code(may_end_continuity(rule, until_on=MONDAY, reason=" ")) == "N-8.reason_needed"
    for until, told in ((MONDAY + DAY, ""), (MONDAY + 2 * DAY, "N-8.ends_later")):
        verdict = may_end_continuity(rule, until_on=until, reason="停线", declared_until=MONDAY + DAY)
        assert code(verdict) == told
    ended = Continuity(Period.DAY, MONDAY, MONDAY)
    assert code(may_end_continuity(ended, until_on=MONDAY, reason="停线")) == "N-8.ended_already"


@pytest.mark.parametrize(
    ("slot", "explained", "reason", "told"),
    [
        ("2026-03-02", False, "停电", ""),
        ("2026-03-02", False, "", "N-8.reason_needed"),
        ("2026-03-02", True, "停电", "N-8.explained_already"),
        ("2026-03-03", False, "停电", "N-8.not_missing"),
        ("2026-03-04", False, "停电", "N-8.not_missing"),
        ("2026-03-01", False, "停电", "N-8.not_missing"),
        ("whatever", False, "停电", "N-8.not_missing"),
    ],
)
def test_n_8_only_what_is_missing_is_explained_once(
    slot: str, explained: bool, reason: str, told: str
) -> None:
    rule = Continuity(Period.DAY, MONDAY)
    verdict = may_explain(
        rule,
        slot,
        {"2026-03-03"},
        explained=explained,
        reason=reason,
        today=MONDAY + 2 * DAY,
        is_worked=weekdays,
    )
    assert code(verdict) == told
