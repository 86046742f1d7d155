"""Pages of legal holds: the register, placing one by numbers or by a key, a hold, lifting it (R-5, S-7)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, request

from docctl.domain.holds import LONGEST_KEY
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.queries.held_keys import Preview, preview
from docctl.queries.hold_page import HoldPage, hold_page
from docctl.queries.holds import hold_list, numbers_of, records_numbered
from docctl.queries.shared_keys import KEY_KINDS
from docctl.services.holds.place import LiftHold, PlaceHold, lift_hold, place_hold
from docctl.web.context import actor, caller, flash_done, house, render, requires, see_other
from docctl.web.forms import Unreadable, form, shown_again
from docctl.web.registers import flag, number
from docctl.web.retention import selected
from docctl.web.retention_tabs import tabs
from docctl.web.timelines import happened

bp = Blueprint("holds", __name__, url_prefix="/retention/holds")


@bp.get("")
@requires("hold.list")
def register() -> str:
    """Show the holds that stand, or those that were lifted (R-5)."""
    lifted = flag(request.args.get("lifted"))
    with house().uow.read() as session:
        found = hold_list(session, lifted=lifted, page=number(request.args.get("page")))
    return render("holds/register.html", found=found, lifted=lifted, tabs=tabs("holds"))


@dataclass(frozen=True, slots=True)
class PlaceForm:
    """A hold as typed; `numbers` has one number in a line, `look` asks what the key covers."""

    name: str = ""
    reason: str = ""
    key_kind: str = ""
    key_value: str = ""
    none_yet_is_meant: bool = False
    numbers: str = ""
    look: bool = False
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class PlacePage:
    """What the form begins with: numbers of records selected elsewhere, a key and what it covers."""

    numbers: str
    key_kind: str
    key_value: str
    found: Preview | None
    kinds: tuple[str, ...] = KEY_KINDS


def _place_page() -> PlacePage:
    """Return what an address or the form brings: selected records, or a key as kind and value."""
    if request.method == "POST":
        kind, value = request.form.get("key_kind", ""), request.form.get("key_value", "")
    else:
        kind, _, value = request.args.get("key", "").partition(":")
    kind, value, chosen = kind.strip(), value.strip()[:LONGEST_KEY], selected()
    with house().uow.read() as session:
        numbers = "\n".join(numbers_of(session, actor(), chosen)) if chosen else ""
        found = preview(session, actor(), kind, value) if kind in KEY_KINDS and value else None
    return PlacePage(numbers, kind if kind in KEY_KINDS else "", value, found)


@bp.route("/new", methods=["GET", "POST"])
@requires("hold.place")
@form(
    "holds/new.html",
    PlaceForm,
    page=_place_page,
    beside={
        "R-5": "numbers",
        "R-5.name_and_reason": "name",
        "R-5.no_record_bears": "none_yet_is_meant",
        "R-5.key_says_nothing": "key_value",
        "R-5.key_kind_needed": "key_kind",
        "F-3": "key_kind",
        "C-6.too_long": "name",
    },
)
def new(typed: PlaceForm) -> Response:
    """Place a hold on the records with these numbers, on a key, or on both (R-5, S-7)."""
    if typed.key_value.strip() and not typed.key_kind:
        raise RuleRefused(Refused("R-5", "key_kind_needed"))
    if typed.look:
        return shown_again("holds/new.html", PlaceForm, _place_page())
    with house().uow.read() as session:
        named = records_numbered(session, actor(), re.split(r"[\n,;，；、\t]+", typed.numbers))
    if named.unknown:
        raise RuleRefused(Refused("R-5", "numbers_unknown", {"numbers": "、".join(named.unknown[:10])}))
    keys = ((typed.key_kind, typed.key_value),) if typed.key_value.strip() else ()
    cmd = PlaceHold(typed.name, typed.reason, named.ids, keys, none_yet_is_meant=typed.none_yet_is_meant)
    try:
        hold_id = place_hold(cmd, by=caller(typed.request_id), house=house())
    except RuleRefused as error:
        if error.refused.params.get("field") in KEY_KINDS and error.refused.key == "C-6.too_long":
            raise Unreadable({"key_value": error.refused}) from error
        raise
    flash_done("holds.placed", count=_page(hold_id).total)
    return see_other(f"/retention/holds/{hold_id}")


def _page(hold_id: UUID) -> HoldPage:
    with house().uow.read() as session:
        return hold_page(session, actor(), hold_id, page=number(request.args.get("page")))


@bp.get("/<uuid:hold_id>")
@requires("hold.list")
def show(hold_id: UUID) -> str:
    """Show a hold and what it covers (R-5, X-3)."""
    return render("holds/page.html", page=_page(hold_id), story=happened(hold_id))


@dataclass(frozen=True, slots=True)
class LiftForm:
    """Why a hold ends."""

    reason: str
    row_version: int = 0
    request_id: str = ""


@bp.route("/<uuid:hold_id>/lift", methods=["GET", "POST"])
@requires("hold.lift")
@form("holds/lift.html", LiftForm, page=_page, beside={"R-5.reason_needed": "reason"})
def lift(typed: LiftForm, hold_id: UUID) -> Response:
    """Lift a hold; only its owner's role may (R-5)."""
    lift_hold(LiftHold(hold_id, typed.row_version, typed.reason), by=caller(typed.request_id), house=house())
    flash_done("holds.lifted")
    return see_other(f"/retention/holds/{hold_id}")
