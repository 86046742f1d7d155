"""Tables of past records: a csv or workbook as rows under known columns (I-2).

Which words head which column is data, as with the labels of documents.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from docctl.reading import encodings
from docctl.reading.errors import ReadingFailed
from docctl.reading.pool import ReaderPool
from docctl.reading.steps import read_text
from search.folding import fold

#: A table is for people to look over; larger ones come in pieces.
MOST_ROWS: Final = 50_000
_HEAD_WITHIN: Final = 20


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its number in the sheet, from 1, and its values by column; empty ones are left out."""

    number: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as read: each heading with the column it was understood as, empty for none, and its rows."""

    heads: tuple[tuple[str, str], ...]
    rows: list[TableRow]


def table_rows(pool: ReaderPool, path: Path) -> list[TableRow]:
    """Return the rows below the heading. Raises ReadingFailed: unreadable, no_heading, too_long."""
    return read_table(pool, path).rows


def read_table(pool: ReaderPool, path: Path) -> Table:
    """Return a table with its headings. Raises ReadingFailed: unreadable, no_heading, too_long."""
    lines = _csv(path) if path.suffix.lower() in {".csv", ".txt", ".tsv"} else _workbook(pool, path)
    if len(lines) > MOST_ROWS:
        raise ReadingFailed("too_long", str(MOST_ROWS))
    for at, line in enumerate(lines[:_HEAD_WITHIN]):
        columns = _columns(line)
        if {"title", "day"} <= columns.keys():
            rows = (_row(number, line, columns) for number, line in enumerate(lines[at + 1 :], start=at + 2))
            meant = {place: name for name, place in columns.items()}
            heads = tuple((cell.strip(), meant.get(place, "")) for place, cell in enumerate(line))
            return Table(tuple(one for one in heads if one[0]), [row for row in rows if row.values])
    raise ReadingFailed("no_heading")


def _row(number: int, line: Sequence[str], columns: Mapping[str, int]) -> TableRow:
    values = {name: line[at].strip() for name, at in columns.items() if at < len(line) and line[at].strip()}
    return TableRow(number, values)


def _columns(line: Sequence[str]) -> dict[str, int]:
    """Return which column holds what; the first of two with one meaning counts."""
    found: dict[str, int] = {}
    for at, cell in enumerate(line):
        name = _names().get(re.sub(r"[\s.:*()]+", "", fold(cell)))
        if name is not None:
            found.setdefault(name, at)
    return found


@cache
def _names() -> Mapping[str, str]:
    data = tomllib.loads(files(__package__).joinpath("table_columns.toml").read_text(encoding="utf-8"))
    return {re.sub(r"[\s.:*()]+", "", fold(word)): name for name, words in data.items() for word in words}


def _csv(path: Path) -> list[list[str]]:
    text = encodings.decode(path.read_bytes())
    if text is None:
        raise ReadingFailed("unreadable", "no encoding fits")
    sample = text[:10_000]
    delimiter = max(",;\t", key=sample.count)
    try:
        return list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error:
        raise ReadingFailed("unreadable", "no table") from None


def _workbook(pool: ReaderPool, path: Path) -> list[list[str]]:
    found = read_text(pool, path, path.name)
    if found.problem:
        raise ReadingFailed(found.problem)
    return [line.split("\t") for line in found.text.split("\n")]
