"""Voiding reserved numbers with a reason; they stay in the register and are never given again (N-1, N-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.normal_form import normal
from docctl.domain.permissions import Facts, authorise
from docctl.domain.reservations import MOST_VOIDED
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.models.numbers import NumberEntry, NumberState
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.numbers.explain import explain
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class VoidNumber:
    """Void a reserved number, or all that are still reserved from it to the `last` one of its series.

    A number that its series passed over is explained instead.
    """

    number: str
    reason: str
    last: str = ""


@use_case("number.void")
def void_number(session: Session, cmd: VoidNumber, by: Caller) -> str:
    """Void a reserved number with a reason; it is never given again (N-1, N-3).

    A number that its series passed over is explained: its explanation stays (N-5).
    """
    return _void(session, cmd, by)[0]


@use_case("number.void")
def void_numbers(session: Session, cmd: VoidNumber, by: Caller) -> tuple[str, ...]:
    """Void what is still reserved of a row of numbers, in one step; return those numbers (N-1, N-3)."""
    return _void(session, cmd, by)


def _void(session: Session, cmd: VoidNumber, by: Caller) -> tuple[str, ...]:
    authorise(by.actor, "number.void", Facts())
    reason = cmd.reason.strip()[:500]
    if not reason:
        raise RuleRefused(Refused("N-3", "reason_needed"))
    ends = [one for one in (cmd.number, cmd.last) if one.strip()]
    forms = {normal(one) for one in ends}
    rows = lock(
        session,
        Rank.COUNTERS,
        select(NumberEntry).where(NumberEntry.normal.in_(forms)).order_by(NumberEntry.sequence),
    )
    if not any(one.normal == normal(cmd.number) for one in rows):
        return explain(session, by, cmd.number, cmd.last, reason)
    chosen = rows if len(forms) == 1 else _between(session, rows, cmd)
    left = [one for one in chosen if one.state is NumberState.RESERVED]
    if not left:
        raise RuleRefused(Refused("N-3", "not_reserved", {"number": rows[0].shown}))
    for entry in left:
        void_entry(session, by, entry, reason)
    return tuple(one.shown for one in left)


def _between(session: Session, ends: Sequence[NumberEntry], cmd: VoidNumber) -> Sequence[NumberEntry]:
    """Return the entries of a series from its first to its last named one (N-3)."""
    scopes = {(one.scope, one.sequence is None) for one in ends}
    if len(ends) != 2 or len(scopes) != 1 or ends[0].sequence is None or ends[1].sequence is None:
        raise RuleRefused(Refused("N-3", "not_one_row", {"last": cmd.last.strip()[:100]}))
    if ends[0].normal != normal(cmd.number):  # the last one comes before the first
        raise RuleRefused(Refused("N-3", "not_one_row", {"last": cmd.last.strip()[:100]}))
    first, last = ends[0].sequence, ends[1].sequence
    if last - first >= MOST_VOIDED:
        raise RuleRefused(Refused("N-3", "too_many_voided", {"most": MOST_VOIDED}))
    query = select(NumberEntry).where(
        NumberEntry.scope == ends[0].scope, NumberEntry.sequence.between(first, last)
    )
    return lock(session, Rank.COUNTERS, query.order_by(NumberEntry.sequence))


def void_entry(session: Session, by: Caller, entry: NumberEntry, reason: str) -> None:
    """Void one reserved number that is locked (N-1)."""
    entry.state, entry.reason = NumberState.VOIDED, reason
    record(
        session,
        by,
        "number.voided",
        Subject("number", entry.id),
        facts={"number": entry.shown},
        detail={"reason": reason},
    )
