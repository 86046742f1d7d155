"""`docctl outside`: outside organisations, their people, what is shared with them (O-7)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from docctl.cli.answers import Answer, Table
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import DAY

if TYPE_CHECKING:
    from uuid import UUID

    from docctl.queries.partners import OutsidePage

outside = Noun("outside")


@outside.command("list", permission="outside.list", who="either")
def list_(desk: Desk) -> Answer:
    """List the outside organisations with what is open there (O-7)."""
    from docctl.domain.permissions import Facts, authorise
    from docctl.queries.partners import outside as organisations

    authorise(desk.actor, "outside.list", Facts())
    with desk.read() as session:
        found = organisations(session, at=desk.house.clock())
    data = [
        {
            "unit": one.code,
            "name": one.name,
            "kind": one.kind,
            "people": one.people,
            "next_end": one.until_on,
            "copies": one.copies,
            "shared": one.shared,
            "records": one.records,
        }
        for one in found
    ]
    rows = [(one.code, one.name, one.people, one.until_on, one.copies, one.shared) for one in found]
    labels = ("code", "called", "people", "last_day", "copies", "shared")
    return Answer(
        {"total": len(found), "outside": data}, Table([desk.label(one) for one in labels], rows).lines()
    )


@outside.command("show", permission="outside.list")
@click.argument("unit_code", metavar="UNIT")
def show(desk: Desk, unit_code: str) -> Answer:
    """Show one outside organisation: its people, what is shared with it (O-7)."""
    return _told(desk, unit_code)


@outside.command("bind", permission="outside.bind", who="either", changes=True)
@click.argument("username", metavar="USER")
@option("--purpose", required=True)
@option("--until", "bound_until", type=DAY, required=True)
def bind(desk: Desk, username: str, purpose: str, bound_until: date) -> Answer:
    """Bind somebody from outside to a purpose until a day (O-7)."""
    from docctl.services.people.partners import BindPartner, bind_partner

    person_id = _person(desk, username)
    cmd = BindPartner(person_id, purpose, bound_until)
    bind_partner(cmd, by=desk.caller(), house=desk.house)
    data = {"user": username, "until": bound_until}
    return desk.done("partner_bound", data, user=username, day=bound_until)


@outside.command("end", permission="outside.bind", who="either", changes=True)
@click.argument("username", metavar="USER")
def end(desk: Desk, username: str) -> Answer:
    """End the rights of somebody from outside now (O-7)."""
    from docctl.services.people.partners import UnbindPartner, unbind_partner

    unbind_partner(UnbindPartner(_person(desk, username)), by=desk.caller(), house=desk.house)
    return desk.done("partner_ended", {"user": username}, user=username)


@outside.command("share", permission="outside.share", changes=True)
@click.argument("unit_code", metavar="UNIT")
@click.argument("number")
@option("--purpose", required=True)
@option("--until", "bound_until", type=DAY, required=True)
def share(desk: Desk, unit_code: str, number: str, purpose: str, bound_until: date) -> Answer:
    """Share a document or record with an outside organisation until a day (O-7)."""
    from docctl.cli import names
    from docctl.domain.verdicts import NotFound
    from docctl.queries.by_name import unit_named
    from docctl.services.people.partners import ShareItem, share_item

    with desk.read() as session:
        unit = unit_named(session, unit_code)
        try:
            item = names.item(desk, session, number, "document")
        except NotFound:
            item = names.item(desk, session, number, "record")
    cmd = ShareItem(unit.id, item.item_kind, item.item_id, purpose, bound_until)
    share_item(cmd, by=desk.caller(), house=desk.house)
    return _told(desk, unit_code)


@outside.command("unshare", permission="outside.share", changes=True)
@click.argument("unit_code", metavar="UNIT")
@click.argument("line", type=click.IntRange(min=1))
def unshare(desk: Desk, unit_code: str, line: int) -> Answer:
    """End a sharing now, by its line (O-7)."""
    from docctl.domain.verdicts import NotFound
    from docctl.services.people.partners import EndShare, end_share

    page = _page(desk, unit_code)
    if line > len(page.shared):
        raise NotFound("share")
    end_share(EndShare(page.shared[line - 1].id), by=desk.caller(), house=desk.house)
    return _told(desk, unit_code)


def _person(desk: Desk, username: str) -> UUID:
    from docctl.queries.by_name import person_named

    with desk.read() as session:
        return person_named(session, username).id


def _page(desk: Desk, unit_code: str) -> OutsidePage:
    from docctl.queries.by_name import unit_named
    from docctl.queries.partners import outside_page

    with desk.read() as session:
        unit = unit_named(session, unit_code)
        return outside_page(session, desk.actor, unit.id, at=desk.house.clock())


def _told(desk: Desk, unit_code: str) -> Answer:
    page = _page(desk, unit_code)
    words = desk.words.t
    data = {
        "unit": page.code,
        "name": page.name,
        "people": [
            {"user": one.username, "purpose": one.purpose, "until": one.until_on, "state": one.state}
            for one in page.people
        ],
        "shared": [
            {"kind": one.kind, "number": one.number, "until": one.until_on, "state": one.state}
            for one in page.shared
        ],
        "copies": [{"number": one.number, "copy": one.copy} for one in page.copies],
        "records": page.records,
    }
    parts = [
        *((one.name, one.purpose, one.until_on, one.state) for one in page.people),
        *((one.number, one.purpose, one.until_on, one.state) for one in page.shared),
    ]
    rows = [(name, why, day, words(f"outside.states.{state}")) for name, why, day, state in parts]
    labels = ("name", "purpose", "last_day", "state")
    return Answer(data, Table([desk.label(one) for one in labels], rows).lines())
