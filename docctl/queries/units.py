"""The tree of units as pages show it: each with its parent, head, functions and people (O-1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from docctl.models.organisation import Person, Unit, UnitName


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit; `depth` is its distance from the root, `others` what else it is or was called (O-2)."""

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
    kind: str
    others: tuple[str, ...]


def units(session: Session, *, on: date | None = None) -> list[UnitRow]:
    """Return all units, each right under its parent, by code.

    With a day only those that there were, called and placed as they were on it; head and people are those of
    today (O-1, O-2).
    """
    head = aliased(Person)
    count = (
        select(Person.unit_id, func.count().label("people"))
        .where(Person.disabled_at.is_(None))
        .group_by(Person.unit_id)
        .subquery()
    )
    query = (
        select(Unit, head.name, func.coalesce(count.c.people, 0))
        .outerjoin(head, head.id == Unit.head_id)
        .outerjoin(count, count.c.unit_id == Unit.id)
        .order_by(Unit.code)
    )
    if on is not None:
        query = query.where(
            or_(Unit.valid_from.is_(None), Unit.valid_from <= on),
            or_(Unit.valid_until.is_(None), Unit.valid_until >= on),
        )
    rows = session.execute(query).all()
    names = _names(session)
    standing = {unit.id: _standing(unit, names.get(unit.id, ()), on) for unit, _, _ in rows}
    under: dict[UUID | None, list[tuple[Unit, str, int]]] = {}
    for unit, head_name, people in rows:
        parent_id = standing[unit.id][1]
        place = parent_id if parent_id in standing else None
        under.setdefault(place, []).append((unit, head_name or "", people))
    found: list[UnitRow] = []
    # What is reached from nowhere, as in a circle of a past day, is listed at the top, after the tree.
    rest = [((unit, head_name or "", people), 0) for unit, head_name, people in reversed(rows)]
    waiting = rest + [(one, 0) for one in reversed(under.get(None, []))]
    listed: set[UUID] = set()
    while waiting:
        (unit, head_name, people), depth = waiting.pop()
        if unit.id in listed:
            continue
        listed.add(unit.id)
        name, parent_id = standing[unit.id]
        known = dict.fromkeys(one.name for one in names.get(unit.id, ()) if one.name != name)
        found.append(
            UnitRow(
                id=unit.id,
                code=unit.code,
                name=name,
                parent=standing[parent_id][0] if parent_id in standing else "",
                head=head_name,
                people=people,
                functions=tuple(unit.functions),
                valid_from=unit.valid_from,
                valid_until=unit.valid_until,
                depth=depth,
                kind=unit.kind,
                others=tuple(dict.fromkeys((*([unit.name] if unit.name != name else []), *known))),
            )
        )
        waiting += [(one, depth + 1) for one in reversed(under.get(unit.id, []))]
    return found


def _names(session: Session) -> dict[UUID, list[UnitName]]:
    found: dict[UUID, list[UnitName]] = {}
    for one in session.scalars(select(UnitName).order_by(UnitName.until_on, UnitName.name)):
        found.setdefault(one.unit_id, []).append(one)
    return found


def _standing(unit: Unit, names: Sequence[UnitName], on: date | None) -> tuple[str, UUID | None]:
    """Return what a unit was called on a day, and the unit it stood under."""
    for one in names:
        if on is not None and one.until_on is not None and one.until_on >= on:
            return one.name, one.parent_id
    return unit.name, unit.parent_id


def open_units(session: Session) -> list[tuple[UUID, str]]:
    """Return id and "code name" of the units that exist today."""
    rows = session.execute(
        select(Unit.id, Unit.code, Unit.name).where(Unit.valid_until.is_(None)).order_by(Unit.code)
    )
    return [(key, f"{code} {name}") for key, code, name in rows]


def unit_choices(session: Session) -> list[tuple[UUID, str]]:
    """Return id and "code name" of every unit, for choosing one."""
    rows = session.execute(select(Unit.id, Unit.code, Unit.name).order_by(Unit.code))
    return [(key, f"{code} {name}") for key, code, name in rows]
