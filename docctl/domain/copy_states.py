"""Which states a controlled copy has, which moves there are, and what may be done with one (D-1, D-2).

That a copy is recalled follows from dates and is never stored: its revision was superseded or withdrawn, the
validity of an external document ended (D-9), or it was called back itself. So no copy of a revision can be
forgotten, whenever it was made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from docctl.domain.reasons import reason_given
from docctl.domain.verdicts import Allowed, Refused, Verdict


class CopyStatus(StrEnum):
    """What is stored of a controlled copy."""

    ISSUED = "issued"
    RECEIVED = "received"
    LOST = "lost"
    RETURNED = "returned"
    DESTROYED = "destroyed"


class CopyAction(StrEnum):
    """What can happen to a controlled copy."""

    RECEIVE = "receive"
    RECALL = "recall"
    LOSE = "lose"
    RETURN = "return"
    DESTROY = "destroy"


class Medium(StrEnum):
    """What a copy is: a print, an entry in somebody's screen list, a print put up somewhere."""

    PAPER = "paper"
    SCREEN = "screen"
    POSTED = "posted"


S, A = CopyStatus, CopyAction

#: Every move of a controlled copy. What was lost and is found comes back or is destroyed.
COPY_MOVES: Final[Mapping[tuple[CopyStatus, CopyAction], CopyStatus]] = {
    (S.ISSUED, A.RECEIVE): S.RECEIVED,
    (S.ISSUED, A.RECALL): S.ISSUED,
    (S.RECEIVED, A.RECALL): S.RECEIVED,
    (S.ISSUED, A.LOSE): S.LOST,
    (S.RECEIVED, A.LOSE): S.LOST,
    (S.ISSUED, A.RETURN): S.RETURNED,
    (S.RECEIVED, A.RETURN): S.RETURNED,
    (S.LOST, A.RETURN): S.RETURNED,
    (S.ISSUED, A.DESTROY): S.DESTROYED,
    (S.RECEIVED, A.DESTROY): S.DESTROYED,
    (S.LOST, A.DESTROY): S.DESTROYED,
}

#: A copy in one of these is still with its holder.
OPEN: Final = frozenset({S.ISSUED, S.RECEIVED})

RECALLED: Final = "recalled"


@dataclass(frozen=True, slots=True)
class CopyFacts:
    """What decisions about a copy rest on; `recalled_since` in UTC, None where it may be used."""

    number: str
    status: CopyStatus
    medium: Medium
    issued_on: date
    recalled_since: datetime | None


@dataclass(frozen=True, slots=True)
class Closing:
    """How a copy leaves its holder: the day it did, why, who did it, and who watched."""

    on: date
    reason: str
    by: UUID
    witness: UUID | None = None


def first_of(*instants: datetime | None) -> datetime | None:
    """Return the first of the instants that there are: each of them calls a copy back (D-2)."""
    return min((one for one in instants if one is not None), default=None)


def copy_state(status: CopyStatus, since: datetime | None, at: datetime) -> str:
    """Return the state shown for the instant `at`: an open copy may be recalled (D-2)."""
    if status in OPEN and since is not None and since <= at:
        return RECALLED
    return status.value


def may_move_copy(facts: CopyFacts, action: CopyAction) -> Verdict:
    """Say whether the table of moves knows this move; what came back is not taken back twice (D-1, D-2)."""
    if (facts.status, action) in COPY_MOVES:
        return Allowed()
    if facts.status not in OPEN:
        return Refused("D-2", "already_closed", {"number": facts.number})
    return Refused("D-2", "no_such_move", {"number": facts.number})


def may_print(facts: CopyFacts, *, at: datetime) -> Verdict:
    """Say whether a copy may be printed with its number and mark: on paper, out, not called back (D-3)."""
    if facts.medium is Medium.SCREEN:
        return Refused("D-3", "screen_copy", {"number": facts.number})
    if facts.status not in OPEN:
        return Refused("D-2", "already_closed", {"number": facts.number})
    if facts.recalled_since is not None and facts.recalled_since <= at:
        return Refused("D-3", "copy_recalled", {"number": facts.number})
    return Allowed()


def may_receive(facts: CopyFacts, *, on: date, today: date) -> Verdict:
    """Say whether a receipt of the copy on a day may be noted, also after it was recalled (D-1)."""
    if not (verdict := may_move_copy(facts, A.RECEIVE)):
        return verdict
    return _day(facts, on, today)


def may_recall(facts: CopyFacts, *, reason: str, at: datetime) -> Verdict:
    """Say whether one copy may be called back while its revision stays (D-2)."""
    if not (verdict := may_move_copy(facts, A.RECALL)):
        return verdict
    if facts.recalled_since is not None and facts.recalled_since <= at:
        return Refused("D-2", "recalled_already", {"number": facts.number})
    return reason_given(reason, rule="D-2")


def may_close(
    facts: CopyFacts, action: CopyAction, closing: Closing, *, at: datetime, today: date, is_control: bool
) -> Verdict:
    """Say whether a copy may be noted as returned, destroyed or lost (D-2).

    Paper is taken back by document control, not by who returns it; destroying needs a witness who is another
    person; only what was recalled comes back without a reason.
    """
    if not (verdict := may_move_copy(facts, action)):
        return verdict
    if not (verdict := _day(facts, closing.on, today)):
        return verdict
    is_called = facts.recalled_since is not None and facts.recalled_since <= at
    is_needed = action is not A.RETURN or not is_called or closing.reason.strip()
    if is_needed and not (verdict := reason_given(closing.reason, rule="D-2")):
        return verdict
    if action is A.RETURN and facts.medium is not Medium.SCREEN and not is_control:
        return Refused("D-2", "control_takes_back", {"number": facts.number})
    if action is A.DESTROY:
        return _witnessed(closing)
    return Allowed()


def _witnessed(closing: Closing) -> Verdict:
    if closing.witness is None:
        return Refused("D-2", "witness_needed")
    if closing.witness == closing.by:
        return Refused("D-2", "witness_is_same")
    return Allowed()


def _day(facts: CopyFacts, on: date, today: date) -> Verdict:
    """A stated day is neither before the copy was issued nor to come (D-1)."""
    if facts.issued_on <= on <= today:
        return Allowed()
    return Refused("D-1", "day_unlikely", {"first": facts.issued_on, "last": today})
