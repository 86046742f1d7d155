"""How a list goes into a file of an office program, as the page exports it (D-7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from docctl.cli.answers import Answer, Table

if TYPE_CHECKING:
    from docctl.cli.desk import Desk
    from docctl.printing.columns import Column, Row

#: Widths of columns in characters; all others have 14.
_WIDTHS: Final = {"number": 16, "title": 40, "revision": 8, "state": 12, "effective": 12}


@dataclass(frozen=True, slots=True)
class Beside:
    """Columns that only files have, behind those of the table, with what stands in them in each row."""

    columns: Sequence[Column]
    rows: Sequence[Row]


def write_register(
    desk: Desk,
    target: Path,
    kind: str,
    title: str,
    head: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    as_of: date | None,
    beside: Beside | None = None,
) -> None:
    """Write a register as xlsx or docx; it lists what the person may see (D-7, X-3)."""
    from docctl.printing.columns import Column

    columns = [
        Column(
            desk.label(name),
            _WIDTHS.get(name, 14),
            "date"
            if name in {"effective", "until", "keep_until", "issued", "received", "recalled", "closed"}
            else "text",
        )
        for name in head
    ]
    if beside is not None:
        columns += beside.columns
        rows = [(*one, *more) for one, more in zip(rows, beside.rows, strict=True)]
    write_lines(desk, target, kind, desk.words.t(f"cli.register.{title}"), columns, rows, as_of=as_of)


def listed(
    desk: Desk,
    title: str,
    head: Sequence[str],
    rows: Sequence[Sequence[Any]],
    data: dict[str, Any],
    *,
    as_of: date | None,
    xlsx: Path | None,
    docx: Path | None,
    beside: Beside | None = None,
) -> Answer:
    """Answer with a register as a table and its total, and write the files that were asked for (D-7)."""
    for target, kind in ((xlsx, "xlsx"), (docx, "docx")):
        if target is not None:
            write_register(desk, target, kind, title, head, rows, as_of=as_of, beside=beside)
    table = Table([desk.label(name) for name in head], rows)
    return Answer(data, [*table.lines(), desk.words.t("cli.total", n=data["total"])])


def write_lines(
    desk: Desk,
    target: Path,
    kind: str,
    name: str,
    columns: Sequence[Column],
    rows: Iterable[Row],
    *,
    as_of: date | None,
) -> None:
    """Write a list whose columns are known as xlsx or docx (D-7, X-3)."""
    from docctl.printing.registers import register_docx, register_xlsx

    day = as_of or desk.house.today()
    notes = [desk.words.t("cli.as_of", day=day), desk.words.t("cli.seen_by", name=desk.actor.name)]
    footer = desk.words.t("cli.footer", page="{page}", pages="{pages}")
    if kind == "xlsx":
        register_xlsx(target, name, notes, columns, rows, footer=footer)
    else:
        header = header_of_list(desk, name, day)
        mark = demo_mark(desk)
        register_docx(target, name, notes, columns, rows, footer=footer, demo_mark=mark, header=header)


def header_of_list(desk: Desk, title: str, day: date) -> tuple[tuple[str, ...], ...]:
    """Return the company's header block above a printed list, none as it is shipped (D-14)."""
    from docctl.queries.header_blocks import list_header

    with desk.read() as session:
        return list_header(session, desk.actor, title, day, desk.house.clock())


def demo_mark(desk: Desk) -> str | None:
    """Return the word that marks what a sample company prints, None for any other."""
    from docctl.queries.people import frame_facts

    with desk.read() as session:
        is_demo = frame_facts(session, desk.actor).is_demo
    return desk.words.t("shell.demo") if is_demo else None
