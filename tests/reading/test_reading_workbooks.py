"""Workbooks: dates as people read them, headers, boxes, comments, the order of sheets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path

import pytest
import xlsxwriter

from docctl.reading import ReaderPool, Reading, read_text
from docctl.reading.xlsx_dates import is_format_of_dates

Write = Callable[[str, bytes], Path]


@pytest.fixture
def read(pool: ReaderPool, tmp_path: Path) -> Callable[[Callable[[xlsxwriter.Workbook], None]], Reading]:
    def made(fill: Callable[[xlsxwriter.Workbook], None], **options: object) -> Reading:
        path = tmp_path / "a.xlsx"
        with xlsxwriter.Workbook(path, options) as book:
            fill(book)
        return read_text(pool, path, "a.xlsx")

    return made


Read = Callable[..., Reading]


def said(reading: Reading) -> list[tuple[str, str]]:
    return [(part.kind, reading.text[part.start : part.end]) for part in reading.parts]


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (date(2026, 3, 2), "yyyy-mm-dd", "2026-03-02"),
        (date(2026, 3, 2), 'yyyy"年"m"月"d"日"', "2026-03-02"),
        (date(1900, 3, 1), "d/m/yy", "1900-03-01"),
        (datetime(2026, 3, 2, 8, 30), "yyyy/m/d h:mm", "2026-03-02 08:30"),  # noqa: DTZ001 - workbooks know no zones
        (time(8, 30), "h:mm", "08:30"),
        (46083, "0.00", "46083"),
        (46083, '"日期"0', "46083"),
        (46083, "[Red]0", "46083"),
        (-5, "yyyy-mm-dd", "-5"),
        (0, "yyyy-mm-dd", "0"),
        (99_999_999, "yyyy-mm-dd", "99999999"),
    ],
)
@pytest.mark.parametrize("is_1904", [False, True])
def test_dates_are_written_as_dates(read: Read, value: object, form: str, text: str, is_1904: bool) -> None:
    if is_1904 and text.startswith("1900"):
        return

    def fill(book: xlsxwriter.Workbook) -> None:
        sheet, look = book.add_worksheet(), book.add_format({"num_format": form})
        if isinstance(value, int):
            sheet.write_number(0, 0, value, look)
        else:
            sheet.write_datetime(0, 0, value, look)

    assert read(fill, date_1904=is_1904).text == text


@pytest.mark.parametrize(
    ("code", "is_date"),
    [
        ("yyyy/m/d;@", True),
        ("[$-804]aaaa", False),
        ("mm:ss", True),
        ("[h]:mm", True),
        ("General", False),
        ("#,##0.00", False),
        ("0%", False),
        ('0"天 days"', False),
        ("m月d日", True),
    ],
)
def test_formats_of_dates_are_told_from_others(code: str, is_date: bool) -> None:
    assert is_format_of_dates(code) is is_date


def test_headers_boxes_and_comments_of_sheets_are_parts(read: Read) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        for name in ("乙", "甲"):
            sheet = book.add_worksheet(name)
            sheet.write(0, 0, f"{name}格")
            sheet.set_header('&L&"宋体,Bold"&10文件编号：QP-01&R&K00FF00版本 A&&B')
            sheet.set_footer("&C第 &P 页")
        sheet.insert_textbox(3, 3, "框里")
        sheet.write_comment(0, 0, "批注")

    reading = read(fill)
    assert [reading.text[start:].splitlines()[0] for start in reading.pages] == ["乙格", "甲格"]
    assert said(reading) == [
        ("header", "文件编号：QP-01\t版本 A&B"),
        ("footer", "第 页"),
        ("box", "框里"),
        ("comment", "批注"),
    ]
