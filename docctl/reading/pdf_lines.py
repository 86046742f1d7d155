"""The lines of a page of a PDF: where each stands, and which of its words lie in cells far apart."""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass
from typing import Any, Final

import pypdfium2.raw as pdfium_c

#: A gap wider than so many heights of a character parts two cells, beyond the spaces that fill it.
_CELL_GAP: Final = 1.3
#: Two pieces stand on one line if they share so much of the lower one's height.
_SHARED: Final = 0.6
_SPACES: Final = re.compile(r"[ \t\u00a0]+")
_NEWLINE: Final = re.compile(r"\r\n?|\n")
#: Marks a hyphen at the end of a line: the word goes on in the next.
_SOFT_HYPHEN: Final = "\ufffe"


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `top` and `bottom` are shares of the page's height, from its upper edge down."""

    text: str
    top: float
    bottom: float


@dataclass(slots=True)
class _Piece:
    text: str
    left: float
    right: float
    low: float
    high: float


def lines_of(page: Any) -> list[Line]:
    """Return the lines in the order in which the page says them; cells of a row are on one line.

    Raises `PdfiumError` where the page is broken.
    """
    text_page = page.get_textpage()
    try:
        return _lines(_Characters(text_page, page), max(page.get_height(), 1.0))
    finally:
        text_page.close()


def _lines(content: _Characters, height: float) -> list[Line]:
    pieces: list[_Piece] = []
    start = 0
    text = content.text
    for end in (*(match.start() for match in _NEWLINE.finditer(text)), len(text)):
        piece = content.piece(start, end)
        if piece is not None:
            _add(pieces, piece)
        start = _NEWLINE.match(text, end).end() if end < len(text) else end  # type: ignore[union-attr]
    return [
        Line(piece.text.replace(_SOFT_HYPHEN, ""), 1 - piece.high / height, 1 - piece.low / height)
        for piece in pieces
    ]


def _add(pieces: list[_Piece], new: _Piece) -> None:
    """Add a piece: to the line before, where it stands beside it or goes on with a broken word."""
    if pieces:
        last = pieces[-1]
        if last.text.endswith(_SOFT_HYPHEN):
            last.text = last.text[:-1] + new.text
            return
        shared = min(last.high, new.high) - max(last.low, new.low)
        smaller = min(last.high - last.low, new.high - new.low)
        if smaller > 0 and shared > _SHARED * smaller and new.left >= last.right:
            last.text += "\t" + new.text
            last.right = new.right
            last.low, last.high = min(last.low, new.low), max(last.high, new.high)
            return
    pieces.append(new)


class _Characters:
    """The characters of a page with their places, each asked for only where it matters."""

    def __init__(self, text_page: Any, page: Any) -> None:
        self._page = text_page
        self._turned: int = page.get_rotation()
        self._left, self._low, self._right, self._high = page.get_bbox()
        # one character of this for one of the page, so that places fit
        self.text = _text(text_page, max(0, pdfium_c.FPDFText_CountChars(text_page)))

    def piece(self, start: int, end: int) -> _Piece | None:
        """Return the text between two places with its box; nothing where it says nothing."""
        while start < end and self.text[start].isspace():
            start += 1
        while start < end and self.text[end - 1].isspace():
            end -= 1
        if start == end:
            return None
        first, last = self._box(start), self._box(end - 1)
        return _Piece(self._words(start, end), first[0], last[1], first[2], first[3])

    def _words(self, start: int, end: int) -> str:
        """Put a tab where spaces stand for a way to the next cell."""
        words: list[str] = []
        at = start
        for match in _SPACES.finditer(self.text, start, end):
            words.append(self.text[at : match.start()])
            words.append("\t" if self._is_far(match.start(), match.end()) else match[0])
            at = match.end()
        words.append(self.text[at:end])
        return "".join(words).replace("\0", "")

    def _is_far(self, start: int, end: int) -> bool:
        before, after = self._box(start - 1), self._box(end)
        filled = sum(right - left for left, right, _, _ in map(self._box, range(start, end)))
        size = max(before[3] - before[2], after[3] - after[2])
        return after[0] - before[1] - filled > _CELL_GAP * size > 0

    def _box(self, at: int) -> tuple[float, float, float, float]:
        """Return left, right, low and high of one character, as the reader sees the page."""
        box = pdfium_c.FS_RECTF()
        if not pdfium_c.FPDFText_GetLooseCharBox(self._page, at, ctypes.byref(box)):
            return (0.0, 0.0, 0.0, 0.0)
        left, right = box.left - self._left, box.right - self._left
        low, high = box.bottom - self._low, box.top - self._low
        width, height = self._right - self._left, self._high - self._low
        match self._turned:  # a page laid on its side keeps the places of the sheet that stands
            case 90:
                return (low, high, width - right, width - left)
            case 180:
                return (width - right, width - left, height - high, height - low)
            case 270:
                return (height - high, height - low, left, right)
        return (left, right, low, high)


def _text(text_page: Any, count: int) -> str:
    """Return all characters, a zero for each that is none or the second half of one before."""
    buffer = (ctypes.c_ushort * (count + 1))()
    if pdfium_c.FPDFText_GetText(text_page, 0, count, buffer) == count + 1:
        units: list[int] = list(buffer)[:count]
    else:  # it left some out
        units = [pdfium_c.FPDFText_GetUnicode(text_page, at) for at in range(count)]
    if not any(0xD800 <= unit <= 0xDFFF for unit in units):
        return "".join(map(chr, units))
    found = [chr(unit) for unit in units]
    for at, (first, second) in enumerate(zip(units, [*units[1:], 0], strict=True)):
        if 0xD800 <= first <= 0xDBFF and 0xDC00 <= second <= 0xDFFF:
            found[at : at + 2] = chr(0x10000 + ((first & 0x3FF) << 10) + (second & 0x3FF)), "\0"
    return "".join("\0" if "\ud800" <= one <= "\udfff" else one for one in found)
