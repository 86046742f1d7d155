"""A workbook's cells stand in their columns, also behind empty ones (I-2)."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

from docctl.reading.xlsx import grid


def test_i_2_a_cell_behind_an_empty_one_keeps_its_column(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["编号", "名称", "日期"])
    sheet.write_string(1, 1, "乙")
    sheet.write_string(1, 2, "2026-03-02")
    sheet.write_string(3, 0, "3")
    sheet.write_string(3, 2, "2026-03-04")
    sheet.write_string(4, 99, "最后")
    sheet.write_string(4, 100, "太远")
    book.close()
    found = grid(str(path))
    assert found[:3] == [["编号", "名称", "日期"], ["", "乙", "2026-03-02"], ["3", "", "2026-03-04"]]
    assert (len(found[3]), found[3][-1]) == (100, "最后")
