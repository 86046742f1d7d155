"""Searches and views of registers that people keep: a name, and everything that was asked (S-3, D-7)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, request

from docctl.domain.verdicts import NotFound
from docctl.queries.saved_searches import Saved, saved_searches, saved_views
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
from docctl.web.saved_views import PAGES, address_of, shown
from docctl.web.search_words import saved_shown

bp = Blueprint("saved_searches", __name__, url_prefix="/search/saved")


@dataclass(frozen=True, slots=True)
class SavingPage:
    """The search to keep, as typed; `of` is the register that it is a view of, with the key of its name."""

    text: str
    address: str
    of: str = ""
    of_name: str = ""


@dataclass(frozen=True, slots=True)
class SaveForm:
    """A name for a search or a view."""

    name: str
    address: str
    of: str = ""
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
        saved, views = saved_searches(session, actor()), saved_views(session, actor())
        chosen = [one for each in saved for one in asked_in(each.address).choices]
        choices = search_choices(session, actor(), at=house().clock(), chosen=chosen)
    return render("search/saved_list.html", saved=saved_shown(saved, choices), views=shown(views))


def _page() -> SavingPage:
    """Return what the form shows; what to keep is in the address, or comes back with the form."""
    given = request.values
    if (of := given.get("of", "")) in PAGES:
        return SavingPage("", address_of(given.get("address", given.get("asks", ""))), of, PAGES[of])
    asked = asked_in(request.form["address"]) if "address" in request.form else asked_for(request.args)
    return SavingPage(asked.text, address_kept(asked))


@bp.route("/new", methods=["GET", "POST"])
@requires("search.save")
@form("search/save.html", SaveForm, page=_page, beside={"S-3.name_unfit": "name"})
def new(typed: SaveForm) -> Response:
    """Keep the search of the address, or a view of a register, under a name (S-3, D-7)."""
    of = typed.of if typed.of in PAGES else ""
    address = address_of(typed.address) if of else address_kept(asked_in(typed.address))
    save_search(SaveSearch(typed.name, address, of), by=caller(typed.request_id), house=house())
    flash_done("search.views.kept" if of else "search.done.saved", name=" ".join(typed.name.split()))
    return see_other(f"{of or '/search'}?{address}")


def _own(search_id: UUID) -> Saved:
    """Return one of one's own searches; raise NotFound for anybody else's (X-3)."""
    with house().uow.read() as session:
        for one in (*saved_searches(session, actor()), *saved_views(session, actor())):
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
