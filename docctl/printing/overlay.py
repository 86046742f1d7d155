"""Where a stamp stands on a PDF page: box at the top right, foot below, watermark from corner to corner.

Lengths are in points as seen; on paper other than A4 the stamp grows and shrinks with the shorter side.
"""

from __future__ import annotations

import math
from typing import Final

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas

from docctl.printing.characters import one_line
from docctl.printing.mark import SIDE, modules
from docctl.printing.stamp import Stamp, footer_halves, numbered
from docctl.printing.typeface import drawable, elide, typeface, width

_A4: Final = 595.0
_EDGE: Final = 15.0  # printers leave about 4 mm at the edge of the sheet empty
_SIDE: Final = 28.0
_WORD: Final = 13.0
_LINE: Final = 6.5
_LEADING: Final = 8.0
_PADDING: Final = 4.0
_FOOT: Final = 7.0
_VEIL: Final = Color(1, 1, 1, alpha=0.75)  # what lies under the stamp stays readable, and so does it


def draw_stamp(canvas: Canvas, size: tuple[float, float], stamp: Stamp, page: int, pages: int) -> None:
    """Draw the stamp on a page of this size (D-3, V-4)."""
    scale = min(max(min(size) / _A4, 0.2), 6.0)
    canvas.saveState()
    canvas.scale(scale, scale)
    across, up = size[0] / scale, size[1] / scale
    if stamp.watermark:
        _draw_watermark(canvas, across, up, stamp)
    _draw_box(canvas, across, up, stamp)
    if stamp.mark:
        _draw_mark(canvas, up, stamp.mark)
    _draw_foot(canvas, across, foot_line(stamp.footer, page, pages, across - 2 * _SIDE))
    canvas.restoreState()


def foot_line(template: str, page: int, pages: int, most: float) -> str:
    """Fit the foot into a width; where something must go, the page numbers stay."""
    whole = drawable(numbered(template, page, pages))
    if width(whole, _FOOT) <= most:
        return whole
    start, numbers = footer_halves(template)
    kept = drawable(numbered(numbers, page, pages))
    room = most - width(f" {kept}", _FOOT)
    cut = f"{elide(drawable(start), room, _FOOT)} {kept}" if room > 0 else kept
    return elide(cut.strip(), most, _FOOT)


def _draw_watermark(canvas: Canvas, across: float, up: float, stamp: Stamp) -> None:
    word = drawable(one_line(stamp.watermark or ""))
    diagonal = math.hypot(across, up)
    size = min(0.62 * diagonal / max(width(word, 1), 1), 0.38 * min(across, up))
    size = max(size, 24.0)
    word = elide(word, diagonal * 0.8, size)
    canvas.saveState()
    canvas.translate(across / 2, up / 2)
    canvas.rotate(math.degrees(math.atan2(up, across)))
    canvas.setFillColor(_ink(stamp, 0.16))
    canvas.setFont(typeface(), size)
    canvas.drawCentredString(0, -0.36 * size, word)
    canvas.restoreState()


def _draw_box(canvas: Canvas, across: float, up: float, stamp: Stamp) -> None:
    """Draw the word with its lines beside it, framed like a rubber stamp."""
    most = across - 2 * _SIDE - (SIDE if stamp.mark else 0)  # the code stands in the other corner
    word = elide(drawable(one_line(stamp.word)), most / 2, _WORD)
    beside = width(word, _WORD) + 3 * _PADDING
    lines = [elide(drawable(one_line(line)), most - beside, _LINE) for line in stamp.lines]
    longest = max((width(line, _LINE) for line in lines), default=-_PADDING)
    box_width = beside + longest + (_PADDING if lines else 0)
    box_height = max(len(lines) * _LEADING, _WORD + 1) + _PADDING
    left, top = across - _SIDE - box_width, up - _EDGE
    canvas.setLineWidth(0.9)
    canvas.setFillColor(_VEIL)
    canvas.setStrokeColor(_ink(stamp))
    canvas.roundRect(left, top - box_height, box_width, box_height, 2, stroke=1, fill=1)
    canvas.setFillColor(_ink(stamp))
    _draw_word(canvas, left + _PADDING, top - box_height / 2 - 0.36 * _WORD, word)
    canvas.setFont(typeface(), _LINE)
    first = top - (box_height - len(lines) * _LEADING) / 2 - 0.79 * _LEADING
    for place, line in enumerate(lines):
        canvas.drawString(left + beside, first - place * _LEADING, line)


def _draw_mark(canvas: Canvas, up: float, address: str) -> None:
    """Draw the code in the corner of the margin, on white, so that a telephone reads it on any paper."""
    rows = modules(address)
    step, top = SIDE / len(rows), up - _EDGE
    canvas.setFillColor(HexColor("#FFFFFF"))
    canvas.rect(_EDGE, top - SIDE, SIDE, SIDE, stroke=0, fill=1)
    canvas.setFillColor(HexColor("#000000"))
    dark = canvas.beginPath()  # one path, so that no seam shows between modules
    for down, row in enumerate(rows, 1):
        for right, is_dark in enumerate(row):
            if is_dark:
                dark.rect(_EDGE + right * step, top - down * step, step, step)
    canvas.drawPath(dark, stroke=0, fill=1)


def _draw_word(canvas: Canvas, left: float, base: float, word: str) -> None:
    text = canvas.beginText(left, base)
    text.setFont(typeface(), _WORD)
    text.setTextRenderMode(2)  # outlined as well: our font has no bold cut
    text.textOut(word)
    canvas.saveState()
    canvas.setLineWidth(0.35)
    canvas.drawText(text)
    canvas.restoreState()


def _draw_foot(canvas: Canvas, across: float, line: str) -> None:
    half = width(line, _FOOT) / 2 + 3
    canvas.setFillColor(_VEIL)
    canvas.rect(across / 2 - half, _EDGE - 3, 2 * half, _FOOT + 3, stroke=0, fill=1)
    canvas.setFillColor(HexColor("#333333"))
    canvas.setFont(typeface(), _FOOT)
    canvas.drawCentredString(across / 2, _EDGE, line)


def _ink(stamp: Stamp, alpha: float = 1.0) -> Color:
    colour = HexColor(f"#{stamp.ink}")
    return Color(colour.red, colour.green, colour.blue, alpha=alpha)
