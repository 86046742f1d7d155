"""Labels side by side whose values stand in the same order behind or below them (I-1).

So a table looks whose cells are parted by blanks only, or whose line ends were lost:
编制 审核 批准 张三 李四 王五.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from docctl.reading.facts import values
from docctl.reading.facts.cells import Cell, Sheet
from docctl.reading.facts.labels import SIGNING, Label, labels_in

_BLANKS: Final = re.compile(r"[\s|]*")
#: Values of Latin letters are parted by more than one blank, as one stands between their words.
_WIDE: Final = re.compile(r"\s{2,}|\t|$")
_DAYS: Final = frozenset({"effective", "issued", "expires"})
_TOKEN: Final = re.compile(r"\S+")


def run_at(cell: Cell, labels: list[Label], at: int) -> list[Label]:
    """Return the labels from one on between which nothing but blanks stands; none of them has a colon."""
    run = [labels[at]]
    for label in labels[at + 1 :]:
        between = cell.folded.text[run[-1].end : label.start]
        if run[-1].has_colon or label.has_colon or between.strip(" |"):
            break
        run.append(label)
    return run


def are_alike(one: Label, other: Label) -> bool:
    """Say whether two labels may have the same value: both of people, both of days."""
    return bool(_families(one) & _families(other))


def _families(label: Label) -> set[str]:
    people = {"person"} if SIGNING & set(label.kinds) else set()
    days = (
        {"day"}
        if any("date" in kind or kind.endswith("_on") or kind in _DAYS for kind in label.kinds)
        else set()
    )
    return people | days | set(label.kinds)


def places(sheet: Sheet, cell: Cell, run: list[Label], following: Label | None) -> Iterator[tuple[int, str]]:
    """Yield where the values may stand: behind the last label, or in the next row; offset and text."""
    _, behind = cell.source(run[-1].start, run[-1].end)
    end = cell.start + len(cell.text) if following is None else cell.source(following.start, following.end)[0]
    text = sheet.text[behind:end]
    if text.strip():
        yield behind, text
        return
    below = sheet.row(cell.row + 1)
    if following is not None or cell.is_in_table or len(below) != 1 or below[0].zone != cell.zone:
        return
    if next(labels_in(below[0]), None) is None:
        yield below[0].start, below[0].text


def values_of(run: list[Label], text: str) -> list[tuple[Label, str, values.Value]] | None:
    """Return each label's value in their order; None unless every one of them fits."""
    found: list[tuple[Label, str, values.Value]] = []
    at = 0
    for label in run:
        at = _BLANKS.match(text, at).end()  # type: ignore[union-attr]
        kind = next((one for one in label.kinds if values.can_read(one)), "")
        value = _one(kind, text[at:])
        if value is None:
            return None
        found.append((label, kind, values.Value(value.value, at + value.start, at + value.end)))
        at += value.end
    return found


def _one(kind: str, text: str) -> values.Value | None:
    if not kind:
        token = _TOKEN.match(text)
        return values.Value("", 0, token.end()) if token else None
    wide = _WIDE.search(text)
    assert wide is not None
    piece = text[: wide.start()] if wide.start() else text
    value = values.read(kind, piece if re.match("[A-Z][a-z]", text) else text)
    if value is None:
        return None
    value = values.Value(value.value, value.start, len(text[: value.end].rstrip()))
    if value.end < len(text) and not text[value.end].isspace():
        return None
    # one English name cannot be told from the next where single blanks part them
    is_run_on = re.match("[A-Z][a-z]+ [A-Z]", text) is not None and value.end < len(piece)
    return None if is_run_on or (kind in _NAMED and _is_english(value.value) and wide.start() > 32) else value


#: Kinds whose English values have blanks in them.
_NAMED: Final = SIGNING | {"department"}


def _is_english(value: str) -> bool:
    return value.isascii() and " " in value
