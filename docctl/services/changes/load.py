"""How a temporary change is looked up for a use case: locked, and seen or not at all (X-3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts
from docctl.domain.temporary_changes import ChangeStatus
from docctl.domain.verdicts import Conflict, NotFound, Refused
from docctl.models.changes import TemporaryChange
from docctl.models.documents import Document, Revision
from docctl.services.caller import Caller
from docctl.services.documents.load import facts_of, lock_document
from docctl.services.locks import Rank, lock
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class LoadedChange:
    """A temporary change with its document and revision, locked, and what permissions depend on."""

    document: Document
    revision: Revision
    change: TemporaryChange
    facts: Facts


def lock_change(session: Session, change_id: UUID, row_version: int | None, by: Caller) -> LoadedChange:
    """Lock a temporary change; raise NotFound, or Conflict where the row changed meanwhile."""
    document_id = session.scalar(select(TemporaryChange.document_id).where(TemporaryChange.id == change_id))
    if document_id is None:
        raise NotFound("temporary change")
    loaded = lock_document(session, document_id)
    (change,) = lock(session, Rank.ITEMS, select(TemporaryChange).where(TemporaryChange.id == change_id))
    revision = loaded.revisions[change.revision_id]
    facts = change_facts(facts_of(session, loaded.document, revision, by), change, by)
    if (facts.visible or facts.insider) and row_version is not None and change.row_version != row_version:
        raise Conflict(Refused("request", "changed_meanwhile"))
    return LoadedChange(loaded.document, revision, change, facts)


def change_facts(of_revision: Facts, change: TemporaryChange, by: Caller) -> Facts:
    """Return what permissions on a temporary change depend on.

    Drafts are seen from inside, and by who is asked to approve them.
    """
    asked = change.approver_id if change.status is ChangeStatus.IN_REVIEW else None
    is_asked = asked is not None and asked == by.actor.person_id
    is_out = change.status in {ChangeStatus.ISSUED, ChangeStatus.REVOKED}
    return replace(
        of_revision,
        author_id=change.created_by,
        assignees=frozenset({asked} if asked else ()),
        visible=is_asked or (is_out and of_revision.visible),
    )


def note(
    session: Session,
    by: Caller,
    action: str,
    document: Document,
    revision: Revision,
    change: TemporaryChange,
    **more: object,
) -> None:
    """Write an event about a temporary change, with its reason where one was given."""
    reason = more.pop("reason", "")
    record(
        session,
        by,
        action,
        Subject("document", document.id, str(revision.id)),
        facts={
            "number": revision.number_of(document),
            "label": revision.label,
            "change": change.ordinal,
            **more,
        },
        detail={"reason": reason} if reason else {},
    )
