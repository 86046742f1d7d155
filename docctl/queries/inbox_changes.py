"""Temporary changes that wait for a person: to approve, or to word anew (A-4, V-14)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, String, cast
from sqlalchemy.orm import aliased

from docctl.domain.permissions import Actor
from docctl.domain.temporary_changes import ChangeStatus
from docctl.models.changes import TemporaryChange
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Person
from docctl.queries.inbox_copies import AT, TODAY
from docctl.queries.inbox_row import work
from docctl.queries.revision_states import falls_to


def change_work(actor: Actor) -> dict[str, Select[*tuple[Any, ...]]]:
    """Return the person's work on temporary changes, by verb; it is due on the first day of the change."""
    return {
        "approve_change": _work(TemporaryChange.submitted_at).where(
            TemporaryChange.status == ChangeStatus.IN_REVIEW, TemporaryChange.approver_id == actor.person_id
        ),
        "rework_change": _work(TemporaryChange.submitted_at).where(
            TemporaryChange.status == ChangeStatus.DRAFT,
            TemporaryChange.returned_reason != "",
            TemporaryChange.created_by == actor.person_id,
        ),
        # what nobody approved before its first day: for the head of the unit, and for control
        "chase_change": _work(TemporaryChange.submitted_at).where(
            TemporaryChange.status == ChangeStatus.IN_REVIEW,
            TemporaryChange.first_day < TODAY,
            TemporaryChange.approver_id != actor.person_id,
            falls_to(actor, AT),
        ),
    }


def _work(since: Any) -> Select[*tuple[Any, ...]]:
    author = aliased(Person)
    return (
        work(
            "change",
            TemporaryChange.id,
            number=Document.number,
            title=Revision.title,
            label=cast(TemporaryChange.ordinal, String),
            whose=author.name,
            due_on=TemporaryChange.first_day,
            since=since,
        )
        .select_from(TemporaryChange)
        .join(Revision, Revision.id == TemporaryChange.revision_id)
        .join(Document, Document.id == TemporaryChange.document_id)
        .join(author, author.id == TemporaryChange.created_by)
    )
