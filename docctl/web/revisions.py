"""Pages of one revision: draft, return, issue, suspend, withdraw, each over one use case (V-2, V-6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Blueprint, Response

from docctl.domain.returning import items_in
from docctl.domain.verdicts import NotFound
from docctl.queries.document_page import DocumentPage, document_page
from docctl.queries.impact import Impact
from docctl.queries.revision_instead import in_force_instead
from docctl.services.revisions.issue import IssueRevision, issue_revision
from docctl.services.revisions.revise import (
    DiscardRevision,
    discard_revision,
)
from docctl.services.revisions.sign import ReturnRevision, return_revision
from docctl.services.revisions.suspend import (
    ResumeRevision,
    SuspendRevision,
    resume_revision,
    suspend_revision,
)
from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision
from docctl.web.context import actor, caller, flash_done, house, requires, see_other
from docctl.web.document_pages import page_of
from docctl.web.flashes import flash
from docctl.web.forms import form
from docctl.web.impact import impact_of

bp = Blueprint("revisions", __name__, url_prefix="/documents/revisions")


@dataclass(frozen=True, slots=True)
class ActPage:
    """The document that a form is about; with what hangs on it where the form ends a revision (D-6)."""

    document: DocumentPage
    today: date
    touches: Impact | None = None


def document_at(revision_id: UUID) -> DocumentPage:
    """Return the document, on this revision."""
    with house().uow.read() as session:
        return document_page(session, actor(), at=house().clock(), zone=house().zone, revision_id=revision_id)


def _act_page(revision_id: UUID) -> ActPage:
    return ActPage(document_at(revision_id), house().today())


def _change_page(revision_id: UUID) -> ActPage:
    document = document_at(revision_id)
    return ActPage(document, house().today(), impact_of(document.document_id))


def done_at(revision_id: UUID, key: str) -> Response:
    """Lead back to the revision, and say there what was done."""
    flash_done(f"documents.done.{key}")
    return see_other(f"/documents/revisions/{revision_id}")


@bp.get("/<uuid:revision_id>")
@requires("document.view")
def page(revision_id: UUID) -> Response:
    """Show a document on one of its revisions; from an obsolete one lead readers on (V-4, X-3)."""
    try:
        return page_of(revision_id=revision_id)
    except NotFound:
        with house().uow.read() as session:
            instead = in_force_instead(session, actor(), revision_id, at=house().clock())
        if instead is None:
            raise
    flash("info", "documents.page.obsolete_link", {})
    return see_other(f"/documents/revisions/{instead}")


@dataclass(frozen=True, slots=True)
class ReasonForm:
    """A reason, for what cannot be taken back."""

    reason: str
    row_version: int = 0
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class ReturnForm:
    """Why a revision goes back, what is missing, and whose step ends where it is another's (A-8, A-9)."""

    reason: str = ""
    to_mend: str = ""
    row_version: int = 0
    request_id: str = ""
    for_id: UUID | None = None
    #: Why its step is closed after its time (A-13).
    late_reason: str = ""


_RETURNING = {
    "V-6.reason_needed": "reason",
    "A-9.too_many_items": "to_mend",
    "A-9.item_too_long": "to_mend",
    "A-13": "late_reason",
}


@bp.route("/<uuid:revision_id>/return", methods=["GET", "POST"])
@requires("revision.return")
@form("revisions/return.html", ReturnForm, page=_act_page, beside=_RETURNING)
def give_back(typed: ReturnForm, revision_id: UUID) -> Response:
    """Return a revision to its author, with the reason or the list of what is missing (A-9, V-6)."""
    items = items_in(typed.to_mend)
    return_revision(
        ReturnRevision(revision_id, typed.row_version, typed.reason, typed.for_id, typed.late_reason, items),
        by=caller(typed.request_id),
        house=house(),
    )
    return done_at(revision_id, "returned")


_SUSPENDING = {"V-6.reason_needed": "reason", "V-6.reason_too_long": "reason"}


@bp.route("/<uuid:revision_id>/suspend", methods=["GET", "POST"])
@requires("revision.suspend")
@form("revisions/suspend.html", ReasonForm, page=_act_page, beside=_SUSPENDING)
def suspend(typed: ReasonForm, revision_id: UUID) -> Response:
    """Suspend a revision in force (V-6)."""
    suspend_revision(
        SuspendRevision(revision_id, typed.row_version, typed.reason),
        by=caller(typed.request_id),
        house=house(),
    )
    return done_at(revision_id, "suspended")


@bp.route("/<uuid:revision_id>/resume", methods=["GET", "POST"])
@requires("revision.resume")
@form("revisions/resume.html", ReasonForm, page=_act_page, beside=_SUSPENDING)
def resume(typed: ReasonForm, revision_id: UUID) -> Response:
    """Let a suspended revision be used again (V-6)."""
    resume_revision(
        ResumeRevision(revision_id, typed.row_version, typed.reason),
        by=caller(typed.request_id),
        house=house(),
    )
    return done_at(revision_id, "resumed")


@bp.route("/<uuid:revision_id>/withdraw", methods=["GET", "POST"])
@requires("revision.withdraw")
@form("revisions/withdraw.html", ReasonForm, page=_change_page, beside={"V-6.reason_needed": "reason"})
def withdraw(typed: ReasonForm, revision_id: UUID) -> Response:
    """Withdraw an issued revision (V-6)."""
    withdraw_revision(
        WithdrawRevision(revision_id, typed.row_version, typed.reason),
        by=caller(typed.request_id),
        house=house(),
    )
    return done_at(revision_id, "withdrawn")


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
    return done_at(revision_id, "discarded")


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
    page=_change_page,
    beside={"V-7": "effective_on", "V-8": "effective_on", "V-3": "effective_on"},
)
def issue(typed: IssueForm, revision_id: UUID) -> Response:
    """Issue a revision, for today or later (V-3, V-7)."""
    issue_revision(
        IssueRevision(revision_id, typed.row_version, typed.effective_on),
        by=caller(typed.request_id),
        house=house(),
    )
    return done_at(revision_id, "issued")
