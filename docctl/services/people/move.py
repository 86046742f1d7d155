"""Somebody moves to another unit: what they answered for in the old one stays there, or goes along (A-16)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.leaving import may_move
from docctl.domain.partners import may_change_side
from docctl.domain.permissions import Facts, authorise
from docctl.domain.units import OUTSIDE
from docctl.domain.verdicts import require
from docctl.models.organisation import RoleGrant
from docctl.services.caller import Caller
from docctl.services.people.hand_over import Handed, hand, lock_with_takers
from docctl.services.people.load import unit_at
from docctl.services.people.partners import end_binding
from docctl.services.people.sessions import end_sessions
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class MovePerson:
    """Who moves where, who takes what and why; `kept` are the roles for the old unit that they keep."""

    person_id: UUID
    unit_id: UUID
    handed: tuple[Handed, ...] = ()
    kept: tuple[UUID, ...] = ()
    reason: str = ""


@use_case("person.move")
def move_person(session: Session, cmd: MovePerson, by: Caller) -> UUID:
    """Move somebody to another unit; from now on they see what that one sees (A-16, X-1).

    Roles for the old unit end unless they are kept; those for the new one are proposed, and confirmed by a
    second person where they sign (A-15). Signatures stay as they were given, with the unit of that time.
    """
    authorise(by.actor, "person.move", Facts())
    giving = lock_with_takers(session, cmd.person_id, cmd.handed, cmd.reason)
    person, unit = giving.person, unit_at(session, cmd.unit_id)
    before = unit_at(session, person.unit_id)
    closed = unit.valid_until is not None and unit.valid_until < by.today
    require(
        may_move(disabled=person.disabled_at is not None, same_unit=unit.id == before.id, unit_closed=closed)
    )
    require(may_change_side(was_outside=before.kind in OUTSIDE, is_outside=unit.kind in OUTSIDE))
    hand(session, giving, cmd.handed, by)
    scoped = select(RoleGrant).where(
        RoleGrant.person_id == person.id,
        RoleGrant.unit_id == before.id,
        RoleGrant.revoked_at.is_(None),
        RoleGrant.id.not_in(cmd.kept),
    )
    for grant in session.scalars(scoped.order_by(RoleGrant.id)):
        grant.revoked_by, grant.revoked_at = by.actor.person_id, by.at
        facts = {"role": grant.role.value, "unit": str(before.id)}
        record(session, by, "role.revoked", Subject("person", person.id), facts=facts)
    end_binding(session, person, by, giving.reason)  # it was for the organisation that they leave
    person.unit_id = unit.id
    end_sessions(session, person.id, at=by.at)
    record(
        session,
        by,
        "person.moved",
        Subject("person", person.id),
        facts={"name": person.name, "from": before.code, "to": unit.code},
    )
    return person.id
