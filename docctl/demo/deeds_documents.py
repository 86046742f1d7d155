"""What keeps the sample company's documents up to date: reviews, temporary changes, answers, other names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import select

from docctl.demo.acts import Deed
from docctl.demo.papers import Papers
from docctl.domain.canonical import canonical, sha256
from docctl.domain.reviews import ReviewCause, ReviewOutcome, ReviewPlan
from docctl.domain.temporary_changes import Wording, change_content
from docctl.jobs.wait import settle
from docctl.models.changes import TemporaryChange
from docctl.models.documents import Document, Revision
from docctl.models.reviews import DocumentReview
from docctl.queries.draft_checks import draft_checks
from docctl.services.caller import Caller
from docctl.services.changes.sign import (
    ApproveChange,
    ReturnChange,
    SubmitChange,
    approve_change,
    return_change,
    submit_change,
)
from docctl.services.changes.write import EndChange, WriteChange, revoke_change, write_change
from docctl.services.documents.names import AddName, add_name
from docctl.services.reviews.ask import OpenReviews, open_reviews
from docctl.services.reviews.decide import DecideReview, decide_review
from docctl.services.reviews.plan import PlanReview, plan_review
from docctl.services.revisions.checks import AnswerChecks, answer_checks
from docctl.services.revisions.suspend import (
    ResumeRevision,
    SuspendRevision,
    resume_revision,
    suspend_revision,
)


def _plan(papers: Papers, by: Caller, deed: Deed) -> None:
    document_id = papers.documents[deed.document]
    with papers.house.uow.read() as session:
        version = session.get_one(Document, document_id).row_version
    plan = ReviewPlan(deed.more["months"], papers.day(deed.more["next"]))
    plan_review(PlanReview(document_id, version, plan), by=by, house=papers.house)


def _ask(papers: Papers, by: Caller, deed: Deed) -> None:
    more = deed.more
    of = tuple(papers.documents[one] for one in more.get("documents", [deed.document]))
    cmd = OpenReviews(of, ReviewCause(more["cause"]), more["reason"], papers.day(more["due"]))
    open_reviews(cmd, by=by, house=papers.house)


def _decide(papers: Papers, by: Caller, deed: Deed) -> None:
    with papers.house.uow.read() as session:
        review = session.scalars(
            select(DocumentReview).where(
                DocumentReview.document_id == papers.documents[deed.document],
                DocumentReview.cause == ReviewCause(deed.more.get("cause", "periodic")),
                DocumentReview.outcome.is_(None),
            )
        ).one()
    outcome = ReviewOutcome(deed.more["outcome"])
    cmd = DecideReview(review.id, review.row_version, outcome, deed.more["note"])
    decide_review(cmd, by=by, house=papers.house)


def _write_change(papers: Papers, by: Caller, deed: Deed) -> None:
    more = deed.more
    wording = Wording(
        more["place"],
        more["text"],
        more["reason"],
        more.get("basis", ""),
        papers.day(more["first"]),
        papers.day(more["last"]),
    )
    cmd = WriteChange(papers.revisions[deed.document, deed.revision], wording)
    write_change(cmd, by=by, house=papers.house)


def _submit_change(papers: Papers, by: Caller, deed: Deed) -> None:
    change, number, label = _change(papers, deed)
    seen = sha256(canonical(change_content(number, label, change.ordinal, change.wording())))
    approver = papers.cast.people[deed.more["approver"]]
    submit_change(SubmitChange(change.id, change.row_version, approver, seen), by=by, house=papers.house)


def _approve_change(papers: Papers, by: Caller, deed: Deed) -> None:
    change, *_ = _change(papers, deed)
    assert change.content_sha256 is not None
    cmd = ApproveChange(change.id, change.row_version, change.content_sha256)
    approve_change(cmd, by=by, house=papers.house)


def _return_change(papers: Papers, by: Caller, deed: Deed) -> None:
    change, *_ = _change(papers, deed)
    cmd = ReturnChange(change.id, change.row_version, deed.more["reason"])
    return_change(cmd, by=by, house=papers.house)


def _revoke_change(papers: Papers, by: Caller, deed: Deed) -> None:
    change, *_ = _change(papers, deed)
    cmd = EndChange(change.id, change.row_version, deed.more["reason"])
    revoke_change(cmd, by=by, house=papers.house)


def _change(papers: Papers, deed: Deed) -> tuple[TemporaryChange, str, str]:
    """Return the last change of a document, with the number and the label of what it changes."""
    with papers.house.uow.read() as session:
        document = session.get_one(Document, papers.documents[deed.document])
        query = select(TemporaryChange).where(TemporaryChange.document_id == document.id)
        change = session.scalars(query.order_by(TemporaryChange.ordinal.desc())).first()
        assert change is not None, deed.document
        revision = session.get_one(Revision, change.revision_id)
        return change, revision.number_of(document), revision.label


def _suspend(papers: Papers, by: Caller, deed: Deed) -> None:
    revision_id = papers.revisions[deed.document, deed.revision]
    with papers.house.uow.read() as session:
        version = session.get_one(Revision, revision_id).row_version
    if deed.do == "suspend":
        cmd = SuspendRevision(revision_id, version, deed.more["reason"])
        suspend_revision(cmd, by=by, house=papers.house)
    else:
        again = ResumeRevision(revision_id, version, deed.more["reason"])
        resume_revision(again, by=by, house=papers.house)


def _answer(papers: Papers, by: Caller, deed: Deed) -> None:
    settle(papers.house)  # the text is read by now, as it would be
    revision_id = papers.revisions[deed.document, deed.revision]
    with papers.house.uow.read() as session:
        revision = session.get_one(Revision, revision_id)
        document = session.get_one(Document, revision.document_id)
        found = draft_checks(session, by.actor, document, revision, at=by.at).findings
    names = tuple(one.name for one in found if one.check.value == deed.more["check"])
    answer_checks(AnswerChecks(revision_id, names, deed.more["reason"]), by=by, house=papers.house)


def _name(papers: Papers, by: Caller, deed: Deed) -> None:
    cmd = AddName(papers.documents[deed.document], deed.more["text"], deed.more["kind"])
    add_name(cmd, by=by, house=papers.house)


DOINGS: Final[Mapping[str, Callable[[Papers, Caller, Deed], None]]] = {
    "plan_review": _plan,
    "ask_review": _ask,
    "decide_review": _decide,
    "write_change": _write_change,
    "submit_change": _submit_change,
    "approve_change": _approve_change,
    "return_change": _return_change,
    "revoke_change": _revoke_change,
    "suspend": _suspend,
    "resume": _suspend,
    "answer": _answer,
    "name": _name,
}
