"""Voiding reserved numbers with a reason; they stay in the register and are never given again (N-1, N-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts, authorise
from docctl.domain.reservations import MOST_VOIDED
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.models.numbers import NumberEntry, NumberState
from docctl.queries.number_found import require_one
from docctl.queries.number_holders import where_meant
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.numbers.explain import explain
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class VoidNumber:
    """Void a reserved number, or all that are still reserved from it to the `last` one of its series.

    A number that its series passed over is explained instead. Where several legal entities have it, it is
    written with its entity's code, as `NB:QP-03`.
    """

    number: str
    reason: str
    last: str = ""


@use_case("number.void")
def void_number(session: Session, cmd: VoidNumber, by: Caller) -> str:
    """Void a reserved number with a reason; it is never given again (N-1, N-3).

    A number that its series passed over is explained: its explanation stays (N-5). Raises RuleRefused where
    it is reserved in several legal entities.
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
    entities, form = where_meant(session, cmd.number)
    query = select(NumberEntry).where(NumberEntry.entity_id.in_(entities), NumberEntry.normal == form)
    rows = lock(session, Rank.COUNTERS, query.order_by(NumberEntry.id))
    left, refused = _left(session, rows, cmd.last)
    require_one(session, cmd.number, ((first.entity_id, first.shown) for first, _ in left))
    if left:
        voided = left[0][1]
        for entry in voided:
            void_entry(session, by, entry, reason)
        return tuple(one.shown for one in voided)
    if len(rows) < len(entities):  # it may be missing in an entity that does not have it
        try:
            return explain(session, by, cmd.number, cmd.last, reason)
        except NotFound:
            if not rows:
                raise
    not_reserved = Refused("N-3", "not_reserved", {"number": rows[0].shown})
    raise RuleRefused(not_reserved if refused is None else refused)


def _left(
    session: Session, firsts: Sequence[NumberEntry], last: str
) -> tuple[list[tuple[NumberEntry, list[NumberEntry]]], Refused | None]:
    """Return the numbers of which something is still reserved up to the last one, each with that.

    One number may stand in several legal entities; the second value is why one of them gives no row.
    """
    found, refused = [], None
    for first in firsts:
        row = _row(session, first, last)
        if isinstance(row, Refused):
            refused = row
        elif reserved := [one for one in row if one.state is NumberState.RESERVED]:
            found.append((first, reserved))
    return found, refused


def _row(session: Session, first: NumberEntry, last: str) -> Sequence[NumberEntry] | Refused:
    """Return the entries of a series from its first to its last named one, or why there is no row (N-3)."""
    if not last.strip():
        return [first]
    entities, form = where_meant(session, last)
    if form == first.normal and first.entity_id in entities:
        return [first]
    end = session.scalars(
        select(NumberEntry).where(
            NumberEntry.entity_id == first.entity_id,
            NumberEntry.entity_id.in_(entities),
            NumberEntry.normal == form,
        )
    ).first()
    if (
        end is None
        or end.scope != first.scope
        or end.sequence is None
        or first.sequence is None
        or end.sequence < first.sequence
    ):
        return Refused("N-3", "not_one_row", {"last": last.strip()[:100]})
    if end.sequence - first.sequence >= MOST_VOIDED:
        return Refused("N-3", "too_many_voided", {"most": MOST_VOIDED})
    query = select(NumberEntry).where(
        NumberEntry.scope == first.scope, NumberEntry.sequence.between(first.sequence, end.sequence)
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
