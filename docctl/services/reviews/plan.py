"""How often a document is reviewed, and when next (D-5)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.permissions import authorise
from docctl.domain.reviews import ReviewPlan, may_plan, next_review
from docctl.domain.verdicts import require
from docctl.models.documents import Document, Revision
from docctl.services.caller import Caller
from docctl.services.documents.load import lock_document, unchanged
from docctl.services.registry import use_case
from docctl.services.reviews.load import next_periodic, owned_by, put_periodic
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class PlanReview:
    """How often a document is to be reviewed; a plan without months ends its periodic reviews."""

    document_id: UUID
    row_version: int | None
    plan: ReviewPlan


@use_case("review.plan")
def plan_review(session: Session, cmd: PlanReview, by: Caller) -> UUID:
    """Plan the periodic reviews of a document, or end them (D-5)."""
    loaded = lock_document(session, cmd.document_id)
    document = loaded.document
    authorise(by.actor, "review.plan", owned_by(session, loaded, by))
    unchanged(document, cmd.row_version)
    require(may_plan(cmd.plan, today=by.today))
    _plan(session, document, cmd.plan, by)
    return document.id


def _plan(session: Session, document: Document, plan: ReviewPlan, by: Caller) -> None:
    standing = next_periodic(session, document.id)
    before = {"months": document.review_months, "next": standing.due_on if standing else None}
    document.review_months = plan.months
    if plan.next_on is not None:
        put_periodic(session, document, plan.next_on, by)
    elif standing is not None:
        session.delete(standing)
    record(
        session,
        by,
        "review.planned",
        Subject("document", document.id),
        facts={"number": document.number, "months": plan.months, "next": plan.next_on},
        detail={"before": before},
    )


def after_issue(session: Session, document: Document, revision: Revision, by: Caller) -> None:
    """Count the time to the next periodic review from the day a new revision takes effect (D-5)."""
    if document.review_months is not None and revision.effective_from is not None:
        starts = revision.effective_from.astimezone(by.zone).date()
        day = next_review(document.review_months, after=starts)
        _plan(session, document, ReviewPlan(document.review_months, day), by)
