"""Pages of retention: the way in, and the register of what is due, from which lists are made (R-4)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request

from docctl.queries.retention import DueFilter, due_list
from docctl.services.disposal.propose import MOST
from docctl.web.context import actor, house, may, render, requires, see_other
from docctl.web.flashes import flash
from docctl.web.registers import address, chosen, number
from docctl.web.retention_tabs import tabs

bp = Blueprint("retention", __name__, url_prefix="/retention")


@bp.get("")
@requires("disposal.list")
def start() -> Response:
    """Lead to what is due, or for those who do not see that, to the lists."""
    return see_other("/retention/due" if may("retention.due") else "/retention/lists")


@bp.get("/due")
@requires("retention.due")
def due() -> str:
    """Show the records that are due today or on a day to come (R-4, X-3)."""
    wanted = _wanted()
    with house().uow.read() as session:
        found = due_list(session, actor(), wanted)
    return render(
        "retention/due.html",
        found=found,
        wanted=wanted,
        today=house().today(),
        here=_address(wanted),
        tabs=tabs("due"),
    )


def _wanted() -> DueFilter:
    today = house().today()
    try:
        on = date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        on = today
    return DueFilter(
        on=max(on, today),
        class_code=request.args.get("class", "")[:40],
        unit_id=chosen(request.args.get("unit")),
        page=number(request.args.get("page")),
    )


def _address(wanted: DueFilter) -> Any:
    """Return how the page writes the address of itself with something changed."""
    kept = {
        "on": wanted.on.isoformat() if wanted.on != house().today() else "",
        "class": wanted.class_code,
        "unit": wanted.unit_id,
    }

    def here(**changed: Any) -> str:
        values = {**kept, **{name.rstrip("_"): value for name, value in changed.items()}}
        return address("/retention/due", values)

    return here


@bp.post("/due/propose")
@requires("disposal.propose")
def propose() -> Response:
    """Take the selected records to the form of a new list."""
    return _taken("/retention/lists/new")


@bp.post("/due/hold")
@requires("hold.place")
def hold() -> Response:
    """Take the selected records to the form of a new hold."""
    return _taken("/retention/holds/new")


def _taken(where: str) -> Response:
    ids = list(dict.fromkeys(one.hex for text in request.form.getlist("ids") if (one := chosen(text))))
    if not ids:
        flash("info", "retention.select_first", {})
        return see_other("/retention/due")
    if len(ids) > MOST:  # nothing that is longer fits into an address
        flash("refused", "R-6.too_many", {"most": MOST})
        return see_other("/retention/due")
    return see_other(f"{where}?ids={','.join(ids)}")


def selected() -> tuple[UUID, ...]:
    """Return the records that an address brings to a form."""
    return tuple(one for text in request.args.get("ids", "").split(",") if (one := chosen(text)))
