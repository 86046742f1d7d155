"""A text as paragraphs and rows of tables, whatever file it was read out of, to be compared (V-5)."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from docctl.domain.comparison import Block

#: Of a longer text the rest is left out, in paragraphs.
MOST_BLOCKS: Final = 20_000
_LINE: Final = re.compile(r"[\n\f]")
_FIGURES: Final = re.compile(r"[0-9０-９]+")
_SENTENCE: Final = re.compile(r"(?<=[。！？；])\s*(?=\S)|(?<=[.;!?])\s+(?=[A-Z\u3400-\u9fff])")
#: What begins a paragraph of its own: 4.2.1, 第五条, 一、, （三）, ①, a), •
_BEGINS: Final = re.compile(
    r"\s*(?:[0-9]{1,2}(?:[.．][0-9]{1,2})+|[0-9]{1,2}[、.．)）]|第[0-9零一二三四五六七八九十百]+[章节節条條篇编]"
    r"|[一二三四五六七八九十]+、|[(（][0-9一二三四五六七八九十]+[)）]|[①-⑳]|[a-zA-Z][)）、.．]|[•·●■◆○※—-]\s)"
)
_ENDS: Final = tuple("。！？；：.!?;:")
#: So many lines at the top and bottom of a page may be its header and footer.
_EDGE: Final = 3
#: On so many of its pages a header or footer stands; left and right pages may differ.
_PAGES: Final = 0.4
#: A line that reaches this share of the width of long lines goes on in the next.
_FULL: Final = 0.85


def blocks(text: str, *, pages: Sequence[int] = (), by_sentence: bool = False) -> tuple[list[Block], bool]:
    """Return the paragraphs and rows of a text that say something, and whether the rest was left out.

    `pages` are where its pages start, for a text that lies on the lines of pages (PDF): then lines are
    joined, and what stands on most pages at the top or the bottom is told once, first. `by_sentence` parts
    paragraphs at the ends of sentences: where one text lies on pages, both must be told so.
    """
    lines = _lines_of_pages(text, pages) if len(pages) > 0 else _LINE.split(text)
    found: list[Block] = []
    for line in lines:
        if not line.strip():
            continue
        for piece in _pieces(line, by_sentence=by_sentence):
            if len(found) == MOST_BLOCKS:
                return found, True
            found.append(piece)
    return found, False


def _pieces(line: str, *, by_sentence: bool) -> Iterator[Block]:
    cells = tuple(cell.strip() for cell in line.split("\t"))
    while len(cells) > 1 and not cells[-1]:
        cells = cells[:-1]
    if len(cells) > 1:
        yield cells
    elif by_sentence:
        yield from ((piece.strip(),) for piece in _SENTENCE.split(cells[0]) if piece.strip())
    elif cells[0]:
        yield cells


def _lines_of_pages(text: str, pages: Sequence[int]) -> Iterable[str]:
    ends = [*pages[1:], len(text)]
    told = [
        [line for line in _LINE.split(text[start:end]) if line.strip()]
        for start, end in zip(pages, ends, strict=True)
    ]
    edges, bodies = _without_edges(told)
    return [*edges, *_joined(bodies)]


def _without_edges(pages: Sequence[Sequence[str]]) -> tuple[list[str], list[str]]:
    """Return the headers and footers, each once as it stands first, and the lines of the body."""
    patterns = [{_pattern(line) for line in (*lines[:_EDGE], *lines[-_EDGE:])} for lines in pages]
    counts = Counter(pattern for found in patterns for pattern in found)
    needed = max(2, _PAGES * len(pages))
    edges: dict[str, str] = {}
    bodies: list[str] = []
    for lines in pages:
        for at, line in enumerate(lines):
            pattern = _pattern(line)
            is_edge = at < _EDGE or at >= len(lines) - _EDGE
            if is_edge and counts[pattern] >= needed:
                edges.setdefault(pattern, line)
            else:
                bodies.append(line)
    return list(edges.values()), bodies


def _pattern(line: str) -> str:
    return _FIGURES.sub("#", "".join(line.split()))


def _joined(lines: Sequence[str]) -> Iterator[str]:
    """Join lines that go on: full ones without an end, before one that does not begin something."""
    widths = sorted(_width(line) for line in lines if "\t" not in line)
    full = _FULL * widths[len(widths) * 9 // 10] if widths else 0
    whole, goes_on = "", False
    for line in lines:
        if goes_on and "\t" not in line and not _BEGINS.match(line):
            whole = _together(whole, line.strip())
        else:
            if whole:
                yield whole
            whole = line.strip(" \u3000")
        goes_on = "\t" not in line and _width(line) >= full and not line.rstrip().endswith(_ENDS)
    if whole:
        yield whole


def _together(whole: str, line: str) -> str:
    """Put a blank between words of letters, none between characters."""
    parted = whole[-1:].isascii() and line[:1].isascii() and not whole.endswith("-")
    return f"{whole} {line}" if parted else whole + line


def _width(line: str) -> int:
    return len(line) + sum(unicodedata.east_asian_width(sign) in "WF" for sign in line)
