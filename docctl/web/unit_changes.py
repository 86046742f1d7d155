"""Pages that rename or move a unit, and give it other names (O-1, O-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Blueprint, Response

from docctl.domain.units import UnitKind, nothing_open
from docctl.domain.verdicts import Refused
from docctl.queries.unit_open import open_in
from docctl.queries.unit_page import unit_page
from docctl.queries.units import unit_choices
from docctl.services.people.closing import CloseUnit, OpenUnit, close_unit, open_unit
from docctl.services.people.unit_changes import (
    ChangeUnit,
    EndUnitName,
    NameUnit,
    change_unit,
    end_unit_name,
    name_unit,
)
from docctl.web.context import caller, flash_done, house, requires, see_other
from docctl.web.forms import form, parse

bp = Blueprint("unit_changes", __name__, url_prefix="/people/units/<uuid:unit_id>")


@dataclass(frozen=True, slots=True)
class ChangeForm:
    """What a unit is called and where it stands, from a day on."""

    name: str
    kind: str
    from_on: date
    reason: str
    parent_id: UUID | None = None
    row_version: int = 0
    request_id: str = ""


def _change_page(unit_id: UUID) -> dict[str, object]:
    with house().uow.read() as session:
        unit = unit_page(session, unit_id)
        parents = [one for one in unit_choices(session) if one[0] != unit_id]
    return {"unit": unit, "parents": parents, "kinds": tuple(UnitKind), "today": house().today()}


@bp.route("/change", methods=["GET", "POST"])
@requires("unit.add")
@form(
    "people/unit_change.html",
    ChangeForm,
    page=_change_page,
    beside={
        "O-1.name_unfit": "name",
        "O-1": "parent_id",
        "O-1.parent_below_then": "from_on",
        "O-1.parent_closed_then": "from_on",
        "O-2.reason_needed": "reason",
        "O-2.day_to_come": "from_on",
        "O-2.day_before": "from_on",
    },
)
def change(typed: ChangeForm, unit_id: UUID) -> Response:
    """Rename or move a unit, or say what it is (O-1, O-2)."""
    cmd = ChangeUnit(
        unit_id, typed.row_version, typed.name, typed.kind, typed.parent_id, typed.from_on, typed.reason
    )
    change_unit(cmd, by=caller(typed.request_id), house=house())
    flash_done("unit.done.changed")
    return see_other(f"/people/units/{unit_id}")


@dataclass(frozen=True, slots=True)
class NameForm:
    """Another name."""

    name: str
    request_id: str = ""


def _names_page(unit_id: UUID) -> dict[str, object]:
    with house().uow.read() as session:
        return {"unit": unit_page(session, unit_id)}


@bp.route("/names", methods=["GET", "POST"])
@requires("unit.add")
@form("people/unit_names.html", NameForm, page=_names_page, beside={"O-1": "name", "O-2": "name"})
def names(typed: NameForm, unit_id: UUID) -> Response:
    """Show what a unit is and was called, and give it another name (O-2)."""
    name_unit(NameUnit(unit_id, typed.name), by=caller(typed.request_id), house=house())
    flash_done("unit.done.named", name=" ".join(typed.name.split()))
    return see_other(f"/people/units/{unit_id}/names")


@dataclass(frozen=True, slots=True)
class EndForm:
    """Another name ends."""

    request_id: str = ""


@bp.post("/names/<uuid:name_id>/end")
@requires("unit.add")
def end(unit_id: UUID, name_id: UUID) -> Response:
    """Let another name find the unit no more (O-2)."""
    end_unit_name(EndUnitName(unit_id, name_id), by=caller(parse(EndForm).request_id), house=house())
    flash_done("unit.done.name_ended")
    return see_other(f"/people/units/{unit_id}/names")


@dataclass(frozen=True, slots=True)
class CloseForm:
    """The last day of a unit, empty for one that opens again; why."""

    reason: str
    until_on: date | None = None
    row_version: int = 0
    request_id: str = ""


def _close_page(unit_id: UUID) -> dict[str, object]:
    with house().uow.read() as session:
        unit = unit_page(session, unit_id)
        verdict = nothing_open(open_in(session, unit_id), closed=None)
    is_refused = unit.valid_until is None and isinstance(verdict, Refused)
    return {"unit": unit, "refused": verdict if is_refused else None, "today": house().today()}


@bp.route("/close", methods=["GET", "POST"])
@requires("unit.add")
@form(
    "people/unit_close.html",
    CloseForm,
    page=_close_page,
    beside={"O-2.reason_needed": "reason", "O-2": "until_on"},
)
def close(typed: CloseForm, unit_id: UUID) -> Response:
    """Close a unit, or open a closed one again (O-1)."""
    by = caller(typed.request_id)
    if typed.until_on is None:
        open_unit(OpenUnit(unit_id, typed.reason), by=by, house=house())
        flash_done("unit.done.opened")
    else:
        close_unit(CloseUnit(unit_id, typed.row_version, typed.until_on, typed.reason), by=by, house=house())
        flash_done("unit.done.closed")
    return see_other(f"/people/units/{unit_id}")
