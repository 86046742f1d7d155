"""`docctl delegation`: who stands in for whom at signatures, from when until when (A-2, A-8)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from docctl.cli.answers import Answer, Table
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import DAY

if TYPE_CHECKING:
    from docctl.queries.delegations import DelegationRow

delegation = Noun("delegation")


@delegation.command("list", permission="delegation.list", who="either")
@option("--all", "everybody", is_flag=True)
@option("--on", "asked_on", type=DAY, default=None)
def list_(desk: Desk, everybody: bool, asked_on: date | None) -> Answer:
    """List the delegations that a person gave, has or entered; with `--all` those of everybody (A-2)."""
    from docctl.domain.permissions import Facts, authorise

    everybody = everybody or desk.actor.person_id is None
    authorise(desk.actor, "person.list" if everybody else "delegation.list", Facts())
    rows = _rows(desk, everybody=everybody, on=asked_on)
    data = {
        "total": len(rows),
        "on": asked_on,
        "delegations": [
            {
                "principal": one.principal_username,
                "delegate": one.delegate_username,
                "from": one.from_on,
                "until": one.until_on,
                "state": one.state,
                "types": [code for code, _, _ in one.types],
                "units": list(one.units),
                "reason": one.reason,
                "given_by": one.given_by,
                "ended_at": one.ended_at,
                "end_reason": one.end_reason,
            }
            for one in rows
        ],
    }
    labels = ("delegation_of", "delegation_to", "from", "last_day", "state", "reason")
    lines = [
        (
            one.principal,
            one.delegate,
            one.from_on,
            one.until_on,
            desk.words.t(f"delegations.state.{one.state}"),
            one.reason,
        )
        for one in rows
    ]
    table = Table([desk.label(one) for one in labels], lines)
    return Answer(data, [*table.lines(), desk.words.t("cli.total", n=len(rows))])


@delegation.command("add", permission="delegation.give", changes=True)
@click.argument("username", metavar="DELEGATE")
@option("--of", "of_user", default="", metavar="USER")
@option("--from", "from_on", type=DAY, default=None)
@option("--until", "delegated_until", type=DAY, required=True)
@option("--reason", required=True)
@option("--type", "of_types", multiple=True, metavar="TYPE")
@option("--unit", "of_units", multiple=True, metavar="UNIT")
def add(
    desk: Desk,
    username: str,
    of_user: str,
    from_on: date | None,
    delegated_until: date,
    reason: str,
    of_types: tuple[str, ...],
    of_units: tuple[str, ...],
) -> Answer:
    """Let somebody sign for oneself, or with `--of` for an absent person (A-2)."""
    from docctl.queries.by_name import person_named, type_named, unit_named
    from docctl.services.people.delegations import GiveDelegation, give_delegation

    with desk.read() as session:
        delegate = person_named(session, username)
        principal = person_named(session, of_user) if of_user else None
        types = tuple(type_named(session, one).id for one in of_types)
        units = tuple(unit_named(session, one).id for one in of_units)
    own = desk.caller().person_id
    first = from_on or desk.house.today()
    whose = principal.id if principal else own
    cmd = GiveDelegation(whose, delegate.id, first, delegated_until, reason, types, units)
    give_delegation(cmd, by=desk.caller(), house=desk.house)
    name = principal.name if principal else desk.actor.name
    data = {
        "principal": principal.username if principal else desk.actor.username,
        "delegate": delegate.username,
        "from": first,
        "until": delegated_until,
    }
    return desk.done(
        "delegation_given", data, name=name, other=delegate.name, first=first, last=delegated_until
    )


@delegation.command("end", permission="delegation.end", changes=True)
@click.argument("username", metavar="DELEGATE")
@option("--of", "of_user", default="", metavar="USER")
@option("--from", "from_on", type=DAY, default=None)
@option("--reason", required=True)
def end(desk: Desk, username: str, of_user: str, from_on: date | None, reason: str) -> Answer:
    """End the delegation to somebody that runs or comes next; `--from` names another one (A-2)."""
    from docctl.domain.verdicts import NotFound
    from docctl.queries.by_name import person_named
    from docctl.queries.delegations import delegations
    from docctl.queries.paging import AT_ONCE
    from docctl.services.people.delegations import EndDelegation, end_delegation

    with desk.read() as session:
        delegate = person_named(session, username)
        principal = person_named(session, of_user) if of_user else None
        whose = principal.id if principal else desk.caller().person_id
        lasting = delegations(
            session, at=desk.house.clock(), reader=None, between=(whose, delegate.id), size=AT_ONCE
        )
    found = [one for one in reversed(lasting.rows) if from_on in {None, one.from_on}]
    if not found:
        raise NotFound("delegation")
    row = found[0]
    end_delegation(EndDelegation(row.id, reason), by=desk.caller(), house=desk.house)
    data = {
        "principal": row.principal_username,
        "delegate": row.delegate_username,
        "from": row.from_on,
        "state": "ended",
    }
    return desk.done("delegation_ended", data, name=row.principal, other=row.delegate)


@delegation.command("seen", permission="delegation.see", changes=True)
def seen(desk: Desk) -> Answer:
    """Note that one knows of the delegations that others entered (A-2)."""
    from docctl.services.people.delegations import SeeDelegations, see_delegations

    count = see_delegations(SeeDelegations(), by=desk.caller(), house=desk.house)
    return desk.done("delegations_seen", {"seen": count}, n=count)


def _rows(desk: Desk, *, everybody: bool, on: date | None) -> list[DelegationRow]:
    from docctl.queries.delegations import delegations, held_on
    from docctl.queries.paging import every_row

    own, now = desk.actor.person_id, desk.house.clock()
    with desk.read() as session:
        return list(
            every_row(
                lambda page, size: delegations(
                    session,
                    at=now,
                    reader=own,
                    person_id=None if everybody else own,
                    running_at=held_on(on, now, desk.house.zone),
                    page=page,
                    size=size,
                )
            )
        )
