"""How rows of numbers of printed blanks are written and read, and what is left of one (D-10)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from docctl.domain.verdicts import Refused

MOST_PRINTED: Final = 100_000
#: A number has at most so many digits at its end, and so many signs before them.
_MOST_DIGITS: Final = 9
LONGEST_PREFIX: Final = 90


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Numbers in a row, both ends among them."""

    first: int
    last: int

    @property
    def count(self) -> int:
        """How many numbers there are."""
        return self.last - self.first + 1

    def holds(self, other: Span) -> bool:
        """Say whether all of the other is in it."""
        return self.first <= other.first and other.last <= self.last

    def meets(self, other: Span) -> bool:
        """Say whether one number is in both."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True)
class Written:
    """How the numbers of a print are written: what stands before the digits, and how many there are."""

    prefix: str
    width: int

    def number(self, value: int) -> str:
        """Return a number as it stands on the paper."""
        return f"{self.prefix}{value:0{self.width}d}"

    def span(self, span: Span) -> str:
        """Return numbers in a row as they are told: the first and the last."""
        first = self.number(span.first)
        return first if span.count == 1 else f"{first} – {self.number(span.last)}"


def split_number(text: str) -> tuple[str, str] | None:
    """Return what stands before the digits at the end of a number, and the digits; None where none do."""
    text = " ".join(text.split())
    prefix = text.rstrip("0123456789")
    digits = text[len(prefix) :]
    if not digits or len(digits) > _MOST_DIGITS or len(prefix) > LONGEST_PREFIX:
        return None
    return prefix, digits


def read_row(first: str, last: str) -> tuple[Written, Span] | Refused:
    """Return how a row of numbers is written and which they are, from its first and last one (D-10)."""
    start, end = split_number(first), split_number(last)
    if start is None:
        return Refused("D-10", "number_unreadable", {"number": first.strip()[:100], "digits": _MOST_DIGITS})
    if end is None:
        return Refused("D-10", "number_unreadable", {"number": last.strip()[:100], "digits": _MOST_DIGITS})
    if end[0] not in {start[0], ""}:
        return Refused("D-10", "not_one_row", {"first": first.strip()[:100], "last": last.strip()[:100]})
    span = Span(int(start[1]), int(end[1]))
    if span.last < span.first:
        return Refused("D-10", "last_before_first")
    if span.count > MOST_PRINTED:
        return Refused("D-10", "too_many_printed", {"most": MOST_PRINTED})
    return Written(start[0], len(start[1])), span


def open_spans(whole: Span, taken: Iterable[Span]) -> list[Span]:
    """Return what is left of numbers in a row without those taken, in order (D-10)."""
    found, begin = [], whole.first
    for one in sorted(taken):
        if one.last < begin:
            continue
        if one.first > whole.last:
            break
        if one.first > begin:
            found.append(Span(begin, one.first - 1))
        begin = max(begin, one.last + 1)
    if begin <= whole.last:
        found.append(Span(begin, whole.last))
    return found
