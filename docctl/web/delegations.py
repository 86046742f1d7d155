"""Pages of delegations: one's own, those of all as of a day, given, seen, ended (A-2, A-8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Blueprint, Response, request

from docctl.domain.delegation import MOST_DAYS
from docctl.domain.permissions import Facts
from docctl.domain.verdicts import NotFound
from docctl.queries.delegation_people import DelegationChoices, delegation_choices
from docctl.queries.delegations import DelegationList, DelegationRow, delegation_at, delegations, held_on
from docctl.services.people.delegations import (
    EndDelegation,
    GiveDelegation,
    SeeDelegations,
    end_delegation,
    give_delegation,
    see_delegations,
)
from docctl.web.context import actor, caller, flash_done, house, may, render, requires, see_other
from docctl.web.fields import read_fields
from docctl.web.forms import form
from docctl.web.registers import itself

bp = Blueprint("delegations", __name__)

_HERE = "/account/delegations"


@dataclass(frozen=True, slots=True)
class _Asked:
    """The day as of which delegations are asked for; none for all there are and were."""

    on: date | None = None
    page: int = 1


def _listed(*, own: bool) -> tuple[DelegationList, date | None]:
    read, _ = read_fields(_Asked, request.args, zone=house().zone)
    on, now = read.get("on"), house().clock()
    with house().uow.read() as session:
        found = delegations(
            session,
            at=now,
            reader=actor().person_id,
            person_id=actor().person_id if own else None,
            running_at=held_on(on, now, house().zone),
            page=read.get("page") or 1,
        )
    return found, on


@bp.get(_HERE)
@requires("delegation.list")
def own() -> str:
    """Show what the person gave, has and entered, and what was (A-2)."""
    found, on = _listed(own=True)
    here = itself(_HERE, {"on": on})
    return render("delegations/own.html", found=found, on=on, me=actor().person_id, here=here)


@bp.get("/people/delegations")
@requires("person.list")
def register() -> str:
    """Show who stands in for whom, as of a day, or all there was (A-2)."""
    found, on = _listed(own=False)
    here = itself("/people/delegations", {"on": on})
    can_end = may("delegation.end", Facts())  # also those of others
    return render(
        "delegations/register.html", found=found, on=on, me=actor().person_id, here=here, can_end=can_end
    )


@dataclass(frozen=True, slots=True)
class GivePage:
    """What can be chosen, and how long a delegation lasts at most."""

    choices: DelegationChoices
    today: date
    most: int
    me: UUID | None


@dataclass(frozen=True, slots=True)
class GiveForm:
    """A delegation as typed; without types and units it is of all documents."""

    principal_id: UUID
    delegate_id: UUID
    from_on: date
    until_on: date
    reason: str
    type_ids: tuple[str, ...] = ()
    unit_ids: tuple[str, ...] = ()
    request_id: str = ""


def _give_page() -> GivePage:
    with house().uow.read() as session:
        choices = delegation_choices(session, actor())
    return GivePage(choices, house().today(), MOST_DAYS, actor().person_id)


def _ids(texts: tuple[str, ...]) -> tuple[UUID, ...]:
    try:
        return tuple(map(UUID, texts))
    except ValueError as error:
        raise NotFound("choice") from error


@bp.route(f"{_HERE}/new", methods=["GET", "POST"])
@requires("delegation.give")
@form(
    "delegations/new.html",
    GiveForm,
    page=_give_page,
    beside={
        "A-2.delegate_before_today": "from_on",
        "A-2.delegate_too_far": "from_on",
        "A-2.delegate_ends_before": "until_on",
        "A-2.delegate_too_long": "until_on",
        "A-2.reason_needed": "reason",
        "A-2.reason_too_long": "reason",
        "A-2": "delegate_id",
        "A-15.delegate_signs_nothing": "principal_id",
        "A-15.delegate_no_role": "delegate_id",
        "A-16.nobody_active": "delegate_id",
    },
)
def give(typed: GiveForm) -> Response:
    """Let somebody sign for oneself, or enter it for an absent person (A-2)."""
    cmd = GiveDelegation(
        typed.principal_id,
        typed.delegate_id,
        typed.from_on,
        typed.until_on,
        typed.reason,
        _ids(typed.type_ids),
        _ids(typed.unit_ids),
    )
    give_delegation(cmd, by=caller(typed.request_id), house=house())
    flash_done("delegations.done.given")
    return see_other(_HERE)


@dataclass(frozen=True, slots=True)
class EndForm:
    """Why a delegation ends before its last day."""

    reason: str
    request_id: str = ""


def _end_page(delegation_id: UUID) -> DelegationRow:
    with house().uow.read() as session:
        return delegation_at(session, actor(), delegation_id, at=house().clock())


@bp.route(f"{_HERE}/<uuid:delegation_id>/end", methods=["GET", "POST"])
@requires("delegation.end")
@form(
    "delegations/end.html",
    EndForm,
    page=_end_page,
    beside={"A-2.reason_needed": "reason", "A-2.reason_too_long": "reason"},
)
def end(typed: EndForm, delegation_id: UUID) -> Response:
    """End a delegation before its last day, with the reason (A-2)."""
    end_delegation(EndDelegation(delegation_id, typed.reason), by=caller(typed.request_id), house=house())
    flash_done("delegations.done.ended")
    return see_other(_HERE)


@bp.post(f"{_HERE}/seen")
@requires("delegation.see")
def seen() -> Response:
    """Note that the person knows of the delegations of which they are told (A-2)."""
    see_delegations(SeeDelegations(), by=caller(request.form.get("request_id", "")), house=house())
    flash_done("delegations.done.seen")
    return see_other(_HERE)
