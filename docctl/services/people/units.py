"""How a unit is added to the tree: a code of its own, a parent, a first day (O-1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.entities import may_write
from docctl.domain.permissions import Facts, authorise
from docctl.domain.units import UnitKind, may_call
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.organisation import LegalEntity, Unit
from docctl.services.caller import Caller
from docctl.services.locks import lock_names
from docctl.services.people.load import unit_at
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record

#: A unit's code stands in numbers: capital letters and digits.
_CODE: Final = re.compile(r"[A-Z][A-Z0-9]{0,9}")


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
    code, name = cmd.code.strip().upper(), " ".join(cmd.name.split())
    if not _CODE.fullmatch(code):
        raise RuleRefused(Refused("O-1", "code_unfit"))
    require(may_call(name))
    if cmd.kind not in set(UnitKind):
        raise NotFound("kind of unit")
    if parent.valid_until is not None and parent.valid_until < by.today:
        raise RuleRefused(Refused("O-1", "parent_closed"))
    same = select(Unit.name).where(Unit.entity_id == parent.entity_id, func.upper(Unit.code) == code)
    if (holder := session.scalar(same)) is not None:
        raise RuleRefused(Refused("O-1", "code_taken", {"code": code, "holder": holder}))
    entity = session.get_one(LegalEntity, parent.entity_id)
    require(may_write(code, _written(session, code), entity=entity.id, name=entity.name))
    unit = Unit(
        id=new_id(),
        entity_id=entity.id,
        parent_id=parent.id,
        code=code,
        name=name,
        kind=cmd.kind,
        valid_from=by.today,
    )
    session.add(unit)
    facts = {"code": code, "name": name, "kind": cmd.kind}
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
