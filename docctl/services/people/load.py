"""People and units as use cases take them: locked first, missing ones not found."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.accounts import AccountFacts
from docctl.domain.partners import may_lead_inside
from docctl.domain.roles import SIGNING, Role
from docctl.domain.units import OUTSIDE
from docctl.domain.verdicts import NotFound, require
from docctl.models.organisation import OneTimeLink, Person, RoleGrant, Unit
from docctl.services.locks import Rank, lock


def lock_person(session: Session, person_id: UUID) -> Person:
    """Lock and return a person; raise NotFound for nobody."""
    found = lock(session, Rank.PEOPLE, select(Person).where(Person.id == person_id))
    if not found:
        raise NotFound("person")
    return found[0]


def account_of(person: Person) -> AccountFacts:
    """Return what the rules ask of an account."""
    return AccountFacts(
        person_id=person.id,
        disabled=person.disabled_at is not None,
        has_password=person.password_hash is not None,
        reset_by=person.reset_by,
        confirm_needed=person.reset_confirm_needed,
    )


def unit_at(session: Session, unit_id: UUID) -> Unit:
    """Return a unit; raise NotFound for none."""
    found = session.get(Unit, unit_id)
    if found is None:
        raise NotFound("unit")
    return found


def lock_unit(session: Session, unit_id: UUID) -> Unit:
    """Lock and return a unit; raise NotFound for none."""
    found = lock(session, Rank.PEOPLE, select(Unit).where(Unit.id == unit_id))
    if not found:
        raise NotFound("unit")
    return found[0]


def require_of_company(session: Session, person: Person, unit: Unit) -> None:
    """Raise RuleRefused for somebody from outside who shall head, lead or serve in an inner unit (O-7)."""
    is_outside = unit_at(session, person.unit_id).kind in OUTSIDE
    require(may_lead_inside(person.name, is_outside=is_outside, of_outside=unit.kind in OUTSIDE))


def signs_for_company(session: Session, person_id: UUID) -> bool:
    """Say whether the person holds, or is proposed for, any role that signs."""
    return bool(
        session.scalar(
            select(func.count())
            .select_from(RoleGrant)
            .where(
                RoleGrant.person_id == person_id,
                RoleGrant.revoked_at.is_(None),
                RoleGrant.role.in_(list(SIGNING)),
            )
        )
    )


def other_administrators(session: Session, person_id: UUID) -> int:
    """Count the administrators in office besides this person."""
    return (
        session.scalar(
            select(func.count(RoleGrant.person_id.distinct()))
            .join(Person, Person.id == RoleGrant.person_id)
            .where(
                RoleGrant.role == Role.ADMINISTRATOR,
                RoleGrant.revoked_at.is_(None),
                RoleGrant.person_id != person_id,
                Person.disabled_at.is_(None),
            )
        )
        or 0
    )


def close_links(session: Session, person_id: UUID) -> None:
    """Make all open one-time links of a person useless."""
    for link in session.scalars(
        select(OneTimeLink).where(OneTimeLink.person_id == person_id, OneTimeLink.used_at.is_(None))
    ):
        session.delete(link)
