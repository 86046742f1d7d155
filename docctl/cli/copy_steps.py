"""`docctl documents acknowledge|told`: copy-to steps, answered and listed (A-10)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from docctl.cli import names
from docctl.cli.answers import Answer
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import FILE_OUT
from docctl.cli.revisions_told import told as tell

if TYPE_CHECKING:
    from docctl.queries.copy_steps import CopyLine

_HEAD = ("number", "revision", "told_step", "told_to", "told_since", "title")


def add_copy_steps(noun: Noun) -> None:
    """Add the commands about copy-to steps to the noun."""
    for command in (acknowledge, told):
        noun.add_command(command)


_copies = Noun("documents")


@_copies.command("acknowledge", permission="step.acknowledge", changes=True)
@click.argument("number")
@option("--remark", default="")
@option("--revision", "label", default="")
def acknowledge(desk: Desk, number: str, remark: str, label: str) -> Answer:
    """Say that one knows of a revision that was copied to one (A-10)."""
    from docctl.services.revisions.copy_steps import AcknowledgeCopy, acknowledge_copy

    with desk.read() as session:
        found = names.revision(desk, session, number, label)
    acknowledge_copy(AcknowledgeCopy(found.revision_id, remark), by=desk.caller(), house=desk.house)
    return tell(desk, "known", found.revision_id)


@_copies.command("told", permission="step.list")
@option("--xlsx", type=FILE_OUT, default=None)
def told(desk: Desk, xlsx: Path | None) -> Answer:
    """List the copy-to steps that are open, oldest first (A-10, X-3)."""
    from docctl.cli.registers import listed
    from docctl.queries.copy_steps import OpenCopies, open_copies
    from docctl.queries.paging import every_row

    zone = desk.house.zone
    with desk.read() as session:

        def ask(page: int, size: int) -> OpenCopies:
            return open_copies(session, desk.actor, zone=zone, page=page, page_size=size)

        found = list(every_row(ask))
    plain = desk.words.t("meanings.inform")
    rows = [
        (one.number, one.label, one.name or plain, one.person, one.since.date(), one.title) for one in found
    ]
    data = {
        "total": len(found),
        "copies": [
            {
                "number": one.number,
                "title": one.title,
                "revision": one.label,
                "step": one.name,
                "to": one.person,
                "since": one.since,
            }
            for one in found
        ],
    }
    return listed(desk, "told", _HEAD, rows, data, as_of=None, xlsx=xlsx, docx=None)


def copy_words(desk: Desk, one: CopyLine) -> str:
    """Return who is told in one line, with when they knew."""
    t = desk.words.t
    name = one.name or t("meanings.inform")
    if one.acknowledged_at is not None:
        return f"{name} {one.person} {t('informing.known')} {one.acknowledged_at:%Y-%m-%d %H:%M}"
    return f"{name} {one.person} " + (
        f"{t('informing.open')} {one.opened_at:%Y-%m-%d}" if one.opened_at else t("informing.waiting")
    )


def copy_data(one: CopyLine) -> dict[str, Any]:
    """Return who is told as data."""
    return {
        "name": one.name,
        "to": one.person,
        "since": one.opened_at,
        "acknowledged": one.acknowledged_at,
        "remark": one.remark,
    }
