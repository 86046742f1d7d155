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
from itertools import islice
from pathlib import Path
from typing import Any, Final

from docctl.reading import encodings
from docctl.reading.errors import ReadingFailed
from docctl.reading.kinds import Kind
from docctl.reading.pool import ReaderPool
from docctl.reading.sniffing import sniff
from docctl.reading.steps import read_text
from search.folding import fold

#: A table is for people to look over; larger ones come in pieces.
MOST_ROWS: Final = 50_000
#: Further columns of a sheet are not looked at.
MOST_COLUMNS: Final = 100
_HEAD_WITHIN: Final = 20
#: What a line must head to be the heading by itself, and the fewest cells that any heading has.
_HEADING: Final = frozenset({"title", "day"})
_FEWEST: Final = 2
#: What every record has and no field of a form takes over; any other heading is the form's first.
_OURS: Final = _HEADING | {"number"}
#: So many values of a column are shown, each so long; a heading so long.
_SAMPLES: Final = 3
_SAMPLE: Final = 40
_LONGEST: Final = 80


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its number in the sheet, from 1, and its values by column; empty ones are left out."""

    number: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, what it is read as, "" for nothing, its place from 0, its first values."""

    heading: str
    meaning: str
    place: int
    samples: tuple[str, ...]

    def as_json(self) -> list[Any]:
        """Return the column as JSON can carry it."""
        return [self.heading, self.meaning, self.place, list(self.samples)]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as read: its columns, and its rows; without columns for name and day it has no rows."""

    columns: tuple[Column, ...]
    rows: list[TableRow]

    @property
    def is_understood(self) -> bool:
        """Whether it has what any row needs."""
        return {one.meaning for one in self.columns} >= _HEADING


def table_rows(
    pool: ReaderPool,
    path: Path,
    meanings: Mapping[int, str] | None = None,
    more: Mapping[str, str] | None = None,
) -> list[TableRow]:
    """Return the rows below the heading; see `read_table`.

    Raises ReadingFailed: unreadable, no_heading, too_long.
    """
    table = read_table(pool, path, meanings, more)
    if not table.is_understood:
        raise ReadingFailed("no_heading")
    return table.rows


def read_table(
    pool: ReaderPool,
    path: Path,
    meanings: Mapping[int, str] | None = None,
    more: Mapping[str, str] | None = None,
) -> Table:
    """Return a table; `meanings` by place say how its columns are read, instead of their headings.

    `more` are the headings of a form's own fields, as `heading_key` writes them, with what they mean.

    Raises ReadingFailed: unreadable, too_long; no_heading where no line can be one.
    """
    lines = sheet_lines(pool, path, path.name)
    at, columns = _heading(lines, more or {})
    if meanings is not None:
        columns = {name: place for place, name in meanings.items() if name}
    meant = {place: name for name, place in columns.items()}
    below = lines[at + 1 :]
    width = min(max(map(len, lines[at : at + 1 + _SAMPLES])), MOST_COLUMNS)
    found = [_column(place, lines[at], below, meant.get(place, "")) for place in range(width)]
    rows = (_row(number, line, columns) for number, line in enumerate(below, start=at + 2))
    return Table(
        tuple(one for one in found if one.heading or one.samples),
        [row for row in rows if row.values] if columns.keys() >= _HEADING else [],
    )


def sheet_lines(pool: ReaderPool, path: Path, name: str) -> list[list[str]]:
    """Return all lines of a csv or workbook as cells. Raises ReadingFailed: unreadable, too_long."""
    is_csv = Path(name).suffix.lower() in {".csv", ".txt", ".tsv"}
    lines = _csv(path) if is_csv else _workbook(pool, path, name)
    if len(lines) > MOST_ROWS:
        raise ReadingFailed("too_long", str(MOST_ROWS))
    return lines


def _heading(lines: Sequence[Sequence[str]], more: Mapping[str, str]) -> tuple[int, dict[str, int]]:
    """Return the line that heads the columns: the first with name and day, else the first of the fullest."""
    head = lines[:_HEAD_WITHIN]
    for at, line in enumerate(head):
        columns = _columns(line, more)
        if columns.keys() >= _HEADING:
            return at, columns
    filled = [sum(bool(cell.strip()) for cell in line) for line in head]
    at = filled.index(max(filled)) if filled else 0
    if not filled or filled[at] < _FEWEST or len(lines) < at + 2:
        raise ReadingFailed("no_heading")
    return at, _columns(lines[at], more)


def _column(place: int, head: Sequence[str], below: Sequence[Sequence[str]], meaning: str) -> Column:
    cells = (line[place].strip() for line in below[: _SAMPLES * 4] if place < len(line))
    samples = tuple(islice((" ".join(cell.split())[:_SAMPLE] for cell in cells if cell), _SAMPLES))
    return Column(head[place].strip()[:_LONGEST] if place < len(head) else "", meaning, place, samples)


def _row(number: int, line: Sequence[str], columns: Mapping[str, int]) -> TableRow:
    values = {name: line[at].strip() for name, at in columns.items() if at < len(line) and line[at].strip()}
    return TableRow(number, values)


def _columns(line: Sequence[str], more: Mapping[str, str]) -> dict[str, int]:
    """Return which column holds what; the first of two with one meaning counts.

    A heading that is also a field of the form is that field, unless it is number, name or day.
    """
    found: dict[str, int] = {}
    for at, cell in enumerate(line):
        key = heading_key(cell)
        known = _names().get(key)
        name = known if known in _OURS else more.get(key, known)
        if name is not None:
            found.setdefault(name, at)
    return found


def heading_key(heading: str) -> str:
    """Return what two ways of writing one heading have in common."""
    return re.sub(r"[\s.:*()]+", "", fold(heading))


@cache
def _names() -> Mapping[str, str]:
    data = tomllib.loads(files(__package__).joinpath("table_columns.toml").read_text(encoding="utf-8"))
    return {heading_key(word): name for name, words in data.items() for word in words}


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


def _workbook(pool: ReaderPool, path: Path, name: str) -> list[list[str]]:
    if sniff(path, name) is Kind.XLSX:  # each cell in its column, also behind empty ones
        grid: list[list[str]] = pool.run("docctl.reading.xlsx:grid", path=str(path))
        return grid
    found = read_text(pool, path, name)
    if found.problem:
        raise ReadingFailed(found.problem)
    return [line.split("\t") for line in found.text.split("\n")]
