"""How much two texts have in common, script and blanks aside: sketches of their pieces (I-4)."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Final

from search.folding import fold

#: Pieces of so many characters are compared.
_PIECE: Final = 8
#: So many numbers make a sketch; the estimate of a share is right to about a tenth.
_NUMBERS: Final = 64
_LONGEST: Final = 60_000
_MOST_LINES: Final = 2_000


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


def lines_beside(one: str, other: str) -> Iterator[tuple[str, str, bool]]:
    """Yield the lines of two texts beside each other: left, right, whether they say the same (I-4).

    Script, width and blanks make no difference; a line that only one text has stands alone.
    """
    left, right = _lines(one), _lines(other)
    matcher = SequenceMatcher(None, [fold(line) for line in left], [fold(line) for line in right], False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        for place in range(max(i2 - i1, j2 - j1)):
            yield (
                left[i1 + place] if i1 + place < i2 else "",
                right[j1 + place] if j1 + place < j2 else "",
                tag == "equal",
            )


def _lines(text: str) -> list[str]:
    """Return the sentences of a text: line ends may have been lost in one of two."""
    return [piece.strip() for piece in re.split(r"\n|(?<=[。；;])", text) if piece.strip()][:_MOST_LINES]
