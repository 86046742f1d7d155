"""Searches that people keep for themselves: a name, and everything that was asked (S-3)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, request

from docctl.domain.verdicts import NotFound
from docctl.queries.saved_searches import Saved, saved_searches
from docctl.queries.search_address import address_kept, asked_for, asked_in
from docctl.queries.search_choices import search_choices
from docctl.services.searches.keep import (
    DropSearch,
    RenameSearch,
    SaveSearch,
    drop_search,
    rename_search,
    save_search,
)
from docctl.web.context import actor, caller, flash_done, house, render, requires, see_other
from docctl.web.forms import form
from docctl.web.search_words import saved_shown

bp = Blueprint("saved_searches", __name__, url_prefix="/search/saved")


@dataclass(frozen=True, slots=True)
class SavingPage:
    """The search to keep, as typed, and those that are kept."""

    text: str
    address: str
    saved: list[Saved]


@dataclass(frozen=True, slots=True)
class SaveForm:
    """A name for a search."""

    name: str
    address: str
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class RenameForm:
    """Another name for a search."""

    name: str
    request_id: str = ""


@bp.get("")
@requires("search.query")
def listed() -> str:
    """Show one's own searches (S-3)."""
    with house().uow.read() as session:
        saved = saved_searches(session, actor())
        choices = search_choices(session, actor(), at=house().clock())
    return render("search/saved_list.html", saved=saved_shown(saved, choices))


def _page() -> SavingPage:
    """Return what the form shows; the search is in the address, or comes back with the form."""
    asked = asked_in(request.form["address"]) if "address" in request.form else asked_for(request.args)
    with house().uow.read() as session:
        return SavingPage(asked.text, address_kept(asked), saved_searches(session, actor()))


@bp.route("/new", methods=["GET", "POST"])
@requires("search.save")
@form("search/save.html", SaveForm, page=_page, beside={"S-3.name_unfit": "name"})
def new(typed: SaveForm) -> Response:
    """Keep the search of the address under a name (S-3)."""
    address = address_kept(asked_in(typed.address))
    save_search(SaveSearch(typed.name, address), by=caller(typed.request_id), house=house())
    flash_done("search.done.saved", name=" ".join(typed.name.split()))
    return see_other(f"/search?{address}")


def _own(search_id: UUID) -> Saved:
    """Return one of one's own searches; raise NotFound for anybody else's (X-3)."""
    with house().uow.read() as session:
        for one in saved_searches(session, actor()):
            if one.id == search_id:
                return one
    raise NotFound("saved_search")


@bp.route("/<uuid:search_id>/rename", methods=["GET", "POST"])
@requires("search.save")
@form("search/rename.html", RenameForm, page=_own, beside={"S-3": "name"})
def rename(typed: RenameForm, search_id: UUID) -> Response:
    """Give one of one's own searches another name (S-3)."""
    rename_search(RenameSearch(search_id, typed.name), by=caller(typed.request_id), house=house())
    flash_done("search.done.renamed", name=" ".join(typed.name.split()))
    return see_other("/search/saved")


@bp.post("/<uuid:search_id>/drop")
@requires("search.save")
def drop(search_id: UUID) -> Response:
    """Let one of one's own searches go (S-3)."""
    drop_search(DropSearch(search_id), by=caller(), house=house())
    flash_done("search.done.dropped")
    return see_other("/search/saved")
