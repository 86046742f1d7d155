"""Pages of the legal entities: listed, one added, one renamed (O-2, O-4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Blueprint, Response

from docctl.domain.units import UnitKind
from docctl.queries.entities import entities, entity_row
from docctl.queries.units import unit_choices
from docctl.services.people.entities import AddEntity, RenameEntity, add_entity, rename_entity
from docctl.web.context import caller, flash_done, house, render, requires, see_other
from docctl.web.forms import form

bp = Blueprint("entities", __name__, url_prefix="/people/entities")


@bp.get("")
@requires("person.list")
def listed() -> str:
    """Show the legal entities with what they were called (O-4)."""
    with house().uow.read() as session:
        rows = entities(session)
    return render("people/entities.html", rows=rows)


@dataclass(frozen=True, slots=True)
class NewEntityForm:
    """A further legal entity with its first unit."""

    code: str
    name: str
    unit_code: str
    unit_name: str
    unit_kind: str = UnitKind.COMPANY.value
    parent_id: UUID | None = None
    request_id: str = ""


def _new_page() -> dict[str, object]:
    with house().uow.read() as session:
        return {"parents": unit_choices(session), "kinds": tuple(UnitKind)}


@bp.route("/new", methods=["GET", "POST"])
@requires("entity.add")
@form(
    "people/entity_new.html",
    NewEntityForm,
    page=_new_page,
    beside={
        "O-4.entity_name_taken": "name",
        "O-4": "code",
        "O-1.code_unfit": "unit_code",
        "O-1.name_unfit": "name",
        "O-1": "parent_id",
    },
)
def new(typed: NewEntityForm) -> Response:
    """Add a legal entity (O-4)."""
    cmd = AddEntity(
        typed.code, typed.name, typed.unit_code, typed.unit_name, typed.parent_id, typed.unit_kind
    )
    add_entity(cmd, by=caller(typed.request_id), house=house())
    flash_done("unit.done.entity_added", name=" ".join(typed.name.split()))
    return see_other("/people/entities")


@dataclass(frozen=True, slots=True)
class RenameForm:
    """What a legal entity is called from a day on."""

    name: str
    from_on: date
    reason: str
    request_id: str = ""


def _rename_page(entity_id: UUID) -> dict[str, object]:
    with house().uow.read() as session:
        return {"entity": entity_row(session, entity_id), "today": house().today()}


@bp.route("/<uuid:entity_id>/rename", methods=["GET", "POST"])
@requires("entity.add")
@form(
    "people/entity_rename.html",
    RenameForm,
    page=_rename_page,
    beside={
        "O-2.reason_needed": "reason",
        "O-2.nothing_changed": "name",
        "O-2": "from_on",
        "O-1": "name",
        "O-4": "name",
    },
)
def rename(typed: RenameForm, entity_id: UUID) -> Response:
    """Rename a legal entity (O-2, O-4)."""
    cmd = RenameEntity(entity_id, typed.name, typed.from_on, typed.reason)
    rename_entity(cmd, by=caller(typed.request_id), house=house())
    flash_done("unit.done.entity_renamed", name=" ".join(typed.name.split()))
    return see_other("/people/entities")
