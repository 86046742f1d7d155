"""Pages of one controlled copy: received, called back, returned, destroyed, lost (D-1, D-2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Blueprint, Response

from docctl.queries.by_name import person_written
from docctl.queries.copy_page import CopyPage, copy_page
from docctl.services.distribution.copies import (
    CloseCopy,
    RecallCopy,
    ReceiveCopy,
    destroy_copy,
    lose_copy,
    recall_copy,
    receive_copy,
    return_copy,
)
from docctl.services.distribution.print import print_copy
from docctl.web.context import actor, caller, flash_done, house, is_demo, render, requires, see_other, words
from docctl.web.copies import handed_out
from docctl.web.forms import form

bp = Blueprint("controlled_copies", __name__, url_prefix="/documents/distribution/copies")


def _page(copy_id: UUID) -> CopyPage:
    with house().uow.read() as session:
        return copy_page(session, actor(), copy_id, at=house().clock(), zone=house().zone)


@bp.get("/<uuid:copy_id>")
@requires("copy.view")
def show(copy_id: UUID) -> str:
    """Show a copy: who holds it, and what became of it."""
    return render("distribution/copy.html", page=_page(copy_id))


@dataclass(frozen=True, slots=True)
class ActPage:
    """The copy that a form is about, and what is done with it."""

    copy: CopyPage
    act: str
    today: date


def _acting(act: str) -> Callable[[UUID], ActPage]:
    """Return how the form of an action gets its page."""
    return lambda copy_id: ActPage(_page(copy_id), act, house().today())


def _done(copy_id: UUID, key: str) -> Response:
    flash_done(f"copies.done.{key}")
    return see_other(f"/documents/distribution/copies/{copy_id}")


@dataclass(frozen=True, slots=True)
class ReceiveForm:
    """When the copy was received, and who signed for it on paper."""

    on: date
    receiver: str = ""
    row_version: int = 0
    request_id: str = ""


@bp.route("/<uuid:copy_id>/receive", methods=["GET", "POST"])
@requires("copy.receive")
@form("distribution/act.html", ReceiveForm, page=_acting("receive"), beside={"D-1": "on"})
def receive(typed: ReceiveForm, copy_id: UUID) -> Response:
    """Note a receipt (D-1)."""
    cmd = ReceiveCopy(copy_id, typed.row_version, typed.on, typed.receiver)
    receive_copy(cmd, by=caller(typed.request_id), house=house())
    return _done(copy_id, "receive")


@dataclass(frozen=True, slots=True)
class RecallForm:
    """Why a copy is called back."""

    reason: str = ""
    row_version: int = 0
    request_id: str = ""


@bp.post("/<uuid:copy_id>/print")
@requires("copy.print")
def print_(copy_id: UUID) -> Response:
    """Hand out the print of a copy, with its number, holder and mark; in the trail before (D-3, X-2)."""
    made = print_copy(copy_id, by=caller(), house=house(), words=words(), is_demo=is_demo())
    return handed_out(made)


_REASON = {"D-2.reason_needed": "reason", "D-2.reason_too_long": "reason"}


@bp.route("/<uuid:copy_id>/recall", methods=["GET", "POST"])
@requires("copy.recall")
@form("distribution/act.html", RecallForm, page=_acting("recall"), beside=_REASON)
def recall(typed: RecallForm, copy_id: UUID) -> Response:
    """Call one copy back (D-2)."""
    cmd = RecallCopy(copy_id, typed.row_version, typed.reason)
    recall_copy(cmd, by=caller(typed.request_id), house=house())
    return _done(copy_id, "recall")


@dataclass(frozen=True, slots=True)
class CloseForm:
    """When and why a copy left its holder; who watched where it was destroyed."""

    on: date
    reason: str = ""
    witness: str = ""
    row_version: int = 0
    request_id: str = ""


_CLOSING = {
    **_REASON,
    "D-1.day_unlikely": "on",
    "D-2.witness_needed": "witness",
    "D-2.witness_is_same": "witness",
    "O-1": "witness",
}


def _closing(typed: CloseForm, copy_id: UUID, witness: UUID | None = None) -> CloseCopy:
    return CloseCopy(copy_id, typed.row_version, typed.on, typed.reason, witness)


def _witness(written: str) -> UUID | None:
    """Return who watched; only where a copy is destroyed: who is named tells who is there (O-7, X-3)."""
    if not written:
        return None
    with house().uow.read() as session:
        return person_written(session, written)


@bp.route("/<uuid:copy_id>/return", methods=["GET", "POST"])
@requires("copy.return")
@form("distribution/act.html", CloseForm, page=_acting("return"), beside=_CLOSING)
def give_back(typed: CloseForm, copy_id: UUID) -> Response:
    """Note that a copy came back (D-2)."""
    return_copy(_closing(typed, copy_id), by=caller(typed.request_id), house=house())
    return _done(copy_id, "return")


@bp.route("/<uuid:copy_id>/destroy", methods=["GET", "POST"])
@requires("copy.destroy")
@form("distribution/act.html", CloseForm, page=_acting("destroy"), beside=_CLOSING)
def destroy(typed: CloseForm, copy_id: UUID) -> Response:
    """Note that a copy was destroyed, with the witness (D-2)."""
    destroy_copy(
        _closing(typed, copy_id, _witness(typed.witness)), by=caller(typed.request_id), house=house()
    )
    return _done(copy_id, "destroy")


@bp.route("/<uuid:copy_id>/lose", methods=["GET", "POST"])
@requires("copy.lose")
@form("distribution/act.html", CloseForm, page=_acting("lose"), beside=_CLOSING)
def lose(typed: CloseForm, copy_id: UUID) -> Response:
    """Note that a copy is lost (D-2)."""
    lose_copy(_closing(typed, copy_id), by=caller(typed.request_id), house=house())
    return _done(copy_id, "lose")
