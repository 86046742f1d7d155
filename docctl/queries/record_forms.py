"""Under which forms and for which units a person may file now, and what registers filter by (F-1, X-3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import case, or_, select
from sqlalchemy.orm import Session

from docctl.domain.form_definition import NOTHING, Definition
from docctl.domain.permissions import Actor, Facts, allows
from docctl.models.documents import Document, DocumentType, Revision, RevisionSuspension
from docctl.models.organisation import Person, Unit
from docctl.models.visibility import visible_sets
from docctl.queries.form_definitions import asked_by
from docctl.queries.records import Choice
from docctl.queries.revision_states import in_force_at


@dataclass(frozen=True, slots=True)
class FormInForce:
    """A form and its revision in force: what a record filed now is filled on.

    While `suspended_since` is set, or once `expired_at` is, nothing is filed under it (V-6, V-8).
    """

    form_id: UUID
    number: str
    title: str
    label: str
    unit_name: str
    suspended_since: datetime | None = None
    expired_at: datetime | None = None
    #: What it asks of the record (F-2).
    asks: Definition = NOTHING

    @property
    def standing(self) -> str:
        """Why nothing is filed under it now: the state, or nothing."""
        return "suspended" if self.suspended_since else "expired" if self.expired_at else ""


def forms_in_force(session: Session, actor: Actor, *, at: datetime) -> tuple[FormInForce, ...]:
    """Return the record forms in force now that this person sees, suspended ones too, by number (F-1)."""
    rows = session.execute(
        select(
            Document.id,
            Document.number,
            Revision.title,
            Revision.label,
            Unit.name,
            RevisionSuspension.suspended_at,
            case((Revision.valid_until <= at, Revision.valid_until)),
        )
        .join(Revision, Revision.document_id == Document.id)
        .outerjoin(
            RevisionSuspension,
            (RevisionSuspension.revision_id == Revision.id) & RevisionSuspension.resumed_at.is_(None),
        )
        .join(DocumentType, DocumentType.id == Document.type_id)
        .join(Unit, Unit.id == Document.unit_id)
        .where(DocumentType.is_form, in_force_at(at), Document.access_set_id.in_(visible_sets(actor)))
        .order_by(Document.number)
    )
    return tuple(FormInForce(*one) for one in rows)


def form_in_force(session: Session, actor: Actor, form_id: UUID, *, at: datetime) -> FormInForce | None:
    """Return one form in force, or None where it is not or may not be seen (F-1, X-3)."""
    found = next((one for one in forms_in_force(session, actor, at=at) if one.form_id == form_id), None)
    return replace(found, asks=asked_by(session, form_id, at=at)) if found is not None else None


def units_to_file_for(session: Session, actor: Actor, *, today: date) -> tuple[Choice, ...]:
    """Return the units for which this person may file: their own, and those whose records they keep (X-1)."""
    rows = session.execute(
        select(Unit.id, Unit.name)
        .where(
            or_(Unit.valid_from.is_(None), Unit.valid_from <= today),
            or_(Unit.valid_until.is_(None), Unit.valid_until >= today),
        )
        .order_by(Unit.code)
    )
    allowed = [
        Choice(unit_id, name)
        for unit_id, name in rows
        if allows(actor, "record.file", Facts(unit_id=unit_id))
    ]
    return tuple(sorted(allowed, key=lambda one: one.id != actor.unit_id))


#: A list to choose from is no longer than this; beyond it one types the number into the text filter.
MOST_CHOICES: Final = 200


def forms_to_filter(session: Session, actor: Actor, *, chosen: UUID | None = None) -> tuple[Choice, ...]:
    """Return the forms, former ones too, that this person may see, the chosen one among them (X-3)."""
    rows = session.execute(
        select(Document.id, Document.number, Document.title)
        .join(DocumentType, DocumentType.id == Document.type_id)
        .where(
            DocumentType.is_form,
            or_(
                Document.access_set_id.in_(visible_sets(actor)),
                Document.insider_set_id.in_(visible_sets(actor)),
            ),
            select(Revision.id)
            .where(Revision.document_id == Document.id, Revision.issued_at.is_not(None))
            .exists(),
        )
        .order_by((Document.id == chosen).desc() if chosen else Document.number, Document.number)
        .limit(MOST_CHOICES)
    )
    return tuple(Choice(form_id, f"{number} {title}") for form_id, number, title in rows)


def units_to_filter(session: Session) -> tuple[Choice, ...]:
    """Return all units, by code."""
    rows = session.execute(select(Unit.id, Unit.name).order_by(Unit.code))
    return tuple(Choice(*one) for one in rows)


def people_to_filter(session: Session, *, chosen: UUID | None = None) -> tuple[Choice, ...]:
    """Return people who may have filed records, by name, the chosen one among them."""
    rows = session.execute(
        select(Person.id, Person.name)
        .order_by((Person.id == chosen).desc() if chosen else Person.name, Person.name, Person.username)
        .limit(MOST_CHOICES)
    )
    return tuple(Choice(*one) for one in rows)
