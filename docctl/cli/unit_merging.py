"""`docctl unit going|into`: what is open in a unit, and its going into others, thing by thing (O-2)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from docctl.cli.answers import Answer, Table
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import DAY
from docctl.cli.unit_changes import unit_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    from docctl.domain.merging import Goes
    from docctl.queries.unit_going import Going


def add_merging(noun: Noun) -> None:
    """Add the commands by which a unit goes into others to the noun."""

    @noun.command("going", permission="unit.add", who="either")
    @click.argument("unit_code", metavar="UNIT")
    def going(desk: Desk, unit_code: str) -> Answer:
        """List all that is open in a unit and would go into others with it (O-2)."""
        from docctl.domain.permissions import Facts, authorise
        from docctl.queries.unit_going import going as open_in

        authorise(desk.actor, "unit.add", Facts())
        page = unit_of(desk, unit_code)
        with desk.read() as session:
            now, today = desk.house.clock(), desk.house.today()
            found = open_in(session, desk.actor, page.id, at=now, today=today)
        data = {
            "unit": page.code,
            "total": len(found.things),
            "open": [
                {"kind": one.kind.value, "number": one.number, "name": one.name, "with": one.under_way}
                for one in found.things
            ],
            "records": found.records,
            "submitted": found.submitted,
            "routes": list(found.routes),
        }
        rows = [
            (desk.words.t(f"merging.kind.{one.kind.value}"), one.number, one.name) for one in found.things
        ]
        table = Table([desk.label(name) for name in ("open_what", "number", "title")], rows)
        told = [*table.lines(), desk.words.t("cli.total", n=len(found.things))]
        if found.records:
            told.append(desk.words.t("merging.records", count=found.records))
        if found.submitted:
            told.append(desk.words.t("merging.submitted", count=found.submitted))
        if found.routes:
            told.append(desk.words.t("merging.routes", routes=", ".join(found.routes)))
        return Answer(data, told)

    @noun.command("into", permission="unit.add", who="either", changes=True)
    @click.argument("unit_code", metavar="UNIT")
    @click.argument("unit_codes", metavar="INTO...", nargs=-1, required=True)
    @option("--from", "changed_on", type=DAY, default=None)
    @option("--reason", required=True)
    @option("--part", "parts", multiple=True, metavar="KIND:NUMBER=UNIT")
    @option("--stays-open", "stays_open", is_flag=True)
    def into(
        desk: Desk,
        unit_code: str,
        unit_codes: tuple[str, ...],
        changed_on: date | None,
        reason: str,
        parts: tuple[str, ...],
        stays_open: bool,
    ) -> Answer:
        """Let a unit go into another one or several: what no part names goes to the first (O-2).

        With --stays-open the unit is not closed, and only what parts name goes.
        """
        from docctl.queries.by_name import unit_named
        from docctl.queries.unit_going import things
        from docctl.services.people.merging import GoInto, go_into

        page = unit_of(desk, unit_code)
        with desk.read() as session:
            units = {one: unit_named(session, one) for one in unit_codes}
            now, today = desk.house.clock(), desk.house.today()
            found = things(session, desk.actor, page.id, at=now, today=today)
        by_text = {text: one.id for text, one in units.items()} | {one.code: one.id for one in units.values()}
        first = None if stays_open else next(iter(units.values())).id
        goes = tuple(_goes(found, _read(parts, by_text), first))
        into = tuple(dict.fromkeys(one.id for one in units.values()))
        day = changed_on or desk.house.today()
        cmd = GoInto(page.id, page.row_version, into, goes, day, reason, closes=not stays_open)
        go_into(cmd, by=desk.caller(), house=desk.house)
        codes = [one.code for one in units.values()]
        data = {"unit": page.code, "into": codes, "from": day, "went": len(goes), "closed": not stays_open}
        key = "unit_parted" if stays_open else "unit_went"
        return desk.done(key, data, unit=page.code, units=", ".join(codes), day=day, n=len(goes))


def _read(parts: tuple[str, ...], units: Mapping[str, UUID]) -> dict[tuple[str, str], UUID]:
    found: dict[tuple[str, str], UUID] = {}
    for one in parts:
        what, mark, unit = one.rpartition("=")
        kind, colon, number = what.partition(":")
        if not (mark and colon) or unit not in units:
            raise click.UsageError(f"--part {one!r}")
        found[kind, number] = units[unit]
    return found


def _goes(
    things: tuple[Going, ...], parts: Mapping[tuple[str, str], UUID], first: UUID | None
) -> Iterator[Goes]:
    from docctl.domain.merging import Goes

    unknown = parts.keys() - {(one.kind.value, one.number) for one in things}
    if unknown:
        raise click.UsageError("--part {}".format(":".join(min(unknown))))
    for one in things:
        to = parts.get((one.kind.value, one.number), first)
        if to is not None:
            yield Goes(one.kind, one.id, to)
