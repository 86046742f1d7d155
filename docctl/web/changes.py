"""Pages of temporary changes: written beside a revision, signed, revoked (V-14)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Blueprint, Response

from docctl.domain.temporary_changes import Wording
from docctl.queries.change_page import ChangePage, change_page
from docctl.queries.document_page import DocumentPage
from docctl.services.changes.sign import (
    ApproveChange,
    ReturnChange,
    SubmitChange,
    approve_change,
    return_change,
    submit_change,
)
from docctl.services.changes.write import (
    EditChange,
    EndChange,
    WriteChange,
    discard_change,
    edit_change,
    revoke_change,
    write_change,
)
from docctl.web.context import actor, caller, flash_done, house, render, requires, see_other
from docctl.web.forms import SIGNED, form
from docctl.web.revision_signing import SignForm
from docctl.web.revisions import ReasonForm, document_at

bp = Blueprint("changes", __name__, url_prefix="/documents")

_PATH = "/documents/changes"


@dataclass(frozen=True, slots=True)
class WordingForm:
    """Where, what instead, why, on what basis, from which to which day."""

    place: str
    text: str
    reason: str
    first_day: date
    last_day: date
    basis: str = ""
    row_version: int = 0
    request_id: str = ""

    def wording(self) -> Wording:
        """Return what the change is to say."""
        return Wording(self.place, self.text, self.reason, self.basis, self.first_day, self.last_day)


_BESIDE = {
    **{
        f"V-14.{name}_{fault}": name
        for name in ("place", "text", "reason", "basis")
        for fault in ("needed", "too_long")
    },
    "V-14.starts_in_the_past": "first_day",
    "V-14.too_far": "first_day",
    "V-14.ends_before_start": "last_day",
    "V-14.over": "last_day",
    "V-14.too_long": "last_day",
}


@dataclass(frozen=True, slots=True)
class NewPage:
    """The revision that is changed for a time."""

    document: DocumentPage
    today: date


def _new_page(revision_id: UUID) -> NewPage:
    return NewPage(document_at(revision_id), house().today())


@bp.route("/revisions/<uuid:revision_id>/change", methods=["GET", "POST"])
@requires("change.write")
@form("changes/new.html", WordingForm, page=_new_page, beside=_BESIDE)
def new(typed: WordingForm, revision_id: UUID) -> Response:
    """Write a temporary change of a revision in force (V-14)."""
    cmd = WriteChange(revision_id, typed.wording())
    return _done(write_change(cmd, by=caller(typed.request_id), house=house()), "written")


def _page(change_id: UUID) -> ChangePage:
    with house().uow.read() as session:
        return change_page(session, actor(), change_id, at=house().clock(), zone=house().zone)


def _done(change_id: UUID, key: str) -> Response:
    flash_done(f"changes.done.{key}")
    return see_other(f"{_PATH}/{change_id}")


@bp.get("/changes/<uuid:change_id>")
@requires("change.list")
def page(change_id: UUID) -> str:
    """Show a temporary change with its signatures and what can be done with it (V-14)."""
    return render("changes/change.html", page=_page(change_id))


@bp.route("/changes/<uuid:change_id>/edit", methods=["GET", "POST"])
@requires("change.edit")
@form("changes/edit.html", WordingForm, page=_page, beside=_BESIDE)
def edit(typed: WordingForm, change_id: UUID) -> Response:
    """Word a draft anew (V-14)."""
    cmd = EditChange(change_id, typed.row_version, typed.wording())
    return _done(edit_change(cmd, by=caller(typed.request_id), house=house()), "edited")


@dataclass(frozen=True, slots=True)
class SubmitForm:
    """Who approves, and the signature of who prepared it."""

    approver_id: UUID | None = None
    seen_sha256: str = ""
    row_version: int = 0
    password: str = ""
    request_id: str = ""


@bp.route("/changes/<uuid:change_id>/submit", methods=["GET", "POST"])
@requires("change.submit")
@form(
    "changes/submit.html",
    SubmitForm,
    page=_page,
    beside={
        **SIGNED,
        "V-14.approver_needed": "approver_id",
        "A-1.not_a_holder": "approver_id",
        "A-2.own_work": "approver_id",
    },
)
def submit(typed: SubmitForm, change_id: UUID) -> Response:
    """Sign a draft as prepared and ask for its approval (A-3, V-14)."""
    cmd = SubmitChange(change_id, typed.row_version, typed.approver_id, typed.seen_sha256)
    return _done(submit_change(cmd, by=caller(typed.request_id, typed.password), house=house()), "submitted")


@bp.route("/changes/<uuid:change_id>/approve", methods=["GET", "POST"])
@requires("change.approve")
@form("changes/approve.html", SignForm, page=_page, beside=SIGNED)
def approve(typed: SignForm, change_id: UUID) -> Response:
    """Sign as approved: it holds from its first day (A-2, A-3, V-14)."""
    cmd = ApproveChange(change_id, typed.row_version, typed.seen_sha256, typed.comment)
    return _done(approve_change(cmd, by=caller(typed.request_id, typed.password), house=house()), "approved")


_REASON = {"V-14.reason_needed": "reason", "V-14.reason_too_long": "reason"}


@bp.route("/changes/<uuid:change_id>/return", methods=["GET", "POST"])
@requires("change.return")
@form("changes/return.html", ReasonForm, page=_page, beside=_REASON)
def give_back(typed: ReasonForm, change_id: UUID) -> Response:
    """Return a change to its author (A-9)."""
    cmd = ReturnChange(change_id, typed.row_version, typed.reason)
    return _done(return_change(cmd, by=caller(typed.request_id), house=house()), "returned")


@bp.route("/changes/<uuid:change_id>/revoke", methods=["GET", "POST"])
@requires("change.revoke")
@form("changes/revoke.html", ReasonForm, page=_page, beside=_REASON)
def revoke(typed: ReasonForm, change_id: UUID) -> Response:
    """End a change before its last day (V-14)."""
    cmd = EndChange(change_id, typed.row_version, typed.reason)
    return _done(revoke_change(cmd, by=caller(typed.request_id), house=house()), "revoked")


@bp.route("/changes/<uuid:change_id>/discard", methods=["GET", "POST"])
@requires("change.discard")
@form("changes/discard.html", ReasonForm, page=_page, beside=_REASON)
def discard(typed: ReasonForm, change_id: UUID) -> Response:
    """Discard a draft (V-14)."""
    cmd = EndChange(change_id, typed.row_version, typed.reason)
    return _done(discard_change(cmd, by=caller(typed.request_id), house=house()), "discarded")
