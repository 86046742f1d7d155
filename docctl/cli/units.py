"""`docctl unit|post`: the tree of units, what they answer for, who holds which post (O-1, O-3, R-6)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from docctl.cli.answers import Answer, Table
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import DAY
from docctl.cli.rosters import add_rosters
from docctl.cli.unit_changes import KINDS, add_changes, unit_of
from docctl.cli.unit_leaders import add_drop, add_leaders
from docctl.cli.unit_merging import add_merging
from docctl.domain.units import UnitKind

if TYPE_CHECKING:
    from docctl.queries.unit_page import PostRow, UnitPage

unit = Noun("unit")
post = Noun("post")
add_changes(unit)
add_merging(unit)
add_leaders(unit)
add_drop(unit)
add_rosters(post)


@unit.command("list", permission="person.list", who="either")
@option("--as-of", "as_of", type=DAY, default=None)
def list_units(desk: Desk, as_of: date | None) -> Answer:
    """List the units, each under its parent, as they are or were on a day (O-1, O-2)."""
    from docctl.domain.permissions import Facts, authorise
    from docctl.queries.units import units

    authorise(desk.actor, "person.list", Facts())
    with desk.read() as session:
        found = units(session, on=as_of)
    data = {
        "total": len(found),
        "units": [
            {
                "unit": one.code,
                "name": one.name,
                "names": one.others,
                "kind": one.kind,
                "parent": one.parent,
                "head": one.head,
                "people": one.people,
                "functions": one.functions,
                "from": one.valid_from,
                "until": one.valid_until,
            }
            for one in found
        ],
    }
    rows = [
        (
            one.code,
            one.name,
            one.parent,
            one.head,
            one.people,
            ", ".join(desk.words.t(f"functions.{each}") for each in one.functions),
        )
        for one in found
    ]
    table = Table(
        [desk.label(name) for name in ("code", "called", "parent", "head", "people", "functions")], rows
    )
    return Answer(data, [*table.lines(), desk.words.t("cli.total", n=len(found))])


@unit.command("add", permission="unit.add", who="either", changes=True)
@click.argument("code")
@option("--name", "called", required=True)
@option("--under", required=True, metavar="UNIT")
@option("--kind", "unit_kind", type=KINDS, default=UnitKind.DEPARTMENT.value)
def add(desk: Desk, code: str, called: str, under: str, unit_kind: str) -> Answer:
    """Add a unit under another one, from today on (O-1)."""
    from docctl.models.organisation import Unit
    from docctl.queries.by_name import unit_named
    from docctl.services.people.units import AddUnit, add_unit

    with desk.read() as session:
        parent_id = unit_named(session, under).id
    unit_id = add_unit(AddUnit(code, called, parent_id, unit_kind), by=desk.caller(), house=desk.house)
    with desk.read() as session:
        row = session.get_one(Unit, unit_id)
    data = {"unit": row.code, "name": row.name}
    return desk.done("unit_added", data, unit=row.code, name=row.name)


@unit.command("duties", permission="unit.add", who="either", changes=True)
@click.argument("unit_code", metavar="UNIT")
@option("--head", default=None, metavar="USER")
@option("--no-head", is_flag=True)
@option("--function", "functions", multiple=True)
def duties(desk: Desk, unit_code: str, head: str | None, no_head: bool, functions: tuple[str, ...]) -> Answer:
    """Name a unit's head and the functions whose opinion it gives; what is not named stays (R-6)."""
    from docctl.domain.class_content import FUNCTIONS
    from docctl.queries.by_name import person_named
    from docctl.services.people.duties import SetDuties, set_duties

    if head and no_head:
        raise click.UsageError("--head, --no-head")
    if unknown := sorted(set(functions) - set(FUNCTIONS)):
        raise click.UsageError(f"--function {unknown[0]!r}: {', '.join(FUNCTIONS)}")
    page = unit_of(desk, unit_code)
    head_id = None if no_head else page.head_id
    if head:
        with desk.read() as session:
            head_id = person_named(session, head).id
    cmd = SetDuties(page.id, page.row_version, head_id, functions or page.functions)
    set_duties(cmd, by=desk.caller(), house=desk.house)
    page = unit_of(desk, unit_code)
    data = {"unit": page.code, "head": page.head, "functions": page.functions}
    return desk.done("duties_set", data, unit=page.code)


@post.command("list", permission="person.list", who="either")
@click.argument("unit_code", metavar="UNIT")
def list_posts(desk: Desk, unit_code: str) -> Answer:
    """List the posts of a unit with everybody who has held them (O-3)."""
    from docctl.domain.permissions import Facts, authorise

    authorise(desk.actor, "person.list", Facts())
    page = unit_of(desk, unit_code)
    data = {
        "unit": page.code,
        "posts": [
            {
                "post": one.name,
                "holders": [
                    {"name": each.person, "from": each.from_on, "until": each.until_on}
                    for each in one.holders
                ],
            }
            for one in page.posts
        ],
    }
    rows = [
        (one.name, each.person if each else "", each and each.from_on, each and each.until_on)
        for one in page.posts
        for each in (one.holders or (None,))
    ]
    table = Table([desk.label(name) for name in ("post", "name", "from", "last_day")], rows)
    return Answer(data, table.lines())


@post.command("open", permission="unit.add", who="either", changes=True)
@click.argument("unit_code", metavar="UNIT")
@click.argument("name")
def open_(desk: Desk, unit_code: str, name: str) -> Answer:
    """Add a post to a unit (O-3)."""
    from docctl.services.people.posts import AddPost, add_post

    page = unit_of(desk, unit_code)
    add_post(AddPost(page.id, name), by=desk.caller(), house=desk.house)
    return desk.done("post_opened", {"unit": page.code, "post": name}, unit=page.code, post=name)


@post.command("holder", permission="unit.add", who="either", changes=True)
@click.argument("unit_code", metavar="UNIT")
@click.argument("name")
@click.argument("username", metavar="USER")
@option("--from", "from_on", type=DAY, default=None)
def holder(desk: Desk, unit_code: str, name: str, username: str, from_on: date | None) -> Answer:
    """Give a post to a person, from today or another day on (O-3)."""
    from docctl.queries.by_name import person_named
    from docctl.services.people.posts import HoldPost, take_post

    page = unit_of(desk, unit_code)
    found = _post(page, name)
    with desk.read() as session:
        person = person_named(session, username)
    day = from_on or desk.house.today()
    take_post(HoldPost(found.id, person.id, day), by=desk.caller(), house=desk.house)
    data = {"unit": page.code, "post": found.name, "user": person.username, "from": day}
    return desk.done("post_taken", data, name=person.name, post=found.name, day=day)


@post.command("leave", permission="unit.add", who="either", changes=True)
@click.argument("unit_code", metavar="UNIT")
@click.argument("name")
@click.argument("username", metavar="USER")
@option("--until", "until_on", type=DAY, default=None)
def leave(desk: Desk, unit_code: str, name: str, username: str, until_on: date | None) -> Answer:
    """End a person's time in a post, with today or another day as the last one (O-3)."""
    from docctl.domain.verdicts import NotFound
    from docctl.queries.by_name import person_named
    from docctl.services.people.posts import LeavePost, leave_post

    page = unit_of(desk, unit_code)
    found = _post(page, name)
    with desk.read() as session:
        person = person_named(session, username, disabled_too=True)
    theirs = [one for one in found.holders if one.person_id == person.id]
    if not theirs:
        raise NotFound("holder")
    present = next((one for one in theirs if one.until_on is None), theirs[0])
    day = until_on or desk.house.today()
    leave_post(LeavePost(present.id, day), by=desk.caller(), house=desk.house)
    data = {"unit": page.code, "post": found.name, "user": person.username, "until": day}
    return desk.done("post_left", data, name=person.name, post=found.name, day=day)


def _post(page: UnitPage, name: str) -> PostRow:
    from docctl.domain.verdicts import NotFound

    wanted = " ".join(name.split())
    found = next((one for one in page.posts if one.name == wanted), None)
    if found is None:
        raise NotFound("post")
    return found
