"""`docctl records import`: a table of past records with files beside it (I-2)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from docctl.cli import names
from docctl.cli.answers import Answer
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import FILE_IN
from docctl.cli.report_lines import report_lines, why

if TYPE_CHECKING:
    from docctl.domain.form_definition import Definition
    from docctl.jobs.imports.records import RecordLine

_HEAD = ("row", "state", "number", "title", "file")
_STATES = ("filed", "ready", "duplicate", "failed")
_reads = Noun("records")


def add_import(noun: Noun) -> None:
    """Add the command to the noun."""
    noun.add_command(import_)


@_reads.command("import", permission="record.file", changes=True)
@click.argument("table", type=FILE_IN)
@option("--form", required=True, metavar="NUMBER")
@option("--column", "columns", multiple=True, metavar="MEANING=HEADING")
@option("--without-numbers", is_flag=True)
@option("--dry-run", is_flag=True)
def import_(
    desk: Desk, table: Path, form: str, columns: tuple[str, ...], without_numbers: bool, dry_run: bool
) -> Answer:
    """File each row of a table as a record, with its own number and day; or say what would happen (I-2)."""
    from docctl.domain.verdicts import Refused, RuleRefused
    from docctl.jobs.imports.records import import_records
    from docctl.queries.form_definitions import asked_by
    from docctl.reading.errors import ReadingFailed

    with desk.read() as session:
        form_id = names.item(desk, session, form, "document").item_id
        asks = asked_by(session, form_id, at=desk.house.clock())
    try:
        meanings = _meanings(desk, table, columns, asks, without_numbers=without_numbers)
        lines = list(
            import_records(desk.house, table, form_id, by=desk.caller(), dry_run=dry_run, meanings=meanings)
        )
    except ReadingFailed as failed:
        code = failed.code if failed.code in {"no_heading", "too_long"} else "table_unreadable"
        raise RuleRefused(Refused("I-2", code, {"name": table.name})) from failed
    return _told(desk, lines)


def _meanings(
    desk: Desk, table: Path, columns: tuple[str, ...], asks: Definition, *, without_numbers: bool
) -> dict[int, str] | None:
    """Return what was said of the columns, by place; the others keep what their headings say (I-2)."""
    from docctl.domain.table_columns import may_be_read_so
    from docctl.domain.verdicts import Refused, RuleRefused, require
    from docctl.jobs.imports.records import headings
    from docctl.reading.tables import read_table

    if not columns:
        return None
    there = read_table(desk.house.pool, table, more=headings(asks)).columns
    said: list[tuple[int, str]] = []
    for one in columns:
        meaning, _, heading = (part.strip() for part in one.partition("="))
        if (field := asks.named(meaning)) is not None:
            meaning = field.fact
        places = [column.place for column in there if heading in {column.heading, letters(column.place)}]
        if not places:
            raise RuleRefused(Refused("I-2", "no_such_column", {"column": (heading or one)[:40]}))
        said.append((places[0], meaning))
    taken, named = {place for place, _ in said}, {meaning for _, meaning in said}
    if len(taken) < len(said):
        heading = next(one.partition("=")[2] for one in columns)
        raise RuleRefused(Refused("I-2", "column_twice", {"column": heading[:40]}))
    kept = [(one.place, one.meaning) for one in there if one.place not in taken and one.meaning not in named]
    require(may_be_read_so((meaning for _, meaning in (*said, *kept)), without_numbers=without_numbers))
    return dict((*said, *kept))


def letters(place: int) -> str:
    """Return the letters of a column, as sheets name them: A for 0, AA for 26."""
    text = ""
    while place >= 0:
        text, place = chr(ord("A") + place % 26) + text, place // 26 - 1
    return text


def _told(desk: Desk, lines: list[RecordLine]) -> Answer:
    totals = {name: sum(line.status == name for line in lines) for name in _STATES}
    messages = [why(desk, line.rule, line.code, line.params) for line in lines]
    data = {
        "rows": [
            {
                "row": line.row,
                "status": line.status,
                "number": line.number or None,
                "title": line.title or None,
                "file": line.file or None,
                "rule": line.rule or None,
                "code": line.code or None,
                "message": message or None,
            }
            for line, message in zip(lines, messages, strict=True)
        ],
        "totals": totals,
    }
    rows = [
        (line.row, desk.words.t(f"imports.row.{line.status}"), line.number, line.title, line.file)
        for line in lines
    ]
    return Answer(data, report_lines(desk, _HEAD, rows, messages, "imports.row", totals))
