"""`docctl user`: accounts, one-time slips instead of passwords set by others, roles by two people (A-15)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from docctl.cli.answers import Answer, Table
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.leaving import add_leaving

if TYPE_CHECKING:
    from uuid import UUID

    from docctl.queries.people import Grant

user = Noun("user")
add_leaving(user)


@user.command("list", permission="person.list", who="either")
@option("--waiting", is_flag=True)
@option("--disabled", is_flag=True)
def list_(desk: Desk, waiting: bool, disabled: bool) -> Answer:
    """List people with their roles; `--waiting` those for whom a second person must act (A-15)."""
    from docctl.domain.permissions import Facts, authorise
    from docctl.queries.people import people

    authorise(desk.actor, "person.list", Facts())
    only = "waiting" if waiting else "disabled" if disabled else ""
    rows: list[Any] = []
    with desk.read() as session:
        page = 1
        while True:
            found = people(session, only=only, page=page)
            rows += found.rows
            if not found.rows or len(rows) >= found.total:
                break
            page += 1
    data = {
        "total": found.total,
        "people": [
            {
                "user": one.username,
                "name": one.name,
                "unit": one.unit,
                "state": one.state,
                "waiting": one.waiting,
                "roles": [
                    {"role": each.role, "unit": each.unit, "waiting": each.is_waiting} for each in one.roles
                ],
            }
            for one in rows
        ],
    }
    head = ("user", "name", "unit", "state", "roles")
    lines = [
        (
            one.username,
            one.name,
            one.unit,
            desk.words.t(f"cli.person.{one.state}"),
            ", ".join(_role(desk, each) for each in one.roles),
        )
        for one in rows
    ]
    table = Table([desk.label(name) for name in head], lines)
    return Answer(data, [*table.lines(), desk.words.t("cli.total", n=found.total)])


def _role(desk: Desk, grant: Grant) -> str:
    name = desk.words.t(f"roles.{grant.role.value}") + (f" @{grant.unit}" if grant.unit else "")
    return f"{name} ({desk.words.t('cli.waits')})" if grant.is_waiting else name


@user.command("add", permission="person.add", who="either", changes=True)
@click.argument("username")
@option("--name", default="")
@option("--unit", default="")
@option("--name-en", default="")
@option("--email", default="")
@option("--language", type=click.Choice(["zh_Hans", "en"]), default=None)
@option("--role", "roles", multiple=True, metavar="ROLE[@UNIT]")
def add(
    desk: Desk,
    username: str,
    name: str,
    unit: str,
    name_en: str,
    email: str,
    language: str | None,
    roles: tuple[str, ...],
) -> Answer:
    """Add a person, or propose roles for one who is there; who signs needs a second person (A-15)."""
    wanted = [_wanted(desk, one) for one in roles]
    if wanted and not desk.as_user:
        raise click.UsageError(desk.words.t("cli.roles_need_a_person"))
    data: dict[str, Any] = {"user": username, "roles": [str(role) for role, _ in wanted]}
    lines = []
    if name:
        token, person_id = _added(desk, username, name, unit, name_en, email, language)
        data["link"] = _link(desk, token)
        lines = [
            desk.words.t("cli.done.person_added", name=name, user=username),
            desk.words.t("cli.link", user=username, link=data["link"]),
        ]
    else:
        if not wanted:
            raise click.UsageError(desk.words.t("cli.name_or_role"))
        person_id = _person(desk, username)
    for role, unit_id in wanted:
        waits = _proposed(desk, person_id, role, unit_id)
        key = "cli.done.role_waits" if waits else "cli.done.role_given"
        lines.append(desk.words.t(key, user=username, role=desk.words.t(f"roles.{role}")))
    return Answer(data, lines)


@user.command("address", permission="person.address", who="either", changes=True)
@click.argument("username")
@click.argument("address")
def address(desk: Desk, username: str, address: str) -> Answer:
    """Put an e-mail address on an account, "" for none; only the person can confirm it (A-4)."""
    from docctl.domain.permissions import Facts, authorise
    from docctl.services.mailing.address import SetAddressOf, set_address_of
    from docctl.services.people.accounts import new_link

    authorise(desk.actor, "person.address", Facts())
    cmd = SetAddressOf(_person(desk, username), address, new_link()[0])
    set_address_of(cmd, by=desk.caller(), house=desk.house)
    key = "mail_code_sent_to" if address.strip() else "mail_no_address_of"
    return desk.done(key, {"user": username, "address": address.strip()}, user=username)


def _added(
    desk: Desk, username: str, name: str, unit: str, name_en: str, email: str, language: str | None
) -> tuple[str, UUID]:
    from docctl.queries.by_name import unit_named
    from docctl.services.people.accounts import AddPerson, add_person, new_link

    if not unit:
        raise click.UsageError(desk.words.t("cli.unit_needed"))
    with desk.read() as session:
        unit_id = unit_named(session, unit).id
    token, token_hash = new_link()
    cmd = AddPerson(
        username=username,
        name=name,
        unit_id=unit_id,
        token_hash=token_hash,
        name_en=name_en,
        email=email,
        language=language or "",
    )
    return token, add_person(cmd, by=desk.caller(), house=desk.house)


def _wanted(desk: Desk, text: str) -> tuple[str, UUID | None]:
    from docctl.domain.roles import Role
    from docctl.queries.by_name import unit_named

    role, _, unit = text.partition("@")
    if role not in set(Role):
        raise click.UsageError(f"--role {role!r}: {', '.join(Role)}")
    if not unit:
        return role, None
    with desk.read() as session:
        return role, unit_named(session, unit).id


def _proposed(desk: Desk, person_id: UUID, role: str, unit_id: UUID | None) -> bool:
    """Propose a role; say whether a second person must confirm it (A-15)."""
    from docctl.domain.roles import SIGNING, Role
    from docctl.services.people.grant import ProposeRole, propose_role

    propose_role(ProposeRole(person_id, Role(role), unit_id), by=desk.caller(), house=desk.house)
    return Role(role) in SIGNING


@user.command("confirm", permission="role.confirm", changes=True)
@click.argument("username")
def confirm(desk: Desk, username: str) -> Answer:
    """Confirm the roles that wait for a second person, and a reset (A-15)."""
    from docctl.domain.permissions import Facts, authorise
    from docctl.queries.people import person_page
    from docctl.services.people.accounts import ConfirmReset, confirm_reset
    from docctl.services.people.grant import ConfirmRole, confirm_role

    authorise(desk.actor, "role.confirm", Facts())
    person_id = _person(desk, username)
    with desk.read() as session:
        page = person_page(session, person_id)
    confirmed = []
    for grant in page.grants:
        if grant.is_waiting:
            confirm_role(ConfirmRole(grant.id), by=desk.caller(), house=desk.house)
            confirmed.append(grant.role.value)
    if page.account.confirm_needed or not confirmed:
        confirm_reset(ConfirmReset(person_id), by=desk.caller(), house=desk.house)
        confirmed.append("reset")
    return desk.done("confirmed", {"user": username, "confirmed": confirmed}, name=page.name)


@user.command("revoke", permission="role.revoke", changes=True)
@click.argument("username")
@click.argument("role", metavar="ROLE[@UNIT]")
def revoke(desk: Desk, username: str, role: str) -> Answer:
    """Take a role back, or a proposal; the person's sessions end (A-15)."""
    from docctl.domain.verdicts import NotFound
    from docctl.models.organisation import Unit
    from docctl.queries.by_name import person_named
    from docctl.queries.people import person_page
    from docctl.services.people.grant import RevokeRole, revoke_role

    wanted, unit_id = _wanted(desk, role)
    with desk.read() as session:
        page = person_page(session, person_named(session, username, disabled_too=True).id)
        unit_name = session.get_one(Unit, unit_id).name if unit_id else ""
    found = [one for one in page.grants if one.role.value == wanted and one.unit == unit_name]
    if not found:
        raise NotFound("role")
    revoke_role(RevokeRole(found[0].id), by=desk.caller(), house=desk.house)
    data = {"user": username, "revoked": role}
    return desk.done("role_revoked", data, user=username, role=desk.words.t(f"roles.{wanted}"))


@user.command("reset", permission="person.reset", who="either", changes=True)
@click.argument("username")
@option("--use", is_flag=True)
@option("--password-fd", "descriptor", type=click.IntRange(min=0), default=None, metavar="N")
def reset(desk: Desk, username: str, use: bool, descriptor: int | None) -> Answer:
    """Give out a one-time slip for a lost password; with `--use` its person sets their own (A-15)."""
    from docctl.services.people.accounts import ResetPassword, new_link, reset_password

    if use:
        return _use(desk, username, descriptor)
    token, token_hash = new_link()
    reset_password(ResetPassword(_person(desk, username), token_hash), by=desk.caller(), house=desk.house)
    link = _link(desk, token)
    done = desk.words.t("cli.done.reset", user=username)
    return Answer(
        {"user": username, "link": link}, [done, desk.words.t("cli.link", user=username, link=link)]
    )


def _use(desk: Desk, username: str, descriptor: int | None) -> Answer:
    """Set one's own password with the slip; slip and password are two lines, never arguments (A-15)."""
    from docctl.domain.verdicts import Refused, RuleRefused
    from docctl.services.people.own import invited, set_password

    ask = desk.asking(descriptor)
    token = ask("cli.ask.slip").strip().rsplit("/", 1)[-1]
    if invited(desk.house, token).username != username.strip().casefold():
        raise RuleRefused(Refused("A-15", "link_over"))
    password = ask("cli.ask.new_password")
    if descriptor is None and ask("cli.ask.again") != password:
        raise click.UsageError(desk.words.t("cli.not_the_same"))
    set_password(desk.house, token=token, password=password, channel="cli")
    return desk.done("password_set", {"user": username}, user=username)


def _person(desk: Desk, username: str) -> UUID:
    from docctl.queries.by_name import person_named

    with desk.read() as session:
        return person_named(session, username).id


def _link(desk: Desk, token: str) -> str:
    return f"{desk.house.public_url}/welcome/{token}"
