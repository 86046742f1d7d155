"""The table of revisions that a text carries (修订记录): label, what changed, who, when (V-2, I-1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from docctl.reading.facts import dates, values
from docctl.reading.facts.cells import Cell, Sheet
from docctl.reading.facts.labels import data
from search.folding import fold

_MOST: Final = 200
#: So many heads of tables are looked under; a text has one or two.
_TRIES: Final = 20


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


def find_history(sheet: Sheet) -> tuple[HistoryLine, ...]:
    """Return the rows of the first table whose head speaks of labels and of days or changes."""
    heads = [cell for cell in sheet.cells if cell.column == 0 and cell.columns >= 3]
    tries = 0
    for first in heads:
        columns = _columns(sheet.row(first.row))
        if tries < _TRIES and "label" in columns and {"day", "what"} & columns.keys():
            tries += 1
            rows = _rows(sheet, first, columns)
            if rows:
                return tuple(rows)
    return ()


def _rows(sheet: Sheet, head: Cell, columns: Mapping[str, int]) -> list[HistoryLine]:
    found: list[HistoryLine] = []
    for row in range(head.row + 1, head.row + _MOST):
        cells = sheet.row(row)
        if len(cells) != head.columns:
            break
        line = _line(cells, columns)
        if line is not None:
            found.append(line)
    return found


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
