"""`docctl copies`: the registers of distribution and recalls, and what happens to a copy (D-1, D-2, D-7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID

import click

from docctl.cli.answers import Answer
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import DAY, FILE_OUT

copies = Noun("copies")

_HEAD = ("number", "revision", "copy", "holder", "medium", "state", "issued", "received", "closed", "title")


@copies.command("list", permission="distribution.list")
@option("--as-of", type=DAY, default=None)
@option("--state", "copy_state", default="")
@option("--unit", default="")
@option("--text", default="")
@option("--recalls", is_flag=True)
@option("--xlsx", type=FILE_OUT, default=None)
@option("--docx", type=FILE_OUT, default=None)
def list_(
    desk: Desk,
    as_of: date | None,
    copy_state: str,
    unit: str,
    text: str,
    recalls: bool,
    xlsx: Path | None,
    docx: Path | None,
) -> Answer:
    """List the controlled copies that the person may see, or those that were recalled (D-2, D-7, X-3)."""
    from docctl.cli.registers import listed
    from docctl.queries.by_name import unit_named
    from docctl.queries.copy_register import CopyFilter, CopyRegister, CopyRow, copy_register
    from docctl.queries.copy_states import COPY_STATES
    from docctl.queries.paging import every_row

    if copy_state and copy_state not in COPY_STATES:
        raise click.UsageError(f"--state {copy_state!r}: {', '.join(COPY_STATES)}")
    with desk.read() as session:
        unit_id = unit_named(session, unit).id if unit else None
        wanted = CopyFilter(text, unit_id, copy_state, recalls=recalls, as_of=as_of)
        at, zone = desk.house.clock(), desk.house.zone

        def ask(page: int, size: int) -> CopyRegister:
            asked = replace(wanted, page=page)
            return copy_register(session, desk.actor, asked, at=at, zone=zone, page_size=size)

        found: list[CopyRow] = list(every_row(ask))
    words = desk.words
    rows = [
        (
            one.number,
            one.label,
            one.copy,
            one.holder,
            words.t(f"copies.medium.{one.medium}"),
            words.t(f"copies.state.{one.state}"),
            one.issued_on,
            one.received_on,
            one.closed_on,
            one.title,
        )
        for one in found
    ]
    data = {
        "as_of": as_of,
        "total": len(found),
        "copies": [
            {
                "number": one.number,
                "revision": one.label,
                "copy": one.copy,
                "holder": one.holder,
                "medium": one.medium,
                "state": one.state,
                "issued": one.issued_on,
                "received": one.received_on,
                "receiver": one.receiver,
                "recalled": one.recalled_on,
                "closed": one.closed_on,
                "closed_by": one.closed_by,
                "witness": one.witness,
                "reason": one.reason,
            }
            for one in found
        ],
    }
    return listed(
        desk, "recalls" if recalls else "copies", _HEAD, rows, data, as_of=as_of, xlsx=xlsx, docx=docx
    )


@copies.command("receive", permission="copy.receive", changes=True)
@click.argument("number")
@click.argument("copy")
@option("--on", type=DAY, default=None)
@option("--receiver", default="")
def receive(desk: Desk, number: str, copy: str, on: date | None, receiver: str) -> Answer:
    """Note that a copy was received; control names who signed for it on paper (D-1)."""
    from docctl.services.distribution.copies import ReceiveCopy, receive_copy

    copy_id = _named(desk, number, copy)
    cmd = ReceiveCopy(copy_id, None, on or desk.house.today(), receiver)
    return _told(desk, receive_copy(cmd, by=desk.caller(), house=desk.house))


@copies.command("print", permission="copy.print", changes=True)
@click.argument("number")
@click.argument("copy")
@click.argument("target", type=FILE_OUT)
def print_(desk: Desk, number: str, copy: str, target: Path) -> Answer:
    """Print a controlled copy into a file, with its number, holder and mark (D-3)."""
    from docctl.queries.people import frame_facts
    from docctl.services.distribution.print import print_copy

    copy_id = _named(desk, number, copy)
    with desk.read() as session:
        is_demo = frame_facts(session, desk.actor).is_demo
    made = print_copy(copy_id, by=desk.caller(), house=desk.house, words=desk.words, is_demo=is_demo)
    target = made.write_to(target)
    data = {"number": number, "copy": copy, "file": target, "stamp": made.word, "media_type": made.media_type}
    return desk.done("printed", data, number=number, copy=copy, file=str(target))


@copies.command("recall", permission="copy.recall", changes=True)
@click.argument("number")
@click.argument("copy")
@option("--reason", required=True)
def recall(desk: Desk, number: str, copy: str, reason: str) -> Answer:
    """Call one copy back while its revision stays in force (D-2)."""
    from docctl.services.distribution.copies import RecallCopy, recall_copy

    cmd = RecallCopy(_named(desk, number, copy), None, reason)
    return _told(desk, recall_copy(cmd, by=desk.caller(), house=desk.house))


@copies.command("return", permission="copy.return", changes=True)
@click.argument("number")
@click.argument("copy")
@option("--on", type=DAY, default=None)
@option("--reason", default="")
def return_(desk: Desk, number: str, copy: str, on: date | None, reason: str) -> Answer:
    """Take a copy back (D-2)."""
    from docctl.services.distribution.copies import CloseCopy, return_copy

    cmd = CloseCopy(_named(desk, number, copy), None, on or desk.house.today(), reason)
    return _told(desk, return_copy(cmd, by=desk.caller(), house=desk.house))


@copies.command("destroy", permission="copy.destroy", changes=True)
@click.argument("number")
@click.argument("copy")
@option("--witness", default="", metavar="USER")
@option("--reason", required=True)
@option("--on", type=DAY, default=None)
def destroy(desk: Desk, number: str, copy: str, witness: str, reason: str, on: date | None) -> Answer:
    """Note that a copy was destroyed, with who watched (D-2)."""
    from docctl.queries.by_name import person_written
    from docctl.services.distribution.copies import CloseCopy, destroy_copy

    copy_id, seen_by = _named(desk, number, copy), None
    if witness:
        with desk.read() as session:
            seen_by = person_written(session, witness)
    cmd = CloseCopy(copy_id, None, on or desk.house.today(), reason, seen_by)
    return _told(desk, destroy_copy(cmd, by=desk.caller(), house=desk.house))


@copies.command("lose", permission="copy.lose", changes=True)
@click.argument("number")
@click.argument("copy")
@option("--reason", required=True)
@option("--on", type=DAY, default=None)
def lose(desk: Desk, number: str, copy: str, reason: str, on: date | None) -> Answer:
    """Note that a copy is lost (D-2)."""
    from docctl.services.distribution.copies import CloseCopy, lose_copy

    cmd = CloseCopy(_named(desk, number, copy), None, on or desk.house.today(), reason)
    return _told(desk, lose_copy(cmd, by=desk.caller(), house=desk.house))


def _named(desk: Desk, number: str, copy: str) -> UUID:
    from docctl.queries.copy_page import copy_named

    with desk.read() as session:
        return copy_named(session, desk.actor, number, copy, today=desk.house.today())


def _told(desk: Desk, copy_id: UUID) -> Answer:
    from docctl.queries.copy_page import copy_page

    with desk.read() as session:
        page = copy_page(session, desk.actor, copy_id, at=desk.house.clock(), zone=desk.house.zone)
    data = {
        "number": page.number,
        "revision": page.label,
        "copy": page.copy,
        "holder": page.holder,
        "state": page.state,
    }
    state = desk.words.t(f"copies.state.{page.state}")
    return desk.done("copy", data, number=page.number, label=page.label, copy=page.copy, state=state)
