"""Four people, a list that is complete and unchanged, a clock that can be believed (R-4, R-5, R-6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import uuid4

import pytest

from docctl.domain.disposal import (
    CLOCK_LEAP,
    CLOCK_TOLERANCE,
    ListFacts,
    Part,
    four_people,
    may_approve,
    may_hold,
    trusted_time,
)
from docctl.domain.lifecycle import ListStatus, RecordStatus
from docctl.domain.verdicts import Refused, Verdict

A, B = uuid4(), uuid4()
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def code(verdict: Verdict) -> str:
    return verdict.key if isinstance(verdict, Refused) else "allowed"


@pytest.mark.parametrize(("part", "other"), list(permutations(Part, 2)))
def test_r_6_each_part_has_a_person_of_its_own(part: Part, other: Part) -> None:
    assert code(four_people(part, by=A, done={other: A})) == "R-6.four_people"
    assert four_people(part, by=A, done={other: B})


@pytest.mark.parametrize("part", Part)
def test_r_6_the_same_part_may_be_taken_again_by_the_same_person(part: Part) -> None:
    assert four_people(part, by=A, done={part: A})


@pytest.mark.parametrize("part", Part)
def test_r_6_who_gave_an_opinion_does_not_approve(part: Part) -> None:
    expected = "R-6.checker_approves" if part is Part.APPROVE else "allowed"
    assert code(four_people(part, by=A, done={}, checkers={A})) == expected
    assert four_people(part, by=A, done={}, checkers={B})


CHECKED = ListFacts(ListStatus.CHECKED, items=1, open_checks=0, objections=0, sha256="a", signed_sha256="a")


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        pytest.param(CHECKED, "allowed", id="complete"),
        pytest.param(replace(CHECKED, items=0), "R-6.empty_list", id="empty"),
        pytest.param(replace(CHECKED, sha256="b"), "R-6.list_changed", id="changed since it was shown"),
        pytest.param(
            replace(CHECKED, status=ListStatus.CHECKING, open_checks=1), "R-6.checks_open", id="open check"
        ),
        pytest.param(
            replace(CHECKED, status=ListStatus.CHECKING, objections=1), "R-6.objections", id="objection"
        ),
        pytest.param(replace(CHECKED, status=ListStatus.CHECKING), "R-6.no_such_move", id="still checking"),
        pytest.param(replace(CHECKED, status=ListStatus.APPROVED), "R-6.no_such_move", id="approved before"),
        pytest.param(replace(CHECKED, status=ListStatus.EXECUTED), "R-6.no_such_move", id="over"),
    ],
)
def test_r_6_the_leader_approves_a_checked_list_as_it_was_shown(facts: ListFacts, answer: str) -> None:
    assert code(may_approve(facts)) == answer


@pytest.mark.parametrize(
    ("behind", "answer"),
    [
        (timedelta(0), "allowed"),
        (CLOCK_TOLERANCE, "allowed"),
        (CLOCK_TOLERANCE + TICK, "R-4.clock_behind"),
        (timedelta(days=40), "R-4.clock_behind"),
        (-timedelta(days=1), "allowed"),
    ],
    ids=["equal", "at the limit", "past the limit", "40 days", "ahead"],
)
def test_r_4_a_clock_behind_the_trail_is_not_believed(behind: timedelta, answer: str) -> None:
    assert code(trusted_time(now=NOW - behind, newest_event=NOW)) == answer
    old = NOW - timedelta(days=90)
    assert code(trusted_time(now=NOW - behind, newest_event=old, sealed=NOW)) == answer
    assert code(trusted_time(now=NOW - behind, newest_event=old, trusted=NOW)) == answer


@pytest.mark.parametrize(
    ("ahead", "answer"),
    [
        (timedelta(0), "allowed"),
        (CLOCK_LEAP, "allowed"),
        (CLOCK_LEAP + TICK, "R-4.clock_leapt"),
        (timedelta(days=40), "R-4.clock_leapt"),
    ],
    ids=["equal", "at the limit", "past the limit", "40 days"],
)
def test_r_4_a_clock_that_leapt_is_not_believed(ahead: timedelta, answer: str) -> None:
    assert code(trusted_time(now=NOW + ahead, newest_event=NOW, sealed=NOW, trusted=NOW)) == answer
    assert code(trusted_time(now=NOW + ahead, newest_event=NOW, sealed=NOW)) == "allowed"  # never checked


@pytest.mark.parametrize("whose", ["database", "store"])
@pytest.mark.parametrize(
    ("apart", "agrees"),
    [
        (timedelta(0), True),
        (CLOCK_TOLERANCE, True),
        (-CLOCK_TOLERANCE, True),
        (CLOCK_TOLERANCE + TICK, False),
        (-CLOCK_TOLERANCE - TICK, False),
        (timedelta(days=2), False),
    ],
    ids=["equal", "behind at the limit", "ahead at the limit", "behind", "ahead", "two days"],
)
def test_r_4_a_clock_that_another_machine_contradicts_is_not_believed(
    whose: str, apart: timedelta, agrees: bool
) -> None:
    others = {"database": NOW, "store": NOW} | {whose: NOW + apart}
    answer = "allowed" if agrees else f"R-4.{whose}_clock_differs"
    assert code(trusted_time(now=NOW, newest_event=NOW, trusted=NOW, others=others)) == answer


@pytest.mark.parametrize("status", RecordStatus)
def test_r_5_a_hold_comes_too_late_once_destruction_began(status: RecordStatus) -> None:
    going = {RecordStatus.DESTROYING: "destroying_since", RecordStatus.STOPPED: "destroying_since"}
    expected = {**going, RecordStatus.DESTROYED: "destroyed"}.get(status)
    verdict = may_hold(status=status.value, since=NOW if expected else None)
    assert code(verdict) == (f"R-5.{expected}" if expected else "allowed")
