"""Voiding a reserved number with a reason; it stays in the register and is never given again (N-1, N-3)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.normal_form import normal
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.models.numbers import NumberEntry, NumberState
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.numbers.explain import explain
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class VoidNumber:
    """Void a reserved number, or explain one that its series passed over."""

    number: str
    reason: str


@use_case("number.void")
def void_number(session: Session, cmd: VoidNumber, by: Caller) -> str:
    """Void a reserved number with a reason; it is never given again (N-1, N-3).

    A number that its series passed over is explained: its explanation stays (N-5).
    """
    authorise(by.actor, "number.void", Facts())
    if not cmd.reason.strip():
        raise RuleRefused(Refused("N-3", "reason_needed"))
    rows = lock(session, Rank.COUNTERS, select(NumberEntry).where(NumberEntry.normal == normal(cmd.number)))
    if not rows:
        return explain(session, by, cmd.number, "", cmd.reason)[0]
    entry = rows[0]
    if entry.state is not NumberState.RESERVED:
        raise RuleRefused(Refused("N-3", "not_reserved", {"number": entry.shown}))
    entry.state, entry.reason = NumberState.VOIDED, cmd.reason.strip()
    record(
        session,
        by,
        "number.voided",
        Subject("number", entry.id),
        facts={"number": entry.shown},
        detail={"reason": entry.reason},
    )
    return entry.shown
