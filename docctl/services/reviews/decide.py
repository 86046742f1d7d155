"""What a review decides: the document stays, is revised, or withdrawn (D-5)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.permissions import authorise
from docctl.domain.reviews import ReviewOutcome, may_decide, next_review
from docctl.domain.verdicts import Conflict, NotFound, Refused, require
from docctl.models.reviews import DocumentReview
from docctl.services.caller import Caller
from docctl.services.documents.load import lock_document
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
    review.outcome, review.note = cmd.outcome, cmd.note.strip()
    review.decided_at, review.decided_by, review.revision_id = by.at, by.person_id, current.id
    session.flush()  # closed before the next one opens
    if document.review_months is not None:
        put_periodic(session, document, next_review(document.review_months, after=by.today), by)
    record(
        session,
        by,
        "review.decided",
        Subject("document", document.id, str(current.id)),
        facts={
            "number": document.number,
            "label": current.label,
            "cause": review.cause.value,
            "decision": cmd.outcome.value,
        },
        detail={"note": review.note},
    )
    return document.id
