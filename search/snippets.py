"""Which stretch of a text is shown under a hit, and what in it is marked (S-3)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from search.analysis import has_stem, stem
from search.asked import All, AnyOf, Clause, Node, Text, Word, clauses
from search.errors import QueryProblem
from search.folding import CJK, WORD, fold, fold_mapped
from search.language import parse
from search.synonyms import Synonyms

_BLOCK: Final = 240
_MOST_MARKS: Final = 30
_UNSHOWN: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_MORE: Final = "…"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a snippet, in the characters of the original."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    clause: int


def snippet(
    text: str,
    query: str,
    *,
    width: int = 120,
    synonyms: Synonyms = (),
    fields: frozenset[str] = frozenset(),
) -> tuple[Piece, ...]:
    """Cut about `width` characters out of `text` where most of what `query` asks for stands
    together.

    Without a hit it is the beginning of the text, nothing marked. Never fails (S-3).
    """
    asked, enough = _clauses(query, synonyms, fields)
    best: tuple[int, int, list[_Mark]] = (0, 0, [])
    size, overlap = _sizes(asked)
    starts = range(0, len(text), size - overlap) if asked else ()
    for start in starts:  # a long text is folded only as far as its first good hit
        block = text[start : start + size]
        marks, found = _densest(_marks(fold(block), asked), width)
        if found > best[0]:
            best = (found, start, marks)
        if found >= enough:
            break
    found, start, marks = best
    if not found:
        return _cut(text, [], 0, width)
    folded = fold_mapped(text[start : start + size])
    spans = [folded.span(mark.start, mark.end) for mark in marks]
    return _cut(text, [(start + first, start + last) for first, last in spans], width // 4, width)


@lru_cache(maxsize=256)
def _clauses(query: str, synonyms: Synonyms, fields: frozenset[str]) -> tuple[tuple[Clause, ...], int]:
    """Return what may be marked in a body, and how many of it a place may hold that cannot be bettered.

    What is asked of number or title alone is not marked; of several ways to be found one is enough.
    """
    try:
        node = parse(query, synonyms=synonyms, fields=fields)
    except QueryProblem:
        return (), 0
    return tuple(one for one in clauses(node) if _in_body(one)), _enough(node)


def _in_body(clause: Clause) -> bool:
    return clause.part in {"", "body"}


def _enough(node: Node | None) -> int:
    if isinstance(node, All):
        return sum(map(_enough, node.of))
    if isinstance(node, AnyOf):
        return max(map(_enough, node.of))
    return int(isinstance(node, Text | Word) and _in_body(node))


def _sizes(clauses: Sequence[Clause]) -> tuple[int, int]:
    """Return the length of a block and its overlap: room for what is asked, blanks and readings."""
    longest = max((len(each.needle) for each in clauses if isinstance(each, Text)), default=0)
    overlap = 2 * longest + 60
    return max(_BLOCK, 2 * overlap), overlap


def _marks(folded: str, clauses: Sequence[Clause]) -> list[_Mark]:
    marks = [
        _Mark(start, end, number)
        for number, clause in enumerate(clauses)
        for start, end in _places(folded, clause)
    ]
    return sorted(marks, key=lambda mark: (mark.start, -mark.end))


def _places(folded: str, clause: Clause) -> Iterator[tuple[int, int]]:
    if isinstance(clause, Word):
        pattern = _pattern(clause)
        matches = (match for match in pattern.finditer(folded) if _is_meant(match[0], clause))
        for match, _ in zip(matches, range(_MOST_MARKS), strict=False):
            yield match.span()
        return
    at = folded.find(clause.needle)
    for _ in range(_MOST_MARKS):
        if at < 0:
            return
        yield at, at + len(clause.needle)
        at = folded.find(clause.needle, at + len(clause.needle))


@lru_cache(maxsize=256)
def _pattern(word: Word) -> re.Pattern[str]:
    """Return what finds a word as the index does: its beginning, or what may be another form."""
    letters = word.beginning
    rest = []
    for before, letter in pairwise(letters):
        blank = " " if letter.isdigit() and not before.isdigit() else ""
        rest.append(f"[-/._·:{blank}]?{letter}")
    ways = [f"{_first(letters[0])}{''.join(rest)}[{WORD}]*"]
    for form in [word.stem] if word.stem is not None else word.parts:
        start = form.removeprefix("=")[:3]
        ways.append(f"{_first(start[0])}{start[1:]}[a-z]*(?![{WORD}])")
    return re.compile("|".join(ways))


def _first(letter: str) -> str:
    """Ask for a letter where a part of a word begins; the letter stands first, that is fast."""
    same = r"\d" if letter.isdigit() else rf"[^\W\d_{CJK}]"
    return f"{letter}(?<!{same}{letter})"


def _is_meant(found: str, word: Word) -> bool:
    """Say whether what the pattern found is the beginning asked for or a form of the word."""
    if re.sub(r"[-/._·: ]", "", found).startswith(word.beginning):
        return True
    form = stem(found) if has_stem(found) else found
    return form == word.stem or form in word.parts


def _densest(marks: list[_Mark], width: int) -> tuple[list[_Mark], int]:
    """Return the marks of the window that holds most different clauses, and how many; the first
    such.
    """
    best: list[_Mark] = []
    found = 0
    for number, first in enumerate(marks):
        window = [mark for mark in marks[number : number + 40] if mark.end - first.start <= width]
        different = len({mark.clause for mark in window or [first]})
        if different > found:
            best, found = window or [first], different
    return best, found


def _cut(text: str, spans: list[tuple[int, int]], before: int, width: int) -> tuple[Piece, ...]:
    start = max(0, (spans[0][0] if spans else 0) - before)
    end = min(len(text), max(start + width, spans[0][1] if spans else 0))
    start = max(0, min(start, end - width))
    while start > 0 and start % 16 and _inside_word(text, start):
        start -= 1
    while end < len(text) and end % 16 and _inside_word(text, end):
        end += 1
    pieces = [Piece(_MORE, marked=False)] if start else []
    at = start
    for first, last in spans:
        if first >= at and last <= end:
            pieces += [_piece(text[at:first], marked=False), _piece(text[first:last], marked=True)]
            at = last
    pieces.append(_piece(text[at:end], marked=False))
    if end < len(text):
        pieces.append(Piece(_MORE, marked=False))
    return tuple(piece for piece in pieces if piece.text)


def _inside_word(text: str, at: int) -> bool:
    return text[at - 1 : at + 1].isascii() and text[at - 1 : at + 1].isalnum()


def _piece(text: str, *, marked: bool) -> Piece:
    """Make a piece fit to show on one line: blanks, line ends and controls are one blank."""
    return Piece(_UNSHOWN.sub(" ", text), marked)
