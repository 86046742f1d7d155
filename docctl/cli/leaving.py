"""`docctl user open|hand-over|move|disable`: who moves or leaves, and what is open with them (A-16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from docctl.cli.answers import Answer, Table
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk

if TYPE_CHECKING:
    from uuid import UUID

    from docctl.domain.verdicts import Refused
    from docctl.queries.open_work import OpenWork
    from docctl.services.people.hand_over import Handed


def add_leaving(noun: Noun) -> None:
    """Add the commands for people who move or leave."""

    @noun.command("open", permission="person.hand_over", who="either")
    @click.argument("username")
    def open_(desk: Desk, username: str) -> Answer:
        """List what is open with a person: steps, drafts, headships, posts, copies, readings (A-16)."""
        from docctl.domain.permissions import Facts, authorise

        authorise(desk.actor, "person.hand_over", Facts())
        _, found = _open(desk, username)
        data = {
            "user": username,
            "total": len(found.items),
            "open": [
                {
                    "kind": one.kind.value,
                    "what": one.what,
                    "number": one.number,
                    "title": one.title,
                    "due": one.due_on,
                }
                for one in found.items
            ],
            "to_collect": found.to_collect,
            "last_holder_of": [{"role": one.role, "unit": one.unit} for one in found.last],
        }
        rows = [
            (desk.words.t(f"people.open.kind.{one.what}"), one.number, one.due_on, one.title)
            for one in found.items
        ]
        table = Table([desk.label(name) for name in ("open_what", "number", "due", "title")], rows)
        return Answer(data, [*table.lines(), desk.words.t("cli.total", n=len(found.items))])

    @noun.command("hand-over", permission="person.hand_over", who="either", changes=True)
    @click.argument("username")
    @option("--to", "to_user", required=True, metavar="USER")
    @option("--reason", default="")
    def hand_over_(desk: Desk, username: str, to_user: str, reason: str) -> Answer:
        """Give what is open with a person to another one, as far as that one may take it (A-16)."""
        from docctl.domain.permissions import Facts, authorise
        from docctl.domain.verdicts import RuleRefused
        from docctl.services.people.hand_over import HandOver, hand_over

        authorise(desk.actor, "person.hand_over", Facts())
        person_id, found = _open(desk, username)
        handed = _handed(desk, found, to_user)
        kept = _kept(desk, found, to_user)
        if kept and not handed:
            raise RuleRefused(kept[0][1])
        hand_over(HandOver(person_id, handed, reason), by=desk.caller(), house=desk.house)
        data = {
            "user": username,
            "to": to_user,
            "handed_over": len(handed),
            "left": len(found.items) - len(handed),
        }
        answer = desk.done("handed_over", data, n=len(handed), user=to_user, left=data["left"])
        return Answer(answer.data, [*answer.lines, *_told(desk, kept)])

    @noun.command("move", permission="person.move", who="either", changes=True)
    @click.argument("username")
    @click.argument("unit")
    @option("--to", "to_user", default="", metavar="USER")
    @option("--keep", "kept", multiple=True, metavar="ROLE")
    @option("--reason", default="")
    def move(
        desk: Desk, username: str, unit: str, to_user: str, kept: tuple[str, ...], reason: str
    ) -> Answer:
        """Move a person to another unit; roles for the old one end unless they are kept (A-16)."""
        from docctl.domain.permissions import Facts, authorise
        from docctl.queries.by_name import unit_named
        from docctl.services.people.move import MovePerson, move_person

        authorise(desk.actor, "person.move", Facts())
        person_id, found = _open(desk, username)
        with desk.read() as session:
            place = unit_named(session, unit)
        handed = _handed(desk, found, to_user) if to_user else ()
        stay = tuple(one.grant_id for one in found.unit_roles if one.role in kept)
        cmd = MovePerson(person_id, place.id, handed, stay, reason)
        move_person(cmd, by=desk.caller(), house=desk.house)
        data = {"user": username, "unit": place.code, "handed_over": len(handed)}
        return desk.done("moved", data, user=username, unit=place.name)

    @noun.command("disable", permission="person.disable", who="either", changes=True)
    @click.argument("username")
    @option("--to", "to_user", default="", metavar="USER")
    @option("--reason", default="")
    def disable(desk: Desk, username: str, to_user: str, reason: str) -> Answer:
        """Close an account; signatures and history stay, what is open goes on with `--to` (A-15, A-16)."""
        from docctl.domain.permissions import Facts, authorise
        from docctl.services.people.accounts import DisablePerson, disable_person

        authorise(desk.actor, "person.disable", Facts())
        person_id, found = _open(desk, username, disabled_too=False)
        handed = _handed(desk, found, to_user) if to_user else ()
        disable_person(DisablePerson(person_id, handed, reason), by=desk.caller(), house=desk.house)
        left = len(found.items) - len(handed)
        data = {"user": username, "state": "disabled", "handed_over": len(handed), "left": left}
        answer = desk.done("disabled", data, user=username)
        told = [desk.words.t("cli.left_open", n=left, user=username)] if left else []
        return Answer(answer.data, [*answer.lines, *told])


def _open(desk: Desk, username: str, *, disabled_too: bool = True) -> tuple[UUID, OpenWork]:
    from docctl.queries.by_name import person_named
    from docctl.queries.open_work import open_work

    with desk.read() as session:
        person = person_named(session, username, disabled_too=disabled_too)
        now, today = desk.house.clock(), desk.house.today()
        return person.id, open_work(session, desk.actor, person.id, at=now, today=today)


def _handed(desk: Desk, found: OpenWork, username: str) -> tuple[Handed, ...]:
    from docctl.queries.by_name import person_named
    from docctl.services.people.hand_over import to_one

    with desk.read() as session:
        return to_one(found, person_named(session, username).id)


def _kept(desk: Desk, found: OpenWork, username: str) -> list[tuple[str, Refused]]:
    from docctl.queries.by_name import person_named
    from docctl.services.people.hand_over import kept_from

    with desk.read() as session:
        kept = kept_from(found, person_named(session, username).id)
    return [(one.number, why) for one, why in kept]


def _told(desk: Desk, kept: list[tuple[str, Refused]]) -> list[str]:
    why = desk.words.refusal
    return [desk.words.t("cli.kept_from", number=number, why=str(why(no))) for number, no in kept]
