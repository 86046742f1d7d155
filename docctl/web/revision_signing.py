"""Pages that sign a revision: submit, check, review, approve, with the content in sight (A-2, A-3, A-9)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, request

from docctl.domain.form_check import MOST_POINTS, Answer
from docctl.domain.returning import items_in
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.queries.document_page import DocumentPage
from docctl.queries.planned_copies import PlannedCopy, copies_planned
from docctl.queries.routes import PlannedStep, steps_to_sign
from docctl.services.content.open import open_content
from docctl.services.content.seen import content_seen
from docctl.services.revisions.sign import (
    CheckForm,
    ReturnRevision,
    SignRevision,
    approve_revision,
    form_check_revision,
    return_revision,
    review_revision,
)
from docctl.services.revisions.submit import SubmitRevision, submit_revision
from docctl.web.context import actor, caller, house, requires
from docctl.web.fields import read_text
from docctl.web.forms import SIGNED, form
from docctl.web.revisions import document_at, done_at

bp = Blueprint("revision_signing", __name__, url_prefix="/documents/revisions")


@dataclass(frozen=True, slots=True)
class SigningPage:
    """The document that is signed, the hash of exactly this content, and who can sign next."""

    document: DocumentPage
    sha256: str
    steps: Sequence[PlannedStep] = ()
    copies: Sequence[PlannedCopy] = ()


def _read(revision_id: UUID) -> DocumentPage:
    """Return the document for a page that shows its content: the read is in the trail before (X-2)."""
    document = document_at(revision_id)
    if document.main is not None:
        open_content(revision_id, by=caller(), house=house())
    return document


def _submit_page(revision_id: UUID) -> SigningPage:
    document = _read(revision_id)
    sha256 = _sha256(revision_id, "revision.submit")
    now, zone, author = house().clock(), house().zone, actor().person_id
    with house().uow.read() as session:
        steps = steps_to_sign(session, revision_id, now, zone, author=author)
        copies = copies_planned(session, revision_id, now, zone, author=author)
        return SigningPage(document, sha256, steps, copies)


def _sign_page(permission: str) -> Callable[[UUID], SigningPage]:
    def page(revision_id: UUID) -> SigningPage:
        return SigningPage(_read(revision_id), _sha256(revision_id, permission))

    return page


def _sha256(revision_id: UUID, permission: str) -> str:
    """Return what would be signed, "" where the person cannot sign: the form then says why."""
    try:
        seen = content_seen(revision_id, by=caller(), house=house(), permission=permission)
    except RuleRefused:
        return ""
    return seen.manifest_sha256


@dataclass(frozen=True, slots=True)
class SubmitForm:
    """To whom a draft goes, and the signature as its author."""

    reviewer_id: UUID | None = None
    more_reviewers: tuple[str, ...] = ()
    approver_id: UUID | None = None
    seen_sha256: str = ""
    row_version: int = 0
    password: str = ""
    request_id: str = ""


def _as_person(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise RuleRefused(Refused("form", "no_choice")) from error


@bp.route("/<uuid:revision_id>/submit", methods=["GET", "POST"])
@requires("revision.submit")
@form(
    "revisions/submit.html",
    SubmitForm,
    page=_submit_page,
    beside={**SIGNED, "A-2.same_person": "approver_id", "A-2.own_work": "reviewer_id"},
)
def submit(typed: SubmitForm, revision_id: UUID) -> Response:
    """Hand a draft to those who sign it by its route, signed as prepared (A-1, A-3)."""
    submit_revision(
        SubmitRevision(
            revision_id=revision_id,
            row_version=typed.row_version,
            reviewer_id=typed.reviewer_id,
            more_reviewers=tuple(map(_as_person, typed.more_reviewers)),
            approver_id=typed.approver_id,
            seen_sha256=typed.seen_sha256,
        ),
        by=caller(typed.request_id, typed.password),
        house=house(),
    )
    return done_at(revision_id, "submitted")


@dataclass(frozen=True, slots=True)
class SignForm:
    """A signature on exactly the content shown."""

    seen_sha256: str = ""
    comment: str = ""
    row_version: int = 0
    password: str = ""
    request_id: str = ""
    #: Whose step it is, where it is signed for another (A-8), and why it is signed late (A-13).
    for_id: UUID | None = None
    late_reason: str = ""

    def command(self, revision_id: UUID) -> SignRevision:
        """Return what signs the open step of a revision."""
        return SignRevision(
            revision_id, self.row_version, self.seen_sha256, self.comment, self.for_id, self.late_reason
        )


_LATE = {**SIGNED, "A-13": "late_reason"}


@dataclass(frozen=True, slots=True)
class FormCheckForm:
    """A formal check: signed, or with `outcome` return sent back; its points are read by their places."""

    seen_sha256: str = ""
    comment: str = ""
    to_mend: str = ""
    outcome: str = ""
    points: int = 0
    row_version: int = 0
    password: str = ""
    request_id: str = ""
    for_id: UUID | None = None
    late_reason: str = ""


@bp.route("/<uuid:revision_id>/form_check", methods=["GET", "POST"])
@requires("revision.form_check")
@form(
    "revisions/form_check.html",
    FormCheckForm,
    page=_sign_page("revision.form_check"),
    beside={
        **_LATE,
        "A-9.too_many_items": "to_mend",
        "A-9.item_too_long": "to_mend",
        "A-9.list_with_a_pass": "to_mend",
    },
)
def form_check(typed: FormCheckForm, revision_id: UUID) -> Response:
    """Sign that all points are in order, or return the revision with what is missing (形式审查, A-9)."""
    answers = _answers(typed.points)
    version, comment, late = typed.row_version, typed.comment, typed.late_reason
    if typed.outcome == "return":
        back = ReturnRevision(
            revision_id, version, comment, typed.for_id, late, items_in(typed.to_mend), answers
        )
        return_revision(back, by=caller(typed.request_id), house=house())
        return done_at(revision_id, "returned")
    if items_in(typed.to_mend):
        raise RuleRefused(Refused("A-9", "list_with_a_pass"))  # what was typed would be lost
    cmd = CheckForm(revision_id, version, typed.seen_sha256, comment, typed.for_id, late, answers)
    form_check_revision(cmd, by=caller(typed.request_id, typed.password), house=house())
    return done_at(revision_id, "form_checked")


def _answers(count: int) -> tuple[Answer, ...]:
    said = {"in_order": True, "missing": False}
    return tuple(
        Answer(
            said.get(request.form.get(f"point_{at}", "")),
            " ".join(read_text("remark", request.form.get(f"remark_{at}", "")).split()),
        )
        for at in range(1, min(count, MOST_POINTS) + 1)
    )


@bp.route("/<uuid:revision_id>/review", methods=["GET", "POST"])
@requires("revision.review")
@form("revisions/review.html", SignForm, page=_sign_page("revision.review"), beside=_LATE)
def review(typed: SignForm, revision_id: UUID) -> Response:
    """Sign as reviewed (A-2, A-3)."""
    review_revision(
        typed.command(revision_id),
        by=caller(typed.request_id, typed.password),
        house=house(),
    )
    return done_at(revision_id, "reviewed")


@bp.route("/<uuid:revision_id>/approve", methods=["GET", "POST"])
@requires("revision.approve")
@form("revisions/approve.html", SignForm, page=_sign_page("revision.approve"), beside=_LATE)
def approve(typed: SignForm, revision_id: UUID) -> Response:
    """Sign as approved (A-2, A-3)."""
    approve_revision(
        typed.command(revision_id),
        by=caller(typed.request_id, typed.password),
        house=house(),
    )
    return done_at(revision_id, "approved")
