"""Pages of one revision: draft, sign, issue, withdraw, each a form over one use case (V-2, V-6, A-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from docctl.domain.roles import Role
from docctl.domain.verdicts import RuleRefused
from docctl.queries.document_choices import Choice, signers
from docctl.queries.document_page import DocumentPage, document_page
from docctl.services.content.open import open_content
from docctl.services.content.seen import content_seen
from docctl.services.files import Attached
from docctl.services.revisions.issue import IssueRevision, issue_revision
from docctl.services.revisions.revise import (
    DiscardRevision,
    EditRevision,
    ReviseDocument,
    discard_revision,
    edit_revision,
    revise_document,
)
from docctl.services.revisions.sign import (
    ReturnRevision,
    SignRevision,
    approve_revision,
    return_revision,
    review_revision,
)
from docctl.services.revisions.submit import SubmitRevision, submit_revision
from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision
from docctl.web.context import actor, caller, flash_done, house, requires, see_other
from docctl.web.document_pages import page_of
from docctl.web.forms import UploadField, form

bp = Blueprint("revisions", __name__, url_prefix="/documents/revisions")


@dataclass(frozen=True, slots=True)
class ActPage:
    """The document, and what a form about its revision offers; `sha256` is what would be signed."""

    document: DocumentPage
    today: date
    sha256: str = ""
    reviewers: tuple[Choice, ...] = ()
    approvers: tuple[Choice, ...] = ()


def _document(revision_id: UUID) -> DocumentPage:
    with house().uow.read() as session:
        return document_page(session, actor(), at=house().clock(), zone=house().zone, revision_id=revision_id)


def _read_document(revision_id: UUID) -> DocumentPage:
    """Return the document for a page that shows its content: the read is in the trail before (X-2)."""
    document = _document(revision_id)
    if document.main is not None:
        open_content(revision_id, by=caller(), house=house())
    return document


def _act_page(revision_id: UUID) -> ActPage:
    return ActPage(_document(revision_id), house().today())


def _submit_page(revision_id: UUID) -> ActPage:
    document = _read_document(revision_id)
    sha256 = _sha256(revision_id, "revision.submit")
    without = [actor().person_id]
    with house().uow.read() as session:
        return ActPage(
            document,
            house().today(),
            sha256,
            signers(session, Role.REVIEWER, without=without),
            signers(session, Role.APPROVER, without=without),
        )


def _sign_page(permission: str) -> Any:
    def page(revision_id: UUID) -> ActPage:
        return ActPage(_read_document(revision_id), house().today(), _sha256(revision_id, permission))

    return page


def _sha256(revision_id: UUID, permission: str) -> str:
    """Return what would be signed, "" where the person cannot sign: the form then says why."""
    try:
        seen = content_seen(revision_id, by=caller(), house=house(), permission=permission)
    except RuleRefused:
        return ""
    return seen.manifest_sha256


def _to(revision_id: UUID, key: str) -> Response:
    flash_done(f"documents.done.{key}")
    return see_other(f"/documents/revisions/{revision_id}")


@bp.get("/<uuid:revision_id>")
@requires("document.view")
def page(revision_id: UUID) -> Response:
    """Show a document on one of its revisions (V-4, X-3)."""
    return page_of(revision_id=revision_id)


@dataclass(frozen=True, slots=True)
class EditForm:
    """A draft's registration data; a new file replaces the one before."""

    title: str
    change_what: str = ""
    change_reason: str = ""
    change_basis: str = ""
    file: UploadField = ()
    row_version: int = 0
    request_id: str = ""


_WRITTEN = {"D-14": "title", "V-2.change_reason_needed": "change_reason", "upload": "file"}


@bp.route("/<uuid:revision_id>/edit", methods=["GET", "POST"])
@requires("revision.edit")
@form("revisions/edit.html", EditForm, page=_act_page, beside=_WRITTEN, for_document=True)
def edit(typed: EditForm, revision_id: UUID) -> Response:
    """Change a draft (V-2)."""
    edit_revision(
        EditRevision(
            revision_id=revision_id,
            row_version=typed.row_version,
            title=typed.title,
            change_what=typed.change_what,
            change_reason=typed.change_reason,
            change_basis=typed.change_basis,
            uploads=tuple(Attached(one) for one in typed.file[:1]),
        ),
        by=caller(typed.request_id),
        house=house(),
    )
    return _to(revision_id, "edited")


@dataclass(frozen=True, slots=True)
class ReviseForm:
    """A new revision: what changes, why, on what basis, and its file."""

    change_what: str
    change_reason: str
    file: UploadField
    title: str = ""
    change_basis: str = ""
    reissue: bool = False
    request_id: str = ""


@bp.route("/<uuid:revision_id>/revise", methods=["GET", "POST"])
@requires("document.revise")
@form("revisions/revise.html", ReviseForm, page=_act_page, beside=_WRITTEN, for_document=True)
def revise(typed: ReviseForm, revision_id: UUID) -> Response:
    """Start the next revision as a draft (V-1, V-2)."""
    started = revise_document(
        ReviseDocument(
            document_id=_document(revision_id).document_id,
            change_what=typed.change_what,
            change_reason=typed.change_reason,
            change_basis=typed.change_basis,
            uploads=tuple(Attached(one) for one in typed.file[:1]),
            title=typed.title,
            reissue=typed.reissue,
        ),
        by=caller(typed.request_id),
        house=house(),
    )
    return _to(started, "started")


@dataclass(frozen=True, slots=True)
class SubmitForm:
    """To whom a draft goes, and the signature as its author."""

    reviewer_id: UUID
    approver_id: UUID
    seen_sha256: str = ""
    row_version: int = 0
    password: str = ""
    request_id: str = ""


_SIGNED = {"A-3.wrong_password": "password"}


@bp.route("/<uuid:revision_id>/submit", methods=["GET", "POST"])
@requires("revision.submit")
@form(
    "revisions/submit.html",
    SubmitForm,
    page=_submit_page,
    beside={**_SIGNED, "A-2.same_person": "approver_id", "A-2.own_work": "reviewer_id"},
)
def submit(typed: SubmitForm, revision_id: UUID) -> Response:
    """Hand a draft to its reviewer and approver, signed as prepared (A-1, A-3)."""
    submit_revision(
        SubmitRevision(
            revision_id=revision_id,
            row_version=typed.row_version,
            reviewer_id=typed.reviewer_id,
            approver_id=typed.approver_id,
            seen_sha256=typed.seen_sha256,
        ),
        by=caller(typed.request_id, typed.password),
        house=house(),
    )
    return _to(revision_id, "submitted")


@dataclass(frozen=True, slots=True)
class SignForm:
    """A signature on exactly the content shown."""

    seen_sha256: str = ""
    comment: str = ""
    row_version: int = 0
    password: str = ""
    request_id: str = ""


@bp.route("/<uuid:revision_id>/review", methods=["GET", "POST"])
@requires("revision.review")
@form("revisions/review.html", SignForm, page=_sign_page("revision.review"), beside=_SIGNED)
def review(typed: SignForm, revision_id: UUID) -> Response:
    """Sign as reviewed (A-2, A-3)."""
    review_revision(
        SignRevision(revision_id, typed.row_version, typed.seen_sha256, typed.comment),
        by=caller(typed.request_id, typed.password),
        house=house(),
    )
    return _to(revision_id, "reviewed")


@bp.route("/<uuid:revision_id>/approve", methods=["GET", "POST"])
@requires("revision.approve")
@form("revisions/approve.html", SignForm, page=_sign_page("revision.approve"), beside=_SIGNED)
def approve(typed: SignForm, revision_id: UUID) -> Response:
    """Sign as approved (A-2, A-3)."""
    approve_revision(
        SignRevision(revision_id, typed.row_version, typed.seen_sha256, typed.comment),
        by=caller(typed.request_id, typed.password),
        house=house(),
    )
    return _to(revision_id, "approved")


@dataclass(frozen=True, slots=True)
class ReasonForm:
    """A reason, for what cannot be taken back."""

    reason: str
    row_version: int = 0
    request_id: str = ""


@bp.route("/<uuid:revision_id>/return", methods=["GET", "POST"])
@requires("revision.return")
@form("revisions/return.html", ReasonForm, page=_act_page, beside={"V-6.reason_needed": "reason"})
def give_back(typed: ReasonForm, revision_id: UUID) -> Response:
    """Return a revision to its author (V-6)."""
    return_revision(
        ReturnRevision(revision_id, typed.row_version, typed.reason),
        by=caller(typed.request_id),
        house=house(),
    )
    return _to(revision_id, "returned")


@bp.route("/<uuid:revision_id>/withdraw", methods=["GET", "POST"])
@requires("revision.withdraw")
@form("revisions/withdraw.html", ReasonForm, page=_act_page, beside={"V-6.reason_needed": "reason"})
def withdraw(typed: ReasonForm, revision_id: UUID) -> Response:
    """Withdraw an issued revision (V-6)."""
    withdraw_revision(
        WithdrawRevision(revision_id, typed.row_version, typed.reason),
        by=caller(typed.request_id),
        house=house(),
    )
    return _to(revision_id, "withdrawn")


@bp.route("/<uuid:revision_id>/discard", methods=["GET", "POST"])
@requires("revision.discard")
@form("revisions/discard.html", ReasonForm, page=_act_page, beside={"V-6.reason_needed": "reason"})
def discard(typed: ReasonForm, revision_id: UUID) -> Response:
    """Discard a draft (V-6)."""
    discard_revision(
        DiscardRevision(revision_id, typed.row_version, typed.reason),
        by=caller(typed.request_id),
        house=house(),
    )
    return _to(revision_id, "discarded")


@dataclass(frozen=True, slots=True)
class IssueForm:
    """The day on which a revision takes effect."""

    effective_on: date
    row_version: int = 0
    request_id: str = ""


@bp.route("/<uuid:revision_id>/issue", methods=["GET", "POST"])
@requires("revision.issue")
@form(
    "revisions/issue.html",
    IssueForm,
    page=_act_page,
    beside={"V-7": "effective_on", "V-3": "effective_on"},
)
def issue(typed: IssueForm, revision_id: UUID) -> Response:
    """Issue a revision, for today or later (V-3, V-7)."""
    issue_revision(
        IssueRevision(revision_id, typed.row_version, typed.effective_on),
        by=caller(typed.request_id),
        house=house(),
    )
    return _to(revision_id, "issued")
