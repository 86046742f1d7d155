"""Pages of reviews: asked for because of an event, decided, planned for a document (D-5, D-9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request

from docctl.domain.reviews import NAMED, ReviewCause, ReviewOutcome, ReviewPlan
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.queries.number_found import find_number
from docctl.queries.review_pages import (
    DocumentReviews,
    ReviewPage,
    document_reviews,
    review_page,
)
from docctl.services.reviews.ask import MOST, OpenReviews, open_reviews
from docctl.services.reviews.decide import DecideReview, decide_review
from docctl.services.reviews.plan import PlanReview, plan_review
from docctl.web.context import actor, caller, flash_done, house, requires, see_other
from docctl.web.forms import form
from docctl.web.registers import number

bp = Blueprint("reviews", __name__, url_prefix="/documents")

_PATH = "/documents/reviews"


@dataclass(frozen=True, slots=True)
class OpenForm:
    """An event, and the numbers of the documents it concerns, one a line."""

    numbers: str
    cause: ReviewCause
    reason: str
    due_on: date
    request_id: str = ""


def _open_page() -> Mapping[str, Any]:
    return {"causes": list(NAMED), "numbers": request.args.get("number", "")[:200], "most": MOST}


@bp.route("/reviews/new", methods=["GET", "POST"])
@requires("review.open")
@form(
    "reviews/new.html",
    OpenForm,
    page=_open_page,
    beside={
        "D-5.documents_needed": "numbers",
        "D-5.too_many": "numbers",
        "D-5.number_unknown": "numbers",
        "D-5.number_ambiguous": "numbers",
        "D-5.nothing_in_force": "numbers",
        "D-5.open_already": "numbers",
        "D-5.cause_unfit": "cause",
        "D-5.reason_needed": "reason",
        "D-5.reason_too_long": "reason",
        "D-5.day_passed": "due_on",
        "D-5.day_too_far": "due_on",
    },
)
def new(typed: OpenForm) -> Response:
    """Ask the owners of documents for a review because of an event (D-5)."""
    cmd = OpenReviews(_documents(typed.numbers), typed.cause, typed.reason, typed.due_on)
    count = open_reviews(cmd, by=caller(typed.request_id), house=house())
    flash_done("reviews.done.opened", count=count)
    return see_other(f"{_PATH}?state=open&cause={typed.cause.value}")


def _documents(text: str) -> tuple[UUID, ...]:
    """Return the documents whose numbers stand one a line; raise RuleRefused naming one that means none."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST:
        raise RuleRefused(Refused("D-5", "too_many", {"most": MOST}))
    found = []
    with house().uow.read() as session:
        for line in lines:
            try:
                named = find_number(session, actor(), line[:200], at=house().clock())
            except NotFound:
                named = ()
            fitting = [one.item_id for one in named if one.item_kind == "document"]
            if len(fitting) != 1:
                code = "number_ambiguous" if fitting else "number_unknown"
                raise RuleRefused(Refused("D-5", code, {"number": line[:200]}))
            found += fitting
    return tuple(found)


@dataclass(frozen=True, slots=True)
class DecideForm:
    """What a review found."""

    outcome: ReviewOutcome
    note: str
    row_version: int = 0
    request_id: str = ""


def _review(review_id: UUID) -> ReviewPage:
    with house().uow.read() as session:
        return review_page(session, actor(), review_id, at=house().clock(), zone=house().zone)


@bp.route("/reviews/<uuid:review_id>", methods=["GET", "POST"])
@requires("review.list")
@form(
    "reviews/review.html",
    DecideForm,
    page=_review,
    beside={"D-5.reason_needed": "note", "D-5.reason_too_long": "note"},
)
def review(typed: DecideForm, review_id: UUID) -> Response:
    """Show a review, and decide it: the document stays, is revised or withdrawn (D-5)."""
    cmd = DecideReview(review_id, typed.row_version, typed.outcome, typed.note)
    decide_review(cmd, by=caller(typed.request_id), house=house())
    flash_done(f"reviews.done.{typed.outcome.value}")
    return see_other(f"{_PATH}/{review_id}")


@dataclass(frozen=True, slots=True)
class PlanForm:
    """Every so many months, next on a day; both empty for never."""

    months: int | None = None
    next_on: date | None = None
    row_version: int = 0
    request_id: str = ""


def _of_document(document_id: UUID) -> DocumentReviews:
    with house().uow.read() as session:
        return document_reviews(
            session,
            actor(),
            document_id,
            at=house().clock(),
            zone=house().zone,
            page=number(request.args.get("page")),
        )


@bp.route("/<uuid:document_id>/reviews", methods=["GET", "POST"])
@requires("review.list")
@form(
    "reviews/document.html",
    PlanForm,
    page=_of_document,
    beside={
        "D-5.interval_unfit": "months",
        "D-5.day_needed": "next_on",
        "D-5.day_passed": "next_on",
        "D-5.day_too_far": "next_on",
    },
)
def of_document(typed: PlanForm, document_id: UUID) -> Response:
    """Show the reviews of a document, and plan them (D-5)."""
    plan = ReviewPlan(typed.months, typed.next_on)
    plan_review(PlanReview(document_id, typed.row_version, plan), by=caller(typed.request_id), house=house())
    flash_done("reviews.done.planned" if plan.months else "reviews.done.unplanned")
    return see_other(f"/documents/{document_id}/reviews")
