"""Reading through the pool: whatever the file is, a `Reading` comes back."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import xlsxwriter
from uploads_made import OLE, a_docx, a_locked_pdf, a_pdf, a_png, a_zip, changed, paragraph, with_body

from docctl.domain.verdicts import Allowed, Refused
from docctl.reading import Kind, ReaderPool, Reading, accept, read_text

Write = Callable[[str, bytes], Path]


def read(pool: ReaderPool, path: Path) -> Reading:
    return read_text(pool, path, path.name)


def test_a_docx_gives_text_and_html(pool: ReaderPool, write: Write) -> None:
    path = write("a.docx", a_docx("第一条 目的"))
    assert read(pool, path) == Reading(
        Kind.DOCX,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "第一条 目的",
        "<p>第一条 目的</p>",
        (0,),
        None,
    )


def test_a_pdf_gives_text_with_the_start_of_each_page(pool: ReaderPool, write: Write) -> None:
    reading = read(pool, write("a.pdf", a_pdf("page one", "", "page three")))
    assert (reading.kind, reading.media_type, reading.html) == (Kind.PDF, "application/pdf", None)
    assert reading.text == "page one\n\npage three"
    assert reading.pages == (0, 9, 10)
    assert reading.text[reading.pages[2] :] == "page three"


def test_a_scan_has_no_text_and_is_taken(pool: ReaderPool, write: Write) -> None:
    reading = read(pool, write("a.pdf", a_pdf("", "")))
    assert (reading.text, reading.pages, reading.problem) == ("", (0, 0), "no_text")
    assert accept(reading, "a.pdf", for_document=True) == Allowed()


def test_a_text_gives_paragraphs(pool: ReaderPool, write: Write) -> None:
    reading = read(pool, write("a.txt", "目的\n范围".encode("gb18030")))
    assert (reading.text, reading.html) == ("目的\n范围", "<p>目的</p>\n<p>范围</p>")


def test_a_workbook_gives_its_cells_by_sheet(pool: ReaderPool, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for words in (["编号", "名称"], ["QP-01", 12]):
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, words)
            sheet.write_row(3, 1, ["=1+1", "末"])
    reading = read(pool, path)
    assert (reading.kind, reading.html, reading.problem) == (Kind.XLSX, None, None)
    assert reading.text == "编号\t名称\n=1+1\t末\nQP-01\t12\n=1+1\t末" or reading.text == (
        "编号\t名称\n0\t末\nQP-01\t12\n0\t末"
    )
    assert reading.text[reading.pages[1] :].startswith("QP-01")


def test_rich_and_inline_strings_of_a_workbook_are_read(pool: ReaderPool, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path, {"in_memory": True}) as book:
        book.add_worksheet().write_rich_string(0, 0, "记", book.add_format({"bold": 1}), "录")
    assert read(pool, path).text == "记录"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        book.add_worksheet().write(0, 0, "行内")
    assert read(pool, path).text == "行内"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.png", a_png(), Kind.PNG),
        ("a.doc", OLE + bytes(600), Kind.OTHER),
        ("a.svg", b"<svg onload='alert(1)'/>", Kind.OTHER),
    ],
)
def test_what_has_no_reader_is_a_file_without_text(
    pool: ReaderPool, write: Write, name: str, content: bytes, kind: Kind
) -> None:
    reading = read(pool, write(name, content))
    assert (reading.kind, reading.text, reading.html, reading.problem) == (kind, "", None, None)
    assert accept(reading, name, for_document=False) == Allowed()


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.pdf", a_locked_pdf(user="password"), "encrypted"),
        ("a.pdf", a_pdf("x")[:60], "unreadable"),
        ("a.pdf", b"%PDF-1.7 nothing", "unreadable"),
        ("a.docx", with_body(paragraph("&a;"), before='<!DOCTYPE x [<!ENTITY a "b">]>'), "unreadable"),
        ("a.docx", changed(a_docx(), {"word/document.xml": "<w"}), "unreadable"),
        ("a.xlsx", a_zip({"[Content_Types].xml": "<T/>", "xl/workbook.xml": "<w/>"}), "unreadable"),
    ],
)
def test_hostile_files_give_a_problem_and_no_text(
    pool: ReaderPool, write: Write, name: str, content: bytes, problem: str
) -> None:
    reading = read(pool, write(name, content))
    assert (reading.text, reading.html, reading.problem) == ("", None, problem)
    assert accept(reading, name, for_document=True) == Refused("upload", problem, {"name": name})


def test_a_pdf_locked_against_printing_only_is_read(pool: ReaderPool, write: Write) -> None:
    assert read(pool, write("a.pdf", a_locked_pdf(user=""))).text == "secret"


@pytest.fixture(scope="module")
def tight() -> Iterator[ReaderPool]:
    with ReaderPool(workers=1, seconds=0.4, memory_mb=128) as pool:
        yield pool


def test_a_file_that_takes_too_much_memory_is_stopped(tight: ReaderPool, write: Write) -> None:
    many = with_body("<w:p/>" * 900_000)
    assert read(tight, write("a.docx", many)).problem in {"memory", "timeout"}
    assert read(tight, write("b.docx", a_docx("x"))).text == "x"


def test_a_file_that_takes_too_long_is_stopped(tight: ReaderPool, write: Write) -> None:
    slow = with_body(paragraph("慢") * 40_000)
    reading = read(tight, write("a.docx", slow))
    assert reading.problem == "timeout"
    assert accept(reading, "a.docx", for_document=True) == Refused("upload", "timeout", {"name": "a.docx"})
    assert read(tight, write("b.docx", a_docx("x"))).text == "x"


def test_a_name_that_is_used_as_an_option_or_path_is_only_a_name(pool: ReaderPool, tmp_path: Path) -> None:
    path = tmp_path / "--help $(x).txt"
    path.write_text("ok")
    assert read_text(pool, path, "../../x.txt").text == "ok"


def test_fifty_uploads_at_once_are_all_read(pool: ReaderPool, tmp_path: Path) -> None:
    paths = [tmp_path / f"{n}.docx" for n in range(50)]
    for n, path in enumerate(paths):
        path.write_bytes(a_docx(f"第{n}条"))
    with ThreadPoolExecutor(50) as threads:
        readings = list(threads.map(lambda path: read(pool, path), paths))
    assert [reading.text for reading in readings] == [f"第{n}条" for n in range(50)]


@pytest.mark.parametrize(
    ("problem", "document", "record"),
    [
        (None, True, True),
        ("no_text", True, True),
        ("encrypted", False, False),
        ("busy", False, False),
        ("closed", False, False),
        ("timeout", False, True),
        ("memory", False, True),
        ("crash", False, True),
        ("unreadable", False, True),
        ("macros", False, True),
        ("bomb", False, True),
        ("too_long", False, True),
    ],
)
def test_what_reading_found_decides_for_documents_more_than_for_records(
    problem: str | None, document: bool, record: bool
) -> None:
    reading = Reading(Kind.PDF, "application/pdf", "", None, (), problem)
    assert bool(accept(reading, "a.pdf", for_document=True)) is document
    assert bool(accept(reading, "a.pdf", for_document=False)) is record


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {"text": "x"},
        {"text": 1, "html": None, "pages": [], "parts": []},
        {"text": "", "html": "", "pages": ["x"], "parts": []},
        {"text": "x", "html": "", "pages": [2], "parts": []},
        {"text": "x", "html": "", "pages": [0]},
        {"text": "x", "html": "", "pages": [0], "parts": [["other", 0, 1]]},
        {"text": "x", "html": "", "pages": [0], "parts": [["note", 0, 2]]},
        {"text": "x", "html": "", "pages": [0], "parts": [["note", 1, 1]]},
        {"text": "xx", "html": "", "pages": [0], "parts": [["note", 1, 2], ["box", 0, 1]]},
        {"text": "x", "html": "", "pages": [0], "parts": [["note", 0]]},
    ],
)
def test_an_answer_of_another_shape_is_not_trusted(write: Write, answer: object) -> None:
    class TakenOver(ReaderPool):
        def run(self, function: str, /, **kwargs: object) -> object:
            return answer

    with TakenOver() as pool:
        assert read(pool, write("a.txt", b"x")).problem == "crash"


def test_a_zip_with_a_false_size_is_stopped_while_unpacking(pool: ReaderPool, write: Write) -> None:
    content = bytearray(with_body(paragraph("x" * 200_000)))
    with zipfile.ZipFile(write("x.docx", bytes(content))) as archive:
        size = archive.getinfo("word/document.xml").file_size
    at = content.rindex(size.to_bytes(4, "little"))
    content[at : at + 4] = (10).to_bytes(4, "little")
    assert read(pool, write("a.docx", bytes(content))).problem == "unreadable"
