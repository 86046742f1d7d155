"""Where a line of running text ends: Chinese beside any character but for marks, Latin between words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

#: Marks that do not begin a line; they hang over its end instead.
_CLOSING: Final = frozenset("，。、；：？！…·％‰℃°）》」』】〕〉］｝”’,.;:?!)]}%")
#: Marks that do not end a line.
_OPENING: Final = frozenset("（《「『【〔〈［｛“‘([{")
_PIECE: Final = re.compile(r"[\u0021-\u007e\u00a1-\u02ff\u0370-\u04ff]+|\s+|.", re.DOTALL)


def wrapped(text: str, most: float, measure: Callable[[str], float]) -> Iterator[str]:
    """Yield the lines of a paragraph; spaces at its start stay, as its author indented it."""
    line, used = "", 0.0
    for piece in _pieces(text, most, measure):
        wide = measure(piece)
        if line and used + wide > most and not _hangs(piece, line, used, most):
            keep, carried = _split(line)
            yield keep.rstrip()
            line = carried + ("" if piece.isspace() else piece)
            used = measure(line)
        else:
            line, used = line + piece, used + wide
    yield line.rstrip()


def _hangs(piece: str, line: str, used: float, most: float) -> bool:
    """One closing mark may stand in the margin, one only."""
    return used <= most and (piece.isspace() or piece in _CLOSING) and bool(line.strip())


def _split(line: str) -> tuple[str, str]:
    """Take opening marks from the end of a line over to the next."""
    kept = line.rstrip()
    while kept and kept[-1] in _OPENING:
        kept = kept[:-1]
    return (kept, line[len(kept) :].strip()) if kept.strip() else (line, "")


def _pieces(text: str, most: float, measure: Callable[[str], float]) -> Iterator[str]:
    """Yield words and single characters; a word longer than a line falls apart."""
    for match in _PIECE.finditer(text):
        piece = match.group()
        if len(piece) > 1 and measure(piece) > most:
            yield from piece
        else:
            yield piece
