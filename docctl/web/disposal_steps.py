"""The steps of a disposal list as forms, from the proposal to the witness (R-6, A-3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request

from docctl.domain.verdicts import NotFound
from docctl.queries.disposal import DisposalPage
from docctl.queries.disposal_checks import CheckLine
from docctl.queries.disposal_items import ItemLine
from docctl.queries.retention import DueFilter, DueRow, due_list, due_records
from docctl.services.disposal.decide import (
    ApproveDisposal,
    CheckDisposal,
    RejectDisposal,
    TakeOut,
    approve_disposal,
    check_disposal,
    reject_disposal,
    take_out,
)
from docctl.services.disposal.execute import ExecuteDisposal, execute_disposal, witness_disposal
from docctl.services.disposal.propose import MOST, ProposeDisposal, propose_disposal
from docctl.web.context import actor, caller, flash_done, house, requires, see_other
from docctl.web.disposal import load
from docctl.web.forms import SIGNED, form
from docctl.web.registers import chosen
from docctl.web.retention import selected

bp = Blueprint("disposal_steps", __name__, url_prefix="/retention/lists")


def _to(list_id: UUID, key: str) -> Response:
    flash_done(f"disposal.done.{key}")
    return see_other(f"/retention/lists/{list_id}")


@dataclass(frozen=True, slots=True)
class ProposeForm:
    """A list of due records as chosen."""

    title: str
    ids: tuple[UUID, ...] = ()
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class ProposePage:
    """The records that may go onto the list; `most` of one list at a time."""

    rows: tuple[DueRow, ...]
    most: int


def _propose_page() -> ProposePage:
    """Return the selected records, or all due ones of a class or unit that nothing holds back."""
    ids = tuple(one for text in request.form.getlist("offered") if (one := chosen(text))) or selected()
    with house().uow.read() as session:
        if ids:
            return ProposePage(due_records(session, actor(), ids), MOST)
        wanted = DueFilter(
            house().today(), request.args.get("class", "")[:40], chosen(request.args.get("unit"))
        )
        found = due_list(session, actor(), wanted, page_size=MOST)
    rows = [one for one in found.rows if not (one.is_held or one.is_under_correction)]
    return ProposePage(tuple(one for one in rows if one.action != "transfer"), MOST)


@bp.route("/new", methods=["GET", "POST"])
@requires("disposal.propose")
@form(
    "disposal/new.html",
    ProposeForm,
    page=_propose_page,
    beside={"R-6.title_needed": "title", "R-6.title_too_long": "title", "R-6.empty_list": "ids"},
)
def new(typed: ProposeForm) -> Response:
    """Propose due records for destruction (R-6)."""
    list_id = propose_disposal(
        ProposeDisposal(typed.title, typed.ids), by=caller(typed.request_id), house=house()
    )
    return _to(list_id, "proposed")


@dataclass(frozen=True, slots=True)
class CheckForm:
    """A function's opinion, signed over the list as shown."""

    opinion: str
    comment: str = ""
    seen_sha256: str = ""
    password: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class CheckPage:
    """A list with the opinion that is asked."""

    list: DisposalPage
    check: CheckLine


def _check_page(list_id: UUID, unit_id: UUID) -> CheckPage:
    page = load(list_id)
    found = next((one for one in page.checks if one.unit_id == unit_id), None)
    if found is None:
        raise NotFound("check")
    return CheckPage(page, found)


@bp.route("/<uuid:list_id>/check/<uuid:unit_id>", methods=["GET", "POST"])
@requires("disposal.check")
@form(
    "disposal/check.html",
    CheckForm,
    page=_check_page,
    beside={**SIGNED, "R-6.opinion_needed": "opinion", "R-6.comment_needed": "comment"},
)
def check(typed: CheckForm, list_id: UUID, unit_id: UUID) -> Response:
    """Give a unit's opinion (鉴定意见) on the list as shown (R-6, A-3)."""
    check_disposal(
        CheckDisposal(list_id, unit_id, typed.opinion, typed.comment, typed.seen_sha256),
        by=caller(typed.request_id, typed.password),
        house=house(),
    )
    return _to(list_id, "checked")


@dataclass(frozen=True, slots=True)
class TakeOutForm:
    """Why a record leaves the list, and whether it is kept longer."""

    reason: str
    prolonged_until: date | None = None
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class TakeOutPage:
    """A list with the item that leaves it."""

    list: DisposalPage
    item: ItemLine
    today: date


def _take_out_page(list_id: UUID, record_id: UUID) -> TakeOutPage:
    page = load(list_id)
    found = next((one for one in page.items if one.record_id == record_id), None)
    if found is None:
        raise NotFound("item")
    return TakeOutPage(page, found, house().today())


@bp.route("/<uuid:list_id>/take-out/<uuid:record_id>", methods=["GET", "POST"])
@requires("disposal.take_out")
@form(
    "disposal/take_out.html",
    TakeOutForm,
    page=_take_out_page,
    beside={"R-6.reason_needed": "reason", "R-6.prolonged_too_short": "prolonged_until"},
)
def leave(typed: TakeOutForm, list_id: UUID, record_id: UUID) -> Response:
    """Take a record off the list, or keep it longer (R-6)."""
    take_out(
        TakeOut(list_id, record_id, typed.reason, typed.prolonged_until),
        by=caller(typed.request_id),
        house=house(),
    )
    return _to(list_id, "prolonged" if typed.prolonged_until else "taken_out")


@dataclass(frozen=True, slots=True)
class SignForm:
    """A signature over exactly the list shown."""

    seen_sha256: str = ""
    row_version: int = 0
    password: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class SignPage:
    """A list that is about to be signed, and as what."""

    list: DisposalPage
    step: str


def _sign_page(step: str) -> Callable[[UUID], SignPage]:
    return lambda list_id: SignPage(load(list_id), step)


@bp.route("/<uuid:list_id>/approve", methods=["GET", "POST"])
@requires("disposal.approve")
@form("disposal/sign.html", SignForm, page=_sign_page("approve"), beside=SIGNED)
def approve(typed: SignForm, list_id: UUID) -> Response:
    """Approve the destruction of exactly the list shown (R-6, A-3)."""
    approve_disposal(
        ApproveDisposal(list_id, typed.row_version, typed.seen_sha256),
        by=caller(typed.request_id, typed.password),
        house=house(),
    )
    return _to(list_id, "approved")


@bp.route("/<uuid:list_id>/execute", methods=["GET", "POST"])
@requires("disposal.execute")
@form("disposal/sign.html", SignForm, page=_sign_page("execute"), beside=SIGNED)
def execute(typed: SignForm, list_id: UUID) -> Response:
    """Order the destruction of the approved list (R-6, A-3)."""
    return _part(typed, list_id, execute_disposal, "ordered")


@bp.route("/<uuid:list_id>/witness", methods=["GET", "POST"])
@requires("disposal.witness")
@form("disposal/sign.html", SignForm, page=_sign_page("witness"), beside=SIGNED)
def witness(typed: SignForm, list_id: UUID) -> Response:
    """Witness the destruction (监销); with this it begins (R-6, A-3)."""
    return _part(typed, list_id, witness_disposal, "witnessed")


def _part(typed: SignForm, list_id: UUID, use_case: Any, key: str) -> Response:
    use_case(
        ExecuteDisposal(list_id, typed.row_version, typed.seen_sha256),
        by=caller(typed.request_id, typed.password),
        house=house(),
    )
    return _to(list_id, key)


@dataclass(frozen=True, slots=True)
class RejectForm:
    """Why a list is refused."""

    reason: str
    row_version: int = 0
    request_id: str = ""


@bp.route("/<uuid:list_id>/reject", methods=["GET", "POST"])
@requires("disposal.reject")
@form("disposal/reject.html", RejectForm, page=load, beside={"R-6.reason_needed": "reason"})
def reject(typed: RejectForm, list_id: UUID) -> Response:
    """Refuse a list; its records go back into keeping (R-6)."""
    reject_disposal(
        RejectDisposal(list_id, typed.row_version, typed.reason), by=caller(typed.request_id), house=house()
    )
    return _to(list_id, "rejected")
