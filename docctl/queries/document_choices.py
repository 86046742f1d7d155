"""What the forms about documents offer: types, units, procedures, classes, signers (A-1, R-10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Actor
from docctl.domain.roles import SIGNING, Role
from docctl.domain.units import OUTSIDE
from docctl.models.documents import Document, DocumentType
from docctl.models.organisation import Person, RoleGrant, Unit
from docctl.models.retention import RetentionClassRow
from docctl.models.schedule import classes_at
from docctl.queries.number_holders import entity_names
from docctl.queries.revision_states import readable_document


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose; `note` helps to tell it from others."""

    id: UUID
    name: str
    name_en: str = ""
    note: str = ""


def document_types(session: Session) -> tuple[Choice, ...]:
    """Return all types of documents; `note` is `form` for record forms."""
    found = session.scalars(select(DocumentType).order_by(DocumentType.ordinal))
    return tuple(
        Choice(one.id, one.name, one.name_en or one.name, "form" if one.is_form else "") for one in found
    )


def units(session: Session) -> tuple[Choice, ...]:
    """Return all units that exist today, each with its legal entity where there are several (O-4)."""
    names = entity_names(session)
    found = session.scalars(
        select(Unit)
        .where(Unit.valid_until.is_(None), Unit.kind.not_in(sorted(OUTSIDE)))
        .order_by(Unit.code, Unit.id)
    )

    def name(unit: Unit) -> str:
        return f"{unit.name} · {names[unit.entity_id].name}" if unit.entity_id in names else unit.name

    return tuple(Choice(one.id, name(one), name(one), one.code) for one in found)


def procedures(session: Session, actor: Actor, *, at: datetime) -> tuple[Choice, ...]:
    """Return the documents that may be the parent of a form, as far as the person sees them."""
    found = session.execute(
        select(Document.id, Document.number, Document.title, Document.entity_id)
        .join(DocumentType, DocumentType.id == Document.type_id)
        .where(DocumentType.is_form.is_(False), readable_document(actor, at))
        .order_by(Document.number)
        .limit(1000)
    )
    names = entity_names(session)
    of_entity = {key: f" · {one.name}" for key, one in names.items()}
    return tuple(
        Choice(one.id, f"{one.number} {one.title}{of_entity.get(one.entity_id, '')}") for one in found
    )


def retention_classes(session: Session, at: datetime, *, chosen: UUID | None = None) -> tuple[Choice, ...]:
    """Return the classes in force that a form may choose, in the schedule's order (R-3).

    The one that was chosen before is among them by the id it was chosen with, revised or closed since.
    """
    before = session.get(RetentionClassRow, chosen) if chosen is not None else None
    code = before.code if before is not None else ""
    found = session.scalars(
        classes_at(at).where(or_(~RetentionClassRow.is_closed, RetentionClassRow.code == code))
    )
    return tuple(
        Choice(before.id if before is not None and one.code == code else one.id, one.name, one.name, one.code)
        for one in found
    )


def signers(session: Session, role: Role, *, without: Sequence[UUID | None]) -> tuple[Choice, ...]:
    """Return who may be chosen for a step: holders of the role, but not who prepared it (A-1, A-2)."""
    found = session.execute(
        select(Person.id, Person.name, Unit.name.label("unit"))
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .join(Unit, Unit.id == Person.unit_id)
        .where(
            RoleGrant.role == role,
            RoleGrant.revoked_at.is_(None),
            Person.disabled_at.is_(None),
            or_(RoleGrant.confirmed_at.is_not(None), RoleGrant.role.not_in(list(SIGNING))),
            Person.id.not_in([one for one in without if one is not None]),
        )
        .order_by(Person.name)
        .distinct()
    )
    return tuple(Choice(one.id, one.name, one.name, one.unit) for one in found)
