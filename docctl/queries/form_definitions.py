"""What revisions of forms ask of their records, as it is stored (F-2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.form_definition import NOTHING, Definition, definition_in
from docctl.models.documents import Revision
from docctl.models.forms import FormDefinition
from docctl.queries.revision_states import begun_by, in_force_at


def definition_at(session: Session, revision_id: UUID) -> Definition:
    """Return what one revision asks."""
    content = session.scalar(select(FormDefinition.content).where(FormDefinition.revision_id == revision_id))
    return definition_in(content)


def asked_by(session: Session, form_id: UUID, *, at: datetime) -> Definition:
    """Return what the revision of a form in force asks; nothing where none is (F-1)."""
    content = session.scalar(
        select(FormDefinition.content)
        .join(Revision, Revision.id == FormDefinition.revision_id)
        .where(Revision.document_id == form_id, in_force_at(at))
    )
    return definition_in(content)


def definitions_at(session: Session, revision_ids: Collection[UUID]) -> dict[UUID, Definition]:
    """Return what each revision asks; those that ask nothing are left out."""
    rows = session.execute(
        select(FormDefinition.revision_id, FormDefinition.content).where(
            FormDefinition.revision_id.in_(revision_ids)
        )
    )
    return {revision_id: definition_in(content) for revision_id, content in rows}


def definitions_of(session: Session, document_id: UUID) -> list[tuple[UUID, Definition]]:
    """Return what each revision of a form asks, the newest first."""
    rows = session.execute(
        select(FormDefinition.revision_id, FormDefinition.content)
        .join(Revision, Revision.id == FormDefinition.revision_id)
        .where(FormDefinition.document_id == document_id)
        .order_by(Revision.ordinal.desc())
    )
    return [(revision_id, definition_in(content)) for revision_id, content in rows]


def begun_definitions(
    session: Session, document_ids: Collection[UUID], *, at: datetime
) -> Mapping[UUID, list[Definition]]:
    """Return by form what its revisions ask, the newest first, of those that are or were in force (X-3)."""
    rows = session.execute(
        select(FormDefinition.document_id, FormDefinition.content)
        .join(Revision, Revision.id == FormDefinition.revision_id)
        .where(FormDefinition.document_id.in_(document_ids), begun_by(at))
        .order_by(FormDefinition.document_id, Revision.ordinal.desc())
    )
    found: dict[UUID, list[Definition]] = {}
    for document_id, content in rows:
        found.setdefault(document_id, []).append(definition_in(content))
    return found


__all__ = ["NOTHING", "asked_by", "begun_definitions", "definition_at", "definitions_at", "definitions_of"]
