"""Pages of people: the register, a person, a new one, resets, roles by two people (A-15)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from flask import Blueprint, Response, make_response, request

from docctl.domain.accounts import LINK_LASTS, may_confirm_reset, may_disable, may_reset
from docctl.domain.permissions import Facts
from docctl.domain.roles import SCOPED, SIGNING, Role, may_confirm
from docctl.domain.verdicts import Verdict
from docctl.i18n import Explained
from docctl.queries.mailing import post_of
from docctl.queries.open_work import open_count, steps_cannot_sign
from docctl.queries.people import PAGE, Grant, PersonPage, people, person_page
from docctl.queries.units import unit_choices
from docctl.services.people.accounts import (
    AddPerson,
    ConfirmReset,
    ResetPassword,
    add_person,
    confirm_reset,
    reset_password,
)
from docctl.services.people.grant import (
    ConfirmRole,
    ProposeRole,
    RevokeRole,
    confirm_role,
    propose_role,
    revoke_role,
)
from docctl.services.people.sessions import hashed
from docctl.web.context import actor, caller, explain, flash_done, house, render, requires, see_other, why
from docctl.web.forms import form, parse
from docctl.web.registers import number
from docctl.web.security import link_token
from docctl.web.timelines import happened

bp = Blueprint("people", __name__, url_prefix="/people")

VIEWS = ("active", "waiting", "disabled")


@bp.get("")
@requires("person.list")
def register() -> str:
    """Show the people with an account."""
    text = request.args.get("text", "").strip()[:100]
    only = request.args.get("only", "active")
    only = only if only in VIEWS else "active"
    with house().uow.read() as session:
        found = people(session, text=text, only=only, page=number(request.args.get("page")))

    def here(**changed: Any) -> str:
        kept = {"text": text, "only": only, **changed}
        return f"/people?{urlencode({name: value for name, value in kept.items() if value})}"

    last = found.first + len(found.rows) - 1
    page = {
        "first": found.first,
        "last": last,
        "total": found.total,
        "previous": here(page=(found.first - 1) // PAGE) if found.first > 1 else None,
        "next": here(page=last // PAGE + 1) if last < found.total else None,
    }
    return render(
        "people/register.html", found=found, page=page, text=text, only=only, views=VIEWS, here=here
    )


@dataclass(frozen=True, slots=True)
class GrantShown:
    """A role on a person's page, with why the reader cannot confirm it."""

    grant: Grant
    why_not_confirm: Explained | None
    request_ids: tuple[str, str]


@bp.get("/<uuid:person_id>")
@requires("person.list")
def show(person_id: UUID) -> str:
    """Show a person: account, roles, what waits for a second person (A-15)."""
    with house().uow.read() as session:
        page = person_page(session, person_id)
        waiting = open_count(session, person_id, house().clock(), house().today())
        post = post_of(session, person_id)
    me = actor().person_id
    assert me is not None
    grants = [
        GrantShown(
            one,
            _why("role.confirm", may_confirm(one.facts, by=me)) if one.is_waiting else None,
            (str(uuid4()), str(uuid4())),
        )
        for one in page.grants
    ]
    return render(
        "people/person.html",
        page=page,
        post=post,
        grants=grants,
        story=happened(person_id),
        open_count=waiting,
        why_not_disable=_why("person.disable", may_disable(page.account, by=me)),
        why_not_reset=_why("person.reset", may_reset(page.account, by=me)),
        why_not_confirm=_why("person.confirm_reset", may_confirm_reset(page.account, by=me)),
        request_id=str(uuid4()),
    )


def _why(permission: str, verdict: Verdict) -> Explained | None:
    if (denied := why(permission, Facts())) is not None:
        return denied
    return None if verdict else explain(verdict)


@dataclass(frozen=True, slots=True)
class NewPersonForm:
    """A new account."""

    username: str
    name: str
    unit_id: UUID
    name_en: str = ""
    email: str = ""
    request_id: str = ""


def _new_page() -> list[tuple[UUID, str]]:
    with house().uow.read() as session:
        return unit_choices(session)


@bp.route("/new", methods=["GET", "POST"])
@requires("person.add")
@form(
    "people/new.html",
    NewPersonForm,
    page=_new_page,
    beside={
        "person.username_unfit": "username",
        "person.username_taken": "username",
        "person.name_needed": "name",
        "person.name_too_long": "name",
        "mail": "email",
    },
)
def new(typed: NewPersonForm) -> Response:
    """Add a person and show the link by which they set their own password, once (A-15)."""
    token = link_token(typed.request_id)
    person_id = add_person(
        AddPerson(
            username=typed.username,
            name=typed.name,
            unit_id=typed.unit_id,
            token_hash=hashed(token),
            name_en=typed.name_en,
            email=typed.email,
        ),
        by=caller(typed.request_id),
        house=house(),
    )
    return _link_page(person_id, token, "invite")


def _link_page(person_id: UUID, token: str, purpose: str) -> Response:
    with house().uow.read() as session:
        page = person_page(session, person_id)
    link = f"{house().public_url}/welcome/{token}"
    hours = int(LINK_LASTS.total_seconds() // 3600)
    return make_response(render("people/link.html", page=page, link=link, purpose=purpose, hours=hours))


@dataclass(frozen=True, slots=True)
class ActForm:
    """A form of one button."""

    request_id: str = ""


def _person(person_id: UUID) -> PersonPage:
    with house().uow.read() as session:
        return person_page(session, person_id)


@bp.route("/<uuid:person_id>/reset", methods=["GET", "POST"])
@requires("person.reset")
@form("people/reset.html", ActForm, page=_person)
def reset(typed: ActForm, person_id: UUID) -> Response:
    """Replace a password by a one-time link, shown once (A-15)."""
    token = link_token(typed.request_id)
    cmd = ResetPassword(person_id, hashed(token))
    reset_password(cmd, by=caller(typed.request_id), house=house())
    return _link_page(person_id, token, "reset")


@bp.post("/<uuid:person_id>/confirm-reset")
@requires("person.confirm_reset")
def confirm(person_id: UUID) -> Response:
    """Let a signer sign again after a reset, as a second person (A-15)."""
    confirm_reset(ConfirmReset(person_id), by=caller(parse(ActForm).request_id), house=house())
    flash_done("people.done.reset_confirmed")
    return see_other(f"/people/{person_id}")


@dataclass(frozen=True, slots=True)
class RoleForm:
    """A role for a person, for the company or one unit."""

    role: Role
    unit_id: UUID | None = None
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class RolePage:
    """What the form to propose a role offers; `needs_second` are the roles that sign."""

    person: PersonPage
    roles: tuple[str, ...]
    needs_second: frozenset[str]
    for_unit: frozenset[str]
    units: tuple[tuple[UUID, str], ...]


def _role_page(person_id: UUID) -> RolePage:
    with house().uow.read() as session:
        page, units = person_page(session, person_id), unit_choices(session)
    return RolePage(
        person=page,
        roles=tuple(one.value for one in Role),
        needs_second=frozenset(one.value for one in SIGNING),
        for_unit=frozenset(one.value for one in SCOPED),
        units=tuple(units),
    )


@bp.route("/<uuid:person_id>/roles/new", methods=["GET", "POST"])
@requires("role.propose")
@form(
    "people/role.html",
    RoleForm,
    page=_role_page,
    beside={"A-15.unit_needed": "unit_id", "A-15.no_unit": "unit_id", "A-15": "role"},
)
def propose(typed: RoleForm, person_id: UUID) -> Response:
    """Propose a role; one that signs waits for a second person (A-15)."""
    cmd = ProposeRole(person_id, typed.role, typed.unit_id)
    propose_role(cmd, by=caller(typed.request_id), house=house())
    waits = typed.role in SIGNING
    flash_done("people.done.role_proposed" if waits else "people.done.role_granted")
    return see_other(f"/people/{person_id}")


@bp.post("/<uuid:person_id>/roles/<uuid:grant_id>/confirm")
@requires("role.confirm")
def confirm_grant(person_id: UUID, grant_id: UUID) -> Response:
    """Confirm a proposed role as the second person (A-15)."""
    confirm_role(ConfirmRole(grant_id, person_id), by=caller(parse(ActForm).request_id), house=house())
    flash_done("people.done.role_confirmed")
    return see_other(f"/people/{person_id}")


@bp.post("/<uuid:person_id>/roles/<uuid:grant_id>/revoke")
@requires("role.revoke")
def revoke_grant(person_id: UUID, grant_id: UUID) -> Response:
    """Take a role back; where steps now wait for nobody, lead to where they are handed over (A-15, A-16)."""
    revoke_role(RevokeRole(grant_id, person_id), by=caller(parse(ActForm).request_id), house=house())
    with house().uow.read() as session:
        stranded = steps_cannot_sign(session, person_id)
    flash_done("people.done.role_revoked_steps" if stranded else "people.done.role_revoked")
    return see_other(f"/people/{person_id}/hand-over" if stranded else f"/people/{person_id}")
