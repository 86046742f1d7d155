"""Where clauses begin in the HTML that shows a text, so that a link can lead to one (I-9)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from typing import Final

from docctl.reading.markup import ID_PREFIX

#: Behind what a line of the text begins in its HTML: a paragraph, a heading, a cell, a broken line.
_OPENED: Final = re.compile(r"<(?:(?:p|h[1-6]|li|td|th)(?:\s[^<>]{0,400})?|br\s{0,2}/?)>")
_ENDED: Final = re.compile(r"</?(?:p|h[1-6]|li|td|th|tr|table|ul|ol)\b|<br\b")
_TAG: Final = re.compile(r"<[^>]*>")
#: So many characters of a line tell it from others.
_TELLING: Final = 60


def places(html: str, lines: Sequence[str]) -> list[int]:
    """Return where in the HTML each line is shown, -1 for those that are not found; lines in their order.

    The same words may stand in a table of contents, with their page behind them: a line is only where it
    stands alone.
    """
    known: dict[str, list[int]] = {}
    for place, words in _blocks(html):
        known.setdefault(words, []).append(place)
    found: list[int] = []
    last = 0
    for line in lines:
        ways = (
            known.get(key, []) for key in dict.fromkeys((_squeezed(line.split("\t")[0]), _squeezed(line)))
        )
        place = min((some[at] for some in ways if (at := bisect_right(some, last)) < len(some)), default=-1)
        found.append(place)
        last = max(last, place)
    return found


def anchors(paths: Iterable[str]) -> Iterator[str]:
    """Yield an id of its own for each clause, one that bears its path: text-c-4.2.1."""
    seen: dict[str, int] = {}
    for path in paths:
        seen[path] = seen.get(path, 0) + 1
        yield f"{ID_PREFIX}c-{path}" + (f"-{seen[path]}" if seen[path] > 1 else "")


def anchored(html: str, marks: Iterable[tuple[int, str]]) -> str:
    """Return the HTML with an empty anchor at each place, which comes right behind a tag; in their order."""
    pieces: list[str] = []
    at = 0
    for place, anchor in marks:
        pieces += (html[at:place], f'<a id="{anchor}"></a>')
        at = place
    return "".join((*pieces, html[at:]))


def _blocks(html: str) -> Iterator[tuple[int, str]]:
    for opened in _OPENED.finditer(html):
        ended = _ENDED.search(html, opened.end())
        words = html[opened.end() : ended.start() if ended else len(html)]
        yield opened.end(), _squeezed(unescape(_TAG.sub("", words)))


def _squeezed(words: str) -> str:
    return "".join(words.split())[:_TELLING]
