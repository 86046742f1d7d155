"""The tree of units as pages show it: each with its parent, head, functions and people (O-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from docctl.models.organisation import Person, Unit


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit; `depth` is its distance from the root, for showing the tree."""

    id: UUID
    code: str
    name: str
    parent: str
    head: str
    people: int
    functions: tuple[str, ...]
    valid_from: date | None
    valid_until: date | None
    depth: int


def units(session: Session) -> list[UnitRow]:
    """Return all units, each right under its parent, by code."""
    head, parent = aliased(Person), aliased(Unit)
    count = (
        select(Person.unit_id, func.count().label("people"))
        .where(Person.disabled_at.is_(None))
        .group_by(Person.unit_id)
        .subquery()
    )
    rows = session.execute(
        select(Unit, parent.name, head.name, func.coalesce(count.c.people, 0))
        .outerjoin(parent, parent.id == Unit.parent_id)
        .outerjoin(head, head.id == Unit.head_id)
        .outerjoin(count, count.c.unit_id == Unit.id)
        .order_by(Unit.code)
    ).all()
    under: dict[UUID | None, list[tuple[Unit, str, str, int]]] = {}
    for unit, parent_name, head_name, people in rows:
        under.setdefault(unit.parent_id, []).append((unit, parent_name or "", head_name or "", people))
    found: list[UnitRow] = []
    waiting = [(one, 0) for one in reversed(under.get(None, []))]
    while waiting:
        (unit, parent_name, head_name, people), depth = waiting.pop()
        found.append(
            UnitRow(
                id=unit.id,
                code=unit.code,
                name=unit.name,
                parent=parent_name,
                head=head_name,
                people=people,
                functions=tuple(unit.functions),
                valid_from=unit.valid_from,
                valid_until=unit.valid_until,
                depth=depth,
            )
        )
        waiting += [(one, depth + 1) for one in reversed(under.get(unit.id, []))]
    return found


def unit_choices(session: Session) -> list[tuple[UUID, str]]:
    """Return id and "code name" of every unit, for choosing one."""
    rows = session.execute(select(Unit.id, Unit.code, Unit.name).order_by(Unit.code))
    return [(key, f"{code} {name}") for key, code, name in rows]
