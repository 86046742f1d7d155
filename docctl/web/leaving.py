"""Pages of somebody who moves or leaves: what is open with them, and where each goes (A-16)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response

from docctl.domain.leaving import OpenKind
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.queries.open_work import OpenWork, open_work
from docctl.queries.people import PersonPage, person_page
from docctl.queries.units import unit_choices
from docctl.services.people.accounts import DisablePerson, disable_person
from docctl.services.people.hand_over import Handed, HandOver, hand_over, kept_from, to_one
from docctl.services.people.move import MovePerson, move_person
from docctl.web.context import actor, caller, flash_done, house, requires, see_other
from docctl.web.forms import form

_BESIDE = {"A-16.reason_needed": "reason", "A-16.reason_too_long": "reason"}

bp = Blueprint("leaving", __name__, url_prefix="/people/<uuid:person_id>")


@dataclass(frozen=True, slots=True)
class LeavingPage:
    """A person with what is open with them; `units` are where they may move."""

    person: PersonPage
    open: OpenWork
    units: tuple[tuple[UUID, str], ...]


@dataclass(frozen=True, slots=True)
class HandForm:
    """Who takes what, and why: each is `kind:id:person` or `kind:id:`; `rest_to` takes what it may."""

    handed: tuple[str, ...] = ()
    rest_to: UUID | None = None
    reason: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class MoveForm:
    """The new unit, who takes what and why, and which roles for the old unit the person keeps."""

    unit_id: UUID
    handed: tuple[str, ...] = ()
    rest_to: UUID | None = None
    kept: tuple[UUID, ...] = ()
    reason: str = ""
    request_id: str = ""


def _page(person_id: UUID) -> LeavingPage:
    with house().uow.read() as session:
        person = person_page(session, person_id)
        found = open_work(session, actor(), person_id, at=house().clock(), today=house().today())
        units = tuple(one for one in unit_choices(session) if one[0] != person.unit_id)
    return LeavingPage(person, found, units)


def _handed(person_id: UUID, typed: HandForm | MoveForm) -> tuple[Handed, ...]:
    """Return what was chosen, and of the rest what the one for all else may take."""
    chosen = tuple(_read(one) for one in typed.handed)
    if typed.rest_to is None:
        return chosen
    return (*chosen, *to_one(_page(person_id).open, typed.rest_to, besides=chosen))


def _read(text: str) -> Handed:
    kind, _, rest = text.partition(":")
    item, _, to = rest.partition(":")
    try:
        return Handed(OpenKind(kind), UUID(item), UUID(to) if to else None)
    except ValueError as error:
        raise RuleRefused(Refused("form", "no_choice")) from error


@bp.route("/disable", methods=["GET", "POST"])
@requires("person.disable")
@form("people/disable.html", HandForm, page=_page, beside=_BESIDE)
def disable(typed: HandForm, person_id: UUID) -> Response:
    """Close an account, after saying what stays, what ends and where the rest goes (A-15, A-16)."""
    cmd = DisablePerson(person_id, _handed(person_id, typed), typed.reason)
    disable_person(cmd, by=caller(typed.request_id), house=house())
    flash_done("people.done.disabled")
    return see_other(f"/people/{person_id}")


@bp.route("/hand-over", methods=["GET", "POST"])
@requires("person.hand_over")
@form("people/hand_over.html", HandForm, page=_page, beside=_BESIDE)
def give(typed: HandForm, person_id: UUID) -> Response:
    """Give what is open with a person to others, before or after they left (A-16)."""
    handed = _handed(person_id, typed)
    if not handed and typed.rest_to and (kept := kept_from(_page(person_id).open, typed.rest_to)):
        raise RuleRefused(kept[0][1])
    cmd = HandOver(person_id, handed, typed.reason)
    hand_over(cmd, by=caller(typed.request_id), house=house())
    flash_done("people.done.handed_over", count=len(cmd.items))
    return see_other(f"/people/{person_id}")


@bp.route("/move", methods=["GET", "POST"])
@requires("person.move")
@form(
    "people/move.html",
    MoveForm,
    page=_page,
    beside={**_BESIDE, "A-16.there_already": "unit_id", "A-16.unit_closed": "unit_id"},
)
def move(typed: MoveForm, person_id: UUID) -> Response:
    """Move somebody to another unit, and say where what is open goes (A-16)."""
    cmd = MovePerson(person_id, typed.unit_id, _handed(person_id, typed), typed.kept, typed.reason)
    move_person(cmd, by=caller(typed.request_id), house=house())
    flash_done("people.done.moved")
    return see_other(f"/people/{person_id}")
