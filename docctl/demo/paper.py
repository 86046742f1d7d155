"""How a paper of the sample company looks as docx: title, clauses, bordered tables, always the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any, Final

import docx
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.run import Run

SONG: Final = "宋体"
HEI: Final = "黑体"
_LATIN: Final = "Times New Roman"
#: Centimetres between the margins.
_TEXT_WIDTH: Final = 16.4
#: Label, value, label, value.
_FIELDS: Final = (2.9, 5.3, 2.9, 5.3)
#: The oldest moment that a zip file can say; the present one would change the bytes at each run.
_ZIP_MOMENT: Final = (1980, 1, 1, 0, 0, 0)


class Paper:
    """An A4 sheet that is written from top to bottom."""

    def __init__(self, *, title: str, author: str, made_on: date) -> None:
        self._doc = docx.Document()
        section = self._doc.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin, section.right_margin = Cm(2.5), Cm(2)
        section.top_margin = section.bottom_margin = Cm(2)
        for name, font, size in (("Normal", SONG, 10.5), ("Heading 1", HEI, 12), ("Title", HEI, 18)):
            self._style(name, font, size)
        core = self._doc.core_properties
        core.title, core.author, core.last_modified_by = title, author, author
        core.comments, core.revision, core.language = "", 1, "zh-CN"
        core.created = core.modified = datetime.combine(made_on, time(9), UTC)

    def _style(self, name: str, font: str, size: float) -> None:
        style: Any = self._doc.styles[name]
        style.font.size, style.font.name = Pt(size), _LATIN
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), font)
        style.paragraph_format.space_before = Pt(6 if name == "Heading 1" else 0)
        style.paragraph_format.space_after = Pt(3)

    def title(self, company: str, title: str) -> None:
        """Write the company's name and, larger, what paper it is."""
        for text, size in ((company, 12), (title, 16)):
            paragraph = self._doc.add_paragraph()
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            _write(paragraph.add_run(text), HEI, size, bold=size > 12)

    def chapter(self, text: str) -> None:
        """Write a heading."""
        self._doc.add_paragraph(text, style="Heading 1")

    def line(self, text: str, *, level: int = 0) -> None:
        """Write a paragraph, indented by its level; a heading of clauses stays with what follows."""
        paragraph = self._doc.add_paragraph(text)
        paragraph.paragraph_format.keep_with_next = level == 1
        paragraph.paragraph_format.left_indent = Cm(0.6 * level)
        paragraph.paragraph_format.line_spacing = 1.25

    def grid(self, rows: Sequence[Sequence[str]], *, headed: bool = False) -> None:
        """Write a bordered table; the first row is bold when it names the columns."""
        table = self._table(len(rows), max(map(len, rows)))
        widths = _widths(rows)
        for at, row in enumerate(rows):
            for cell, text, width in zip(table.rows[at].cells, row, widths, strict=True):
                _fill(cell, text, label=headed and at == 0)
                cell.width = Cm(width)
        _set_columns(table, widths)
        self._doc.add_paragraph()

    def fields(self, rows: Sequence[Sequence[tuple[str, str]]]) -> None:
        """Write labels and values in four columns; a row of one field spans all and is taller."""
        table = self._table(len(rows), 4)
        for at, row in enumerate(rows):
            cells = table.rows[at].cells
            if len(row) == 1:
                cells[1].merge(cells[3])
                table.rows[at].height = Cm(1.6)
            for place, (label, value) in enumerate(row):
                _fill(cells[2 * place], label, label=True)
                _fill(cells[2 * place + 1], value)
        for row_at in table.rows:
            for cell, width in zip(row_at.cells, _FIELDS, strict=True):
                cell.width = Cm(width)
        _set_columns(table, _FIELDS)
        self._doc.add_paragraph()

    def _table(self, rows: int, columns: int) -> Table:
        table: Table = self._doc.add_table(rows=rows, cols=columns, style="Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        return table

    def bytes(self) -> bytes:
        """Return the file; the same paper has the same bytes at every run."""
        raw, out = io.BytesIO(), io.BytesIO()
        self._doc.save(raw)
        with zipfile.ZipFile(raw) as made, zipfile.ZipFile(out, "w") as fixed:
            for name in made.namelist():
                info = zipfile.ZipInfo(name, _ZIP_MOMENT)
                info.compress_type = zipfile.ZIP_DEFLATED
                fixed.writestr(info, made.read(name))
        return out.getvalue()


def _widths(rows: Sequence[Sequence[str]]) -> list[float]:
    # Wider where more is written, so that a number's column does not take a sentence's place.
    longest = [min(max(map(len, column)), 14) + 3 for column in zip(*rows, strict=True)]
    return [_TEXT_WIDTH * one / sum(longest) for one in longest]


def _set_columns(table: Table, widths: Sequence[float]) -> None:
    # Word goes by the cells, other programs by the columns.
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)


def _write(run: Run, font: str, size: float, *, bold: bool = False) -> None:
    run.font.size, run.font.name, run.bold = Pt(size), _LATIN, bold
    run.font.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _fill(cell: _Cell, text: str, *, label: bool = False) -> None:
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_before = Pt(3)
    if label:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(paragraph.add_run(text), HEI if label else SONG, 10, bold=label)
