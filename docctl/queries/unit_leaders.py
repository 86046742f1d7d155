"""Who is in charge of which units, today and by date (O-3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from docctl.domain.leaving import OpenKind
from docctl.domain.units import OUTSIDE
from docctl.domain.verdicts import NotFound
from docctl.models.organisation import Person, Unit, UnitLeader
from docctl.queries.open_item import OpenItem, Taker


@dataclass(frozen=True, slots=True)
class LeaderRow:
    """A time of somebody in charge of a unit; `state` is past, now or coming."""

    id: UUID
    unit_id: UUID
    unit: str
    unit_name: str
    person_id: UUID
    person: str
    from_on: date
    until_on: date | None
    state: str


def leading_on(day: date) -> ColumnElement[bool]:
    """Return the condition that a time in charge covers a day."""
    return and_(UnitLeader.from_on <= day, or_(UnitLeader.until_on.is_(None), UnitLeader.until_on >= day))


def leads_still(today: Any) -> ColumnElement[bool]:
    """Return the condition that a time in charge is not over on a day: it runs, or is to come."""
    return or_(UnitLeader.until_on.is_(None), UnitLeader.until_on >= today)


def leaders_on(session: Session, day: date) -> dict[UUID, tuple[UUID, str]]:
    """Return who is in charge of each unit on a day: id and name."""
    rows = session.execute(
        select(UnitLeader.unit_id, Person.id, Person.name)
        .join(Person, Person.id == UnitLeader.person_id)
        .where(leading_on(day))
        .order_by(UnitLeader.from_on, UnitLeader.id)
    )
    return {unit_id: (person_id, name) for unit_id, person_id, name in rows}


def leaders(session: Session, *, today: date, unit_id: UUID | None = None) -> tuple[LeaderRow, ...]:
    """Return all times in charge of units, or of one unit, those of today first, by leader and unit."""
    query = (
        select(UnitLeader, Unit.code, Unit.name, Person.name.label("person"))
        .join(Unit, Unit.id == UnitLeader.unit_id)
        .join(Person, Person.id == UnitLeader.person_id)
        .order_by(UnitLeader.until_on.is_not(None), Person.name, Unit.code, UnitLeader.from_on.desc())
    )
    if unit_id is not None:
        query = query.where(UnitLeader.unit_id == unit_id)
    return tuple(
        LeaderRow(
            row.id,
            row.unit_id,
            code,
            name,
            row.person_id,
            person,
            row.from_on,
            row.until_on,
            _state(row, today),
        )
        for row, code, name, person in session.execute(query)
    )


def leader_row(session: Session, leader_id: UUID, *, today: date) -> LeaderRow:
    """Return one time in charge of a unit; raise NotFound for none."""
    for one in leaders(session, today=today):
        if one.id == leader_id:
            return one
    raise NotFound("leader")


def led_by(session: Session, person_id: UUID, takers: tuple[Taker, ...], today: date) -> Iterator[OpenItem]:
    """Yield what a person is, or will be, in charge of, for handing it over (A-16)."""
    rows = session.execute(
        select(UnitLeader.id, Unit.id.label("unit_id"), Unit.code, Unit.name)
        .join(Unit, Unit.id == UnitLeader.unit_id)
        .where(UnitLeader.person_id == person_id, leads_still(today))
        .order_by(Unit.code, UnitLeader.from_on, UnitLeader.id)
    )
    for one in rows:
        href = f"/people/units/{one.unit_id}"
        yield OpenItem(OpenKind.LEADER, one.id, "leader", one.code, one.name, None, href, takers)


def active_people(session: Session) -> list[tuple[UUID, str]]:
    """Return id and "name account" of everybody of the company who may sign in, for choosing one (O-7)."""
    rows = session.execute(
        select(Person.id, Person.name, Person.username)
        .join(Unit, Unit.id == Person.unit_id)
        .where(Person.disabled_at.is_(None), Unit.kind.not_in(sorted(OUTSIDE)))
        .order_by(Person.name, Person.username)
    )
    return [(key, f"{name} {username}") for key, name, username in rows]


def _state(row: UnitLeader, today: date) -> str:
    if row.from_on > today:
        return "coming"
    return "past" if row.until_on is not None and row.until_on < today else "now"
