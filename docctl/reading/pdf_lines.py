"""The lines of a page of a PDF: where each stands, and which of its words lie in cells far apart."""

from __future__ import annotations

import ctypes
import re
from typing import Any, Final

import pypdfium2.raw as pdfium_c

from docctl.reading.lines import CELL_GAP, Line, Piece, together

_SPACES: Final = re.compile(r"[ \t\u00a0]+")
_NEWLINE: Final = re.compile(r"\r\n?|\n")


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
    text = content.text
    ends = [(match.start(), match.end()) for match in _NEWLINE.finditer(text)]
    starts = [0, *(after for _, after in ends)]
    pieces = (
        content.piece(start, end)
        for start, end in zip(starts, [*(before for before, _ in ends), len(text)], strict=True)
    )
    return together((piece for piece in pieces if piece is not None), height)


class _Characters:
    """The characters of a page with their places, each asked for only where it matters."""

    def __init__(self, text_page: Any, page: Any) -> None:
        self._page = text_page
        self._turned: int = page.get_rotation()
        self._left, self._low, self._right, self._high = page.get_bbox()
        # one character of this for one of the page, so that places fit
        self.text = _text(text_page, max(0, pdfium_c.FPDFText_CountChars(text_page)))

    def piece(self, start: int, end: int) -> Piece | None:
        """Return the text between two places with its box; nothing where it says nothing."""
        while start < end and self.text[start].isspace():
            start += 1
        while start < end and self.text[end - 1].isspace():
            end -= 1
        if start == end:
            return None
        first, last = self._box(start), self._box(end - 1)
        return Piece(self._words(start, end), first[0], last[1], first[2], first[3])

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
        return after[0] - before[1] - filled > CELL_GAP * size > 0

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
