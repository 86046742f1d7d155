"""Pages of change requests: asked, decided by the owner, taken back (V-2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, request

from docctl.domain.change_requests import Asked, RequestAction, RequestKind
from docctl.queries.document_choices import document_types, units
from docctl.queries.document_page import DocumentPage
from docctl.queries.request_page import RequestPage, request_page
from docctl.services.files import Attached
from docctl.services.requests.ask import (
    AskForChange,
    SubmitRequest,
    TakeBackRequest,
    ask_for_change,
    submit_request,
    take_back_request,
)
from docctl.services.requests.decide import DecideRequest, SeeRequest, decide_request, see_request
from docctl.services.requests.read import open_request_file
from docctl.web.context import actor, caller, flash_done, house, lang, requires, see_other
from docctl.web.copies import as_it_came
from docctl.web.forms import SEVERAL, UploadField, form
from docctl.web.revisions import ReasonForm, document_at

bp = Blueprint("change_requests", __name__, url_prefix="/documents")

_PATH: Final = "/documents/change-requests"
_BESIDE: Final = {
    **{f"V-2.request_{name}_{fault}": name for name in ("title", "what") for fault in ("needed", "too_long")},
    "V-2.request_basis_too_long": "basis",
    "V-2.request_proposal_too_long": "proposal",
    "V-2.request_too_many_files": "files",
    "V-2.request_day_passed": "wanted_on",
    "V-2.request_day_too_far": "wanted_on",
    "V-2.reason_needed": "reason",
    "V-2.reason_too_long": "reason",
    "O-1.unit_closed": "unit_id",
    "O-7.owns_nothing": "unit_id",
    "upload": "files",
}


@dataclass(frozen=True, slots=True)
class AskForm:
    """What is asked for of a document."""

    what: str
    reason: str
    kind: RequestKind = RequestKind.CHANGE
    basis: str = ""
    proposal: str = ""
    wanted_on: date | None = None
    files: UploadField = field(default=(), metadata=SEVERAL)
    row_version: int = 0
    request_id: str = ""

    def asked(self, title: str = "") -> Asked:
        """Return what is asked for."""
        return Asked(self.what, self.reason, self.basis, self.proposal, self.wanted_on, title)

    def uploads(self) -> tuple[Attached, ...]:
        """Return what is attached."""
        return tuple(Attached(one) for one in self.files)


@dataclass(frozen=True, slots=True)
class AskPage:
    """The document that a change is asked of."""

    document: DocumentPage
    today: date


def _ask_page(revision_id: UUID) -> AskPage:
    return AskPage(document_at(revision_id), house().today())


@bp.route("/revisions/<uuid:revision_id>/ask", methods=["GET", "POST"])
@requires("request.ask")
@form("change_requests/ask.html", AskForm, page=_ask_page, beside=_BESIDE)
def ask(typed: AskForm, revision_id: UUID) -> Response:
    """Ask for a change of a document, or for its withdrawal (V-2)."""
    document_id = document_at(revision_id).document_id
    kind = RequestKind.WITHDRAWAL if typed.kind is RequestKind.WITHDRAWAL else RequestKind.CHANGE
    cmd = AskForChange(kind, typed.asked(), document_id, uploads=typed.uploads())
    return _done(ask_for_change(cmd, by=caller(typed.request_id), house=house()), "submitted")


@dataclass(frozen=True, slots=True)
class NewForm:
    """A document that is asked for: its title, who is to own it, what it is to say and why."""

    title: str
    unit_id: UUID
    what: str
    reason: str
    type_id: UUID | None = None
    basis: str = ""
    proposal: str = ""
    wanted_on: date | None = None
    files: UploadField = field(default=(), metadata=SEVERAL)
    request_id: str = ""


def _new_page() -> dict[str, Any]:
    with house().uow.read() as session:
        return {
            "types": document_types(session),
            "units": units(session),
            "own_unit": actor().unit_id,
            "english": lang() == "en",
            "today": house().today(),
        }


@bp.route("/change-requests/new", methods=["GET", "POST"])
@requires("request.ask")
@form("change_requests/new.html", NewForm, page=_new_page, beside=_BESIDE)
def new(typed: NewForm) -> Response:
    """Ask for a document that is not there yet (V-2)."""
    asked = Asked(typed.what, typed.reason, typed.basis, typed.proposal, typed.wanted_on, typed.title)
    cmd = AskForChange(
        RequestKind.NEW,
        asked,
        unit_id=typed.unit_id,
        type_id=typed.type_id,
        uploads=tuple(Attached(one) for one in typed.files),
    )
    return _done(ask_for_change(cmd, by=caller(typed.request_id), house=house()), "submitted")


def _page(item_id: UUID) -> RequestPage:
    with house().uow.read() as session:
        return request_page(session, actor(), item_id, at=house().clock(), zone=house().zone)


def _done(item_id: UUID, key: str) -> Response:
    flash_done(f"requests.done.{key}")
    return see_other(f"{_PATH}/{item_id}")


@dataclass(frozen=True, slots=True)
class DecideForm:
    """What the owner decides, and why."""

    action: RequestAction
    reason: str
    row_version: int = 0
    request_id: str = ""


@bp.route("/change-requests/<uuid:item_id>", methods=["GET", "POST"])
@requires("request.list")
@form(
    "change_requests/page.html",
    DecideForm,
    page=_page,
    beside={
        "V-2.reason_needed": "reason",
        "V-2.reason_too_long": "reason",
        "V-2.request_decision_needed": "action",
    },
)
def page(typed: DecideForm, item_id: UUID) -> Response:
    """Show a change request, and decide it: accept, return or decline (A-2, V-2)."""
    cmd = DecideRequest(item_id, typed.row_version, typed.action, typed.reason)
    decide_request(cmd, by=caller(typed.request_id), house=house())
    return _done(item_id, typed.action.value)


@dataclass(frozen=True, slots=True)
class AgainForm(AskForm):
    """Other words for a request that was returned."""

    title: str = ""


@bp.route("/change-requests/<uuid:item_id>/submit", methods=["GET", "POST"])
@requires("request.submit")
@form("change_requests/submit.html", AgainForm, page=_page, beside=_BESIDE)
def submit(typed: AgainForm, item_id: UUID) -> Response:
    """Submit a returned request again (A-9, V-2)."""
    cmd = SubmitRequest(item_id, typed.row_version, typed.asked(typed.title), typed.uploads())
    return _done(submit_request(cmd, by=caller(typed.request_id), house=house()), "submitted")


_REASON: Final = {"V-2.reason_needed": "reason", "V-2.reason_too_long": "reason"}


@bp.route("/change-requests/<uuid:item_id>/take-back", methods=["GET", "POST"])
@requires("request.take_back")
@form("change_requests/take_back.html", ReasonForm, page=_page, beside=_REASON)
def take_back(typed: ReasonForm, item_id: UUID) -> Response:
    """Take a request back (V-2)."""
    cmd = TakeBackRequest(item_id, typed.row_version, typed.reason)
    return _done(take_back_request(cmd, by=caller(typed.request_id), house=house()), "taken_back")


@bp.route("/change-requests/<uuid:item_id>/decline", methods=["GET", "POST"])
@requires("request.decide")
@form("change_requests/decline.html", ReasonForm, page=_page, beside=_REASON)
def decline(typed: ReasonForm, item_id: UUID) -> Response:
    """Decline after all what was accepted (V-2)."""
    cmd = DecideRequest(item_id, typed.row_version, RequestAction.DECLINE, typed.reason)
    return _done(decide_request(cmd, by=caller(typed.request_id), house=house()), "decline")


@bp.post("/change-requests/<uuid:item_id>/see")
@requires("request.see")
def see(item_id: UUID) -> Response:
    """Note what came of a request (A-4)."""
    see_request(SeeRequest(item_id), by=caller(request.form.get("request_id", "")), house=house())
    return _done(item_id, "see")


@bp.get("/change-requests/<uuid:item_id>/files/<uuid:file_id>")
@requires("request.read")
def file(item_id: UUID, file_id: UUID) -> Response:
    """Hand out a file of a request as it came; it is in the trail before its bytes go (X-2)."""
    found = open_request_file(item_id, file_id, by=caller(), house=house())
    return as_it_came(found)
