"""The table of revisions that a text carries (修订记录): label, what changed, who, when (V-2, I-1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from docctl.reading.facts import dates, values
from docctl.reading.facts.cells import Cell, Sheet
from docctl.reading.facts.found import SURE, Found, Signer
from docctl.reading.facts.labels import SIGNING, data, kinds_of
from search.folding import fold

_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One row as read; empty where the table says nothing. `day` is ISO."""

    ordinal: str
    label: str
    what: str
    who: str
    day: str
    start: int
    end: int

    def as_json(self) -> dict[str, Any]:
        """Return the row as JSON can carry it."""
        return {
            "ordinal": self.ordinal,
            "label": self.label,
            "what": self.what,
            "who": self.who,
            "day": self.day,
            "start": self.start,
            "end": self.end,
        }


@dataclass(frozen=True, slots=True)
class History:
    """The rows of a table of revisions, in their order, and the numbers of its rows in the sheet.

    `is_effective` says that its days are those from which revisions are in force.
    """

    lines: tuple[HistoryLine, ...] = ()
    rows: frozenset[int] = frozenset()
    heads: tuple[Cell, ...] = ()
    is_effective: bool = False

    @property
    def newest(self) -> HistoryLine | None:
        """The row of the revision at hand: the last one, or the first where days run backwards."""
        dated = [one for one in self.lines if one.day]
        if not self.lines:
            return None
        runs_back = len(dated) > 1 and dated[0].day > dated[-1].day
        return self.lines[0] if runs_back else self.lines[-1]


def find_history(sheet: Sheet) -> History:
    """Return the first table whose head speaks of labels and of days or changes; an empty one too."""
    for first in [cell for cell in sheet.cells if cell.column == 0 and cell.columns >= 3]:
        columns = _columns(sheet.row(first.row))
        if any(_is_none_of_it(cell) for cell in sheet.row(first.row)):
            continue
        if "label" in columns and {"day", "what"} & columns.keys() and len(columns) > 2:
            found = _history(sheet, first, columns)
            if all(re.search(r"[A-Za-z]\W?\d", one.ordinal) is None for one in found.lines):
                return found  # else a row of numbers below 编号 版本 生效日期
    return History()


def _is_none_of_it(cell: Cell) -> bool:
    """Say whether a cell heads no column of a history: a value, as in 编号 QP-05 版本 A, or 文件名称."""
    is_value = dates.first_date(cell.text, at_start=True) or re.fullmatch(r"\s*[A-Z]{1,2}\W?\d+.*", cell.text)
    return is_value is not None or "title" in kinds_of(cell.folded.text.strip(" :"))


def _history(sheet: Sheet, head: Cell, columns: Mapping[str, int]) -> History:
    found: list[HistoryLine] = []
    rows = {head.row}
    for row in range(head.row + 1, head.row + _MOST):
        cells = sheet.row(row)
        if len(cells) != head.columns:
            break
        line = _line(cells, columns)
        if line is None and any(cell.text.strip() for cell in cells):
            break
        rows.add(row)
        if line is not None:
            found.append(line)
    day = sheet.row(head.row)[columns["day"]].folded.text if "day" in columns else ""
    heads = tuple(sheet.row(head.row))
    return History(tuple(found), frozenset(rows), heads, is_effective="effective" in kinds_of(day))


def _line(cells: list[Cell], columns: Mapping[str, int]) -> HistoryLine | None:
    texts = {kind: cells[at].text.strip() for kind, at in columns.items()}
    label = values.read("revision", texts["label"])
    day = dates.first_date(texts.get("day", ""))
    if label is None and day is None:
        return None
    return HistoryLine(
        ordinal=texts.get("ordinal", "")[:20],
        label=label.value if label else texts["label"][:40],
        what=texts.get("what", "")[:500],
        who=texts.get("who", "")[:60],
        day=day.day.isoformat() if day else "",
        start=cells[0].start,
        end=cells[-1].start + len(cells[-1].text),
    )


def signers_of_newest(sheet: Sheet, history: History) -> Iterator[Signer]:
    """Yield who signed the revision at hand, where three or more sign each row of the table."""
    newest = history.newest
    heads = [(one, set(kinds_of(one.folded.text.strip(" .:"))) & SIGNING) for one in history.heads]
    if newest is None or len({kind for _, kinds in heads for kind in kinds}) < 3:
        return
    cells = [one for row in history.rows for one in sheet.row(row) if newest.start <= one.start <= newest.end]
    for head, kinds in heads:
        cell = next((one for one in cells if one.column == head.column), None)
        for kind in kinds:
            value = values.read(kind, cell.text) if cell is not None else None
            if cell is not None and value is not None:
                start, end = cell.start + value.start, cell.start + value.end
                found = Found(value.value, sheet.text[start:end], start, end, "table", SURE["table"])
                for name in value.value.split("、"):
                    yield Signer(kind, name, newest.day, found)


def _columns(cells: list[Cell]) -> dict[str, int]:
    """Return which column holds what, by the words of the heading."""
    found: dict[str, int] = {}
    for cell in cells:
        bare = re.sub(r"[\s.:]+", "", cell.folded.text)
        for kind, words in _headings().items():
            if bare in words and kind not in found:
                found[kind] = cell.column
                break
    return found


@cache
def _headings() -> Mapping[str, frozenset[str]]:
    return {
        kind: frozenset(re.sub(r"[\s.:]+", "", fold(word)) for word in words)
        for kind, words in data()["history"].items()
    }
