"""Pages of the units: the tree, a new one (O-1)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, request

from docctl.domain.units import UnitKind
from docctl.queries.units import unit_choices, units
from docctl.services.people.units import AddUnit, add_unit
from docctl.web.context import caller, flash_done, house, render, requires, see_other
from docctl.web.forms import form
from docctl.web.registers import past_day

bp = Blueprint("units", __name__, url_prefix="/people/units")


@bp.get("")
@requires("person.list")
def tree() -> str:
    """Show all units under their parents, as they are or were on a past day (O-1, O-2)."""
    on = past_day(request.args.get("on"), house().today())
    with house().uow.read() as session:
        rows = units(session, on=on)
    return render("people/units.html", units=rows, on=on, today=house().today())


@dataclass(frozen=True, slots=True)
class NewUnitForm:
    """A new unit."""

    code: str
    name: str
    parent_id: UUID
    kind: str = UnitKind.DEPARTMENT.value
    request_id: str = ""


def _page() -> dict[str, object]:
    with house().uow.read() as session:
        return {"parents": unit_choices(session), "kinds": tuple(UnitKind)}


@bp.route("/new", methods=["GET", "POST"])
@requires("unit.add")
@form(
    "people/new_unit.html",
    NewUnitForm,
    page=_page,
    beside={"O-1.code_unfit": "code", "O-1.code_taken": "code", "O-1.name_unfit": "name", "O-1": "parent_id"},
)
def new(typed: NewUnitForm) -> Response:
    """Add a unit (O-1)."""
    cmd = AddUnit(typed.code, typed.name, typed.parent_id, typed.kind)
    add_unit(cmd, by=caller(typed.request_id), house=house())
    flash_done("people.done.unit_added", name=typed.name)
    return see_other("/people/units")
