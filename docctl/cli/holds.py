"""`docctl hold`: nothing under a hold is destroyed before it is lifted (R-5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from docctl.cli import names
from docctl.cli.answers import Answer, Table, pairs
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk

if TYPE_CHECKING:
    from docctl.queries.held_keys import HeldKey

hold = Noun("hold")


@hold.command("place", permission="hold.place", changes=True)
@click.argument("numbers", nargs=-1)
@option("--name", "called", required=True)
@option("--reason", required=True)
@option("--key", "keys", multiple=True, metavar="KIND=VALUE")
@option("--none-yet", is_flag=True)
def place(
    desk: Desk, numbers: tuple[str, ...], called: str, reason: str, keys: tuple[str, ...], none_yet: bool
) -> Answer:
    """Place a named hold on records, on keys, or on both; those filed with a key later too (R-5, S-7)."""
    from docctl.queries.hold_page import hold_page
    from docctl.services.holds.place import PlaceHold, place_hold

    if not numbers and not keys:
        raise click.UsageError(desk.words.t("R-5.nothing_to_hold"))
    typed = tuple(names.key(one) for one in keys)
    with desk.read() as session:
        found = names.items(desk, session, numbers, "record")
    ids = tuple(one.item_id for one in found)
    cmd = PlaceHold(called, reason, ids, typed, none_yet_is_meant=none_yet)
    hold_id = place_hold(cmd, by=desk.caller(), house=desk.house)
    with desk.read() as session:
        page = hold_page(session, desk.actor, hold_id)
    data = {
        "hold": page.number,
        "name": page.name,
        "records": [one.number for one in found],
        "keys": _keys(page.keys),
        "covered": page.total,
        "too_late": page.too_late,
    }
    return desk.done("held", data, hold=page.number, name=page.name, n=page.total)


def _keys(keys: tuple[HeldKey, ...]) -> list[dict[str, str]]:
    return [{"kind": one.kind, "value": one.value} for one in keys]


@hold.command("show", permission="hold.list")
@click.argument("hold_number", metavar="HOLD")
@option("--page", type=click.IntRange(min=1), default=1)
def show(desk: Desk, hold_number: str, page: int) -> Answer:
    """Show a hold: why, because of which keys, and what it covers, fifty at a time (R-5, X-3)."""
    from docctl.domain.permissions import Facts, authorise
    from docctl.queries.by_name import hold_numbered
    from docctl.queries.hold_page import hold_page

    authorise(desk.actor, "hold.list", Facts())
    with desk.read() as session:
        found = hold_page(session, desk.actor, hold_numbered(session, hold_number).id, page=page)
    data = {
        "hold": found.number,
        "name": found.name,
        "reason": found.reason,
        "owner": found.owner_role,
        "placed_by": found.placed_by,
        "placed_at": desk.local(found.placed_at),
        "lifted_at": desk.local(found.lifted_at),
        "lift_reason": found.lift_reason,
        "keys": _keys(found.keys),
        "covered": found.total,
        "too_late": found.too_late,
        "page": found.page,
        "records": [{"number": one.number, "title": one.title, "state": one.state} for one in found.rows],
    }
    keys = "、".join(f"{desk.words.t(f'fields.{one.kind}')} {one.value}" for one in found.keys)
    facts = [
        ("hold", f"{found.number} {found.name}"),
        ("reason", found.reason),
        *([("keys", keys)] if keys else []),
        ("placed", f"{desk.words.instant(found.placed_at)} {found.placed_by}"),
        *(
            [("lifted", f"{desk.words.instant(found.lifted_at)} {found.lift_reason}")]
            if found.lifted_at
            else []
        ),
    ]
    head = [desk.label(name) for name in ("number", "state", "title")]
    rows = [(one.number, desk.state(one.state) if one.state else "", one.title) for one in found.rows]
    lines = pairs((desk.label(name), value) for name, value in facts)
    return Answer(data, [*lines, *Table(head, rows).lines(), desk.words.t("cli.total", n=found.total)])


@hold.command("lift", permission="hold.lift", changes=True)
@click.argument("hold_number", metavar="HOLD")
@option("--reason", required=True)
def lift(desk: Desk, hold_number: str, reason: str) -> Answer:
    """Lift a hold with the reason (R-5)."""
    from docctl.queries.by_name import hold_numbered
    from docctl.services.holds.place import LiftHold, lift_hold

    with desk.read() as session:
        row = hold_numbered(session, hold_number)
    lift_hold(LiftHold(row.id, row.row_version, reason), by=desk.caller(), house=desk.house)
    return desk.done("lifted", {"hold": row.number, "name": row.name}, hold=row.number, name=row.name)


@hold.command("list", permission="hold.list")
@option("--lifted", is_flag=True)
def list_(desk: Desk, lifted: bool) -> Answer:
    """List the holds that stand, or with `--lifted` those that were lifted (R-5)."""
    from docctl.domain.permissions import Facts, authorise
    from docctl.queries.holds import hold_list

    authorise(desk.actor, "hold.list", Facts())
    with desk.read() as session:
        found = hold_list(session, lifted=lifted, page_size=None)
    data = {
        "total": found.total,
        "holds": [
            {
                "hold": one.number,
                "name": one.name,
                "owner": one.owner_role,
                "placed_by": one.placed_by,
                "placed_at": desk.local(one.placed_at),
                "lifted_at": desk.local(one.lifted_at),
                "records": one.records,
                "keys": _keys(one.keys),
            }
            for one in found.rows
        ],
    }
    head = ("hold", "title", "placed", "lifted", "records")
    rows = [
        (one.number, one.name, desk.local(one.placed_at), desk.local(one.lifted_at), one.records)
        for one in found.rows
    ]
    table = Table([desk.label(name) for name in head], rows)
    return Answer(data, [*table.lines(), desk.words.t("cli.total", n=found.total)])
