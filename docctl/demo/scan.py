"""How a paper of the sample company looks as a simple PDF and as a scanned picture."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

import docctl.printing
from docctl.printing.typeface import drawable, typeface

_FONT: Final = Path(docctl.printing.__file__).parent / "fonts" / "wqy-microhei-docctl.ttf"
_SIZE: Final = (1000, 1414)
_PAPER: Final = 246
_INK: Final = 40
_DESK: Final = 205
#: How much a sheet lies askew on the glass, in degrees.
_ASKEW: Final = 0.7
#: Letters in a line; a Chinese character counts for two.
_WIDE: Final = 56
_NEVER_FIRST: Final = "，。；：、）”"


def pdf(title: str, lines: Sequence[str]) -> bytes:
    """Return one A4 page with a title and lines; the bytes are the same at every run."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setTitle(title)
    font = typeface()
    down = A4[1] - 72
    for text in wrapped(lines):
        canvas.setFont(font, 12)
        canvas.drawString(72, down, drawable(text))
        down -= 22
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def png(title: str, lines: Sequence[str]) -> bytes:
    """Return a grey picture of a sheet that lies a little askew, as a scanner gives it."""
    sheet = Image.new("L", _SIZE, _PAPER)
    pen = ImageDraw.Draw(sheet)
    heading = ImageFont.truetype(str(_FONT), 40)
    body = ImageFont.truetype(str(_FONT), 27)
    pen.text((_SIZE[0] // 2, 110), title, fill=_INK, font=heading, anchor="mm")
    pen.line((90, 155, _SIZE[0] - 90, 155), fill=_INK, width=2)
    down = 185
    for text in wrapped(lines):
        pen.text((105, down), text, fill=_INK, font=body)
        down += 46
    pen.rectangle((80, 165, _SIZE[0] - 80, down + 12), outline=_INK, width=2)
    turned = sheet.rotate(_ASKEW, resample=Image.Resampling.BILINEAR, fillcolor=_DESK)
    out = io.BytesIO()
    turned.save(out, "PNG", optimize=True, dpi=(120, 120))
    return out.getvalue()


def wrapped(lines: Sequence[str]) -> list[str]:
    """Break lines that are longer than the sheet is wide."""
    out = []
    for line in lines:
        part, used = "", 0
        for character in line:
            # Chinese characters and their punctuation are twice as wide as letters.
            wide = 1 if character.isascii() else 2
            if used + wide > _WIDE and character not in _NEVER_FIRST:
                out.append(part)
                part, used = "", 0
            part, used = part + character, used + wide
        out.append(part)
    return out
