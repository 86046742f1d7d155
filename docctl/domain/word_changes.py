"""What changed within a text, word by word, characters for Chinese, so that people can follow it (V-5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from docctl.domain.common_sequence import common

#: A word of letters and figures, a number with its parts, blanks, or one character.
_TOKEN: Final = re.compile(
    r"[0-9]+(?:[.,:/-][0-9]+)*|[A-Za-z\u00c0-\u024f\u0370-\u052f]+(?:['’-][A-Za-z]+)*|\s+|.", re.DOTALL
)
#: What stays the same between two changes and is no longer than this only makes them hard to read.
_CRUMB: Final = 2
#: Where less than this share of the longer text stayed, it is shown as struck and written anew.
_LEAST_SHARED: Final = 0.25


class Part(StrEnum):
    """What became of a piece of a text."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text, and what became of it."""

    part: Part
    text: str


class Effort:
    """How much may still be spent on looking within texts; once it is used up, they are told whole."""

    def __init__(self, most: int = 2_000_000) -> None:
        """Take the most steps to spend; a step is about half a microsecond."""
        self._left = most

    def spend(self, rows: int, columns: int) -> bool:
        """Take what comparing two sequences costs, if that much is left."""
        cost = 2 * (rows + columns) + rows * columns // 500
        if cost > self._left:
            return False
        self._left -= cost
        return True


@dataclass(frozen=True, slots=True)
class Changes:
    """The pieces in their order; coarse: there was no room to look within the text."""

    pieces: tuple[Piece, ...]
    is_coarse: bool = False

    @property
    def before(self) -> str:
        """The text as it was."""
        return "".join(one.text for one in self.pieces if one.part is not Part.ADDED)

    @property
    def after(self) -> str:
        """The text as it is."""
        return "".join(one.text for one in self.pieces if one.part is not Part.REMOVED)


def word_changes(before: str, after: str, effort: Effort) -> Changes:
    """Return what was removed, added and kept; together the pieces are both texts (V-5)."""
    first, last = _ends(before, after)
    left, right = before[first : len(before) - last], after[first : len(after) - last]
    head, tail = before[:first], before[len(before) - last :]
    ends = [(Part.SAME, head), (Part.REMOVED, left), (Part.ADDED, right), (Part.SAME, tail)]
    if not left or not right:
        return Changes(_pieces(ends))
    if not effort.spend(len(left), len(right)):
        return Changes(_pieces(ends), is_coarse=True)
    runs = [_Run("", "", head), *_runs(_TOKEN.findall(left), _TOKEN.findall(right))]
    runs[-1].same += tail
    joined = _without_crumbs(runs)
    kept = sum(len(one.same.strip()) for one in joined)
    if kept < _LEAST_SHARED * max(len(before.strip()), len(after.strip())):
        return Changes(_pieces([(Part.REMOVED, before), (Part.ADDED, after)]))
    return Changes(_pieces(_told(joined)))


def _ends(before: str, after: str) -> tuple[int, int]:
    """Return how many characters are the same at the beginning and at the end; no word is parted."""
    shorter = min(len(before), len(after))
    first = _same(shorter, lambda length: before[:length] == after[:length])
    while first and any(_is_one_word(text, first) for text in (before, after)):
        first -= 1
    rest = shorter - first
    last = _same(rest, lambda length: not length or before[-length:] == after[-length:])
    while last and any(_is_one_word(text, len(text) - last) for text in (before, after)):
        last -= 1
    return first, last


def _same(longest: int, is_same: Callable[[int], bool]) -> int:
    """Return the greatest length for which it holds; it holds for all shorter ones."""
    low, high = 0, longest
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if is_same(middle) else (low, middle - 1)
    return low


def _is_one_word(text: str, at: int) -> bool:
    """Say whether a word, a number or blanks go on over a place; characters of Chinese stand alone."""
    if not 0 < at < len(text):
        return False
    token = _TOKEN.match(text, at - 1, at + 2)
    return token is not None and token.end() > at


@dataclass(slots=True)
class _Run:
    """What was removed and added at one place, and what stays the same behind it."""

    removed: str
    added: str
    same: str


def _runs(old: Sequence[str], new: Sequence[str]) -> list[_Run]:
    runs = [_Run("", "", "")]
    i = j = 0
    for left, right in common(old, new).pairs:
        if (left, right) != (i, j):
            runs.append(_Run("".join(old[i:left]), "".join(new[j:right]), ""))
        runs[-1].same += old[left]
        i, j = left + 1, right + 1
    if (i, j) != (len(old), len(new)):
        runs.append(_Run("".join(old[i:]), "".join(new[j:]), ""))
    return runs


def _without_crumbs(runs: Sequence[_Run]) -> list[_Run]:
    """Join changes between which hardly anything stayed the same, and less than either of them changed."""
    joined = [runs[0]]
    for run in runs[1:]:
        last = joined[-1]
        crumb = last.same
        sizes = [len(one.removed) + len(one.added) for one in (last, run)]
        if (last.removed or last.added) and len(crumb) <= _CRUMB and len(crumb) < min(sizes):
            last.removed += crumb + run.removed
            last.added += crumb + run.added
            last.same = run.same
        else:
            joined.append(run)
    return joined


def _told(runs: Sequence[_Run]) -> Iterator[tuple[Part, str]]:
    for run in runs:
        yield Part.REMOVED, run.removed
        yield Part.ADDED, run.added
        yield Part.SAME, run.same


def _pieces(parts: Iterable[tuple[Part, str]]) -> tuple[Piece, ...]:
    return tuple(Piece(part, text) for part, text in parts if text)


__all__ = ["Changes", "Effort", "Part", "Piece", "word_changes"]
