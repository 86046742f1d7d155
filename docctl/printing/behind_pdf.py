"""How the pages behind a file become a PDF: A4, tables whose head comes again on every page (A-3, V-14)."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    PageBreak,
    PageTemplate,
    Paragraph,
    Table,
    TableStyle,
)

from docctl.printing.behind import Behind, Listed
from docctl.printing.characters import legible
from docctl.printing.typeface import drawable, typeface

_SIDE: Final = 48.0
_TOP: Final = 72.0  # below the stamp
_BOTTOM: Final = 56.0
_RULE: Final = HexColor("#808080")
_SHADE: Final = HexColor("#E7E7E7")
_WIDTH: Final = A4[0] - 2 * _SIDE
#: A heading stands no lower than this above the foot, so that rows follow it.
_WITH_HEADING: Final = 90.0
_RULED: Final = TableStyle(
    [
        ("GRID", (0, 0), (-1, -1), 0.5, _RULE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ]
)
_HEADED: Final = TableStyle([("BACKGROUND", (0, 0), (-1, 0), _SHADE)], parent=_RULED)


def behind_pdf(behind: Sequence[Behind]) -> io.BytesIO:
    """Return the pages as a PDF without stamp (D-3)."""
    stream = io.BytesIO()
    frame = Frame(_SIDE, _BOTTOM, _WIDTH, A4[1] - _TOP - _BOTTOM, 0, 0, 0, 0, showBoundary=0)
    document = BaseDocTemplate(stream, pagesize=A4, pageTemplates=[PageTemplate(frames=[frame])], author="")
    document.build(list(_story(behind)))
    stream.seek(0)
    return stream


def _story(behind: Sequence[Behind]) -> Iterator[Flowable]:
    for place, one in enumerate(behind):
        if place:
            yield PageBreak()
        yield _text(one.title, 14, after=6)
        for row in one.head:
            yield _head(row)
        for table in one.tables:
            yield CondPageBreak(_WITH_HEADING)
            yield _text(table.heading, 11, before=8, after=4)
            yield _table(table)
        for line in one.lines:
            yield _text(line, 10, before=4)


def _head(row: Sequence[str]) -> Table:
    """Return a row of what the page belongs to; rows differ in their cells, so each is a table of its own."""
    widths = [_WIDTH / len(row)] * len(row)
    return Table([[_text(cell, 9.5) for cell in row]], colWidths=widths, style=_RULED, hAlign="LEFT")


def _table(table: Listed) -> Table:
    whole = sum(share for _, share in table.columns)
    widths = [_WIDTH * share / whole for _, share in table.columns]
    head = [_text(label, 8.5) for label, _ in table.columns]
    rows = [[_text(cell, 8.5) for cell in row] for row in table.rows]
    return Table([head, *rows], colWidths=widths, repeatRows=1, style=_HEADED, hAlign="LEFT", splitInRow=1)


def _text(text: str, size: float, *, before: float = 0, after: float = 0) -> Paragraph:
    style = ParagraphStyle(
        f"{size}",
        fontName=typeface(),
        fontSize=size,
        leading=size * 1.4,
        spaceBefore=before,
        spaceAfter=after,
        wordWrap="CJK",
    )
    shown = "<br/>".join(escape(drawable(line)) for line in legible(text).expandtabs(4).split("\n"))
    return Paragraph(shown, style)
