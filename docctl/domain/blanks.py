"""Which states the numbers of printed blanks have, and what may be done with a stock of them (D-10, N-5).

A print (空白表格、登记本) is a row of numbers of one form revision. Each number lies in store, is out with a
unit, or has ended; nothing else decides where it is. That a stock is recalled follows from the end of its
revision and is never stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from docctl.domain.blank_rows import Span, Written, open_spans
from docctl.domain.copy_states import Closing
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.reasons import reason_given
from docctl.domain.verdicts import Allowed, Refused, Verdict

#: So many numbers are noted as used in one step; each gets a line of its own.
MOST_USED: Final = 500
MOST_IN_BOOK: Final = 1_000


class BlankState(StrEnum):
    """Where a number of a print is."""

    STORE = "store"
    OUT = "out"
    LOST = "lost"
    USED = "used"
    VOID = "void"
    RETURNED = "returned"
    DESTROYED = "destroyed"


class BlankAction(StrEnum):
    """What can happen to a number of a print."""

    ISSUE = "issue"
    USE = "use"
    VOID = "void"
    RETURN = "return"
    DESTROY = "destroy"
    LOSE = "lose"


S, A = BlankState, BlankAction

#: Every move of a number. What was lost and is found has been used, comes back or is destroyed.
BLANK_MOVES: Final[Mapping[tuple[BlankState, BlankAction], BlankState]] = {
    (S.STORE, A.ISSUE): S.OUT,
    (S.STORE, A.VOID): S.VOID,
    (S.STORE, A.DESTROY): S.DESTROYED,
    (S.STORE, A.LOSE): S.LOST,
    (S.OUT, A.USE): S.USED,
    (S.OUT, A.VOID): S.VOID,
    (S.OUT, A.RETURN): S.RETURNED,
    (S.OUT, A.DESTROY): S.DESTROYED,
    (S.OUT, A.LOSE): S.LOST,
    (S.LOST, A.USE): S.USED,
    (S.LOST, A.RETURN): S.RETURNED,
    (S.LOST, A.DESTROY): S.DESTROYED,
}

#: How a number may end, by what is done.
ENDS: Final[Mapping[BlankAction, BlankState]] = {
    action: new for (_, action), new in BLANK_MOVES.items() if action is not A.ISSUE
}


def may_print_blanks(span: Span, others: Sequence[tuple[Span, str]], *, row: str, book_size: int) -> Verdict:
    """Say whether a print may be registered beside the other prints that number alike (D-10).

    `others` are their numbers, with how they are told. Books hold equally many numbers; 0: no books.
    """
    for other, told in others:
        if span.meets(other):
            return Refused("D-10", "overlaps", {"numbers": row, "others": told})
    if not 0 <= book_size <= MOST_IN_BOOK:
        return Refused("D-10", "book_unfit", {"most": MOST_IN_BOOK})
    if book_size and span.count % book_size:
        return Refused("D-10", "books_uneven", {"count": span.count, "size": book_size})
    return Allowed()


def may_have_blanks(unit: str, *, is_outside: bool) -> Verdict:
    """Say whether blanks may go out to a unit: to none outside the company (D-10, O-7)."""
    return Refused("D-10", "unit_outside", {"unit": unit}) if is_outside else Allowed()


def may_look_after(name: str, *, is_outside: bool) -> Verdict:
    """Say whether somebody may look after blanks: nobody from outside (D-10, O-7)."""
    return Refused("D-10", "person_outside", {"name": name}) if is_outside else Allowed()


def may_issue_blanks(
    span: Span,
    of: Span,
    issued: Iterable[Span],
    ended: Iterable[Span],
    *,
    book_size: int,
    written: Written,
) -> Verdict:
    """Say whether numbers may go out to a unit: of the print, all still in store, books whole (D-10)."""
    if not of.holds(span):
        return Refused("D-10", "not_of_print", {"numbers": written.span(of)})
    for one in issued:
        if span.meets(one):
            return Refused("D-10", "issued_before", {"numbers": written.span(_shared(span, one))})
    for one in ended:
        if span.meets(one):
            return Refused("D-10", "ended_before", {"numbers": written.span(_shared(span, one))})
    if book_size and ((span.first - of.first) % book_size or span.count % book_size):
        return Refused("D-10", "book_whole", {"size": book_size})
    return Allowed()


def _shared(one: Span, other: Span) -> Span:
    return Span(max(one.first, other.first), min(one.last, other.last))


@dataclass(frozen=True, slots=True)
class Ended:
    """Numbers in a row that ended alike; `was_lost`: they were lost before, and found."""

    span: Span
    state: BlankState
    was_lost: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where the numbers that something is noted of are: out with a unit since a day, or in store.

    `ended` is whatever was noted before of any of them.
    """

    since: date
    is_out: bool
    ended: tuple[Ended, ...] = ()


def state_of(span: Span, place: Place) -> BlankState | Span:
    """Return the one state that all these numbers have, or the first of them that differ (D-10)."""
    lost = [one.span for one in place.ended if one.state is S.LOST]
    final = [one for one in place.ended if one.state is not S.LOST]
    for one in sorted(final, key=lambda each: each.span):
        return one.state if one.span.holds(span) else _shared(span, one.span)
    if not lost:
        return S.OUT if place.is_out else S.STORE
    gaps = open_spans(span, lost)
    return S.LOST if not gaps else gaps[0]


def may_end(
    span: Span,
    place: Place,
    action: BlankAction,
    closing: Closing,
    *,
    written: Written,
    today: date,
    is_called: bool,
    is_control: bool,
) -> Verdict:
    """Say whether numbers may be noted as used, void, returned, destroyed or lost (D-10, D-2).

    Blanks are taken back by document control; destroying needs a witness who is another person; only what was
    used, or comes back because it is recalled, needs no reason.
    """
    state = state_of(span, place)
    if isinstance(state, Span):
        return Refused("D-10", "not_alike", {"numbers": written.span(state)})
    if (state, action) not in BLANK_MOVES:
        code = "in_store" if state is S.STORE else "already_ended"
        return Refused("D-10", code, {"numbers": written.span(span)})
    if not place.since <= closing.on <= today:
        return Refused("D-10", "day_unlikely", {"first": place.since, "last": today})
    if action is A.USE:
        too_many = span.count > MOST_USED
        return Refused("D-10", "too_many_used", {"most": MOST_USED}) if too_many else Allowed()
    is_needed = action is not A.RETURN or not is_called or closing.reason.strip()
    if is_needed and not (verdict := reason_given(closing.reason, rule="D-10")):
        return verdict
    if action is A.RETURN and not is_control:
        return Refused("D-10", "control_takes_back")
    if action is A.DESTROY:
        return _watched(closing)
    return Allowed()


def _watched(closing: Closing) -> Verdict:
    if closing.witness is None:
        return Refused("D-2", "witness_needed")
    return Refused("D-2", "witness_is_same") if closing.witness == closing.by else Allowed()


def may_receive_blanks(*, issued_on: date, received_on: date | None, on: date, today: date) -> Verdict:
    """Say whether the receipt of blanks on a day may be noted, once (D-10)."""
    if received_on is not None:
        return Refused("D-10", "received_before", {"day": received_on})
    if issued_on <= on <= today:
        return Allowed()
    return Refused("D-10", "day_unlikely", {"first": issued_on, "last": today})


def may_print_of(status: RevisionStatus, *, over_since: datetime | None, at: datetime) -> Verdict:
    """Say whether blanks of a revision may be printed: once it is issued, also before its day (D-10, V-6)."""
    if status is not RevisionStatus.ISSUED:
        return Refused("D-10", "not_issued")
    if over_since is not None and over_since <= at:
        return Refused("D-10", "revision_over")
    return Allowed()


def may_issue_of(*, over_since: datetime | None, in_force: bool, at: datetime) -> Verdict:
    """Say whether blanks of a revision go out: while it is in force (D-10, V-3)."""
    if over_since is not None and over_since <= at:
        return Refused("D-10", "revision_over")
    return Allowed() if in_force else Refused("D-10", "not_in_force")


@dataclass(frozen=True, slots=True)
class Tally:
    """Where the numbers of one print, or of all of a form, are; all add up to what was printed (D-10)."""

    printed: int = 0
    store: int = 0
    out: int = 0
    used: int = 0
    void: int = 0
    returned: int = 0
    destroyed: int = 0
    lost: int = 0

    @property
    def open(self) -> int:
        """The numbers that have not ended: in store or with a unit."""
        return self.store + self.out

    @property
    def adds_up(self) -> bool:
        """Whether every number is accounted for, and none twice (D-10)."""
        ended = self.used + self.void + self.returned + self.destroyed + self.lost
        return self.printed == ended + self.open and min(self.store, self.out, self.lost) >= 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.printed + other.printed,
            self.store + other.store,
            self.out + other.out,
            self.used + other.used,
            self.void + other.void,
            self.returned + other.returned,
            self.destroyed + other.destroyed,
            self.lost + other.lost,
        )
