"""How text looks in a PDF without fonts of the system: which characters are drawn, and how wide they are.

Our font has all of GBK and Big5. What it lacks is drawn by its parts (℃ as °C) or shown as 〓.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from docctl.printing.characters import legible

NAME: Final = "docctl"
_FILE: Final = Path(__file__).parent / "fonts" / "wqy-microhei-docctl.ttf"
_MISSING: Final = "〓"
_LIKENESS: Final = {
    "∼": "~",
    "‾": "¯",
    "☐": "□",
    "☑": "√",
    "\u2011": "-",
    "\u00ad": "",
    "ǎ": "ă",
    "ǐ": "ĭ",
    "ǒ": "ŏ",
    "ǔ": "ŭ",  # the font has the round mark, not the pointed one
}
_ELLIPSIS: Final = "…"


def typeface() -> str:
    """Make the font known to reportlab and return its name there."""
    _font()
    return NAME


def drawable(text: str) -> str:
    """Return the text of one line in characters that the font has; nothing is left out silently."""
    text = legible(text)
    if _known().issuperset(text):
        return text
    return "".join(map(_drawable_character, text))


def width(text: str, size: float) -> float:
    """Measure a drawable text at a size."""
    widths = _widths()
    return sum(widths[ord(character)] for character in text) * size / 1000


def elide(text: str, most: float, size: float) -> str:
    """Cut a drawable text to a width, so that the cut is seen."""
    if width(text, size) <= most:
        return text
    left = most - width(_ELLIPSIS, size)
    widths = _widths()
    for place, character in enumerate(text):
        left -= widths[ord(character)] * size / 1000
        if left < 0:
            return text[:place].rstrip() + _ELLIPSIS
    return text


@cache
def _font() -> TTFont:
    font = TTFont(NAME, str(_FILE))
    pdfmetrics.registerFont(font)
    return font


@cache
def _widths() -> dict[int, float]:
    widths: dict[int, float] = _font().face.charWidths
    return widths


@cache
def _known() -> frozenset[str]:
    return frozenset(chr(code) for code in _font().face.charToGlyph)


@lru_cache(maxsize=4096)
def _drawable_character(character: str) -> str:
    forms = (
        character,
        _LIKENESS.get(character, character),
        unicodedata.normalize("NFKC", character),
        unicodedata.normalize("NFKD", character),
    )
    return next((form for form in forms if _known().issuperset(form)), _MISSING)
