"""Who is on duty in a post at an instant; overlaps are refused, holes are told (O-3)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docctl.domain.rosters import (
    EVERY_DAY,
    Duty,
    Held,
    holds_post_at,
    holes,
    joined,
    may_be_on_duty,
    may_end_duty,
    overlap,
)
from docctl.domain.verdicts import Refused

MONDAY = date(2026, 3, 2)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
WANG, LI = uuid4(), uuid4()
HOLD = (Held(WANG, MONDAY), Held(LI, MONDAY))


def duty(person: object = WANG, **more: object) -> Duty:
    given_ = {"from_on": MONDAY, "until_on": None, **more}
    return Duty(person, "王强" if person == WANG else "李秀兰", **given_)  # type: ignore[arg-type]


def code(verdict: object) -> str:
    return verdict.key if isinstance(verdict, Refused) else ""


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute))


EARLY, NIGHT = (time(8), time(20)), (time(20), time(8))


@pytest.mark.parametrize(
    ("when", "who"),
    [
        pytest.param(at(MONDAY, 7, 59), {WANG, LI}, id="before the first shift: all holders"),
        pytest.param(at(MONDAY, 8), {WANG}, id="the first minute of a shift"),
        pytest.param(at(MONDAY, 19, 59), {WANG}, id="the last minute"),
        pytest.param(at(MONDAY, 20), {LI}, id="the first minute of the next one"),
        pytest.param(at(MONDAY + DAY, 7, 59), {LI}, id="into the next day"),
        pytest.param(at(MONDAY + DAY, 8), {WANG}, id="the day after"),
        pytest.param(at(MONDAY + 5 * DAY, 7, 59), {LI}, id="the night of Friday ends on Saturday"),
        pytest.param(at(MONDAY + 5 * DAY, 8), {WANG, LI}, id="Saturday: nobody, so all holders"),
        pytest.param(at(MONDAY - DAY, 12), set(), id="before anybody held it"),
    ],
)
def test_o_3_who_holds_a_post_at_an_instant(when: datetime, who: set[object]) -> None:
    week = frozenset(range(1, 6))
    roster = [
        duty(WANG, weekdays=week, start=EARLY[0], end=EARLY[1]),
        duty(LI, weekdays=week, start=NIGHT[0], end=NIGHT[1]),
    ]
    found = holds_post_at(HOLD, roster, when)
    assert found.people == who
    assert found.by_roster == (len(who) == 1)
    assert found.is_hole == (len(who) == 2)


def test_o_3_without_a_roster_all_holders_are_meant_and_nothing_is_missing() -> None:
    found = holds_post_at(HOLD, [], at(MONDAY, 3))
    assert (found.people, found.by_roster, found.is_hole) == ({WANG, LI}, False, False)
    over = [duty(until_on=MONDAY)]
    assert holds_post_at(HOLD, over, at(MONDAY, 3)).people == {WANG}
    after = holds_post_at(HOLD, over, at(MONDAY + DAY, 0))
    assert (after.people, after.is_hole) == ({WANG, LI}, False)


def test_o_3_who_left_the_post_is_on_duty_no_more() -> None:
    hold = (Held(WANG, MONDAY, MONDAY), Held(LI, MONDAY))
    assert holds_post_at(hold, [duty()], at(MONDAY, 23, 59)).people == {WANG}
    after = holds_post_at(hold, [duty()], at(MONDAY + DAY, 0))
    assert (after.people, after.is_hole) == ({LI}, True)


@pytest.mark.parametrize(
    ("new", "refused"),
    [
        pytest.param(duty(LI, start=time(20), end=time(8)), "", id="the other half of the day"),
        pytest.param(duty(LI, start=time(19, 59), end=time(8)), "O-3.duty_overlap", id="a minute too early"),
        pytest.param(duty(LI, start=time(20), end=time(8, 1)), "O-3.duty_overlap", id="one minute too long"),
        pytest.param(duty(WANG, start=time(8), end=time(9)), "O-3.duty_twice", id="the same person twice"),
        pytest.param(duty(LI, start=time(8), end=time(9), together=True), "O-3.duty_overlap", id="one alone"),
        pytest.param(duty(LI, weekdays=frozenset({6}), start=time(8), end=time(20)), "", id="other weekday"),
        pytest.param(duty(LI, weekdays=frozenset()), "O-3.duty_no_days", id="no weekday"),
        pytest.param(duty(LI, weekdays=frozenset({8})), "O-3.duty_no_days", id="no such weekday"),
        pytest.param(duty(uuid4(), start=time(20)), "O-3.duty_no_holder", id="somebody else"),
        pytest.param(duty(LI, from_on=MONDAY - DAY), "O-3.duty_no_holder", id="before they hold it"),
        pytest.param(duty(LI, until_on=MONDAY - DAY), "O-3.ends_before_it_begins", id="ends before"),
        pytest.param(duty(LI, from_on=MONDAY + 367 * DAY), "O-3.day_unlikely", id="too far ahead"),
    ],
)
def test_o_3_two_people_are_not_on_duty_at_once_unless_together(new: Duty, refused: str) -> None:
    there = [duty(WANG, weekdays=frozenset(range(1, 6)), start=time(8), end=time(20))]
    if new.weekdays == EVERY_DAY and not refused:
        there = [duty(WANG, start=time(8), end=time(20))]
    assert code(may_be_on_duty(new, there, HOLD, today=MONDAY)) == refused


def test_o_3_two_may_be_on_duty_together_where_both_are_so_marked() -> None:
    there = [duty(WANG, together=True)]
    assert may_be_on_duty(duty(LI, together=True), there, HOLD, today=MONDAY)
    assert code(may_be_on_duty(duty(WANG, together=True), there, HOLD, today=MONDAY)) == "O-3.duty_twice"


def test_o_3_one_begins_where_the_other_ends() -> None:
    first = duty(WANG, until_on=MONDAY)
    assert overlap(first, duty(LI, from_on=MONDAY + DAY)) is None
    assert overlap(first, duty(LI, from_on=MONDAY)) == at(MONDAY, 0)
    night = duty(WANG, until_on=MONDAY, start=time(20), end=time(8))
    assert overlap(night, duty(LI, from_on=MONDAY + DAY)) == at(MONDAY + DAY, 0)


def test_o_3_holes_are_told() -> None:
    roster = [duty(WANG, start=time(8), end=time(20)), duty(LI, start=time(20), end=time(7))]
    found = joined(holes(HOLD, roster, MONDAY, 2))
    assert found == (
        (at(MONDAY, 0), at(MONDAY, 8)),
        (at(MONDAY + DAY, 7), at(MONDAY + DAY, 8)),
    )
    whole = [duty(WANG)]
    assert list(holes(HOLD, whole, MONDAY, 3)) == []
    left = (Held(WANG, MONDAY, MONDAY),)
    assert joined(holes(left, whole, MONDAY, 3)) == ((at(MONDAY + DAY, 0), at(MONDAY + 3 * DAY, 0)),)
    assert list(holes(HOLD, [], MONDAY, 3)) == []


@pytest.mark.parametrize(
    ("until_on", "days", "refused"),
    [
        (MONDAY, 0, ""),
        (MONDAY, 9, ""),
        (MONDAY - DAY, -1, ""),
        (MONDAY - 2 * DAY, -1, "O-3.ends_before_it_begins"),
        (MONDAY - DAY, 0, "O-3.duty_begun"),
    ],
)
def test_o_3_duty_times_end_with_a_day_or_are_dropped_before_they_count(
    until_on: date, days: int, refused: str
) -> None:
    assert code(may_end_duty(duty(), until_on, today=MONDAY + days * DAY)) == refused


def test_o_3_what_is_over_ends_no_more() -> None:
    over = duty(until_on=MONDAY)
    assert may_end_duty(over, MONDAY, today=MONDAY)
    assert code(may_end_duty(over, MONDAY, today=MONDAY + DAY)) == "O-3.duty_over"


_TIMES = st.builds(time, st.integers(0, 23))
_DUTIES = st.builds(
    Duty,
    st.sampled_from([WANG, LI]),
    st.just("x"),
    st.integers(0, 9).map(lambda n: MONDAY + n * DAY),
    st.one_of(st.none(), st.integers(0, 19).map(lambda n: MONDAY + n * DAY)),
    st.frozensets(st.integers(1, 7), min_size=1),
    _TIMES,
    _TIMES,
)


@given(_DUTIES, _DUTIES)
def test_o_3_two_duties_overlap_where_some_hour_lies_in_both(one: Duty, other: Duty) -> None:
    hours = (at(MONDAY, 0) + timedelta(hours=n) for n in range(24 * 40))
    both = any(one.covers(hour) and other.covers(hour) for hour in hours)
    assert (overlap(one, other) is not None) == both


@given(st.lists(_DUTIES, max_size=4))
def test_o_3_an_hour_lies_in_a_hole_where_a_roster_runs_and_nobody_is_on_duty(duties: list[Duty]) -> None:
    missing = joined(holes(HOLD, duties, MONDAY, 12))
    for hour in range(24 * 12):
        when = at(MONDAY, 0) + timedelta(hours=hour)
        told = any(start <= when < end for start, end in missing)
        assert told == holds_post_at(HOLD, duties, when).is_hole
