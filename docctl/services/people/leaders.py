"""Leaders in charge (分管领导) of sets of units, by date (O-3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.leading import DAY, Led, last_day_from, may_drop, may_lead, may_stop, runs_into
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.organisation import Person, Unit, UnitLeader
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.people.load import lock_unit, require_of_company
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

    Who led one of them until then ends on the day before; where another is to come, the time ends before.
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
    times = times_of(session, [one.id for one in units])
    for unit in units:
        require_of_company(session, people[0], unit)
        there = times.get(unit.id, {})
        require(may_lead(unit.code, list(there.values()), people[0].id, cmd.from_on, today=by.today))
        before = ""
        for row, one in there.items():
            if runs_into(one, cmd.from_on):
                row.until_on, before = cmd.from_on - DAY, one.name
        until_on = last_day_from(there.values(), cmd.from_on)
        changed = {"before": {"leader": before}, "after": {"leader": people[0].name}}
        name_leading(session, by, unit, people[0], cmd.from_on, until_on, changed)
    return len(units)


def times_of(session: Session, unit_ids: Iterable[UUID]) -> dict[UUID, dict[UnitLeader, Led]]:
    """Lock and return all times in charge of units that are locked, by unit, in their order."""
    query = (
        select(UnitLeader)
        .where(UnitLeader.unit_id.in_(list(unit_ids)))
        .order_by(UnitLeader.from_on, UnitLeader.id)
    )
    rows = lock(session, Rank.PEOPLE, query)
    called = select(Person.id, Person.name).where(Person.id.in_({one.person_id for one in rows}))
    names = {one.id: one.name for one in session.execute(called)}
    found: dict[UUID, dict[UnitLeader, Led]] = {}
    for row in rows:
        led = Led(row.person_id, names[row.person_id], row.from_on, row.until_on)
        found.setdefault(row.unit_id, {})[row] = led
    return found


@dataclass(frozen=True, slots=True)
class StopLeading:
    """A leader's last day in charge of a unit."""

    leader_id: UUID
    until_on: date


@use_case("unit.add")
def stop_leading(session: Session, cmd: StopLeading, by: Caller) -> UUID:
    """End a person's time in charge of a unit with its last day; the past stays readable (O-3).

    A last day that is not over may be moved, until the day before the next leader.
    """
    authorise(by.actor, "unit.add", Facts())
    unit, row, led, others = _time(session, cmd.leader_id)
    require(may_stop(unit.code, led, cmd.until_on, others=others, today=by.today))
    end_leading(session, by, unit, row, led.name, cmd.until_on)
    return unit.id


@dataclass(frozen=True, slots=True)
class DropLeading:
    """A time in charge of a unit that shall not come."""

    leader_id: UUID


@use_case("unit.add")
def drop_leading(session: Session, cmd: DropLeading, by: Caller) -> UUID:
    """Drop a time in charge of a unit that has not begun; who leads until then keeps the last day (O-3)."""
    authorise(by.actor, "unit.add", Facts())
    unit, row, led, _ = _time(session, cmd.leader_id)
    require(may_drop(led, today=by.today))
    take_leading(session, by, unit, row, led.name)
    return unit.id


def _time(session: Session, leader_id: UUID) -> tuple[Unit, UnitLeader, Led, list[Led]]:
    """Lock the unit of a time in charge; return it, the time and the other times; raise NotFound for none."""
    unit_id = session.scalar(select(UnitLeader.unit_id).where(UnitLeader.id == leader_id))
    if unit_id is None:
        raise NotFound("leader")
    unit = lock_unit(session, unit_id)
    times = times_of(session, [unit_id]).get(unit_id, {})
    row = next((one for one in times if one.id == leader_id), None)
    if row is None:  # dropped meanwhile
        raise NotFound("leader")
    return unit, row, times[row], [led for one, led in times.items() if one is not row]


def name_leading(
    session: Session,
    by: Caller,
    unit: Unit,
    person: Person,
    from_on: date,
    until_on: date | None,
    detail: Mapping[str, object],
) -> UnitLeader:
    """Add a time in charge of a unit that is locked; the times beside it are as they must be (O-3)."""
    row = UnitLeader(id=new_id(), unit_id=unit.id, person_id=person.id, from_on=from_on, until_on=until_on)
    session.add(row)
    facts = {"unit": unit.code, "leader": person.name, "from": from_on}
    if until_on is not None:
        facts["until"] = until_on
    record(session, by, "unit.leader_named", Subject("unit", unit.id), facts=facts, detail=detail)
    return row


def end_leading(
    session: Session, by: Caller, unit: Unit, row: UnitLeader, name: str, until_on: date, reason: str = ""
) -> None:
    """End one time in charge of a unit that is locked (O-3)."""
    before, row.until_on = row.until_on, until_on
    facts = {"unit": unit.code, "leader": name, "until": until_on}
    detail: dict[str, object] = {"reason": reason} if reason else {}
    if before is not None:
        detail |= {"before": {"until": before}, "after": {"until": until_on}}
    record(session, by, "unit.leader_ended", Subject("unit", unit.id), facts=facts, detail=detail)


def take_leading(
    session: Session, by: Caller, unit: Unit, row: UnitLeader, name: str, reason: str = ""
) -> None:
    """Take away a time in charge of a unit that is locked, of which no day has passed (O-3)."""
    session.delete(row)
    facts = {"unit": unit.code, "leader": name, "from": row.from_on}
    detail = {"reason": reason} if reason else {}
    record(session, by, "unit.leader_dropped", Subject("unit", unit.id), facts=facts, detail=detail)
