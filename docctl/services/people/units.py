"""How a unit is added to the tree: a code of its own, a parent, a first day (O-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.entities import CODE, may_write
from docctl.domain.partners import may_stand_under
from docctl.domain.permissions import Facts, authorise
from docctl.domain.units import OUTSIDE, UnitKind, may_call
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.organisation import LegalEntity, Unit
from docctl.services.caller import Caller
from docctl.services.locks import lock_names
from docctl.services.people.load import unit_at
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class AddUnit:
    """A new department or other unit under a parent."""

    code: str
    name: str
    parent_id: UUID
    kind: str = UnitKind.DEPARTMENT.value


@use_case("unit.add")
def add_unit(session: Session, cmd: AddUnit, by: Caller) -> UUID:
    """Add a unit from today on; its code is its own in its legal entity (O-1).

    A code by which routes mean the unit of a later entity is refused (O-4).
    """
    authorise(by.actor, "unit.add", Facts())
    lock_names(session, ["company"])  # of two units of one code at the same moment one comes second
    parent = unit_at(session, cmd.parent_id)
    code, name = require_unit(cmd.code, cmd.name, cmd.kind)
    require_open(parent, kind=cmd.kind, today=by.today)
    same = select(Unit.name).where(Unit.entity_id == parent.entity_id, func.upper(Unit.code) == code)
    if (holder := session.scalar(same)) is not None:
        raise RuleRefused(Refused("O-1", "code_taken", {"code": code, "holder": holder}))
    entity = session.get_one(LegalEntity, parent.entity_id)
    require(may_write(code, _written(session, code), entity=entity.id, name=entity.name))
    return put_unit(session, by, entity.id, parent.id, code=code, name=name, kind=cmd.kind)


def require_unit(code: str, name: str, kind: str) -> tuple[str, str]:
    """Return a unit's code and name as they are kept; raise RuleRefused or NotFound for unfit ones (O-1)."""
    code, name = code.strip().upper(), " ".join(name.split())
    if not CODE.fullmatch(code):
        raise RuleRefused(Refused("O-1", "code_unfit"))
    require(may_call(name))
    if kind not in set(UnitKind):
        raise NotFound("kind of unit")
    return code, name


def require_open(parent: Unit, *, kind: str, today: date) -> None:
    """Raise RuleRefused for a parent that is no longer there, or is outside unlike the unit (O-1, O-7)."""
    if parent.valid_until is not None and parent.valid_until < today:
        raise RuleRefused(Refused("O-1", "parent_closed"))
    require(may_stand_under(is_outside=kind in OUTSIDE, parent_outside=parent.kind in OUTSIDE))


def put_unit(
    session: Session, by: Caller, entity_id: UUID, parent_id: UUID | None, *, code: str, name: str, kind: str
) -> UUID:
    """Add a unit of a legal entity from today on, which its checks let through; return its id (O-1)."""
    unit = Unit(
        id=new_id(),
        entity_id=entity_id,
        parent_id=parent_id,
        code=code,
        name=name,
        kind=kind,
        valid_from=by.today,
    )
    session.add(unit)
    facts = {"code": code, "name": name, "kind": kind}
    record(session, by, "unit.added", Subject("unit", unit.id), facts=facts)
    return unit.id


def _written(session: Session, code: str) -> tuple[UUID, str, str] | None:
    """Return whose unit is meant by a code alone: key and name of the entity, name of the unit (O-4)."""
    first = (
        select(LegalEntity.id, LegalEntity.name, Unit.name.label("unit"))
        .join(Unit, Unit.entity_id == LegalEntity.id)
        .where(func.upper(Unit.code) == code)
        .order_by(LegalEntity.id)
        .limit(1)
    )
    found = session.execute(first).one_or_none()
    return None if found is None else (found.id, found.name, found.unit)
