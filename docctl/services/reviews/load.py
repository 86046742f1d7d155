"""A document as a review takes it: locked, with its owner (D-5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import in_force
from docctl.domain.permissions import Facts
from docctl.domain.reviews import ReviewCause
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Unit
from docctl.models.reviews import DocumentReview
from docctl.services.caller import Caller
from docctl.services.documents.load import Loaded, facts_of
from docctl.services.locks import Rank, lock


def revision_in_force(loaded: Loaded, by: Caller) -> Revision | None:
    """Return the revision in force now, suspended or expired ones too."""
    return next((one for one in loaded.revisions.values() if in_force(one.dates(), by.at)), None)


def owned_by(session: Session, loaded: Loaded, by: Caller) -> Facts:
    """Return what permissions on a document's reviews depend on: its owner is its unit's head (D-5)."""
    head = session.get_one(Unit, loaded.document.unit_id).head_id
    facts = facts_of(session, loaded.document, revision_in_force(loaded, by), by)
    return replace(facts, assignees=frozenset({head} if head else ()))


def next_periodic(session: Session, document_id: UUID) -> DocumentReview | None:
    """Lock and return the periodic review that comes next; the document is locked."""
    found = lock(
        session,
        Rank.ITEMS,
        select(DocumentReview).where(
            DocumentReview.document_id == document_id,
            DocumentReview.cause == ReviewCause.PERIODIC,
            DocumentReview.outcome.is_(None),
        ),
    )
    return found[0] if found else None


def put_periodic(session: Session, document: Document, day: date, by: Caller) -> None:
    """Let the next periodic review be due on a day; the document is locked (D-5)."""
    standing = next_periodic(session, document.id)
    if standing is not None:
        standing.due_on = day
        return
    session.add(
        DocumentReview(document_id=document.id, cause=ReviewCause.PERIODIC, opened_at=by.at, due_on=day)
    )
