"""Reviews that an event asks for: named by a person, or an external document that changed (D-5, D-9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts, authorise
from docctl.domain.reviews import EXTERNAL_DAYS, NAMED, ReviewCause, may_open
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.models.documents import Document, Revision
from docctl.models.reviews import DocumentReview
from docctl.queries.citations import citing_ids
from docctl.queries.revision_states import in_force_at, is_insider, readable_document
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.registry import use_case
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
    of = Document.id.in_(wanted)
    # Revisions move only with their document locked, so that they need no lock of their own.
    lock(session, Rank.PARENTS, select(Document).where(of).order_by(Document.id))
    found = session.execute(_asked_about(by, cmd.cause).where(of).order_by(Document.id)).all()
    if len(found) < len(wanted):
        raise NotFound("document")
    for one in found:
        facts = Facts(unit_id=one.Document.unit_id, visible=one.visible, insider=one.insider)
        authorise(by.actor, "review.open", facts)
        verdict = may_open(
            cmd.reason, cmd.due_on, today=by.today, has_force=one.has_force, is_open=one.is_open
        )
        if isinstance(verdict, Refused):  # of many, say of which
            params = {**verdict.params, "number": one.Document.number}
            raise RuleRefused(Refused(verdict.rule, verdict.code, params))
        _open(session, one.Document, cmd, by)
    return len(found)


def _asked_about(by: Caller, cause: ReviewCause) -> Select[*tuple[Any, ...]]:
    """Return documents with what the rules ask of each."""
    open_one = exists().where(
        DocumentReview.document_id == Document.id,
        DocumentReview.cause == cause,
        DocumentReview.outcome.is_(None),
    )
    return select(
        Document,
        readable_document(by.actor, by.at).label("visible"),
        is_insider(by.actor).label("insider"),
        exists().where(Revision.document_id == Document.id, in_force_at(by.at)).label("has_force"),
        open_one.label("is_open"),
    )


def _open(session: Session, document: Document, cmd: OpenReviews, by: Caller) -> None:
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
                opened_by=by.actor.person_id,  # nobody, where its validity ends
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
