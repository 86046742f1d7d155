"""Pages of the leaders in charge: who leads which units, named and ended (O-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Blueprint, Response

from docctl.queries.unit_leaders import active_people, leader_row, leaders
from docctl.queries.units import open_units
from docctl.services.people.leaders import (
    DropLeading,
    LeadUnits,
    StopLeading,
    drop_leading,
    lead_units,
    stop_leading,
)
from docctl.web.context import caller, flash_done, house, render, requires, see_other
from docctl.web.forms import form

bp = Blueprint("unit_leaders", __name__, url_prefix="/people/leaders")


@bp.get("")
@requires("person.list")
def listed() -> str:
    """Show who is in charge of which units, today and by date (O-3)."""
    with house().uow.read() as session:
        rows = leaders(session, today=house().today())
    return render("people/leaders.html", rows=rows)


@dataclass(frozen=True, slots=True)
class LeadForm:
    """Who leads which units, from a day on."""

    person_id: UUID
    from_on: date
    unit_ids: tuple[str, ...] = ()
    request_id: str = ""


def _new_page() -> dict[str, object]:
    with house().uow.read() as session:
        return {
            "people": active_people(session),
            "units": open_units(session),
            "today": house().today(),
        }


@bp.route("/new", methods=["GET", "POST"])
@requires("unit.add")
@form(
    "people/leader_new.html",
    LeadForm,
    page=_new_page,
    beside={"O-3.no_units": "unit_ids", "O-3.day_unlikely": "from_on", "O-3": "unit_ids"},
)
def new(typed: LeadForm) -> Response:
    """Put somebody in charge of units (O-3)."""
    with house().uow.read() as session:
        known = {str(key): key for key, _ in open_units(session)}
    wanted = tuple(known[one] for one in typed.unit_ids if one in known)
    lead_units(LeadUnits(typed.person_id, wanted, typed.from_on), by=caller(typed.request_id), house=house())
    flash_done("unit.done.leader_named", count=len(wanted))
    return see_other("/people/leaders")


@dataclass(frozen=True, slots=True)
class EndForm:
    """The last day in charge of a unit."""

    until_on: date
    request_id: str = ""


def _end_page(leader_id: UUID) -> dict[str, object]:
    today = house().today()
    with house().uow.read() as session:
        return {"leader": leader_row(session, leader_id, today=today), "today": today}


@bp.route("/<uuid:leader_id>/end", methods=["GET", "POST"])
@requires("unit.add")
@form("people/leader_end.html", EndForm, page=_end_page, beside={"O-3": "until_on"})
def end(typed: EndForm, leader_id: UUID) -> Response:
    """End somebody's time in charge of a unit (O-3)."""
    stop_leading(StopLeading(leader_id, typed.until_on), by=caller(typed.request_id), house=house())
    flash_done("unit.done.leader_ended")
    return see_other("/people/leaders")


@dataclass(frozen=True, slots=True)
class DropForm:
    """A planned time in charge that shall not come."""

    request_id: str = ""


@bp.route("/<uuid:leader_id>/drop", methods=["GET", "POST"])
@requires("unit.add")
@form("people/leader_drop.html", DropForm, page=_end_page)
def drop(typed: DropForm, leader_id: UUID) -> Response:
    """Drop somebody's time in charge of a unit that is still to come (O-3)."""
    drop_leading(DropLeading(leader_id), by=caller(typed.request_id), house=house())
    flash_done("unit.done.leader_dropped")
    return see_other("/people/leaders")
