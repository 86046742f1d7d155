"""A unit is closed with a last day once nothing is open in it, and opened again where it was wrong (O-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts, authorise
from docctl.domain.units import may_close, may_open_again
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.organisation import Unit
from docctl.queries.unit_names import since_when
from docctl.queries.unit_open import open_in
from docctl.services.caller import Caller
from docctl.services.people.leaders import end_leading, take_leading, times_of
from docctl.services.people.load import lock_unit
from docctl.services.people.partners import end_shares
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class CloseUnit:
    """The last day of a unit, and why there is none of it any more."""

    unit_id: UUID
    row_version: int
    until_on: date
    reason: str


@use_case("unit.add")
def close_unit(session: Session, cmd: CloseUnit, by: Caller) -> UUID:
    """Close a unit: it gets no people and documents, is chosen nowhere, and stays in lists of before.

    Who is in charge of it is so until its last day; what is shared with it ends (O-7).
    Raises RuleRefused O-1 with what is still open in it.
    """
    authorise(by.actor, "unit.add", Facts())
    unit, reason = lock_unit(session, cmd.unit_id), cmd.reason.strip()[:500]
    if unit.row_version != cmd.row_version:
        raise RuleRefused(Refused("request", "changed_meanwhile"))
    if not reason:
        raise RuleRefused(Refused("O-2", "reason_needed"))
    since, closed = since_when(session, unit), unit.valid_until
    require(may_close(cmd.until_on, open_in(session, unit.id), today=by.today, since=since, closed=closed))
    for row, led in times_of(session, [unit.id]).get(unit.id, {}).items():
        if led.from_on > by.today:
            take_leading(session, by, unit, row, led.name, reason)
        elif led.until_on is None or led.until_on > cmd.until_on:
            end_leading(session, by, unit, row, led.name, max(cmd.until_on, led.from_on), reason)
    end_shares(session, unit, by, reason)
    unit.valid_until = cmd.until_on
    facts = {"unit": unit.code, "name": unit.name, "until": cmd.until_on}
    record(session, by, "unit.closed", Subject("unit", unit.id), facts=facts, detail={"reason": reason})
    return unit.id


@dataclass(frozen=True, slots=True)
class OpenUnit:
    """A unit that was closed by mistake."""

    unit_id: UUID
    reason: str


@use_case("unit.add")
def open_unit(session: Session, cmd: OpenUnit, by: Caller) -> UUID:
    """Let a closed unit be there again, as if it never had been closed; the trail keeps both (O-1)."""
    authorise(by.actor, "unit.add", Facts())
    unit, reason = lock_unit(session, cmd.unit_id), cmd.reason.strip()[:500]
    if not reason:
        raise RuleRefused(Refused("O-2", "reason_needed"))
    parent = session.get(Unit, unit.parent_id) if unit.parent_id else None
    if parent is None and unit.parent_id is not None:
        raise NotFound("unit")
    require(may_open_again(closed=unit.valid_until, parent_closed=bool(parent and parent.valid_until)))
    unit.valid_until = None
    facts = {"unit": unit.code, "name": unit.name}
    record(session, by, "unit.opened", Subject("unit", unit.id), facts=facts, detail={"reason": reason})
    return unit.id
