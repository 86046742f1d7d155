"""What the database itself forbids with reviews (D-5)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from docctl.domain.reviews import ReviewCause, ReviewOutcome, ReviewPlan
from docctl.models.reviews import DocumentReview
from docctl.services.reviews.ask import OpenReviews, open_reviews
from docctl.services.reviews.decide import DecideReview, decide_review
from docctl.services.reviews.plan import PlanReview, plan_review
from tests.services.test_guards import guard_of, statement
from tests.world import World


def test_d_5_guards_of_reviews(world: World) -> None:
    document = world.document_of(world.issued(world.draft()))
    today, by = world.house.today(), world.by("chen")
    plan_review(PlanReview(document.id, None, ReviewPlan(12, today + timedelta(9))), by=by, house=world.house)
    event = OpenReviews((document.id,), ReviewCause.LAW, "新法规", today)
    open_reviews(event, by=world.by("chen"), house=world.house)
    with world.house.uow.read() as session:
        ids = {one.cause: one.id for one in session.scalars(select(DocumentReview))}
    periodic, law = ids[ReviewCause.PERIODIC], ids[ReviewCause.LAW]
    later = "UPDATE document_review SET due_on = '2030-01-01' WHERE id = :id"
    asked = "UPDATE document_review SET reason = 'x' WHERE id = :id"
    gone = "DELETE FROM document_review WHERE id = :id"
    assert guard_of(lambda: statement(world, later, id=law.hex)) == "d_5_review_due"
    statement(world, later, id=periodic.hex)
    assert guard_of(lambda: statement(world, asked, id=law.hex)) == "d_5_review_asked"
    assert guard_of(lambda: statement(world, gone, id=law.hex)) == "d_5_review_delete"
    for one in (law, periodic):
        cmd = DecideReview(one, None, ReviewOutcome.CONFIRM, "仍适用")
        decide_review(cmd, by=world.by("ouyang"), house=world.house)
        said = "UPDATE document_review SET note = 'x' WHERE id = :id"
        assert guard_of(lambda one=one, sql=said: statement(world, sql, id=one.hex)) == "d_5_review_decided"  # type: ignore[misc]
        assert guard_of(lambda one=one: statement(world, gone, id=one.hex)) == "d_5_review_delete"  # type: ignore[misc]
    assert guard_of(lambda: statement(world, later, id=periodic.hex)) == "d_5_review_due"
