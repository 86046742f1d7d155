"""What may be done with a controlled copy, and what its list may say: both sides (D-1, D-2, D-4, D-8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest

from docctl.domain.copy_states import (
    COPY_MOVES,
    OPEN,
    Closing,
    CopyAction,
    CopyFacts,
    CopyStatus,
    Medium,
    copy_state,
    first_of,
    may_close,
    may_move_copy,
    may_recall,
    may_receive,
)
from docctl.domain.distribution import (
    LONGEST_PLACE,
    MOST_COPIES,
    MOST_ENTRIES,
    HolderKind,
    ListEntry,
    Reconciled,
    may_change_list,
    may_list,
    shown_number,
)
from docctl.domain.lifecycle import RevisionDates, RevisionStatus
from docctl.domain.reading import may_acknowledge
from docctl.domain.reasons import LONGEST
from docctl.domain.verdicts import Refused, Verdict

AT = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
TODAY, ISSUED = date(2026, 3, 10), date(2026, 3, 2)
ONE, TWO = UUID(int=1), UUID(int=2)

OUT = CopyFacts("007", CopyStatus.ISSUED, Medium.PAPER, ISSUED, None)
CALLED = replace(OUT, recalled_since=AT)


def key(verdict: Verdict) -> str:
    return verdict.key if isinstance(verdict, Refused) else "allowed"


@pytest.mark.parametrize(("status", "action"), list(product(CopyStatus, CopyAction)))
def test_d_2_every_move_of_a_copy_is_in_the_table_or_refused(status: CopyStatus, action: CopyAction) -> None:
    expected = "allowed"
    if (status, action) not in COPY_MOVES:
        expected = "D-2.no_such_move" if status in OPEN else "D-2.already_closed"
    assert key(may_move_copy(replace(OUT, status=status), action)) == expected


@pytest.mark.parametrize("status", [CopyStatus.RETURNED, CopyStatus.DESTROYED])
def test_d_2_a_copy_that_came_back_or_was_destroyed_stays_so(status: CopyStatus) -> None:
    assert not any(old is status for old, _ in COPY_MOVES)
    verdict = may_move_copy(replace(OUT, status=status), CopyAction.RETURN)
    assert verdict == Refused("D-2", "already_closed", {"number": "007"})


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (ISSUED - timedelta(days=1), "D-1.day_unlikely"),
        (ISSUED, "allowed"),
        (TODAY, "allowed"),
        (TODAY + timedelta(days=1), "D-1.day_unlikely"),
    ],
)
def test_d_1_a_receipt_is_between_issue_and_today(on: date, expected: str) -> None:
    assert key(may_receive(OUT, on=on, today=TODAY)) == expected
    assert key(may_receive(CALLED, on=on, today=TODAY)) == expected  # it came after it was superseded


@pytest.mark.parametrize(
    ("since", "at", "state"),
    [
        (None, AT, "issued"),
        (AT, AT - TICK, "issued"),
        (AT, AT, "recalled"),
    ],
)
def test_d_2_recalled_is_read_from_dates(since: datetime | None, at: datetime, state: str) -> None:
    assert copy_state(CopyStatus.ISSUED, since, at) == state
    assert copy_state(CopyStatus.RETURNED, since, at) == "returned"
    assert copy_state(CopyStatus.LOST, since, at) == "lost"


def test_d_2_the_first_of_recall_withdrawal_and_end_counts() -> None:
    assert first_of(None, None, None) is None
    assert first_of(AT, None, AT + TICK) == AT
    assert first_of(None, AT + TICK, AT) == AT


def test_d_2_a_copy_is_called_back_once_and_with_a_reason() -> None:
    assert key(may_recall(OUT, reason="离岗", at=AT)) == "allowed"
    assert key(may_recall(OUT, reason=" ", at=AT)) == "D-2.reason_needed"
    assert key(may_recall(CALLED, reason="离岗", at=AT)) == "D-2.recalled_already"
    assert key(may_recall(CALLED, reason="离岗", at=AT - TICK)) == "allowed"


def close(facts: CopyFacts, action: CopyAction, closing: Closing, *, is_control: bool = True) -> str:
    return key(may_close(facts, action, closing, at=AT, today=TODAY, is_control=is_control))


def test_d_2_what_was_recalled_comes_back_without_a_reason_all_else_with_one() -> None:
    plain = Closing(TODAY, "", ONE)
    assert close(CALLED, CopyAction.RETURN, plain) == "allowed"
    assert close(OUT, CopyAction.RETURN, plain) == "D-2.reason_needed"
    assert close(OUT, CopyAction.RETURN, replace(plain, reason="不再需要")) == "allowed"
    assert close(CALLED, CopyAction.LOSE, plain) == "D-2.reason_needed"
    assert close(CALLED, CopyAction.LOSE, replace(plain, reason="找不到")) == "allowed"
    assert (
        close(CALLED, CopyAction.RETURN, replace(plain, on=TODAY + timedelta(days=1))) == "D-1.day_unlikely"
    )


@pytest.mark.parametrize("length", [LONGEST, LONGEST + 1])
def test_d_2_a_reason_has_a_length(length: int) -> None:
    expected = "allowed" if length == LONGEST else "D-2.reason_too_long"
    assert key(may_recall(OUT, reason="因" * length, at=AT)) == expected
    assert close(CALLED, CopyAction.RETURN, Closing(TODAY, "因" * length, ONE)) == expected


def test_d_2_paper_is_taken_back_by_control_a_screen_entry_by_its_holder() -> None:
    plain = Closing(TODAY, "", ONE)
    assert close(CALLED, CopyAction.RETURN, plain, is_control=False) == "D-2.control_takes_back"
    posted = replace(CALLED, medium=Medium.POSTED)
    assert close(posted, CopyAction.RETURN, plain, is_control=False) == "D-2.control_takes_back"
    on_screen = replace(CALLED, medium=Medium.SCREEN)
    assert close(on_screen, CopyAction.RETURN, plain, is_control=False) == "allowed"


def test_d_2_destroying_needs_another_person_who_watches() -> None:
    closing = Closing(TODAY, "破损", ONE)
    assert close(OUT, CopyAction.DESTROY, closing) == "D-2.witness_needed"
    assert close(OUT, CopyAction.DESTROY, replace(closing, witness=ONE)) == "D-2.witness_is_same"
    assert close(OUT, CopyAction.DESTROY, replace(closing, witness=TWO)) == "allowed"
    assert close(CALLED, CopyAction.DESTROY, Closing(TODAY, "", ONE, TWO)) == "D-2.reason_needed"


def test_d_2_a_lost_copy_that_is_found_comes_back_once() -> None:
    lost = replace(OUT, status=CopyStatus.LOST)
    closing = Closing(TODAY, "找到", ONE)
    assert close(lost, CopyAction.RETURN, closing) == "allowed"
    assert close(lost, CopyAction.LOSE, closing) == "D-2.already_closed"


UNIT = ListEntry(HolderKind.UNIT, ONE, Medium.PAPER)
WALL = ListEntry(HolderKind.PLACE, ONE, Medium.POSTED, "一车间公告栏")


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (UNIT, "allowed"),
        (WALL, "allowed"),
        (replace(UNIT, copies=0), "D-8.copies_unfit"),
        (replace(UNIT, copies=MOST_COPIES), "allowed"),
        (replace(UNIT, copies=MOST_COPIES + 1), "D-8.copies_unfit"),
        (replace(UNIT, medium=Medium.POSTED), "D-1.place_needed"),
        (replace(UNIT, place="墙"), "D-1.place_needed"),
        (replace(WALL, medium=Medium.PAPER), "D-1.place_needed"),
        (replace(WALL, place=""), "D-1.place_needed"),
        (replace(WALL, place="墙" * LONGEST_PLACE), "allowed"),
        (replace(WALL, place="墙" * (LONGEST_PLACE + 1)), "D-1.place_too_long"),
    ],
)
def test_d_8_an_entry_names_a_holder_or_a_place(entry: ListEntry, expected: str) -> None:
    assert key(may_list(entry, [])) == expected


def test_d_8_nobody_is_listed_twice_for_one_medium() -> None:
    assert key(may_list(replace(UNIT, copies=2), [UNIT])) == "D-8.listed_twice"
    assert key(may_list(replace(UNIT, medium=Medium.SCREEN), [UNIT])) == "allowed"
    assert key(may_list(replace(WALL, place="二车间"), [WALL])) == "allowed"


def test_d_8_a_list_has_an_end() -> None:
    others = [replace(WALL, place=str(number)) for number in range(MOST_ENTRIES)]
    assert key(may_list(UNIT, others[1:])) == "allowed"
    assert key(may_list(UNIT, others)) == "D-8.too_many"


@pytest.mark.parametrize("status", list(RevisionStatus))
def test_d_8_a_list_is_changed_with_a_reason_only_once_issued(status: RevisionStatus) -> None:
    expected = "allowed" if status is RevisionStatus.ISSUED else "D-8.not_issued"
    assert key(may_change_list(status, over_since=None, at=AT)) == expected
    assert key(may_change_list(status, over_since=AT + TICK, at=AT)) == expected
    assert key(may_change_list(RevisionStatus.ISSUED, over_since=AT, at=AT)) == "D-8.over"


def test_d_1_a_distribution_number_is_filled_up_and_grows() -> None:
    assert [shown_number(one) for one in (1, 999, 1000)] == ["001", "999", "1000"]


def test_d_2_every_copy_is_accounted_for() -> None:
    assert Reconciled(6, 2, 1, 1, 2, 1).adds_up
    assert not Reconciled(6, 2, 1, 1, 2, 1).is_settled
    assert Reconciled(6, 3, 1, 1, 1, 0).is_settled
    assert not Reconciled(6, 2, 1, 1, 1, 0).adds_up


IN_USE = RevisionDates(RevisionStatus.ISSUED, AT, AT + timedelta(days=1))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (AT - TICK, "D-4.not_in_force"),
        (AT, "allowed"),
        (AT + timedelta(days=1) - TICK, "allowed"),
        (AT + timedelta(days=1), "D-4.not_in_force"),
    ],
)
def test_d_4_a_reading_is_acknowledged_while_in_force(at: datetime, expected: str) -> None:
    assert key(may_acknowledge(IN_USE, acknowledged_at=None, at=at)) == expected
    assert key(may_acknowledge(IN_USE, acknowledged_at=AT, at=at)) == "D-4.acknowledged_already"
