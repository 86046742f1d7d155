"""Who heads a unit, and for which functions of the retention schedule it answers (O-1, A-4, R-6)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.models.organisation import Person, Unit
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.people.load import require_of_company
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class SetDuties:
    """A unit's head and functions; no head: overdue steps go to the unit above."""

    unit_id: UUID
    row_version: int
    head_id: UUID | None
    functions: tuple[str, ...] = ()


@use_case("unit.add")
def set_duties(session: Session, cmd: SetDuties, by: Caller) -> UUID:
    """Name a unit's head and the functions whose opinion it gives on disposal lists (R-6)."""
    authorise(by.actor, "unit.add", Facts())
    rows = lock(session, Rank.PEOPLE, select(Unit).where(Unit.id == cmd.unit_id))
    if not rows:
        raise NotFound("unit")
    unit = rows[0]
    if unit.row_version != cmd.row_version:
        raise RuleRefused(Refused("request", "changed_meanwhile"))
    head = session.get(Person, cmd.head_id) if cmd.head_id else None
    if cmd.head_id is not None and (head is None or head.disabled_at is not None):
        raise RuleRefused(Refused("O-1", "head_not_active"))
    if head is not None:
        require_of_company(session, head, unit)
    before = {"head": unit.head_id, "functions": list(unit.functions)}
    unit.head_id = head.id if head else None
    unit.functions = sorted({one.strip() for one in cmd.functions if one.strip()})
    record(
        session,
        by,
        "unit.duties_set",
        Subject("unit", unit.id),
        facts={"unit": unit.code, "head": unit.head_id, "functions": unit.functions},
        detail={"before": before},
    )
    return unit.id
