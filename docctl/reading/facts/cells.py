"""A text taken apart into cells: a line is a paragraph or a table row, a tab parts its cells (I-1)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from search.folding import Folded, fold_mapped

#: Half-open stretches of the text that are not its body: kind, start, end.
Parts = Sequence[tuple[str, int, int]]

_LINE: Final = re.compile(r"[^\n\f]+")
#: Where the rules themselves begin: what stands before is title, cover, header.
_CHAPTER: Final = re.compile(
    r"(?<![0-9.])(?:(?:[1一壹]|1\.0|第[一1][章条節节])\s{0,3}[、.．:：]?\s{0,3})"
    r"(?:目\s{0,4}的|总\s{0,4}[则則]|總\s{0,4}則|[适適]用[范範][围圍]|[范範]\s{0,4}[围圍]|Purpose|Scope|Objective|General)",
    re.IGNORECASE,
)
#: Two chapters of which the first says nothing stand in a table of contents.
_NEXT_CHAPTER: Final = re.compile(
    r"\s{0,4}\n\s{0,4}(?:2(?:\.0)?|二|第二[章条條])\s{0,3}[、.．]?\s{0,3}[\u3400-\u9fff]{2,8}\s{0,4}\n\s{0,4}(?:3|三|第三)"
)
#: What parts cells: a tab, a bar between blanks, a drawn line.
_BARS: Final = re.compile(r"\t|(?:^|(?<=[ \u3000]))[|｜](?=[ \u3000]|$)|[│┃┆┇]", re.MULTILINE)
_DRAWN: Final = re.compile("[|｜│┃┆┇]")
#: Drawn between rows: | --- | --- |, ├──┼──┤.
_RULER: Final = re.compile(r"[\s|｜:+=-]++|[\s─━┄┅│┃┌┐└┘├┤┬┴┼╔╗╚╝═║╠╣╦╩╬]++")
_RULED: Final = re.compile("[-=]{3}|[─━═]{2}")
#: The end of a label that print parted, with its value: 版　　別：第五版.
_ENDS_LABEL: Final = re.compile(r"[\s\u3000]*[\u3400-\u9fff][\s\u3000]*[:：]")
_SINGLE: Final = re.compile(r"[\s\u3000]*[\u3400-\u9fff][\s\u3000]*")
#: A header is over after so many characters, whatever follows.
_LONGEST_TOP: Final = 3_000
_LONGEST_CELL: Final = 4_000
_TAIL: Final = 400


@dataclass(frozen=True)
class Cell:
    """One cell of a row, or a whole paragraph; `start` is its offset into the text."""

    row: int
    column: int
    columns: int
    start: int
    text: str
    zone: str

    @cached_property
    def folded(self) -> Folded:
        """The folded cell, with the way back to what was written."""
        return fold_mapped(self.text)

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Return where a stretch of the folded cell stands in the whole text."""
        first, last = self.folded.span(start, end)
        return self.start + first, self.start + last

    @property
    def is_in_table(self) -> bool:
        """Whether others stand in its row."""
        return self.columns > 1


class Sheet:
    """The cells of a text that may carry facts, and a look at their neighbours."""

    def __init__(self, text: str, parts: Parts = ()) -> None:
        self.text = text
        self._parts = sorted(parts, key=lambda part: part[1])
        self._starts = [part[1] for part in self._parts]
        #: Where the header ends and the rules begin.
        self.top, is_found = _top(text)
        #: Where clauses may begin: at the top of a text in which no first chapter is found.
        self.rules = self.top if is_found else 0
        #: Where the body ends: page headers and footers may lie behind it.
        self.end = self._end_of_body()
        #: Where the last lines begin, in which a paper is often signed.
        self.tail = max(self.top, self.end - _TAIL)
        self.cells = tuple(self._cells())
        self._by_place = {(cell.row, cell.column): cell for cell in self.cells}

    def _end_of_body(self) -> int:
        end = len(self.text)
        for kind, start, until in reversed(self._parts):
            if kind not in {"header", "footer"} or until < end - 2:
                break
            end = start
        return end

    def right_of(self, cell: Cell) -> Cell | None:
        """Return the next cell of the row."""
        return self._by_place.get((cell.row, cell.column + 1))

    def below(self, cell: Cell) -> Cell | None:
        """Return the cell in the same column of the next row, if that row looks alike."""
        found = self._by_place.get((cell.row + 1, cell.column))
        return found if found is not None and found.columns == cell.columns else None

    def first(self, number: int) -> Cell:
        """Return the first cell of a row that is there."""
        return self._by_place[number, 0]

    def row(self, number: int) -> list[Cell]:
        """Return the cells of a row."""
        found, column = [], 0
        while (cell := self._by_place.get((number, column))) is not None:
            found.append(cell)
            column += 1
        return found

    def zone_at(self, offset: int) -> str:
        """Return in what part an offset is: header, footer, box, …, else top, tail or body."""
        at = bisect_right(self._starts, offset) - 1
        if at >= 0 and offset < self._parts[at][2]:
            return self._parts[at][0]
        if offset < self.top:
            return "top"
        return "tail" if offset >= self.tail else "body"

    def _cells(self) -> Iterator[Cell]:
        row = 0
        for line in _LINE.finditer(self.text):
            for start, end in self._zones_of(line.start(), line.end()):
                zone = self.zone_at(start)
                pieces = list(_rejoined(self.text, _pieces(self.text, start, end)))
                for column, (offset, until) in enumerate(pieces):
                    # empty cells keep their column, so that a value below is found under its label
                    piece = self.text[offset : min(until, offset + _LONGEST_CELL)]
                    yield Cell(row, column, len(pieces), offset, piece, zone)
                row += bool(pieces)

    def _zones_of(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Part a line where header and rules, or rules and last words, share it: its line ends were lost."""
        cuts = [self.top] if start < self.top < end else []
        if end - start > _TAIL and start < self.tail < end and self.tail > self.top:
            cuts.append(self.tail)
        for cut in (*cuts, end):
            yield start, cut
            start = cut


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where the cells of a line stand: parted by tabs or drawn lines; a ruler has none."""
    if _RULER.fullmatch(text, start, end) and _RULED.search(text, start, end):
        return
    if _DRAWN.search(text, start, end) is None:
        yield from _by_tabs(text, start, end)
        return
    bars = [bar.span() for bar in _BARS.finditer(text, start, end)]
    # a drawn row is open or closed at its ends
    if bars and text[bars[0][0]] != "\t" and not text[start : bars[0][0]].strip():
        start = bars.pop(0)[1]
    if bars and text[bars[-1][0]] != "\t" and not text[bars[-1][1] : end].strip():
        end = bars.pop()[0]
    for first, behind in bars:
        yield start, first
        start = behind
    yield start, end


def _by_tabs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while (tab := text.find("\t", start, end)) >= 0:
        yield start, tab
        start = tab + 1
    yield start, end


def _rejoined(text: str, pieces: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Join single characters side by side, which a wide blank parted in print: 编　　制."""
    before: tuple[int, int] | None = None
    for start, end in pieces:
        if (
            before is not None
            and _SINGLE.fullmatch(text, *before)
            and (_SINGLE.fullmatch(text, start, end) or _ENDS_LABEL.match(text, start, end))
        ):
            yield before[0], end
            before = None
            continue
        if before is not None:
            yield before
        before = start, end
    if before is not None:
        yield before


def _top(text: str) -> tuple[int, bool]:
    """Return where the header ends, and whether a first chapter says so; else as much as one may have."""
    for chapter in _CHAPTER.finditer(text[:_LONGEST_TOP]):
        if not _is_in_contents(text, chapter.end()):
            return chapter.start(), True
    return min(len(text), _LONGEST_TOP), False


def _is_in_contents(text: str, after: int) -> bool:
    """Say whether a chapter's name stands in a table of contents: dots, a page or the next one follow."""
    behind = text[after : after + 100]
    return (
        re.match(r"[\s.…·]{0,80}[(（]?\d{1,3}[)）]?\s{0,3}(?:[2二]|$|\n)", behind) is not None
        or _NEXT_CHAPTER.match(behind) is not None
    )
