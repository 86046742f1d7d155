"""`docctl documents history`: every revision from line 0, also as a file to print (V-2)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from docctl.cli import names
from docctl.cli.answers import Answer, Table
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import FILE_OUT
from docctl.cli.registers import demo_mark, header_of_list

if TYPE_CHECKING:
    from docctl.queries.history import History

_reads = Noun("documents")


def add_history(noun: Noun) -> None:
    """Add the command to the noun."""
    noun.add_command(history)


@_reads.command("history", permission="revision.history")
@click.argument("number")
@option("--xlsx", type=FILE_OUT, default=None)
@option("--docx", type=FILE_OUT, default=None)
def history(desk: Desk, number: str, xlsx: Path | None, docx: Path | None) -> Answer:
    """Show the revision history of a document (V-2, V-7)."""
    from docctl.queries.history import revision_history

    with desk.read() as session:
        document = names.item(desk, session, number, "document")
        found = revision_history(
            session, desk.actor, document.item_id, at=desk.house.clock(), zone=desk.house.zone
        )
    for target, kind in ((xlsx, "xlsx"), (docx, "docx")):
        if target is not None:
            _write(desk, target, kind, found)
    data = {
        "number": found.number,
        "title": found.title,
        "revisions": [
            {
                "line": one.line,
                "revision": one.label,
                "state": one.state,
                "what": one.what,
                "reason": one.reason,
                "basis": one.basis,
                "prepared": [one.prepared_by, one.prepared_on],
                "reviewed": [one.reviewed_by, one.reviewed_on],
                "approved": [one.approved_by, one.approved_on],
                "issued": one.issued_on,
                "effective": one.effective_on,
                "until": one.until,
                "suspended": one.suspended,
                "withdrawn": one.withdrawn_on and {"on": one.withdrawn_on, "reason": one.withdraw_reason},
                "imported": one.is_imported,
            }
            for one in found.lines
        ],
        "earlier": found.earlier,
    }
    head = ("line", "revision", "state", "effective", "until", "what", "reason")
    rows = [
        (one.line, one.label, desk.state(one.state), one.effective_on, one.until, one.what, one.reason)
        for one in found.lines
    ]
    table = Table([desk.label(name) for name in head], rows)
    return Answer(data, [f"{found.number} {found.title}", *table.lines()])


def _write(desk: Desk, target: Path, kind: str, found: History) -> None:
    from docctl.printing.registers import register_docx, register_xlsx
    from docctl.queries.history_table import history_columns, history_rows

    t = desk.words.t
    title = f"{t('documents.history.title')} {found.number}"
    notes = [
        f"{found.number}　{found.title}",
        f"{found.company}　{found.unit_name}",
        t("documents.as_of_day", day=desk.house.today()),
    ]
    footer = t("cli.footer", page="{page}", pages="{pages}")
    columns, rows = history_columns(t), history_rows(found, t)
    if kind == "xlsx":
        register_xlsx(target, title, notes, columns, rows, footer=footer)
    else:
        header = header_of_list(desk, title, desk.house.today())
        mark = demo_mark(desk)
        register_docx(target, title, notes, columns, rows, footer=footer, demo_mark=mark, header=header)
