"""`docctl entity`: the legal entities, each of which numbers for itself (O-2, O-4)."""

from __future__ import annotations

from datetime import date

import click

from docctl.cli.answers import Answer, Table
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import DAY
from docctl.cli.unit_changes import KINDS
from docctl.domain.units import UnitKind

entity = Noun("entity")


@entity.command("list", permission="person.list", who="either")
def list_(desk: Desk) -> Answer:
    """List the legal entities with what they were called (O-4)."""
    from docctl.domain.permissions import Facts, authorise
    from docctl.queries.entities import entities

    authorise(desk.actor, "person.list", Facts())
    with desk.read() as session:
        found = entities(session)
    data = [
        {
            "entity": one.code,
            "name": one.name,
            "units": one.units,
            "documents": one.documents,
            "former": [{"name": each.name, "until": each.until_on} for each in one.former],
        }
        for one in found
    ]
    rows = [
        (one.code, one.name, one.units, ", ".join(f"{each.name} – {each.until_on}" for each in one.former))
        for one in found
    ]
    table = Table([desk.label(name) for name in ("code", "called", "units", "former")], rows)
    return Answer({"total": len(found), "entities": data}, table.lines())


@entity.command("add", permission="entity.add", who="either", changes=True)
@click.argument("code")
@option("--name", "called", required=True)
@option("--unit", "first_unit", required=True, metavar="CODE")
@option("--unit-name", "first_unit_name", required=True)
@option("--kind", "unit_kind", type=KINDS, default=UnitKind.COMPANY.value)
@option("--under", default="", metavar="UNIT")
def add(
    desk: Desk, code: str, called: str, first_unit: str, first_unit_name: str, unit_kind: str, under: str
) -> Answer:
    """Add a legal entity with its first unit (O-4)."""
    from docctl.queries.by_name import unit_named
    from docctl.queries.entities import entity_row
    from docctl.services.people.entities import AddEntity, add_entity

    with desk.read() as session:
        parent_id = unit_named(session, under).id if under else None
    cmd = AddEntity(code, called, first_unit, first_unit_name, parent_id, unit_kind)
    entity_id = add_entity(cmd, by=desk.caller(), house=desk.house)
    with desk.read() as session:
        row = entity_row(session, entity_id)
    return desk.done("entity_added", {"entity": row.code, "name": row.name}, entity=row.code, name=row.name)


@entity.command("rename", permission="entity.add", who="either", changes=True)
@click.argument("code", metavar="ENTITY")
@option("--name", "called", required=True)
@option("--from", "changed_on", type=DAY, default=None)
@option("--reason", required=True)
def rename(desk: Desk, code: str, called: str, changed_on: date | None, reason: str) -> Answer:
    """Rename a legal entity from a day on; its code stays (O-2, O-4)."""
    from docctl.queries.entities import entity_coded
    from docctl.services.people.entities import RenameEntity, rename_entity

    with desk.read() as session:
        row = entity_coded(session, code)
    cmd = RenameEntity(row.id, called, changed_on or desk.house.today(), reason)
    rename_entity(cmd, by=desk.caller(), house=desk.house)
    data = {"entity": row.code, "name": called, "before": row.name}
    return desk.done("entity_renamed", data, entity=row.code, name=called)
