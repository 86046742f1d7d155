"""How pieces of text that stand somewhere on a page become lines, and cells of a row one line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

#: A gap wider than so many heights of a character parts two cells.
CELL_GAP: Final = 1.3
#: Two pieces stand on one line if they share so much of the lower one's height.
_SHARED: Final = 0.6
#: Marks a hyphen at the end of a line: the word goes on in the next.
SOFT_HYPHEN: Final = "\ufffe"


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `top` and `bottom` are shares of the page's height, from its upper edge down."""

    text: str
    top: float
    bottom: float


@dataclass(slots=True)
class Piece:
    """Text with its box, in any unit; `low` and `high` are counted from the lower edge up."""

    text: str
    left: float
    right: float
    low: float
    high: float


def together(pieces: Iterable[Piece], height: float, *, always_apart: bool = True) -> list[Line]:
    """Return lines out of pieces in reading order; `height` is that of the page.

    Pieces beside each other are parted by a tab: always, or only where they stand far apart.
    """
    lines: list[Piece] = []
    for piece in pieces:
        _add(lines, piece, always_apart=always_apart)
    return [Line(_whole(line.text), 1 - line.high / height, 1 - line.low / height) for line in lines]


def _whole(text: str) -> str:
    """Join words that were broken, which go on in small letters; a number as HR-QP-06 keeps its sign."""
    return re.sub(rf"{SOFT_HYPHEN}(?=[A-Z0-9])", "-", text).replace(SOFT_HYPHEN, "")


def _add(pieces: list[Piece], new: Piece, *, always_apart: bool) -> None:
    """Add a piece: to the line before, where it stands beside it or goes on with a broken word."""
    if pieces:
        last = pieces[-1]
        if last.text.endswith(SOFT_HYPHEN):
            last.text += new.text
            return
        shared = min(last.high, new.high) - max(last.low, new.low)
        smaller = min(last.high - last.low, new.high - new.low)
        if smaller > 0 and shared > _SHARED * smaller and new.left >= last.right:
            far = always_apart or new.left - last.right > CELL_GAP * smaller
            last.text += ("\t" if far else "") + new.text
            last.right = new.right
            last.low, last.high = min(last.low, new.low), max(last.high, new.high)
            return
    pieces.append(new)
