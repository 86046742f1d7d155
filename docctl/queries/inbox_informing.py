"""Revisions of which a person was told by their route, until they say that they know (A-10)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import aliased

from docctl.domain.permissions import Actor
from docctl.models.copy_steps import CopyStep
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Person
from docctl.queries.copy_steps import is_open
from docctl.queries.inbox_row import revision_work_row


def informing_work(actor: Actor) -> dict[str, Select[*tuple[Any, ...]]]:
    """Return what the person is asked to know; `whose` wrote it."""
    if actor.is_outside:
        return {}
    author = aliased(Person)
    query = (
        revision_work_row("revision", Revision.id, whose=author.name, since=CopyStep.opened_at)
        .select_from(CopyStep)
        .join(Revision, Revision.id == CopyStep.revision_id)
        .join(Document, Document.id == Revision.document_id)
        .outerjoin(author, author.id == Revision.created_by)
        .where(CopyStep.person_id == actor.person_id, is_open())
    )
    return {"take_note": query}
