"""Reviews that an event asks for: named by a person, or an external document that changed (D-5, D-9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.permissions import authorise
from docctl.domain.reviews import EXTERNAL_DAYS, NAMED, ReviewCause, may_open
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.models.documents import Document
from docctl.models.reviews import DocumentReview
from docctl.queries.citations import citing_ids
from docctl.services.caller import Caller
from docctl.services.documents.load import Loaded
from docctl.services.registry import use_case
from docctl.services.reviews.load import lock_documents, owned_by, revision_in_force
from docctl.services.trail import Subject, record

#: So many documents are asked about at once: a page that names them can still be read.
MOST = 200


@dataclass(frozen=True, slots=True)
class OpenReviews:
    """An event, and the documents that it concerns."""

    document_ids: tuple[UUID, ...]
    cause: ReviewCause
    reason: str
    due_on: date


@use_case("review.open")
def open_reviews(session: Session, cmd: OpenReviews, by: Caller) -> int:
    """Ask the owners of documents for a review because of an event; all or none; return how many (D-5)."""
    wanted = sorted(set(cmd.document_ids))
    if not wanted:
        raise RuleRefused(Refused("D-5", "documents_needed"))
    if len(wanted) > MOST:
        raise RuleRefused(Refused("D-5", "too_many", {"most": MOST}))
    if cmd.cause not in NAMED:
        raise RuleRefused(Refused("D-5", "cause_unfit"))
    found = lock_documents(session, wanted, at=by.at)
    if len(found) < len(wanted):
        raise NotFound("document")
    for one in found:
        _open(session, one, cmd, by)
    return len(found)


def _open(session: Session, loaded: Loaded, cmd: OpenReviews, by: Caller) -> None:
    document = loaded.document
    authorise(by.actor, "review.open", owned_by(session, loaded, by))
    verdict = may_open(
        cmd.reason,
        cmd.due_on,
        today=by.today,
        has_force=revision_in_force(loaded, by) is not None,
        is_open=_is_open(session, document.id, cmd.cause),
    )
    if isinstance(verdict, Refused):  # of many, say of which
        raise RuleRefused(Refused(verdict.rule, verdict.code, {**verdict.params, "number": document.number}))
    reason = cmd.reason.strip()
    session.add(
        DocumentReview(
            document_id=document.id,
            cause=cmd.cause,
            reason=reason,
            opened_at=by.at,
            opened_by=by.person_id,
            due_on=cmd.due_on,
        )
    )
    facts = {"number": document.number, "cause": cmd.cause.value, "due": cmd.due_on}
    _tell(session, by, document.id, facts, {"reason": reason})


def _is_open(session: Session, document_id: UUID, cause: ReviewCause) -> bool:
    query = select(DocumentReview.id).where(
        DocumentReview.document_id == document_id,
        DocumentReview.cause == cause,
        DocumentReview.outcome.is_(None),
    )
    return session.scalar(query.limit(1)) is not None


def ask_citing(session: Session, source: Document, by: Caller) -> int:
    """Ask the owners of all that cite an external document, which is locked, for a review; return how many.

    It was replaced, withdrawn, or its validity ends (D-9). Who was asked because of it and has not answered
    is not asked twice.
    """
    if not source.is_external:
        return 0
    asked = select(DocumentReview.document_id).where(
        DocumentReview.source_id == source.id, DocumentReview.outcome.is_(None)
    )
    found = session.execute(
        select(Document.id, Document.number)
        .where(Document.id.in_(citing_ids(session, source.id, at=by.at)), Document.id.not_in(asked))
        .order_by(Document.id)
    ).all()
    due_on = by.today + EXTERNAL_DAYS
    for one in found:
        session.add(
            DocumentReview(
                document_id=one.id,
                cause=ReviewCause.EXTERNAL,
                source_id=source.id,
                opened_at=by.at,
                opened_by=by.person_id,
                due_on=due_on,
            )
        )
        facts = {"number": one.number, "cause": ReviewCause.EXTERNAL.value, "due": due_on}
        # Registration data of the external document stays in the detail: not all who see this one see that.
        _tell(session, by, one.id, facts, {"source": source.number})
    return len(found)


def _tell(
    session: Session, by: Caller, document_id: UUID, facts: Mapping[str, object], detail: Mapping[str, object]
) -> None:
    record(session, by, "review.opened", Subject("document", document_id), facts=facts, detail=detail)


__all__ = ["MOST", "OpenReviews", "ask_citing", "open_reviews"]
