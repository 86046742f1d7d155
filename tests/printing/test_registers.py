"""Registers as xlsx and docx: texts stay texts, days stay days, any length in the same memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest

from docctl.printing import PrintingFailed
from docctl.printing.columns import Column, Row
from docctl.printing.registers import register_docx, register_xlsx
from tests.printing.samples import SHEET, W, names_in, plain, xml_of

COLUMNS = (
    Column("序号", 6, "int"),
    Column("名称", 30),
    Column("实施日期", 12, "date"),
)
NOTES = ("截至 2026-11-21 10:00", "仅含您有权查看的部分")
FOOT = "受控文件清单 R&D 第 {page} 页 共 {pages} 页"
FIRST = 5  # the row under title, two notes and the head


def xlsx(tmp_path: Path, *rows: Row, title: str = "受控文件清单") -> Path:
    target = tmp_path / "register.xlsx"
    assert register_xlsx(target, title, NOTES, COLUMNS, rows, footer=FOOT) == len(rows)
    return target


def sheet(path: Path) -> Any:
    return xml_of(path, "xl/worksheets/sheet1.xml")


def cell(path: Path, place: str) -> tuple[str | None, str]:
    """Return the type of a cell and what stands in it."""
    (found,) = [c for c in sheet(path).iter(f"{SHEET}c") if c.get("r") == place]
    assert found.find(f"{SHEET}f") is None
    return found.get("t"), "".join(found.itertext())


def test_d_7_a_register_shows_title_notes_head_and_rows(tmp_path: Path) -> None:
    path = xlsx(tmp_path, (1, "记录控制程序", date(2026, 1, 1)), (2, "文件控制程序", None))
    assert cell(path, "A1") == ("inlineStr", "受控文件清单")
    assert cell(path, "A3") == ("inlineStr", "仅含您有权查看的部分")
    assert cell(path, "B4") == ("inlineStr", "名称")
    assert cell(path, "A5") == (None, "1")
    assert cell(path, "B6") == ("inlineStr", "文件控制程序")
    assert cell(path, "C5") == (None, "46023")  # days since 1900
    assert [c.get("r") for c in sheet(path).iter(f"{SHEET}c")][-1] == "B6"


@pytest.mark.parametrize(
    "text",
    ["=1+1", '=HYPERLINK("http://x.invalid","y")', "+1", "-1", "@SUM(A1)", "\t=1", "{=1}", "0012",
     "http://x.invalid", "2026-01-01", "TRUE", "", " "],
)  # fmt: skip
def test_d_7_a_text_never_becomes_a_formula_a_number_or_a_link(tmp_path: Path, text: str) -> None:
    path = xlsx(tmp_path, (1, text, None))
    if text:
        assert cell(path, "B5") == ("inlineStr", text)
    assert not any("sheet1.xml.rels" in name for name in names_in(path))


def test_d_7_what_begins_like_a_formula_is_marked_as_text(tmp_path: Path) -> None:
    path = xlsx(tmp_path, (1, "=1+1", None), (2, "1+1", None))
    styles = xml_of(path, "xl/styles.xml").find(f"{SHEET}cellXfs")
    used = [c.get("s") for c in sheet(path).iter(f"{SHEET}c") if c.get("r") in {"B5", "B6"}]
    assert [styles[int(number)].get("quotePrefix") for number in used] == ["1", None]


def test_d_7_long_and_strange_texts_are_kept_as_far_as_a_cell_holds(tmp_path: Path) -> None:
    path = xlsx(tmp_path, (1, "长" * 32_767, None), (2, "长" * 32_768, None), (3, "a\x00b<&>", None))
    assert cell(path, "B5")[1] == "长" * 32_767
    assert cell(path, "B6")[1] == "长" * 32_766 + "…"
    assert cell(path, "B7")[1] == "a\ufffdb<&>"


@pytest.mark.parametrize(
    ("number", "shown"),
    [(10**15 - 1, (None, "999999999999999")), (10**15, ("inlineStr", "1000000000000000"))],
)
def test_d_7_a_number_keeps_all_its_digits(
    tmp_path: Path, number: int, shown: tuple[str | None, str]
) -> None:
    assert cell(xlsx(tmp_path, (number, "", None)), "A5") == shown


def test_d_7_a_register_prints_across_with_its_head_on_every_sheet(tmp_path: Path) -> None:
    root = sheet(xlsx(tmp_path, (1, "a", None)))
    setup = root.find(f"{SHEET}pageSetup")
    assert setup.get("orientation") == "landscape"
    assert (setup.get("paperSize"), setup.get("fitToHeight")) == ("9", "0")
    pane = root.find(f"{SHEET}sheetViews/{SHEET}sheetView/{SHEET}pane")
    assert (pane.get("ySplit"), pane.get("state")) == ("4", "frozen")
    foot = root.find(f"{SHEET}headerFooter/{SHEET}oddFooter").text
    assert foot == "&C&8受控文件清单 R&&D 第 &P 页 共 &N 页"
    names = xml_of(tmp_path / "register.xlsx", "xl/workbook.xml").find(f"{SHEET}definedNames")
    assert any(name.text.endswith("$4:$4") for name in names)


@pytest.mark.parametrize("title", ["", "a/b\\c:d*e?f[g]", "History", "名" * 2000, "'quoted'", "\x00"])
def test_d_7_any_title_names_a_sheet(tmp_path: Path, title: str) -> None:
    assert sheet(xlsx(tmp_path, title=title)) is not None


def test_d_7_a_register_longer_than_a_sheet_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docctl.printing.registers._MOST_ROWS", FIRST)
    xlsx(tmp_path, (1, "last row", None))
    with pytest.raises(PrintingFailed) as failed:
        xlsx(tmp_path, (1, "last row", None), (2, "one too many", None))
    assert failed.value.code == "too_long"


def rows(count: int) -> Iterator[Row]:
    return ((n, f"记录控制程序 {n}", date(2026, 1, 1)) for n in range(count))


#: The least that a row could leave behind, in bytes; a list of rows takes several times as much.
KEPT = 40


@pytest.mark.parametrize("most", [10_000, pytest.param(50_000, marks=pytest.mark.long)])
@pytest.mark.parametrize("write", [register_xlsx, register_docx])
def test_d_7_many_rows_take_no_more_memory_than_a_thousand(tmp_path: Path, write: Any, most: int) -> None:
    peaks = []
    write(tmp_path / "first", "t", NOTES, COLUMNS, rows(10), footer=FOOT)  # what is loaded once
    for count in (1_000, most):
        tracemalloc.start()
        write(tmp_path / "register", "t", NOTES, COLUMNS, rows(count), footer=FOOT)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + KEPT * (most - 1_000)


def test_d_7_a_register_as_docx_repeats_its_head_and_counts_its_pages(tmp_path: Path) -> None:
    target = tmp_path / "register.docx"
    register_docx(target, "受控文件清单", NOTES, COLUMNS, rows(3), footer=FOOT, demo_mark="演示")
    document = docx.Document(str(target))
    assert [p.text for p in document.paragraphs[:3]] == ["受控文件清单", *NOTES]
    (table,) = document.tables
    assert [c.text for c in table.rows[0].cells] == ["序号", "名称", "实施日期"]
    assert [c.text for c in table.rows[3].cells] == ["2", "记录控制程序 2", "2026-01-01"]
    assert len(table._tbl.findall(f".//{W}tblHeader")) == 1
    section = document.sections[0]
    assert section.page_width > section.page_height
    assert plain(section.footer.part.element) == "受控文件清单 R&D 第 {PAGE}1 页 共 {NUMPAGES}1 页"
    assert section.header.paragraphs[0].text == "演示"
    assert document.core_properties.title == "受控文件清单"
    assert document.core_properties.author == ""


@pytest.mark.parametrize("text", ["", "<w:p>&amp;", "a\x00\ud800", "一\n二\t三", "长" * 2000, "=1+1"])
def test_d_7_any_text_fits_a_docx(tmp_path: Path, text: str) -> None:
    target = tmp_path / "register.docx"
    columns = (Column(text, 1), Column("x", 1))
    register_docx(target, text, [text], columns, [(text, None)], footer=text)
    shown = docx.Document(str(target)).tables[0].cell(1, 0).text
    assert shown == text.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")


@pytest.mark.parametrize("write", [register_xlsx, register_docx])
def test_d_7_a_row_of_another_length_is_a_mistake(tmp_path: Path, write: Any) -> None:
    with pytest.raises(ValueError, match="zip"):
        write(tmp_path / "register", "t", NOTES, COLUMNS, [(1, "a")], footer=FOOT)
