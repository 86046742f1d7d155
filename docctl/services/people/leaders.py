"""Leaders in charge (分管领导) of sets of units, by date (O-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from docctl.domain.leading import Led, may_lead, may_stop
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.organisation import Person, Unit, UnitLeader
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class LeadUnits:
    """Who is in charge of which units, from a day on."""

    person_id: UUID
    unit_ids: tuple[UUID, ...]
    from_on: date


@use_case("unit.add")
def lead_units(session: Session, cmd: LeadUnits, by: Caller) -> int:
    """Put a person in charge of units; return of how many (O-3).

    Who led one of them until then ends on the day before.
    """
    authorise(by.actor, "unit.add", Facts())
    if not cmd.unit_ids:
        raise RuleRefused(Refused("O-3", "no_units"))
    people = lock(session, Rank.PEOPLE, select(Person).where(Person.id == cmd.person_id))
    if not people or people[0].disabled_at is not None:
        raise NotFound("person")
    units = lock(session, Rank.PEOPLE, select(Unit).where(Unit.id.in_(cmd.unit_ids)).order_by(Unit.id))
    if len(units) != len(set(cmd.unit_ids)):
        raise NotFound("unit")
    times = _times(session, [one.id for one in units], cmd.from_on)
    for unit in units:
        there = times.get(unit.id, [])
        led = [Led(row.person_id, name, row.from_on, row.until_on) for row, name in there]
        require(may_lead(unit.code, led, people[0].id, cmd.from_on, today=by.today))
        before = ""
        for row, name in there:
            row.until_on, before = cmd.from_on - timedelta(days=1), name
        row = UnitLeader(id=new_id(), unit_id=unit.id, person_id=people[0].id, from_on=cmd.from_on)
        session.add(row)
        facts = {"unit": unit.code, "leader": people[0].name, "from": cmd.from_on}
        changed = {"before": {"leader": before}, "after": {"leader": people[0].name}}
        record(session, by, "unit.leader_named", Subject("unit", unit.id), facts=facts, detail=changed)
    return len(units)


def _times(session: Session, unit_ids: list[UUID], day: date) -> dict[UUID, list[tuple[UnitLeader, str]]]:
    """Return the times of units that run on a day or begin later."""
    rows = session.execute(
        select(UnitLeader, Person.name)
        .join(Person, Person.id == UnitLeader.person_id)
        .where(
            UnitLeader.unit_id.in_(unit_ids),
            or_(UnitLeader.until_on.is_(None), UnitLeader.until_on >= day),
        )
        .order_by(UnitLeader.from_on)
    )
    found: dict[UUID, list[tuple[UnitLeader, str]]] = {}
    for row, name in rows:
        found.setdefault(row.unit_id, []).append((row, name))
    return found


@dataclass(frozen=True, slots=True)
class StopLeading:
    """A leader's last day in charge of a unit."""

    leader_id: UUID
    until_on: date


@use_case("unit.add")
def stop_leading(session: Session, cmd: StopLeading, by: Caller) -> UUID:
    """End a person's time in charge of a unit with its last day; the past stays readable (O-3)."""
    authorise(by.actor, "unit.add", Facts())
    rows = lock(session, Rank.PEOPLE, select(UnitLeader).where(UnitLeader.id == cmd.leader_id))
    if not rows:
        raise NotFound("leader")
    row, person = rows[0], session.get_one(Person, rows[0].person_id)
    require(may_stop(Led(person.id, person.name, row.from_on, row.until_on), cmd.until_on))
    end_leading(session, by, row, person.name, cmd.until_on)
    return row.unit_id


def end_leading(
    session: Session, by: Caller, row: UnitLeader, name: str, until_on: date, reason: str = ""
) -> None:
    """End one time in charge of a unit that is locked (O-3)."""
    row.until_on = until_on
    unit = session.get_one(Unit, row.unit_id)
    facts = {"unit": unit.code, "leader": name, "until": until_on}
    detail = {"reason": reason} if reason else {}
    record(session, by, "unit.leader_ended", Subject("unit", unit.id), facts=facts, detail=detail)
