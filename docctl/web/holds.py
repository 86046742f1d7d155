"""Pages of legal holds: the register, placing one by numbers, a hold, lifting it (R-5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, request

from docctl.domain.verdicts import Refused, RuleRefused
from docctl.queries.holds import HoldPage, hold_list, hold_page, numbers_of, records_numbered
from docctl.services.holds.place import LiftHold, PlaceHold, lift_hold, place_hold
from docctl.web.context import actor, caller, flash_done, house, render, requires, see_other
from docctl.web.forms import form
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
    """A hold as typed; `numbers` has one number in a line."""

    name: str
    reason: str
    numbers: str
    request_id: str = ""


def _place_page() -> str:
    """Return the numbers of records that were selected in a register."""
    chosen = selected()
    if not chosen:
        return ""
    with house().uow.read() as session:
        return "\n".join(numbers_of(session, actor(), chosen))


@bp.route("/new", methods=["GET", "POST"])
@requires("hold.place")
@form(
    "holds/new.html",
    PlaceForm,
    page=_place_page,
    beside={"R-5": "numbers", "R-5.name_and_reason": "name", "C-6.too_long": "name"},
)
def new(typed: PlaceForm) -> Response:
    """Place a hold on the records with these numbers (R-5)."""
    with house().uow.read() as session:
        named = records_numbered(session, actor(), re.split(r"[\n,;，；、\t]+", typed.numbers))
    if named.unknown:
        raise RuleRefused(Refused("R-5", "numbers_unknown", {"numbers": "、".join(named.unknown[:10])}))
    hold_id = place_hold(
        PlaceHold(typed.name, typed.reason, named.ids), by=caller(typed.request_id), house=house()
    )
    flash_done("holds.placed", count=len(named.ids))
    return see_other(f"/retention/holds/{hold_id}")


def _page(hold_id: UUID) -> HoldPage:
    with house().uow.read() as session:
        return hold_page(session, actor(), hold_id)


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
