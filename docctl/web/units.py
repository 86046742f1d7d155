"""Pages of the units: the tree, a new one (O-1)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response

from docctl.queries.units import unit_choices, units
from docctl.services.people.units import AddUnit, add_unit
from docctl.web.context import caller, flash_done, house, render, requires, see_other
from docctl.web.forms import form

bp = Blueprint("units", __name__, url_prefix="/people/units")


@bp.get("")
@requires("person.list")
def tree() -> str:
    """Show all units under their parents (O-1)."""
    with house().uow.read() as session:
        rows = units(session)
    return render("people/units.html", units=rows)


@dataclass(frozen=True, slots=True)
class NewUnitForm:
    """A new unit."""

    code: str
    name: str
    parent_id: UUID
    request_id: str = ""


def _page() -> list[tuple[UUID, str]]:
    with house().uow.read() as session:
        return unit_choices(session)


@bp.route("/new", methods=["GET", "POST"])
@requires("unit.add")
@form(
    "people/new_unit.html",
    NewUnitForm,
    page=_page,
    beside={"O-1.code_unfit": "code", "O-1.code_taken": "code", "O-1.name_unfit": "name"},
)
def new(typed: NewUnitForm) -> Response:
    """Add a unit (O-1)."""
    cmd = AddUnit(typed.code, typed.name, typed.parent_id)
    add_unit(cmd, by=caller(typed.request_id), house=house())
    flash_done("people.done.unit_added", name=typed.name)
    return see_other("/people/units")
