"""Who may stand in for whom, as it is chosen: who signs steps, and who enters it for others (A-2, A-15)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.delegation import SIGNED_FOR
from docctl.domain.permissions import Actor
from docctl.domain.roles import Role
from docctl.domain.units import OUTSIDE
from docctl.models.documents import DocumentType
from docctl.models.organisation import Person, RoleGrant, Unit
from docctl.queries.document_choices import Choice
from docctl.queries.entities import unit_keys


@dataclass(frozen=True, slots=True)
class DelegationChoices:
    """For whom somebody may enter a delegation, who may stand in, and to what it can be narrowed."""

    whose: tuple[Choice, ...]
    people: tuple[Choice, ...]
    types: tuple[tuple[UUID, str, str], ...]
    units: tuple[tuple[UUID, str], ...]


def delegation_choices(session: Session, actor: Actor) -> DelegationChoices:
    """Return for whom somebody may enter a delegation: themselves, whom they head, as administrator anybody;
    and who may stand in: whoever signs steps.
    """
    held = roles_that_sign(session, None)
    units = {one.id: one for one in session.execute(select(Unit.id, Unit.parent_id, Unit.head_id))}
    rows = session.execute(
        select(Person.id, Person.username, Person.name, Person.unit_id, Unit.name.label("unit"))
        .join(Unit, Unit.id == Person.unit_id)
        .where(Person.disabled_at.is_(None), Person.id.in_(held))
        .order_by(Person.name, Person.id)
    ).all()
    choices = {one.id: Choice(one.id, one.name, one.username, one.unit) for one in rows}
    for_all = actor.has(Role.ADMINISTRATOR)
    whose = [
        choices[one.id]
        for one in rows
        if for_all or one.id == actor.person_id or actor.person_id in _heads(units, one.unit_id)
    ]
    types = session.execute(
        select(DocumentType.id, DocumentType.name, DocumentType.name_en).order_by(DocumentType.ordinal)
    )
    keys = unit_keys(session)
    open_units = session.execute(
        select(Unit.id, Unit.name)
        .where(Unit.valid_until.is_(None), Unit.kind.not_in(OUTSIDE))
        .order_by(Unit.code, Unit.id)
    )
    return DelegationChoices(
        tuple(sorted(whose, key=lambda one: one.id != actor.person_id)),
        tuple(choices.values()),
        tuple((one.id, one.name, one.name_en or one.name) for one in types),
        tuple((one.id, f"{keys[one.id]} {one.name}") for one in open_units),
    )


def roles_that_sign(session: Session, people: Collection[UUID] | None) -> dict[UUID, frozenset[Role]]:
    """Return which roles of those who sign steps people hold; of everybody where none are named (A-15)."""
    conditions = [] if people is None else [RoleGrant.person_id.in_(people)]
    rows = session.execute(
        select(RoleGrant.person_id, RoleGrant.role).where(
            RoleGrant.role.in_(sorted(SIGNED_FOR)),
            RoleGrant.unit_id.is_(None),
            RoleGrant.revoked_at.is_(None),
            RoleGrant.confirmed_at.is_not(None),
            *conditions,
        )
    )
    found: dict[UUID, set[Role]] = {one: set() for one in people or ()}
    for person_id, role in rows:
        found.setdefault(person_id, set()).add(Role(role))
    return {key: frozenset(one) for key, one in found.items()}


def heads_above(session: Session, unit_id: UUID) -> frozenset[UUID]:
    """Return who heads a unit, or one of those above it."""
    units = {one.id: one for one in session.execute(select(Unit.id, Unit.parent_id, Unit.head_id))}
    return _heads(units, unit_id)


def _heads(units: Mapping[UUID, Any], unit_id: UUID) -> frozenset[UUID]:
    found: set[UUID] = set()
    seen: set[UUID] = set()
    at: UUID | None = unit_id
    while at is not None and at not in seen:
        seen.add(at)
        found |= {units[at].head_id} - {None}
        at = units[at].parent_id
    return frozenset(found)
