"""A unit goes into another one, or into several, from a day on: a logged decision, thing by thing (O-2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from docctl.domain.merging import Goes, GoingKind, all_go, counted, may_go_from, may_go_into
from docctl.domain.partners import may_change_side
from docctl.domain.permissions import Facts, authorise
from docctl.domain.units import DAY, OUTSIDE
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.access import AccessToken
from docctl.models.base import new_id
from docctl.models.names import name_key
from docctl.models.organisation import Person, Unit, UnitName
from docctl.queries.unit_going import Going, targets, things
from docctl.queries.unit_names import since_when
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.people.leaders import end_leading, take_leading, times_of
from docctl.services.people.merging_papers import move_documents, move_lines
from docctl.services.people.merging_people import move_people, move_posts, move_roles, move_units
from docctl.services.people.merging_words import Moving
from docctl.services.people.partners import end_shares
from docctl.services.registry import use_case
from docctl.services.rows import insert_rows
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class GoInto:
    """A unit goes into others from a day on; where it `closes`, the day before is its last one.

    What is not named in `goes` stays, which only what does not close can do.
    """

    unit_id: UUID
    row_version: int
    into: tuple[UUID, ...]
    goes: tuple[Goes, ...]
    from_on: date
    reason: str
    closes: bool = True


@use_case("unit.add")
def go_into(session: Session, cmd: GoInto, by: Caller) -> UUID:
    """Let what is open in a unit go into other units; records keep the unit as it was (O-2).

    The names of a unit that ends live on with all into which it went, and find both; who belongs to them
    sees its records. What leads it ends on its last day; its functions go to the first unit named.
    """
    authorise(by.actor, "unit.add", Facts())
    moving = _lock(session, cmd)
    there = things(session, by.actor, moving.unit.id, at=by.at, today=by.today)
    _decide(session, cmd, by, moving, there)
    papers = {GoingKind.DOCUMENT, GoingKind.COPY}
    move_units(session, by, moving, _of(cmd, GoingKind.UNIT))
    move_people(session, by, moving, _of(cmd, GoingKind.PERSON))
    move_roles(session, by, moving, _of(cmd, GoingKind.ROLE))
    move_posts(session, by, moving, _of(cmd, GoingKind.POST))
    if cmd.closes:
        _close(session, by, moving)
    session.flush()  # whose papers these are is asked by the new units
    if any(one.kind in papers for one in cmd.goes):
        move_documents(session, by, moving, _of(cmd, GoingKind.DOCUMENT))
        move_lines(session, by, moving, _of(cmd, GoingKind.COPY))
    _tell(session, cmd, by, moving, there)
    return moving.unit.id


def _of(cmd: GoInto, kind: GoingKind) -> list[Goes]:
    return [one for one in cmd.goes if one.kind is kind]


def _lock(session: Session, cmd: GoInto) -> Moving:
    """Lock all units, so that two changes at once make no circle, and the people who go."""
    units = {one.id: one for one in lock(session, Rank.PEOPLE, select(Unit).order_by(Unit.id))}
    if (unit := units.get(cmd.unit_id)) is None or any(one not in units for one in cmd.into):
        raise NotFound("unit")
    if unit.row_version != cmd.row_version:
        raise RuleRefused(Refused("request", "changed_meanwhile"))
    ids = [one.id for one in cmd.goes if one.kind is GoingKind.PERSON]
    rows = select(Person).where(Person.id.in_(ids)).order_by(Person.id)
    people = {one.id: one for one in lock(session, Rank.PEOPLE, rows)}
    return Moving(unit, units, people, cmd.into, cmd.from_on, cmd.reason.strip()[:500])


def _decide(session: Session, cmd: GoInto, by: Caller, moving: Moving, there: Sequence[Going]) -> None:
    unit, since = moving.unit, since_when(session, moving.unit)
    found = targets(session, cmd.into)
    has_documents = any(one.kind is GoingKind.DOCUMENT for one in cmd.goes)
    into = [found[one] for one in cmd.into]
    require(may_go_into(unit.id, unit.entity_id, into, from_on=cmd.from_on, has_documents=has_documents))
    require(may_go_from(cmd.from_on, today=by.today, since=since, closed=unit.valid_until, closes=cmd.closes))
    for one in cmd.into:
        is_outside = moving.units[one].kind in OUTSIDE
        require(may_change_side(was_outside=unit.kind in OUTSIDE, is_outside=is_outside))
    if not moving.reason:
        raise RuleRefused(Refused("O-2", "reason_needed"))
    known = [(one.kind, one.id) for one in there]
    require(all_go(known, cmd.goes, cmd.into, closes=cmd.closes))


def _close(session: Session, by: Caller, moving: Moving) -> None:
    """End the unit the day before; its names, and sight of its records, go to all that it went into."""
    unit, last = moving.unit, moving.from_on - DAY
    for row, led in times_of(session, [unit.id]).get(unit.id, {}).items():
        if led.from_on > by.today:
            take_leading(session, by, unit, row, led.name, moving.reason)
        elif led.until_on is None or led.until_on > last:
            end_leading(session, by, unit, row, led.name, max(last, led.from_on), moving.reason)
    unit.valid_until = last
    end_shares(session, unit, by, moving.reason)
    _hand_functions(session, by, moving)
    _hand_names(session, by, moving)
    _let_see(session, moving)


def _hand_functions(session: Session, by: Caller, moving: Moving) -> None:
    first = moving.units[moving.into[0]]
    if not set(moving.unit.functions) - set(first.functions):
        return
    before = {"head": first.head_id, "functions": list(first.functions)}
    first.functions = sorted({*first.functions, *moving.unit.functions})
    facts = {"unit": first.code, "head": first.head_id, "functions": first.functions}
    detail = {"before": before, "reason": moving.reason}
    record(session, by, "unit.duties_set", Subject("unit", first.id), facts=facts, detail=detail)


def _hand_names(session: Session, by: Caller, moving: Moving) -> None:
    unit = moving.unit
    rows = session.scalars(
        select(UnitName)
        .where(or_(UnitName.unit_id == unit.id, UnitName.unit_id.in_(moving.into)))
        .order_by(UnitName.until_on, UnitName.name)
    ).all()
    own: dict[str, str] = {}
    for name in (unit.name, *(one.name for one in rows if one.unit_id == unit.id)):
        own.setdefault(name_key(name), name)
    for key in moving.into:
        into = moving.units[key]
        known = {name_key(into.name), name_key(into.code)}
        known |= {one.normal for one in rows if one.unit_id == key}
        new = {normal: name for normal, name in own.items() if normal not in known}
        if not new and not any(one.unit_id == key and one.from_unit_id == unit.id for one in rows):
            new = {name_key(unit.name): unit.name}  # the other is called so: it tells what went into what
        for normal, name in new.items():
            session.add(
                UnitName(
                    id=new_id(),
                    unit_id=key,
                    name=name,
                    normal=normal,
                    from_unit_id=unit.id,
                    reason=moving.reason,
                    added_at=by.at,
                    added_by=by.actor.person_id,
                )
            )


def _let_see(session: Session, moving: Moving) -> None:
    """Let who belongs to the new units see what the old one saw: items keep their readers and get theirs."""
    old = f"unit:{moving.unit.id}"
    sets = session.scalars(select(AccessToken.set_id).where(AccessToken.token == old)).all()
    for key in moving.into:
        new = f"unit:{key}"
        there = set(session.scalars(select(AccessToken.set_id).where(AccessToken.token == new)))
        rows = [{"set_id": one, "token": new} for one in sets if one not in there]
        insert_rows(session, AccessToken, *rows)


def _tell(session: Session, cmd: GoInto, by: Caller, moving: Moving, there: Sequence[Going]) -> None:
    unit, into = moving.unit, [moving.units[one] for one in cmd.into]
    known = {(one.kind, one.id): one for one in there}
    listed = [
        {"kind": one.kind.value, "what": known[one.key].number, "to": moving.units[one.to].code}
        for one in cmd.goes
    ]
    action = "unit.parted" if not cmd.closes else ("unit.merged" if len(into) == 1 else "unit.split")
    facts = {
        "unit": unit.code,
        "name": unit.name,
        "into": [one.code for one in into],
        "from": cmd.from_on,
        "went": counted(cmd.goes),
    }
    detail = {"reason": moving.reason, "went": listed}
    record(session, by, action, Subject("unit", unit.id), facts=facts, detail=detail)
    for one in into:
        told = {"unit": one.code, "of": unit.code, "name": unit.name, "from": cmd.from_on}
        more = {"reason": moving.reason}
        record(session, by, "unit.took_over", Subject("unit", one.id), facts=told, detail=more)
