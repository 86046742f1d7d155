"""Pages of a unit that goes into others: into which, and what of it goes where (O-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Blueprint, Response, request

from docctl.domain.merging import Goes, GoingKind, may_go_into
from docctl.domain.verdicts import Allowed, Refused, RuleRefused
from docctl.queries.unit_going import UnitGoing, going, targets
from docctl.queries.unit_page import UnitPage, unit_page
from docctl.queries.units import open_units
from docctl.services.people.merging import GoInto, go_into
from docctl.web.context import actor, caller, flash_done, house, requires, see_other
from docctl.web.forms import form

bp = Blueprint("unit_merging", __name__, url_prefix="/people/units/<uuid:unit_id>")


@dataclass(frozen=True, slots=True)
class IntoPage:
    """A unit with all that is open in it; `units` it may go into, `into` those that were chosen.

    `refused`: why it may not go into the chosen ones.
    """

    unit: UnitPage
    found: UnitGoing
    units: tuple[tuple[UUID, str], ...]
    into: tuple[tuple[UUID, str], ...]
    refused: Refused | None
    today: date


@dataclass(frozen=True, slots=True)
class IntoForm:
    """What goes where: each of `goes` is `kind:id:unit`, or empty for what stays."""

    from_on: date
    reason: str
    into: tuple[UUID, ...] = ()
    goes: tuple[str, ...] = ()
    closes: bool = False
    row_version: int = 0
    request_id: str = ""


def _page(unit_id: UUID) -> IntoPage:
    at, today = house().clock(), house().today()
    with house().uow.read() as session:
        unit = unit_page(session, unit_id)
        found = going(session, actor(), unit_id, at=at, today=today)
        choices = open_units(session)
        known = targets(session, [key for key, _ in choices])
    wanted = set(request.values.getlist("into"))
    units = tuple(one for one in choices if one[0] != unit_id and unit_id not in known[one[0]].above)
    into = tuple(one for one in units if str(one[0]) in wanted)
    refused: Refused | None = None
    if wanted and unit.valid_until is None:
        has_documents = any(one.kind is GoingKind.DOCUMENT for one in found.things)
        chosen, entity = [known[key] for key, _ in into], unit.entity_id
        verdict = may_go_into(unit_id, entity, chosen, from_on=today, has_documents=has_documents)
        refused = None if isinstance(verdict, Allowed) else verdict
    if unit.valid_until is not None:
        refused = Refused("O-1", "unit_closed", {"until": unit.valid_until})
    return IntoPage(unit, found, units, into, refused, today)


@bp.route("/into", methods=["GET", "POST"])
@requires("unit.add")
@form(
    "people/unit_into.html",
    IntoForm,
    page=_page,
    beside={"O-2.reason_needed": "reason", "O-2.day_to_come": "from_on", "O-2.day_before": "from_on"},
)
def into(typed: IntoForm, unit_id: UUID) -> Response:
    """Choose into which units a unit goes and what goes where, then let it (O-2)."""
    goes = tuple(_read(one) for one in typed.goes)
    cmd = GoInto(
        unit_id, typed.row_version, typed.into, goes, typed.from_on, typed.reason, closes=typed.closes
    )
    go_into(cmd, by=caller(typed.request_id), house=house())
    flash_done("merging.done.closed" if typed.closes else "merging.done.parted", count=len(goes))
    return see_other(f"/people/units/{unit_id}")


def _read(text: str) -> Goes:
    kind, _, rest = text.partition(":")
    item, _, to = rest.partition(":")
    try:
        return Goes(GoingKind(kind), UUID(item), UUID(to))
    except ValueError as error:
        raise RuleRefused(Refused("form", "no_choice")) from error
