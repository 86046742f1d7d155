"""Restores of an older state: what was lost, and accepting it (T-2, A-3)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response

from docctl.domain.verdicts import NotFound
from docctl.queries.epochs import EpochPage, epoch_pages
from docctl.services.epochs.accept import AcceptEpoch, accept_epoch
from docctl.web.context import actor, caller, flash_done, house, render, requires, see_other
from docctl.web.forms import SIGNED, form

bp = Blueprint("epochs", __name__, url_prefix="/trail/epochs")


def _pages() -> list[EpochPage]:
    with house().uow.read() as session:
        return epoch_pages(session, actor())


@bp.get("")
@requires("epoch.view")
def register() -> str:
    """List every restore, what it lost and who accepted it (T-2)."""
    return render("trail/epochs.html", epochs=_pages(), zone=house().zone)


@dataclass(frozen=True, slots=True)
class AcceptForm:
    """A signature under what was lost."""

    seen_sha256: str = ""
    password: str = ""
    request_id: str = ""


def _page(number: int) -> EpochPage:
    for one in _pages():
        if one.number == number:
            return one
    raise NotFound("epoch")


@bp.route("/<int:number>/accept", methods=["GET", "POST"])
@requires("epoch.accept")
@form("trail/epoch_accept.html", AcceptForm, page=_page, beside=SIGNED)
def accept(typed: AcceptForm, number: int) -> Response:
    """Accept a restored state; with the second person everybody may write again (T-2, A-3)."""
    people = accept_epoch(
        AcceptEpoch(number, typed.seen_sha256),
        by=caller(typed.request_id, typed.password),
        house=house(),
    )
    flash_done("trail.epochs.accepted" if people > 1 else "trail.epochs.accepted_first")
    return see_other("/trail/epochs")
