"""Rows of numbers of printed blanks: read, issued, ended; each number once (D-10)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from docctl.domain.blank_rows import MOST_PRINTED, Span, Written, open_spans, read_row, split_number
from docctl.domain.blanks import (
    BLANK_MOVES,
    ENDS,
    MOST_USED,
    BlankAction,
    BlankState,
    Ended,
    Place,
    Tally,
    may_end,
    may_issue_blanks,
    may_issue_of,
    may_print_blanks,
    may_print_of,
    may_receive_blanks,
    state_of,
)
from docctl.domain.copy_states import Closing
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.verdicts import Refused, Verdict

ME, OTHER = UUID(int=1), UUID(int=2)
DAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
WRITTEN = Written("XJ-", 4)
S, A = BlankState, BlankAction


def code(verdict: Verdict) -> str:
    return verdict.key if isinstance(verdict, Refused) else ""


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param("XJ-0001", ("XJ-", "0001"), id="zeros before"),
        pytest.param("0001", ("", "0001"), id="digits alone"),
        pytest.param("X-123456789", ("X-", "123456789"), id="nine digits"),
        pytest.param("X-1234567890", None, id="ten digits"),
        pytest.param("XJ-0001A", None, id="no digit at the end"),
        pytest.param("１２３", None, id="wide digits"),
        pytest.param("x" * 90 + "1", ("x" * 90, "1"), id="the longest prefix"),
        pytest.param("x" * 91 + "1", None, id="too long a prefix"),
    ],
)
def test_d_10_a_number_ends_in_digits(text: str, parts: tuple[str, str] | None) -> None:
    assert split_number(text) == parts


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        pytest.param("XJ-0001", "XJ-0100", "", id="whole numbers"),
        pytest.param("XJ-0001", "0100", "", id="digits of the last alone"),
        pytest.param("XJ-0001", "XJ-0001", "", id="one number"),
        pytest.param("XJ-0002", "XJ-0001", "D-10.last_before_first", id="backwards"),
        pytest.param("XJ-0001", "XK-0100", "D-10.not_one_row", id="another prefix"),
        pytest.param("XJ-", "XJ-0100", "D-10.number_unreadable", id="no first"),
        pytest.param("XJ-0001", "", "D-10.number_unreadable", id="no last"),
        pytest.param("X-1", f"X-{MOST_PRINTED}", "", id="as many as may be"),
        pytest.param("X-1", f"X-{MOST_PRINTED + 1}", "D-10.too_many_printed", id="one more"),
    ],
)
def test_d_10_a_print_is_one_row_of_numbers(first: str, last: str, told: str) -> None:
    row = read_row(first, last)
    assert (row.key if isinstance(row, Refused) else "") == told


def test_d_10_numbers_are_written_as_on_the_paper() -> None:
    assert WRITTEN.span(Span(7, 7)) == "XJ-0007"
    assert WRITTEN.span(Span(7, 12)) == "XJ-0007 – XJ-0012"
    assert WRITTEN.number(12345) == "XJ-12345"


@pytest.mark.parametrize(
    ("other", "told"),
    [
        pytest.param(Span(1, 10), "", id="ends just before"),
        pytest.param(Span(1, 11), "D-10.overlaps", id="ends on the first"),
        pytest.param(Span(20, 30), "D-10.overlaps", id="begins on the last"),
        pytest.param(Span(21, 30), "", id="begins just after"),
        pytest.param(Span(1, 99), "D-10.overlaps", id="has all of them"),
    ],
)
def test_d_10_no_number_of_a_form_is_printed_twice(other: Span, told: str) -> None:
    verdict = may_print_blanks(Span(11, 20), [(other, "XJ-1")], row="XJ-0011 – XJ-0020", book_size=0)
    assert code(verdict) == told
    if isinstance(verdict, Refused):  # both are named
        assert verdict.params == {"numbers": "XJ-0011 – XJ-0020", "others": "XJ-1"}


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (0, ""),
        (25, ""),
        (100, ""),
        (30, "D-10.books_uneven"),
        (1001, "D-10.book_unfit"),
        (-1, "D-10.book_unfit"),
    ],
)
def test_d_10_books_hold_equally_many_numbers(size: int, told: str) -> None:
    assert code(may_print_blanks(Span(1, 100), [], row="", book_size=size)) == told


@pytest.mark.parametrize(
    ("span", "told"),
    [
        pytest.param(Span(11, 20), "", id="in store"),
        pytest.param(Span(10, 20), "D-10.issued_before", id="one went out before"),
        pytest.param(Span(21, 31), "D-10.ended_before", id="one ended in store"),
        pytest.param(Span(32, 100), "", id="to the last"),
        pytest.param(Span(32, 101), "D-10.not_of_print", id="beyond the last"),
        pytest.param(Span(0, 5), "D-10.not_of_print", id="before the first"),
    ],
)
def test_d_10_a_number_goes_out_once(span: Span, told: str) -> None:
    verdict = may_issue_blanks(
        span, Span(1, 100), [Span(1, 10)], [Span(31, 31)], book_size=0, written=WRITTEN
    )
    assert code(verdict) == told


@pytest.mark.parametrize(
    ("span", "told"),
    [
        (Span(26, 50), ""),
        (Span(26, 75), ""),
        (Span(26, 49), "D-10.book_whole"),
        (Span(27, 51), "D-10.book_whole"),
    ],
)
def test_d_10_books_go_out_whole(span: Span, told: str) -> None:
    assert code(may_issue_blanks(span, Span(1, 100), [], [], book_size=25, written=WRITTEN)) == told


def test_d_10_blanks_are_printed_of_what_is_issued_and_go_out_of_what_is_in_force() -> None:
    for status in RevisionStatus:
        told = "" if status is RevisionStatus.ISSUED else "D-10.not_issued"
        assert code(may_print_of(status, over_since=None, at=AT)) == told
    tick = timedelta(microseconds=1)
    for since, told in ((AT + tick, ""), (AT, "D-10.revision_over")):
        assert code(may_print_of(RevisionStatus.ISSUED, over_since=since, at=AT)) == told
        assert code(may_issue_of(over_since=since, in_force=True, at=AT)) == told
    assert code(may_issue_of(over_since=None, in_force=False, at=AT)) == "D-10.not_in_force"


@pytest.mark.parametrize(
    ("on", "told"),
    [
        (DAY - timedelta(days=1), "D-10.day_unlikely"),
        (DAY, ""),
        (DAY + timedelta(days=2), ""),
        (DAY + timedelta(days=3), "D-10.day_unlikely"),
    ],
)
def test_d_10_a_receipt_is_not_before_the_issue_nor_to_come(on: date, told: str) -> None:
    today = DAY + timedelta(days=2)
    assert code(may_receive_blanks(issued_on=DAY, received_on=None, on=on, today=today)) == told
    again = may_receive_blanks(issued_on=DAY, received_on=DAY, on=on, today=today)
    assert code(again) == "D-10.received_before"
    place = Place(DAY, is_out=True)
    closing = Closing(on, "", ME)
    assert code(end(Span(1, 1), place, A.USE, closing, today=today)) == told


def end(
    span: Span,
    place: Place,
    action: BlankAction,
    closing: Closing | None = None,
    *,
    today: date = DAY,
    is_called: bool = False,
    is_control: bool = True,
) -> Verdict:
    return may_end(
        span,
        place,
        action,
        closing or Closing(DAY, "印错", ME, OTHER),
        written=WRITTEN,
        today=today,
        is_called=is_called,
        is_control=is_control,
    )


def standing(state: BlankState) -> Place:
    """Return where the numbers 1 to 10 are so that they have a state."""
    ended = () if state in {S.STORE, S.OUT} else (Ended(Span(1, 10), state),)
    return Place(DAY, state is not S.STORE, ended)


@pytest.mark.parametrize("state", list(BlankState))
@pytest.mark.parametrize("action", [one for one in BlankAction if one is not A.ISSUE])
def test_d_10_every_state_and_action_as_the_table_says(state: BlankState, action: BlankAction) -> None:
    assert state_of(Span(1, 10), standing(state)) is state
    allowed = (state, action) in BLANK_MOVES
    told = "" if allowed else "D-10.in_store" if state is S.STORE else "D-10.already_ended"
    assert code(end(Span(1, 10), standing(state), action)) == told


def test_d_10_what_has_ended_does_not_move_again() -> None:
    final = set(ENDS.values()) - {S.LOST}
    assert not {old for old, _ in BLANK_MOVES} & final


def test_d_10_numbers_that_stand_differently_are_noted_apart() -> None:
    place = Place(DAY, is_out=True, ended=(Ended(Span(5, 6), S.LOST), Ended(Span(8, 8), S.USED)))
    assert state_of(Span(5, 6), Place(DAY, True, place.ended[:1])) is S.LOST
    for span, ended in ((Span(5, 7), place.ended[:1]), (Span(7, 9), place.ended[1:])):
        assert code(end(span, Place(DAY, True, ended), A.VOID)) == "D-10.not_alike"
    found = (*place.ended[:1], Ended(Span(5, 5), S.USED, was_lost=True))
    assert state_of(Span(5, 5), Place(DAY, True, found)) is S.USED
    assert code(end(Span(5, 6), Place(DAY, True, found), A.RETURN)) == "D-10.not_alike"


@pytest.mark.parametrize(
    ("action", "reason", "is_called", "told"),
    [
        pytest.param(A.USE, "", False, "", id="used"),
        pytest.param(A.VOID, " ", False, "D-10.reason_needed", id="void without a reason"),
        pytest.param(A.VOID, "写坏", False, "", id="void"),
        pytest.param(A.LOSE, "", True, "D-10.reason_needed", id="lost without a reason"),
        pytest.param(A.RETURN, "", False, "D-10.reason_needed", id="returned, and nobody asked"),
        pytest.param(A.RETURN, "", True, "", id="returned as asked"),
        pytest.param(A.DESTROY, "", True, "D-10.reason_needed", id="destroyed without a reason"),
        pytest.param(A.DESTROY, "x" * 500, True, "", id="the longest reason"),
        pytest.param(A.DESTROY, "x" * 501, True, "D-10.reason_too_long", id="too long a reason"),
    ],
)
def test_d_10_only_what_is_used_or_asked_back_needs_no_reason(
    action: BlankAction, reason: str, is_called: bool, told: str
) -> None:
    closing = Closing(DAY, reason, ME, OTHER)
    assert code(end(Span(1, 1), Place(DAY, is_out=True), action, closing, is_called=is_called)) == told


def test_d_10_control_takes_back_and_a_destruction_is_watched() -> None:
    place = Place(DAY, is_out=True)
    for is_control, told in ((True, ""), (False, "D-10.control_takes_back")):
        assert code(end(Span(1, 1), place, A.RETURN, is_control=is_control)) == told
        assert code(end(Span(1, 1), place, A.VOID, is_control=is_control)) == ""
    for witness, told in ((OTHER, ""), (ME, "D-2.witness_is_same"), (None, "D-2.witness_needed")):
        assert code(end(Span(1, 1), place, A.DESTROY, Closing(DAY, "破损", ME, witness))) == told


@pytest.mark.parametrize(("count", "told"), [(MOST_USED, ""), (MOST_USED + 1, "D-10.too_many_used")])
def test_d_10_so_many_are_noted_as_used_at_once(count: int, told: str) -> None:
    assert code(end(Span(1, count), Place(DAY, is_out=True), A.USE)) == told


def test_d_10_what_is_left_of_a_row() -> None:
    taken = [Span(3, 4), Span(4, 6), Span(9, 12)]
    assert open_spans(Span(1, 10), taken) == [Span(1, 2), Span(7, 8)]
    assert open_spans(Span(1, 10), []) == [Span(1, 10)]
    assert open_spans(Span(3, 6), taken) == []
    assert open_spans(Span(1, 2), [Span(5, 6)]) == [Span(1, 2)]


def test_d_10_a_tally_adds_up_or_says_so() -> None:
    tally = Tally(printed=10, store=1, out=2, used=3, void=1, returned=1, destroyed=1, lost=1)
    assert tally.adds_up
    assert tally.open == 3
    assert (tally + tally).printed == 20
    assert (tally + tally).adds_up
    assert not Tally(printed=10, used=11).adds_up
    assert not Tally(printed=10, used=11, out=-1).adds_up
