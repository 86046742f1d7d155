"""`docctl unit leaders|lead|lead-end|lead-drop`: who is in charge of which units, by date (O-3)."""

from __future__ import annotations

from datetime import date

import click

from docctl.cli.answers import Answer, Table
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import DAY
from docctl.cli.unit_changes import unit_of


def add_leaders(noun: Noun) -> None:
    """Add the commands about leaders in charge to the noun."""

    @noun.command("leaders", permission="person.list", who="either")
    def list_(desk: Desk) -> Answer:
        """List who is in charge of which units, those of today first (O-3)."""
        from docctl.domain.permissions import Facts, authorise
        from docctl.queries.unit_leaders import leaders

        authorise(desk.actor, "person.list", Facts())
        with desk.read() as session:
            found = leaders(session, today=desk.house.today())
        data = [
            {
                "leader": one.person,
                "unit": one.unit,
                "from": one.from_on,
                "until": one.until_on,
                "state": one.state,
            }
            for one in found
        ]
        rows = [(one.person, f"{one.unit} {one.unit_name}", one.from_on, one.until_on) for one in found]
        table = Table([desk.label(name) for name in ("name", "unit", "from", "last_day")], rows)
        return Answer({"total": len(found), "leaders": data}, table.lines())

    @noun.command("lead", permission="unit.add", who="either", changes=True)
    @click.argument("username", metavar="USER")
    @click.argument("unit_codes", metavar="UNIT...", nargs=-1, required=True)
    @option("--from", "changed_on", type=DAY, default=None)
    def lead(desk: Desk, username: str, unit_codes: tuple[str, ...], changed_on: date | None) -> Answer:
        """Put a person in charge of units; who led one until then ends the day before (O-3)."""
        from docctl.queries.by_name import person_named, unit_named
        from docctl.services.people.leaders import LeadUnits, lead_units

        with desk.read() as session:
            person = person_named(session, username)
            units = [unit_named(session, one) for one in unit_codes]
        day = changed_on or desk.house.today()
        cmd = LeadUnits(person.id, tuple(one.id for one in units), day)
        lead_units(cmd, by=desk.caller(), house=desk.house)
        codes = [one.code for one in units]
        data = {"user": person.username, "units": codes, "from": day}
        return desk.done("leader_named", data, name=person.name, units=", ".join(codes), day=day)

    @noun.command("lead-end", permission="unit.add", who="either", changes=True)
    @click.argument("unit_code", metavar="UNIT")
    @option("--until", "led_until", type=DAY, default=None)
    def lead_end(desk: Desk, unit_code: str, led_until: date | None) -> Answer:
        """End the time of who is in charge of a unit, today or another day; one to come moves (O-3)."""
        from docctl.domain.verdicts import NotFound
        from docctl.queries.unit_leaders import leaders
        from docctl.services.people.leaders import StopLeading, stop_leading

        page = unit_of(desk, unit_code)
        with desk.read() as session:
            found = leaders(session, today=desk.house.today(), unit_id=page.id)
        running = next((one for one in found if one.state == "now"), None)
        running = running or next((one for one in found if one.state == "coming"), None)
        if running is None:
            raise NotFound("leader")
        day = led_until or desk.house.today()
        stop_leading(StopLeading(running.id, day), by=desk.caller(), house=desk.house)
        data = {"unit": page.code, "leader": running.person, "until": day}
        return desk.done("leader_ended", data, name=running.person, unit=page.code, day=day)


def add_drop(noun: Noun) -> None:
    """Add the command that drops what is still to come to the noun."""

    @noun.command("lead-drop", permission="unit.add", who="either", changes=True)
    @click.argument("unit_code", metavar="UNIT")
    @option("--from", "changed_on", type=DAY, default=None)
    def lead_drop(desk: Desk, unit_code: str, changed_on: date | None) -> Answer:
        """Drop the next time in charge of a unit that is to come, or that from a day on (O-3)."""
        from docctl.domain.verdicts import NotFound
        from docctl.queries.unit_leaders import leaders
        from docctl.services.people.leaders import DropLeading, drop_leading

        page = unit_of(desk, unit_code)
        with desk.read() as session:
            found = leaders(session, today=desk.house.today(), unit_id=page.id)
        coming = [one for one in found if one.state == "coming" and changed_on in {None, one.from_on}]
        if not coming:
            raise NotFound("leader")
        first = min(coming, key=lambda one: one.from_on)
        drop_leading(DropLeading(first.id), by=desk.caller(), house=desk.house)
        data = {"unit": page.code, "leader": first.person, "from": first.from_on}
        return desk.done("leader_dropped", data, name=first.person, unit=page.code, day=first.from_on)
