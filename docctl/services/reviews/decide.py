"""What a review decides: the document stays, is revised, or withdrawn (D-5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.permissions import authorise
from docctl.domain.reasons import LONGEST
from docctl.domain.reviews import ReviewOutcome, may_decide, next_review
from docctl.domain.verdicts import Conflict, NotFound, Refused, require
from docctl.models.documents import Document, Revision
from docctl.models.reviews import DocumentReview
from docctl.services.caller import Caller
from docctl.services.documents.load import Loaded, lock_document
from docctl.services.locks import Rank, lock
from docctl.services.registry import use_case
from docctl.services.reviews.load import owned_by, put_periodic, revision_in_force
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class DecideReview:
    """The outcome of a review, and what was found."""

    review_id: UUID
    row_version: int | None
    outcome: ReviewOutcome
    note: str


@use_case("review.decide")
def decide_review(session: Session, cmd: DecideReview, by: Caller) -> UUID:
    """Decide a review; the next periodic one is counted from today (D-5).

    To revise or to withdraw is decided here and done where it is always done: until then it waits in the
    inbox of who must do it.
    """
    document_id = session.scalar(select(DocumentReview.document_id).where(DocumentReview.id == cmd.review_id))
    if document_id is None:
        raise NotFound("review")
    loaded = lock_document(session, document_id)
    document = loaded.document
    (review,) = lock(session, Rank.ITEMS, select(DocumentReview).where(DocumentReview.id == cmd.review_id))
    authorise(by.actor, "review.decide", owned_by(session, loaded, by))
    if cmd.row_version is not None and review.row_version != cmd.row_version:
        raise Conflict(Refused("request", "changed_meanwhile"))
    current = revision_in_force(loaded, by)
    require(may_decide(cmd.note, is_open=review.outcome is None, has_force=current is not None))
    assert current is not None, "the rule asks for one"
    months = document.review_months
    day = next_review(months, after=by.today) if months is not None else None
    _close(session, document, current, review, cmd.outcome, cmd.note.strip(), by, next_on=day)
    if day is not None:
        put_periodic(session, document, day, by)
    return document.id


def after_withdrawal(session: Session, loaded: Loaded, revision: Revision, by: Caller) -> None:
    """Close what was asked of a document that has nothing in force any more, nor to come (D-5, V-6).

    The outcome is what happened: it was withdrawn, for the reason given there. Its interval stays, for a
    revision that may follow.
    """
    if any(one.status is RevisionStatus.ISSUED for one in loaded.revisions.values() if not _is_over(one, by)):
        return
    query = select(DocumentReview).where(
        DocumentReview.document_id == loaded.document.id, DocumentReview.outcome.is_(None)
    )
    note = revision.withdraw_reason[:LONGEST]
    for review in lock(session, Rank.ITEMS, query.order_by(DocumentReview.id)):
        _close(session, loaded.document, revision, review, ReviewOutcome.WITHDRAW, note, by)


def _is_over(revision: Revision, by: Caller) -> bool:
    return revision.effective_until is not None and revision.effective_until <= by.at


def _close(
    session: Session,
    document: Document,
    revision: Revision,
    review: DocumentReview,
    outcome: ReviewOutcome,
    note: str,
    by: Caller,
    *,
    next_on: date | None = None,
) -> None:
    review.outcome, review.note = outcome, note
    review.decided_at, review.decided_by, review.revision_id = by.at, by.person_id, revision.id
    session.flush()  # closed before the next one opens
    record(
        session,
        by,
        "review.decided",
        Subject("document", document.id, str(revision.id)),
        facts={
            "number": document.number,
            "label": revision.label,
            "cause": review.cause.value,
            "decision": outcome.value,
            **({"next": next_on} if next_on else {}),
        },
        detail={"note": note},
    )
