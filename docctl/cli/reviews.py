"""`docctl reviews`: which documents are to be looked at, and what was found (D-5, D-9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from docctl.cli import names
from docctl.cli.answers import Answer
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import DAY, FILE_OUT
from docctl.domain.reviews import NAMED, ReviewCause, ReviewOutcome

if TYPE_CHECKING:
    from docctl.queries.reviews import ReviewRow

reviews = Noun("reviews")

_HEAD = ("number", "revision", "unit", "cause", "due", "state", "decided", "title")
_CAUSES = click.Choice([one.value for one in ReviewCause])


@reviews.command("list", permission="review.list")
@option("--as-of", type=DAY, default=None)
@option("--state", "review_state", default="")
@option("--cause", type=_CAUSES, default=None)
@option("--unit", default="")
@option("--text", default="")
@option("--xlsx", type=FILE_OUT, default=None)
@option("--docx", type=FILE_OUT, default=None)
def list_(
    desk: Desk,
    as_of: date | None,
    review_state: str,
    cause: str | None,
    unit: str,
    text: str,
    xlsx: Path | None,
    docx: Path | None,
) -> Answer:
    """List the reviews that one owns or is inside of, the earliest due first (D-5, X-3)."""
    from docctl.cli.registers import listed
    from docctl.queries.by_name import unit_named
    from docctl.queries.paging import every_row
    from docctl.queries.reviews import STATES, ReviewFilter, ReviewRegister, review_register

    states = [*STATES, "pending"]
    if review_state and review_state not in states:
        raise click.UsageError(f"--state {review_state!r}: {', '.join(states)}")
    with desk.read() as session:
        unit_id = unit_named(session, unit).id if unit else None
        wanted = ReviewFilter(text, unit_id, review_state, cause or "", as_of=as_of)
        at, zone = desk.house.clock(), desk.house.zone

        def ask(page: int, size: int) -> ReviewRegister:
            asked = replace(wanted, page=page)
            return review_register(session, desk.actor, asked, at=at, zone=zone, page_size=size)

        found = list(every_row(ask))
    rows = [_cells(desk, one) for one in found]
    data = {"as_of": as_of, "total": len(found), "reviews": [_data(one) for one in found]}
    return listed(desk, "reviews", _HEAD, rows, data, as_of=as_of, xlsx=xlsx, docx=docx)


def _cells(desk: Desk, one: ReviewRow) -> tuple[Any, ...]:
    t = desk.words.t
    pending = ".pending" if one.is_pending else ""
    return (
        one.number,
        one.label,
        one.unit,
        t(f"reviews.cause.{one.cause}"),
        one.due_on,
        t(f"reviews.state{pending}.{one.state}"),
        one.decided_on,
        one.title,
    )


def _data(one: ReviewRow) -> dict[str, Any]:
    return {
        "number": one.number,
        "revision": one.label,
        "unit": one.unit,
        "cause": one.cause,
        "source": one.source,
        "reason": one.reason,
        "due": one.due_on,
        "state": one.state,
        "pending": one.is_pending,
        "note": one.note,
        "decided": one.decided_on,
        "decided_by": one.decided_by,
    }


@reviews.command("plan", permission="review.plan", changes=True)
@click.argument("number")
@option("--months", type=click.IntRange(min=0), required=True)
@option("--next", "next_on", type=DAY, default=None)
def plan(desk: Desk, number: str, months: int, next_on: date | None) -> Answer:
    """Plan the periodic reviews of a document; 0 months ends them (D-5)."""
    from docctl.domain.reviews import UNPLANNED, ReviewPlan, next_review
    from docctl.services.reviews.plan import PlanReview, plan_review

    with desk.read() as session:
        found = names.item(desk, session, number, "document")
    day = next_on or (next_review(months, after=desk.house.today()) if months else None)
    wanted = ReviewPlan(months, day) if months else UNPLANNED
    plan_review(PlanReview(found.item_id, None, wanted), by=desk.caller(), house=desk.house)
    data = {"number": found.number, "months": wanted.months, "next": wanted.next_on}
    key = "review_planned" if months else "review_unplanned"
    return desk.done(key, data, number=found.number, months=months, day=day or "")


@reviews.command("open", permission="review.open", changes=True)
@click.argument("numbers", nargs=-1, required=True)
@option("--cause", type=click.Choice([one.value for one in NAMED]), required=True)
@option("--reason", required=True)
@option("--due", "due_on", type=DAY, required=True)
def open_(desk: Desk, numbers: tuple[str, ...], cause: str, reason: str, due_on: date) -> Answer:
    """Ask the owners of documents for a review because of an event (D-5)."""
    from docctl.services.reviews.ask import OpenReviews, open_reviews

    with desk.read() as session:
        found = names.items(desk, session, numbers, "document")
    ids = tuple(one.item_id for one in found)
    count = open_reviews(
        OpenReviews(ids, ReviewCause(cause), reason, due_on), by=desk.caller(), house=desk.house
    )
    data = {"cause": cause, "due": due_on, "documents": [one.number for one in found]}
    return desk.done("reviews_opened", data, n=count, day=due_on)


@reviews.command("decide", permission="review.decide", changes=True)
@click.argument("number")
@click.argument("outcome", type=click.Choice([one.value for one in ReviewOutcome]))
@option("--note", "finding", required=True)
@option("--cause", type=_CAUSES, default=None)
def decide(desk: Desk, number: str, outcome: str, finding: str, cause: str | None) -> Answer:
    """Decide the open review of a document that is due first (D-5)."""
    from docctl.domain.verdicts import NotFound
    from docctl.queries.reviews import ReviewFilter, review_register
    from docctl.services.reviews.decide import DecideReview, decide_review

    with desk.read() as session:
        found = names.item(desk, session, number, "document")
        wanted = ReviewFilter(document_id=found.item_id, cause=cause or "")
        rows = review_register(session, desk.actor, wanted, at=desk.house.clock(), zone=desk.house.zone).rows
    if not rows or rows[0].decided_on is not None:  # open ones come first
        raise NotFound("review")
    review = rows[0]
    cmd = DecideReview(review.review_id, review.row_version, ReviewOutcome(outcome), finding)
    decide_review(cmd, by=desk.caller(), house=desk.house)
    data = {"number": found.number, "cause": review.cause, "outcome": outcome}
    state = desk.words.t(f"reviews.state.{outcome}")
    return desk.done("review_decided", data, number=found.number, state=state)
