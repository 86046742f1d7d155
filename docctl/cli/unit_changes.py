"""`docctl unit change|names|name-add|name-end`: what a unit is called and where it stands (O-1, O-2)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import click

from docctl.cli.answers import Answer, Table
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import DAY
from docctl.domain.units import UnitKind

if TYPE_CHECKING:
    from docctl.queries.unit_page import UnitPage

KINDS: Final = click.Choice([one.value for one in UnitKind])


def unit_of(desk: Desk, unit_code: str) -> UnitPage:
    """Return the unit with this code or name; raise NotFound or RuleRefused."""
    from docctl.queries.by_name import unit_named
    from docctl.queries.unit_page import unit_page

    with desk.read() as session:
        return unit_page(session, unit_named(session, unit_code).id)


def add_changes(noun: Noun) -> None:
    """Add the commands that rename and move a unit to the noun."""

    @noun.command("change", permission="unit.add", who="either", changes=True)
    @click.argument("unit_code", metavar="UNIT")
    @option("--name", "called", default="")
    @option("--kind", "unit_kind", type=KINDS, default=None)
    @option("--under", default="", metavar="UNIT")
    @option("--from", "changed_on", type=DAY, default=None)
    @option("--reason", required=True)
    def change(
        desk: Desk,
        unit_code: str,
        called: str,
        unit_kind: str | None,
        under: str,
        changed_on: date | None,
        reason: str,
    ) -> Answer:
        """Rename or move a unit, or say what it is; what is not named stays (O-1, O-2)."""
        from docctl.queries.by_name import unit_named
        from docctl.services.people.unit_changes import ChangeUnit, change_unit

        page = unit_of(desk, unit_code)
        parent_id = page.parent_id
        if under:
            with desk.read() as session:
                parent_id = unit_named(session, under).id
        cmd = ChangeUnit(
            page.id,
            page.row_version,
            called or page.name,
            unit_kind or page.kind,
            parent_id,
            changed_on or desk.house.today(),
            reason,
        )
        change_unit(cmd, by=desk.caller(), house=desk.house)
        after = unit_of(desk, unit_code)
        data = {"unit": after.code, "name": after.name, "kind": after.kind, "parent": after.parent}
        return desk.done("unit_changed", data, unit=after.code, name=after.name)

    @noun.command("names", permission="person.list", who="either")
    @click.argument("unit_code", metavar="UNIT")
    def list_names(desk: Desk, unit_code: str) -> Answer:
        """List what a unit is and was called, each former name with its last day (O-2)."""
        from docctl.domain.permissions import Facts, authorise

        authorise(desk.actor, "person.list", Facts())
        page = unit_of(desk, unit_code)
        names = [
            {"name": one.name, "until": one.until_on, "parent": one.parent, "reason": one.reason}
            for one in page.names
        ]
        now = (page.name, "", page.parent, "")
        rows = [now, *((one.name, one.until_on or "", one.parent, one.reason) for one in page.names)]
        table = Table([desk.label(name) for name in ("called", "last_day", "parent", "reason")], rows)
        return Answer({"unit": page.code, "name": page.name, "names": names}, table.lines())

    @noun.command("name-add", permission="unit.add", who="either", changes=True)
    @click.argument("unit_code", metavar="UNIT")
    @click.argument("name")
    def add_name(desk: Desk, unit_code: str, name: str) -> Answer:
        """Let another name find a unit (O-2)."""
        from docctl.services.people.unit_changes import NameUnit, name_unit

        page = unit_of(desk, unit_code)
        name_unit(NameUnit(page.id, name), by=desk.caller(), house=desk.house)
        return desk.done("unit_named", {"unit": page.code, "name": name}, unit=page.code, name=name)

    @noun.command("name-end", permission="unit.add", who="either", changes=True)
    @click.argument("unit_code", metavar="UNIT")
    @click.argument("name")
    def end_name(desk: Desk, unit_code: str, name: str) -> Answer:
        """Let another name find a unit no more (O-2)."""
        from docctl.domain.verdicts import NotFound
        from docctl.models.names import name_key
        from docctl.services.people.unit_changes import EndUnitName, end_unit_name

        page = unit_of(desk, unit_code)
        found = next((one for one in page.names if name_key(one.name) == name_key(name)), None)
        if found is None:
            raise NotFound("name")
        end_unit_name(EndUnitName(page.id, found.id), by=desk.caller(), house=desk.house)
        return desk.done(
            "unit_name_ended", {"unit": page.code, "name": found.name}, unit=page.code, name=name
        )

    @noun.command("close", permission="unit.add", who="either", changes=True)
    @click.argument("unit_code", metavar="UNIT")
    @option("--until", "closed_on", type=DAY, default=None)
    @option("--reason", required=True)
    def close(desk: Desk, unit_code: str, closed_on: date | None, reason: str) -> Answer:
        """Close a unit in which nothing is open, with today or a past day as its last one (O-1)."""
        from docctl.services.people.closing import CloseUnit, close_unit

        page, day = unit_of(desk, unit_code), closed_on or desk.house.today()
        cmd = CloseUnit(page.id, page.row_version, day, reason)
        close_unit(cmd, by=desk.caller(), house=desk.house)
        return desk.done("unit_closed", {"unit": page.code, "until": day}, unit=page.code, day=day)

    @noun.command("reopen", permission="unit.add", who="either", changes=True)
    @click.argument("unit_code", metavar="UNIT")
    @option("--reason", required=True)
    def reopen(desk: Desk, unit_code: str, reason: str) -> Answer:
        """Open a unit again that was closed by mistake (O-1)."""
        from docctl.services.people.closing import OpenUnit, open_unit

        page = unit_of(desk, unit_code)
        open_unit(OpenUnit(page.id, reason), by=desk.caller(), house=desk.house)
        return desk.done("unit_opened", {"unit": page.code, "until": None}, unit=page.code)
