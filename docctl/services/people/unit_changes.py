"""A unit gets another name, kind or place in the tree, from a day on; what it was stays known (O-1, O-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.partners import may_change_side, may_stand_under
from docctl.domain.permissions import Facts, authorise
from docctl.domain.units import (
    OUTSIDE,
    Placed,
    Standing,
    UnitKind,
    last_day_before,
    may_call,
    may_change,
    may_move,
)
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.names import name_key
from docctl.models.organisation import Unit, UnitName
from docctl.queries.unit_names import since_when
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.people.load import lock_unit
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class ChangeUnit:
    """What a unit is called and where it stands from a day on; None for the top of the tree."""

    unit_id: UUID
    row_version: int
    name: str
    kind: str
    parent_id: UUID | None
    from_on: date
    reason: str


@use_case("unit.add")
def change_unit(session: Session, cmd: ChangeUnit, by: Caller) -> UUID:
    """Rename or move a unit, or say what it is; records keep its name as it was (O-1, O-2).

    What it was called and where it stood is kept with its last day, and finds it still. A change from the
    very day on which it got its present name puts that right: then nothing was called so.
    """
    authorise(by.actor, "unit.add", Facts())
    # All units, so that two moves at once make no circle.
    units = {one.id: one for one in lock(session, Rank.PEOPLE, select(Unit).order_by(Unit.id))}
    if (unit := units.get(cmd.unit_id)) is None:
        raise NotFound("unit")
    if unit.row_version != cmd.row_version:
        raise RuleRefused(Refused("request", "changed_meanwhile"))
    if cmd.kind not in set(UnitKind):
        raise NotFound("kind of unit")
    reason, name = cmd.reason.strip()[:500], " ".join(cmd.name.split())
    require(may_call(name))
    before, after = Standing(unit.name, unit.parent_id), Standing(name, cmd.parent_id)
    if before == after and cmd.kind == unit.kind:
        raise RuleRefused(Refused("O-2", "nothing_changed"))
    require(may_change_side(was_outside=unit.kind in OUTSIDE, is_outside=cmd.kind in OUTSIDE))
    if not reason:
        raise RuleRefused(Refused("O-2", "reason_needed"))
    since = since_when(session, unit)
    require(may_change(cmd.from_on, today=by.today, since=since))
    if after.parent_id != before.parent_id:
        _require_place(session, units, unit, cmd, by)
    if after != before and (until := last_day_before(cmd.from_on, since=since)) is not None:
        _keep(session, by, unit, until, reason)
    was = _told(units, unit)
    unit.name, unit.kind, unit.parent_id = name, cmd.kind, cmd.parent_id
    facts = {"unit": unit.code, "name": name, "kind": unit.kind, "from": cmd.from_on}
    under = {"under": units[cmd.parent_id].code} if cmd.parent_id else {}
    detail = {"before": was, "after": _told(units, unit), "reason": reason}
    record(session, by, "unit.changed", Subject("unit", unit.id), facts={**facts, **under}, detail=detail)
    return unit.id


def _require_place(
    session: Session, units: dict[UUID, Unit], unit: Unit, cmd: ChangeUnit, by: Caller
) -> None:
    if (parent_id := cmd.parent_id) is None:
        raise RuleRefused(Refused("O-1", "parent_needed"))
    if parent_id not in units:
        raise NotFound("unit")
    is_outside, parent_outside = unit.kind in OUTSIDE, units[parent_id].kind in OUTSIDE
    require(may_stand_under(is_outside=is_outside, parent_outside=parent_outside))
    former: dict[UUID, list[tuple[date, UUID | None]]] = {}
    rows = select(UnitName.unit_id, UnitName.until_on, UnitName.parent_id).where(
        UnitName.until_on >= cmd.from_on
    )
    for one in session.execute(rows.order_by(UnitName.until_on)):
        former.setdefault(one.unit_id, []).append((one.until_on, one.parent_id))
    placed = {
        key: Placed(one.parent_id, former.get(key, ()), one.valid_from, one.valid_until)
        for key, one in units.items()
    }
    require(may_move(unit.id, parent_id, placed, from_on=cmd.from_on, today=by.today))


def _told(units: dict[UUID, Unit], unit: Unit) -> dict[str, str]:
    """Return what the trail says of a unit: its name, and that of the unit above."""
    return {"name": unit.name, "above": units[unit.parent_id].name if unit.parent_id else ""}


def _keep(session: Session, by: Caller, unit: Unit, until: date, reason: str) -> None:
    session.add(
        UnitName(
            id=new_id(),
            unit_id=unit.id,
            name=unit.name,
            normal=name_key(unit.name),
            until_on=until,
            parent_id=unit.parent_id,
            reason=reason,
            added_at=by.at,
            added_by=by.actor.person_id,
        )
    )


@dataclass(frozen=True, slots=True)
class NameUnit:
    """Another name by which people know a unit: short, former, as papers have it."""

    unit_id: UUID
    name: str


@use_case("unit.add")
def name_unit(session: Session, cmd: NameUnit, by: Caller) -> UUID:
    """Let another name find a unit, in whatever script; return its id (O-2)."""
    authorise(by.actor, "unit.add", Facts())
    unit, name = lock_unit(session, cmd.unit_id), " ".join(cmd.name.split())
    require(may_call(name))
    key = name_key(name)
    there = select(UnitName.id).where(UnitName.unit_id == unit.id, UnitName.normal == key)
    if key in {name_key(unit.name), name_key(unit.code)} or session.scalars(there).first() is not None:
        raise RuleRefused(Refused("O-2", "called_so", {"name": name}))
    row = UnitName(
        id=new_id(), unit_id=unit.id, name=name, normal=key, added_at=by.at, added_by=by.actor.person_id
    )
    session.add(row)
    record(session, by, "unit.named", Subject("unit", unit.id), facts={"unit": unit.code, "called": name})
    return row.id


@dataclass(frozen=True, slots=True)
class EndUnitName:
    """Another name that shall not find the unit any more."""

    unit_id: UUID
    name_id: UUID


@use_case("unit.add")
def end_unit_name(session: Session, cmd: EndUnitName, by: Caller) -> UUID:
    """Let another name find a unit no more; what it was called once stays (O-2)."""
    authorise(by.actor, "unit.add", Facts())
    unit = lock_unit(session, cmd.unit_id)
    row = session.get(UnitName, cmd.name_id)
    if row is None or row.unit_id != unit.id:
        raise NotFound("name")
    if row.until_on is not None or row.from_unit_id is not None:
        raise RuleRefused(Refused("O-2", "former_stays", {"name": row.name}))
    session.delete(row)
    facts = {"unit": unit.code, "called": row.name}
    record(session, by, "unit.name_ended", Subject("unit", unit.id), facts=facts)
    return unit.id
