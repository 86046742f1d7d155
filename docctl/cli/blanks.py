"""`docctl blanks`: prints of blanks and bound books, and what becomes of each number (D-10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from docctl.cli import names
from docctl.cli.answers import Answer
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import DAY, FILE_OUT

blanks = Noun("blanks")

_COUNTS = ("printed", "store", "out", "used", "void", "returned", "destroyed", "lost")
_HEAD = ("number", "revision", "blanks", *(f"blanks_{one}" for one in _COUNTS), "state", "title")


@blanks.command("list", permission="blank.list")
@option("--form", "blank_form", default="", metavar="NUMBER")
@option("--state", "blank_state", default="")
@option("--unit", default="")
@option("--text", default="")
@option("--xlsx", type=FILE_OUT, default=None)
@option("--docx", type=FILE_OUT, default=None)
def list_(
    desk: Desk,
    blank_form: str,
    blank_state: str,
    unit: str,
    text: str,
    xlsx: Path | None,
    docx: Path | None,
) -> Answer:
    """List the prints that the person may see, each with where its numbers are (D-10, X-3)."""
    from docctl.cli.registers import listed
    from docctl.queries.blank_register import BlankFilter, BlankRegister, BlankRow, blank_register
    from docctl.queries.blank_states import PRINT_STATES
    from docctl.queries.by_name import unit_named
    from docctl.queries.paging import every_row

    if blank_state and blank_state not in PRINT_STATES:
        raise click.UsageError(f"--state {blank_state!r}: {', '.join(PRINT_STATES)}")
    form = _form(desk, blank_form) if blank_form else None
    with desk.read() as session:
        unit_id = unit_named(session, unit).id if unit else None
        wanted = BlankFilter(text, unit_id, blank_state, form)

        def ask(page: int, size: int) -> BlankRegister:
            asked = replace(wanted, page=page)
            return blank_register(session, desk.actor, asked, at=desk.house.clock(), page_size=size)

        found: list[BlankRow] = list(every_row(ask))
        whole = ask(1, 1).whole if form else None
    words = desk.words
    rows = [
        (
            one.number,
            one.label,
            one.numbers,
            *(getattr(one.tally, name) for name in _COUNTS),
            words.t(f"blanks.state.{one.state}"),
            one.title,
        )
        for one in found
    ]
    data: dict[str, Any] = {
        "total": len(found),
        "prints": [
            {
                "number": one.number,
                "revision": one.label,
                "blanks": one.numbers,
                "book_size": one.book_size,
                "printed_on": one.printed_on,
                "state": one.state,
                **{name: getattr(one.tally, name) for name in _COUNTS},
            }
            for one in found
        ],
    }
    if whole is not None:
        data["form"] = {name: getattr(whole, name) for name in _COUNTS} | {"adds_up": whole.adds_up}
    return listed(desk, "blanks", _HEAD, rows, data, as_of=None, xlsx=xlsx, docx=docx)


@blanks.command("show", permission="blank.view")
@click.argument("number")
@click.argument("blank")
def show(desk: Desk, number: str, blank: str) -> Answer:
    """Show the print of a form that has a number: who has what, where the numbers are (D-10)."""
    return _told(desk, _named(desk, number, blank))


@blanks.command("register", permission="blank.register", changes=True)
@click.argument("number")
@click.argument("first")
@click.argument("last")
@option("--revision", "label", default="")
@option("--on", type=DAY, default=None)
@option("--book-size", type=int, default=0)
@option("--note", "blank_note", default="")
def register(
    desk: Desk,
    number: str,
    first: str,
    last: str,
    label: str,
    on: date | None,
    book_size: int,
    blank_note: str,
) -> Answer:
    """Register a print of a form with its first and last number (D-10)."""
    from docctl.services.blanks.register import RegisterBlanks, register_blanks

    with desk.read() as session:
        revision_id = names.revision(desk, session, number, label, wanted="in_force").revision_id
    cmd = RegisterBlanks(revision_id, first, last, on or desk.house.today(), book_size, blank_note)
    return _told(desk, register_blanks(cmd, by=desk.caller(), house=desk.house))


@blanks.command("issue", permission="blank.issue", changes=True)
@click.argument("number")
@click.argument("first")
@click.argument("last")
@option("--unit", required=True)
@option("--person", "blank_person", default="", metavar="USER")
@option("--on", type=DAY, default=None)
def issue(
    desk: Desk, number: str, first: str, last: str, unit: str, blank_person: str, on: date | None
) -> Answer:
    """Issue numbers in a row to a unit (D-10)."""
    from docctl.queries.by_name import person_written, unit_named
    from docctl.services.blanks.issue import IssueBlanks, issue_blanks

    print_id = _named(desk, number, first)
    with desk.read() as session:
        unit_id = unit_named(session, unit).id
        person_id = person_written(session, blank_person) if blank_person else None
    cmd = IssueBlanks(print_id, first, last, unit_id, on or desk.house.today(), person_id)
    issue_blanks(cmd, by=desk.caller(), house=desk.house)
    return _told(desk, print_id)


@blanks.command("receive", permission="blank.receive", changes=True)
@click.argument("number")
@click.argument("blank")
@option("--on", type=DAY, default=None)
@option("--receiver", default="")
def receive(desk: Desk, number: str, blank: str, on: date | None, receiver: str) -> Answer:
    """Note that the numbers that went out with this one were received (D-10)."""
    from docctl.queries.blank_numbers import issue_with
    from docctl.services.blanks.issue import ReceiveBlanks, receive_blanks

    print_id = _named(desk, number, blank)
    with desk.read() as session:
        issue_id = issue_with(session, print_id, blank)
    cmd = ReceiveBlanks(issue_id, None, on or desk.house.today(), receiver)
    receive_blanks(cmd, by=desk.caller(), house=desk.house)
    return _told(desk, print_id)


@blanks.command("use", permission="blank.use", changes=True)
@click.argument("number")
@click.argument("first")
@click.argument("last", required=False, default="")
@option("--on", type=DAY, default=None)
def use(desk: Desk, number: str, first: str, last: str, on: date | None) -> Answer:
    """Note that numbers were used (D-10)."""
    return _end(desk, "use", (number, first, last), on)


@blanks.command("void", permission="blank.void", changes=True)
@click.argument("number")
@click.argument("first")
@click.argument("last", required=False, default="")
@option("--reason", required=True)
@option("--on", type=DAY, default=None)
def void(desk: Desk, number: str, first: str, last: str, reason: str, on: date | None) -> Answer:
    """Note that numbers are void (D-10)."""
    return _end(desk, "void", (number, first, last), on, reason)


@blanks.command("return", permission="blank.return", changes=True)
@click.argument("number")
@click.argument("first")
@click.argument("last", required=False, default="")
@option("--reason", default="")
@option("--on", type=DAY, default=None)
def return_(desk: Desk, number: str, first: str, last: str, reason: str, on: date | None) -> Answer:
    """Take numbers back that were not used (D-10)."""
    return _end(desk, "return", (number, first, last), on, reason)


@blanks.command("destroy", permission="blank.destroy", changes=True)
@click.argument("number")
@click.argument("first")
@click.argument("last", required=False, default="")
@option("--witness", default="", metavar="USER")
@option("--reason", required=True)
@option("--on", type=DAY, default=None)
def destroy(
    desk: Desk, number: str, first: str, last: str, witness: str, reason: str, on: date | None
) -> Answer:
    """Note that numbers were destroyed, with who watched (D-10)."""
    return _end(desk, "destroy", (number, first, last), on, reason, witness)


@blanks.command("lose", permission="blank.lose", changes=True)
@click.argument("number")
@click.argument("first")
@click.argument("last", required=False, default="")
@option("--reason", required=True)
@option("--on", type=DAY, default=None)
def lose(desk: Desk, number: str, first: str, last: str, reason: str, on: date | None) -> Answer:
    """Note that numbers are lost (D-10)."""
    return _end(desk, "lose", (number, first, last), on, reason)


def _end(
    desk: Desk,
    act: str,
    what: tuple[str, str, str],
    on: date | None,
    reason: str = "",
    witness: str = "",
) -> Answer:
    from docctl.queries.by_name import person_written
    from docctl.services.blanks import end

    number, first, last = what
    print_id, seen_by = _named(desk, number, first), None
    if witness:
        with desk.read() as session:
            seen_by = person_written(session, witness)
    cmd = end.EndBlanks(print_id, first, last, on or desk.house.today(), reason, seen_by)
    return _told(desk, end.ACTS[act](cmd, by=desk.caller(), house=desk.house))


def _form(desk: Desk, number: str) -> UUID:
    with desk.read() as session:
        return names.item(desk, session, number, "document").item_id


def _named(desk: Desk, number: str, blank: str) -> UUID:
    from docctl.queries.blank_numbers import print_named

    with desk.read() as session:
        return print_named(session, desk.actor, number, blank)


def _told(desk: Desk, print_id: UUID) -> Answer:
    from docctl.queries.blank_page import blank_page

    with desk.read() as session:
        page = blank_page(session, desk.actor, print_id, at=desk.house.clock(), zone=desk.house.zone)
    data = {
        "number": page.number,
        "revision": page.label,
        "blanks": page.numbers,
        "state": page.state,
        **{name: getattr(page.tally, name) for name in _COUNTS},
        "adds_up": page.tally.adds_up,
        "in_store": list(page.store),
        "issues": [
            {
                "blanks": one.numbers,
                "unit": one.holder,
                "person": one.person,
                "issued": one.issued_on,
                "received": one.received_on,
                "out": one.out,
                "open": list(one.open),
            }
            for one in page.issues
        ],
    }
    state = desk.words.t(f"blanks.state.{page.state}")
    return desk.done(
        "blanks",
        data,
        number=page.number,
        label=page.label,
        blanks=page.numbers,
        open=page.tally.open,
        state=state,
    )
