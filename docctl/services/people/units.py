"""How a unit is added to the tree: a code of its own, a parent, a first day (O-1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.models.base import new_id
from docctl.models.organisation import LegalEntity, Unit
from docctl.services.caller import Caller
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


@use_case("unit.add")
def add_unit(session: Session, cmd: AddUnit, by: Caller) -> UUID:
    """Add a unit from today on; its code is its own in the company (O-1)."""
    authorise(by.actor, "unit.add", Facts())
    parent = unit_at(session, cmd.parent_id)
    code, name = cmd.code.strip().upper(), cmd.name.strip()
    if not _CODE.fullmatch(code):
        raise RuleRefused(Refused("O-1", "code_unfit"))
    if not name or len(name) > 200:
        raise RuleRefused(Refused("O-1", "name_unfit", {"longest": 200}))
    same = select(Unit.name).where(Unit.entity_id == parent.entity_id, func.upper(Unit.code) == code)
    if (holder := session.scalar(same)) is not None:
        raise RuleRefused(Refused("O-1", "code_taken", {"code": code, "holder": holder}))
    entity = session.get_one(LegalEntity, parent.entity_id)
    unit = Unit(
        id=new_id(), entity_id=entity.id, parent_id=parent.id, code=code, name=name, valid_from=by.today
    )
    session.add(unit)
    record(session, by, "unit.added", Subject("unit", unit.id), facts={"code": code, "name": name})
    return unit.id
