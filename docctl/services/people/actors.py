"""Who a person is at this instant: roles held, unit, tokens (X-1, A-15)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Actor
from docctl.domain.roles import SIGNING, Role
from docctl.domain.verdicts import NotFound
from docctl.models.organisation import Person, RoleGrant


@dataclass(frozen=True, slots=True)
class Standing:
    """What must still hold of a person when the transaction runs."""

    actor: Actor
    password_version: int
    may_sign: bool


def standing_of(session: Session, person_id: UUID) -> Standing:
    """Return a person with the roles in force; raise NotFound for one who is disabled (A-15).

    A role that signs counts only once a second person has confirmed it.
    """
    rows = session.execute(
        select(Person, RoleGrant.role, RoleGrant.unit_id)
        .outerjoin(
            RoleGrant,
            and_(
                RoleGrant.person_id == Person.id,
                RoleGrant.revoked_at.is_(None),
                or_(RoleGrant.confirmed_at.is_not(None), RoleGrant.role.not_in(list(SIGNING))),
            ),
        )
        .where(Person.id == person_id)
    ).all()
    if not rows or rows[0][0].disabled_at is not None:
        raise NotFound("person")
    person: Person = rows[0][0]
    actor = Actor(
        person_id=person.id,
        name=person.name,
        username=person.username,
        unit_id=person.unit_id,
        roles=frozenset((Role(role), unit_id) for _, role, unit_id in rows if role),
    )
    return Standing(actor, person.password_version, may_sign=not person.reset_confirm_needed)


def actor_of(session: Session, person_id: UUID) -> Actor:
    """Return a person as an actor; raise NotFound for one who is disabled."""
    return standing_of(session, person_id).actor


def holders(session: Session, role: Role, unit_id: UUID | None = None) -> list[Person]:
    """Return the people who hold a role, company-wide or for the unit, by name."""
    query = (
        select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            RoleGrant.role == role,
            RoleGrant.revoked_at.is_(None),
            Person.disabled_at.is_(None),
            or_(RoleGrant.confirmed_at.is_not(None), RoleGrant.role.not_in(list(SIGNING))),
        )
        .order_by(Person.name)
        .distinct()
    )
    if unit_id is not None:
        query = query.where(or_(RoleGrant.unit_id.is_(None), RoleGrant.unit_id == unit_id))
    return list(session.scalars(query))
