"""The roles that a person holds now, and in which nobody else could act (A-16)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, false, or_, select
from sqlalchemy.orm import Session

from docctl.domain.roles import SIGNING, Role
from docctl.models.organisation import Person, RoleGrant, Unit


@dataclass(frozen=True, slots=True)
class UnitRole:
    """A role that a person holds for one unit."""

    grant_id: UUID
    role: str
    unit_id: UUID
    unit: str


@dataclass(frozen=True, slots=True)
class LastHolder:
    """A role that nobody else holds, for the company or a unit: what needs it would stand still."""

    role: str
    unit: str


def _in_office(person_id: UUID) -> Select[*tuple[Any, ...]]:
    return (
        select(RoleGrant.id, RoleGrant.role, RoleGrant.unit_id, Unit.name)
        .outerjoin(Unit, Unit.id == RoleGrant.unit_id)
        .where(
            RoleGrant.person_id == person_id,
            RoleGrant.revoked_at.is_(None),
            or_(RoleGrant.confirmed_at.is_not(None), RoleGrant.role.not_in(sorted(SIGNING))),
        )
        .order_by(RoleGrant.role, Unit.code)
    )


def last_holder_of(session: Session, person_id: UUID) -> tuple[LastHolder, ...]:
    """Return the roles in which nobody else could act, for the company or for the unit."""
    rows = session.execute(_in_office(person_id)).all()
    others = session.execute(
        select(RoleGrant.role, RoleGrant.unit_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.person_id != person_id,
            RoleGrant.revoked_at.is_(None),
            Person.disabled_at.is_(None),
            or_(RoleGrant.confirmed_at.is_not(None), RoleGrant.role.not_in(sorted(SIGNING))),
            RoleGrant.role.in_(sorted({one.role for one in rows})) if rows else false(),
        )
        .distinct()
    ).all()
    held = {(role, unit_id) for role, unit_id in others}
    return tuple(
        LastHolder(Role(one.role).value, one.name or "")
        for one in rows
        if (one.role, None) not in held and (one.unit_id is None or (one.role, one.unit_id) not in held)
    )


def unit_roles_of(session: Session, person_id: UUID) -> tuple[UnitRole, ...]:
    """Return the roles that a person holds for single units."""
    return tuple(
        UnitRole(one.id, Role(one.role).value, one.unit_id, one.name)
        for one in session.execute(_in_office(person_id))
        if one.unit_id is not None
    )
