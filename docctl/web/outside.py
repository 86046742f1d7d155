"""Pages of outside organisations: people, what is shared with them; what is granted to oneself (O-7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Blueprint, Response

from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.queries.number_found import find_number
from docctl.queries.partners import OutsidePage, outside, outside_page, own_page
from docctl.services.people.partners import (
    BindPartner,
    EndShare,
    ShareItem,
    UnbindPartner,
    bind_partner,
    end_share,
    share_item,
    unbind_partner,
)
from docctl.web.context import actor, caller, flash_done, house, render, requires, see_other
from docctl.web.forms import form, parse

bp = Blueprint("outside", __name__)


@bp.get("/people/outside")
@requires("outside.list")
def listed() -> str:
    """Show the outside organisations with what is open there (O-7)."""
    with house().uow.read() as session:
        rows = outside(session, at=house().clock())
    return render("people/outside.html", rows=rows)


def _page(unit_id: UUID) -> OutsidePage:
    with house().uow.read() as session:
        return outside_page(session, actor(), unit_id, at=house().clock())


@bp.get("/people/outside/<uuid:unit_id>")
@requires("outside.list")
def show(unit_id: UUID) -> str:
    """Show one outside organisation: people, what is shared, copies (O-7)."""
    return render("people/outside_unit.html", page=_page(unit_id), request_id="")


@bp.get("/mine")
@requires("outside.own")
def own() -> str:
    """Show somebody from outside what was granted to them (O-7, X-3)."""
    with house().uow.read() as session:
        page = own_page(session, actor(), at=house().clock())
    return render("people/outside_own.html", page=page)


@dataclass(frozen=True, slots=True)
class BindForm:
    """For what, and until which day."""

    purpose: str
    until_on: date
    request_id: str = ""


def _bind_page(unit_id: UUID, person_id: UUID) -> dict[str, object]:
    page = _page(unit_id)
    return {"about": page, "partner": page.partner(person_id), "today": house().today()}


_BESIDE = {"O-7.purpose_needed": "purpose", "O-7.day_over": "until_on", "O-7.too_long": "until_on"}


@bp.route("/people/outside/<uuid:unit_id>/people/<uuid:person_id>", methods=["GET", "POST"])
@requires("outside.bind")
@form("people/outside_bind.html", BindForm, page=_bind_page, beside=_BESIDE)
def bind(typed: BindForm, unit_id: UUID, person_id: UUID) -> Response:
    """Bind somebody from outside to a purpose until a day (O-7)."""
    _bind_page(unit_id, person_id)
    cmd = BindPartner(person_id, typed.purpose, typed.until_on)
    bind_partner(cmd, by=caller(typed.request_id), house=house())
    flash_done("outside.done.bound")
    return see_other(f"/people/outside/{unit_id}")


@dataclass(frozen=True, slots=True)
class PressForm:
    """A button alone."""

    request_id: str = ""


@bp.post("/people/outside/<uuid:unit_id>/people/<uuid:person_id>/end")
@requires("outside.bind")
def unbind(unit_id: UUID, person_id: UUID) -> Response:
    """End the rights of somebody from outside now (O-7)."""
    _bind_page(unit_id, person_id)
    by = caller(parse(PressForm).request_id)
    unbind_partner(UnbindPartner(person_id), by=by, house=house())
    flash_done("outside.done.unbound")
    return see_other(f"/people/outside/{unit_id}")


@dataclass(frozen=True, slots=True)
class ShareForm:
    """What is shared, by its number, for what and until which day."""

    number: str
    purpose: str
    until_on: date
    request_id: str = ""


def _share_page(unit_id: UUID) -> dict[str, object]:
    return {"about": _page(unit_id), "today": house().today()}


@bp.route("/people/outside/<uuid:unit_id>/share", methods=["GET", "POST"])
@requires("outside.share")
@form("people/outside_share.html", ShareForm, page=_share_page, beside={**_BESIDE, "O-7": "number"})
def share(typed: ShareForm, unit_id: UUID) -> Response:
    """Share a document or record with an outside organisation (O-7, X-1)."""
    kind, item_id = _meant(typed.number)
    cmd = ShareItem(unit_id, kind, item_id, typed.purpose, typed.until_on)
    share_item(cmd, by=caller(typed.request_id), house=house())
    flash_done("outside.done.shared")
    return see_other(f"/people/outside/{unit_id}")


@bp.post("/people/outside/<uuid:unit_id>/shares/<uuid:share_id>/end")
@requires("outside.share")
def unshare(unit_id: UUID, share_id: UUID) -> Response:
    """End a sharing now (O-7)."""
    if share_id not in {one.id for one in _page(unit_id).shared}:
        raise NotFound("share")
    end_share(EndShare(share_id), by=caller(parse(PressForm).request_id), house=house())
    flash_done("outside.done.unshared")
    return see_other(f"/people/outside/{unit_id}")


def _meant(number: str) -> tuple[str, UUID]:
    """Return the one item that a number means; raise RuleRefused for none or several (N-10, X-3)."""
    try:
        with house().uow.read() as session:
            found = find_number(session, actor(), number[:200], at=house().clock())
    except NotFound as error:
        raise RuleRefused(Refused("O-7", "no_item", {"number": number[:60]})) from error
    if len(found) != 1:
        raise RuleRefused(Refused("O-7", "no_item", {"number": number[:60]}))
    return found[0].item_kind, found[0].item_id
