"""How a plain text becomes a PDF: A4, its own lines and indents, broken where they are too long (D-3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from reportlab.pdfgen.canvas import Canvas

from docctl.printing.behind import Behind
from docctl.printing.characters import legible, one_line
from docctl.printing.errors import PrintingFailed
from docctl.printing.lines import wrapped
from docctl.printing.overlay import draw_stamp
from docctl.printing.stamp import Stamp
from docctl.printing.stamp_pdf import MOST_PAGES, stamp_pdf
from docctl.printing.typeface import drawable, typeface, width

_PAGE: Final = (595.28, 841.89)
_LEFT: Final = 64.0
_TOP: Final = 64.0  # below the stamp
_BOTTOM: Final = 52.0
_TEXT: Final = 10.5
_HEAD: Final = 15.0
_SPACING: Final = 1.6
_TAB: Final = 4
#: A line as drawn: its text and its size.
_Line = tuple[str, float]


def text_to_pdf(text: str, target: Path, stamp: Stamp, title: str, behind: Sequence[Behind] = ()) -> int:
    """Write the text under its title as a stamped PDF; return its pages. Raises PrintingFailed (D-3)."""
    pages = list(_pages(_lines(text, title)))
    plain = target.with_suffix(".plain") if behind else target
    canvas = Canvas(str(plain), pagesize=_PAGE, pageCompression=1)
    canvas.setTitle(one_line(title))
    canvas.setAuthor("")
    for number, lines in enumerate(pages, 1):
        _draw(canvas, lines)
        if not behind:
            draw_stamp(canvas, _PAGE, stamp, number, len(pages))
        canvas.showPage()
    canvas.save()
    if not behind:
        return len(pages)
    try:
        return stamp_pdf(plain, target, stamp, behind)
    finally:
        plain.unlink()


def _lines(text: str, title: str) -> Iterator[_Line | None]:
    """Yield the lines to draw, and None where the author began a new page."""
    most = _PAGE[0] - 2 * _LEFT
    for line in wrapped(drawable(one_line(title)), most, partial(width, size=_HEAD)):
        yield line, _HEAD
    yield "", _TEXT
    for place, part in enumerate(text.split("\f")):
        if place:
            yield None
        for paragraph in legible(part).split("\n"):
            flat = drawable(paragraph.expandtabs(_TAB))
            for line in wrapped(flat, most, partial(width, size=_TEXT)):
                yield line, _TEXT


def _pages(lines: Iterator[_Line | None]) -> Iterator[list[_Line]]:
    room = full = _PAGE[1] - _TOP - _BOTTOM
    page: list[_Line] = []
    count = 1
    for line in lines:
        if line is None or line[1] * _SPACING > room:
            yield page
            page, room, count = [], full, count + 1
            if count > MOST_PAGES:
                raise PrintingFailed("too_long", f"over {MOST_PAGES} pages")
        if line is not None:
            page.append(line)
            room -= line[1] * _SPACING
    yield page


def _draw(canvas: Canvas, lines: list[_Line]) -> None:
    base = _PAGE[1] - _TOP
    for line, size in lines:
        base -= size * _SPACING
        canvas.setFont(typeface(), size)
        canvas.drawString(_LEFT, base, line)
