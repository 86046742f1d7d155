"""`docctl hold`: nothing under a hold is destroyed before it is lifted (R-5)."""

from __future__ import annotations

import click

from docctl.cli import names
from docctl.cli.answers import Answer, Table
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk

hold = Noun("hold")


@hold.command("place", permission="hold.place", changes=True)
@click.argument("numbers", nargs=-1, required=True)
@option("--name", required=True)
@option("--reason", required=True)
def place(desk: Desk, numbers: tuple[str, ...], name: str, reason: str) -> Answer:
    """Place a named hold on records (R-5)."""
    from docctl.models.retention import Hold
    from docctl.services.holds.place import PlaceHold, place_hold

    with desk.read() as session:
        found = names.items(desk, session, numbers, "record")
    cmd = PlaceHold(name, reason, tuple(one.item_id for one in found))
    hold_id = place_hold(cmd, by=desk.caller(), house=desk.house)
    with desk.read() as session:
        row = session.get_one(Hold, hold_id)
    data = {"hold": row.number, "name": row.name, "records": [one.number for one in found]}
    return desk.done("held", data, hold=row.number, name=row.name, n=len(found))


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
