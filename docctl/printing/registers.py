"""How registers leave the house: as xlsx to work with, as docx to print and sign (D-7).

Rows are written as they come, so a register of any length takes the same memory. A text is a text: what
begins like a formula is never one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from docctl.printing.characters import legible, one_line
from docctl.printing.columns import Column, Row, Struck, Value, shown
from docctl.printing.errors import PrintingFailed
from docctl.printing.paper import Paper, write_paper
from docctl.printing.stamp import footer_parts
from docctl.printing.tables import header_table, register_table
from docctl.printing.wordml import paragraph, run

_A4: Final = 9
_MOST_ROWS: Final = 1_048_576
_MOST_CHARACTERS: Final = 32_767
_EXACT_INTEGER: Final = 10**15  # a sheet keeps fifteen digits
_SHEET_NAME: Final = re.compile(r"[\[\]:*?/\\']")
#: A leading character with which a spreadsheet program, or a copy as csv, begins to calculate.
_FORMULA: Final = tuple("=+-@\t")


def register_xlsx(
    target: Path,
    title: str,
    notes: Sequence[str],
    columns: Sequence[Column],
    rows: Iterable[Row],
    *,
    footer: str,
) -> int:
    """Write a register as xlsx, return its rows: head frozen and on every sheet, ready for A4 across (D-7).

    `notes` stand under the title, such as that only what the reader may see is listed (X-3). Raises
    PrintingFailed where a sheet has no room.
    """
    book = xlsxwriter.Workbook(str(target), {"constant_memory": True})
    sheet = book.add_worksheet(_sheet_name(title))
    plain, struck = (
        {
            "text": book.add_format({**look, "text_wrap": True}),
            "guarded": book.add_format({**look, "text_wrap": True, "quote_prefix": True}),
            "date": book.add_format({**look, "num_format": "yyyy-mm-dd", "align": "left"}),
            "int": book.add_format({**look, "num_format": "0"}),
        }
        for look in ({"valign": "top"}, {"valign": "top", "font_strikeout": True})
    )
    _write_head(book, sheet, title, notes, columns)
    first = len(notes) + 2
    count = 0
    try:
        for place, row in enumerate(rows, first):
            if place >= _MOST_ROWS:
                raise PrintingFailed("too_long", f"over {_MOST_ROWS} rows")
            formats = struck if isinstance(row, Struck) else plain
            for number, (value, column) in enumerate(zip(row, columns, strict=True)):
                _write(sheet, place, number, value, column, formats)
            count += 1
        sheet.autofilter(first - 1, 0, first - 1 + count, len(columns) - 1)
        _set_print(sheet, first - 1, footer)
    finally:
        book.close()  # also drops the rows that wait in a file
    return count


def register_docx(
    target: Path,
    title: str,
    notes: Sequence[str],
    columns: Sequence[Column],
    rows: Iterable[Row],
    *,
    footer: str,
    demo_mark: str | None = None,
    header: Sequence[Sequence[str]] = (),
) -> None:
    """Write a register as docx: A4 across, its head on every page, x of y below (D-7).

    `header` is the company's block above the title (D-14).
    """
    paper = Paper(title, footer, landscape=True, mark=demo_mark)
    write_paper(target, paper, _register_body(title, notes, columns, rows, paper.text_width, header))


def _register_body(
    title: str,
    notes: Sequence[str],
    columns: Sequence[Column],
    rows: Iterable[Row],
    width: int,
    header: Sequence[Sequence[str]],
) -> Iterator[str]:
    close = '<w:spacing w:before="0" w:after="60"/>'
    if header:
        yield from header_table(header, width)
        yield paragraph("", close)
    yield paragraph(run(one_line(title), points=16, bold=True), f'{close}<w:jc w:val="center"/>')
    for note in notes:
        yield paragraph(run(note, points=9, ink="555555"), close)
    yield from register_table(columns, rows, width)
    yield paragraph("", '<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>')


def _write_head(book: Any, sheet: Any, title: str, notes: Sequence[str], columns: Sequence[Column]) -> None:
    # Rows are written downwards only, and the widths of columns before the first row.
    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.width)
    sheet.set_row(0, 24)
    sheet.write_string(0, 0, _fitting(one_line(title)), book.add_format({"bold": True, "font_size": 14}))
    grey = book.add_format({"font_color": "#555555"})
    for place, note in enumerate(notes, 1):
        sheet.write_string(place, 0, _fitting(one_line(note)), grey)
    head = book.add_format(
        {"bold": True, "bottom": 1, "bg_color": "#E7E7E7", "text_wrap": True, "valign": "top"}
    )
    for number, column in enumerate(columns):
        sheet.write_string(len(notes) + 1, number, _fitting(one_line(column.label)), head)
    sheet.freeze_panes(len(notes) + 2, 0)


def _write(
    sheet: Any, place: int, number: int, value: Value, column: Column, formats: dict[str, Any]
) -> None:
    if value is None:
        return
    if column.kind == "date" and isinstance(value, date):
        sheet.write_datetime(place, number, value, formats["date"])
    elif column.kind == "int" and isinstance(value, int) and abs(value) < _EXACT_INTEGER:
        sheet.write_number(place, number, value, formats["int"])
    else:
        text = _fitting(legible(shown(value)))
        style = formats["guarded" if text.startswith(_FORMULA) else "text"]
        sheet.write_string(place, number, text, style)


def _set_print(sheet: Any, head: int, footer: str) -> None:
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(head)
    codes = {"{page}": "&P", "{pages}": "&N"}
    parts = (codes.get(part, part.replace("&", "&&")[:180]) for part in footer_parts(footer))
    sheet.set_footer("&C&8" + "".join(parts))


def _fitting(text: str) -> str:
    """Cut what a cell cannot hold; the library would leave the cell empty."""
    return text if len(text) <= _MOST_CHARACTERS else text[: _MOST_CHARACTERS - 1] + "…"


def _sheet_name(title: str) -> str | None:
    name = _SHEET_NAME.sub(" ", one_line(title))[:31].strip()
    return None if not name or name.lower() == "history" else name
