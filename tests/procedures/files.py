"""Made procedures as files: docx with real page headers, pdf with places, txt with or without line ends."""

from __future__ import annotations

import io
import re
from random import Random
from typing import Any
from xml.sax.saxutils import escape

import docx
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

from tests.procedures.drafting import Block, Made

FONT = "STSong-Light"


def as_docx(made: Made, chance: Random) -> bytes:
    document = docx.Document()
    section = document.sections[0]
    if made.header:
        target: Any = section.header
        if chance.random() < 0.3:
            section.different_first_page_header_footer = True
            target = section.first_page_header
        _fill(target, made.header, section.page_width)
    _fill(document, made.blocks, section.page_width)
    saved = io.BytesIO()
    document.save(saved)
    return saved.getvalue()


def _fill(target: Any, blocks: list[Block], width: Any) -> None:
    for block in blocks:
        if isinstance(block, str):
            target.add_paragraph(block)
            continue
        columns = max(len(row) for row in block)
        in_header = hasattr(target, "is_linked_to_previous")
        table = (
            target.add_table(len(block), columns, width)
            if in_header
            else target.add_table(len(block), columns)
        )
        grid = [row.cells for row in table.rows]  # each look at a table for a cell is slow
        for row, cells in zip(grid, block, strict=True):
            for column, text in enumerate(cells):
                if text is None:
                    continue
                row[column].text = text
                wide = next((at for at in range(column + 1, len(cells)) if cells[at] is not None), len(cells))
                if wide > column + 1:
                    row[column].merge(row[wide - 1])


def as_text(made: Made, chance: Random) -> str:
    """Return lines; cells parted by tabs or blanks; sometimes all line ends are lost."""
    between = chance.choice(("\t", "    ", "  "))
    lines: list[str] = []
    for block in [*made.header, *made.blocks]:
        if isinstance(block, str):
            lines.append(block)
        else:
            lines += [between.join(_flat(cell) for cell in row if cell is not None) for row in block]
    return "\n".join(lines)


def as_lost_lines(made: Made, chance: Random) -> str:
    """Return the text as some converters leave it: one line, blanks where lines ended."""
    return re.sub(r"[\n\t ]+", " ", as_text(made, chance))


def as_pdf(made: Made, chance: Random) -> bytes:
    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    style = ParagraphStyle("body", fontName=FONT, fontSize=10, leading=15, wordWrap="CJK")
    story: list[Any] = []
    for block in [*made.header, *made.blocks]:
        if isinstance(block, str):
            story.append(
                Paragraph(escape(block).replace(" ", "&nbsp;"), style) if block.strip() else Spacer(1, 9)
            )
        else:
            rows = [[Paragraph(escape(cell or ""), style) for cell in row] for row in block]
            story.append(Table(rows, style=[("GRID", (0, 0), (-1, -1), 0.5, "black")]))
    saved = io.BytesIO()
    SimpleDocTemplate(saved, pagesize=A4, invariant=1).build(story)
    return saved.getvalue()


def _flat(cell: str) -> str:
    return " ".join(cell.split("\n"))
