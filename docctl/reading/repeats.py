"""Which lines of a paged text are page headers and footers: what most pages say at the same height."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from docctl.reading import said
from docctl.reading.lines import Line

#: Headers lie above the first share of the page's height, footers below the second.
_HEADERS_END: Final = 0.22
_FOOTERS_START: Final = 0.85
#: Where left and right pages differ, each kind stands on half of them, and chapters start without one.
_SHARE: Final = 0.4
_SAME_HEIGHT: Final = 0.015
_COUNT: Final = re.compile(r"[0-9０-９]+|(?<=[第共])\s*[一二三四五六七八九十百]+(?=\s*[页頁张張])")
_BLANK: Final = re.compile(r"\s+")


def furniture(pages: Sequence[Sequence[Line]]) -> list[list[str | None]]:
    """Return for each line of each page `header`, `footer` or nothing; page numbers may differ."""
    places: dict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
    for number, lines in enumerate(pages):
        for line in lines:
            if (zone := _zone(line)) is not None:
                places[zone, _pattern(line)].append((line.top, number))
    for found in places.values():
        found.sort()
    needed = max(2, _SHARE * len(pages))

    def kind(line: Line) -> str | None:
        zone = _zone(line)
        if zone is None:
            return None
        found = places[zone, _pattern(line)]
        first = bisect_left(found, (line.top - _SAME_HEIGHT, -1))
        last = bisect_right(found, (line.top + _SAME_HEIGHT, len(pages)))
        return zone if len({number for _, number in found[first:last]}) >= needed else None

    return [[kind(line) for line in lines] for lines in pages]


def paged(pages: Sequence[Sequence[Line]]) -> tuple[said.Said, list[int]]:
    """Return the text of pages, with what they repeat as headers and footers, and where each starts."""
    told = said.Said()
    starts: list[int] = []
    for lines, kinds in zip(pages, furniture(pages), strict=True):
        starts.append(told.length)
        if not lines:
            told.add("")
        for at, (line, kind) in enumerate(zip(lines, kinds, strict=True)):
            told.add(line.text, kind, joins=at > 0)
    return told, starts


def _zone(line: Line) -> str | None:
    middle = (line.top + line.bottom) / 2
    if middle < _HEADERS_END:
        return said.HEADER
    return said.FOOTER if middle > _FOOTERS_START else None


def _pattern(line: Line) -> str:
    """Return a line without what changes from page to page."""
    return _BLANK.sub("", _COUNT.sub("#", line.text))
