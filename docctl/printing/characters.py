"""Which characters reach a printed file: those that every format takes and no reader is misled by."""

from __future__ import annotations

import re
from typing import Final

#: Controls and half surrogates break XML; the direction marks could show a number in another order.
_UNFIT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_SPACE: Final = re.compile(r"\s+")


def legible(text: str) -> str:
    """Return the text with each unfit character visibly replaced; tabs and line ends stay."""
    return _UNFIT.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """Return the legible text on one line."""
    return _SPACE.sub(" ", legible(text)).strip()


def ems(text: str) -> float:
    """Estimate the width of a text in Chinese characters, for files whose fonts are the reader's."""
    return sum(map(_em, text))


def cut(text: str, most: float) -> str:
    """Return the text on one line of at most this many Chinese characters' width, the cut being seen."""
    line = one_line(text)
    used = 0.0
    for place, character in enumerate(line):
        used += _em(character)
        if used > most:
            return line[:place].rstrip() + "…"
    return line


def _em(character: str) -> float:
    return 1.0 if ord(character) > 0x2E7F else 0.58
