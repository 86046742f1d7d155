"""How much two texts have in common, script and blanks aside: sketches of their pieces (I-4)."""

from __future__ import annotations

import re
import zlib
from typing import Final

from search.folding import fold

#: Pieces of so many characters are compared.
_PIECE: Final = 8
#: So many numbers make a sketch; the estimate of a share is right to about a tenth.
_NUMBERS: Final = 64
_LONGEST: Final = 60_000


def sketch_of(text: str) -> list[int]:
    """Return the sketch of a text; empty for one too short to compare (I-4)."""
    plain = re.sub(r"[\W_]+", "", fold(text[: 2 * _LONGEST]))[:_LONGEST]
    if len(plain) < 5 * _PIECE:
        return []
    encoded = plain.encode("utf-32-le", "replace")
    step = 4 * _PIECE
    least: list[int | None] = [None] * _NUMBERS
    for hashed in {zlib.crc32(encoded[at : at + step]) for at in range(0, len(encoded) - step + 1, 4)}:
        bin_, value = hashed % _NUMBERS, hashed // _NUMBERS
        before = least[bin_]
        if before is None or value < before:
            least[bin_] = value
    return _filled(least)


def _filled(least: list[int | None]) -> list[int]:
    """Give each empty place the number of the next one that has one, so that short texts compare too."""
    return [
        next(
            found + ahead
            for ahead in range(_NUMBERS)
            if (found := least[(at + ahead) % _NUMBERS]) is not None
        )
        for at in range(_NUMBERS)
    ]


def share_of(one: str, other: str) -> float:
    """Return the share of common pieces of two texts, 0 to 1, counted exactly."""
    left, right = _pieces(one), _pieces(other)
    return len(left & right) / len(left | right) if left and right else 0.0


def _pieces(text: str) -> set[str]:
    plain = re.sub(r"[\W_]+", "", fold(text))
    return {plain[at : at + _PIECE] for at in range(len(plain) - _PIECE + 1)}
