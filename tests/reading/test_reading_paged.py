"""Presentations and OFD: the words of each slide and page, and nothing hostile with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from kinds_made import A, a_pptx, a_shape, a_slide, a_text, an_ofd, pointers
from uploads_made import changed, pointer

from docctl.reading import Kind, ReaderPool, Reading, read_text

Write = Callable[[str, bytes], Path]
Read = Callable[[str, bytes], Reading]
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.fixture
def read(pool: ReaderPool, write: Write) -> Read:
    return lambda name, content: read_text(pool, write(name, content), name)


def said(reading: Reading) -> list[tuple[str, str]]:
    return [(part.kind, reading.text[part.start : part.end]) for part in reading.parts]


def pages(reading: Reading) -> list[str]:
    ends = [*reading.pages[1:], len(reading.text) + 1]
    return [reading.text[start : end - 1] for start, end in zip(reading.pages, ends, strict=True)]


def test_slides_are_pages_in_the_order_of_the_list(read: Read) -> None:
    table = (
        "<p:graphicFrame><a:tbl><a:tr><a:tc><a:txBody><a:p><a:r><a:t>编号</a:t></a:r></a:p></a:txBody></a:tc>"
        "<a:tc><a:txBody><a:p><a:r><a:t>QP-01</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl></p:graphicFrame>"
    )
    reading = read("a.pptx", a_pptx([a_slide(a_shape("第一页"), table), a_slide(), a_slide(a_shape("末页"))]))
    assert reading.kind is Kind.PPTX
    assert pages(reading) == ["第一页\n编号\tQP-01", "", "末页"]
    assert reading.html is not None
    assert "<p>末页</p>" in reading.html


def test_footers_of_slides_and_notes_are_parts(read: Read) -> None:
    slide = a_slide(a_shape("3", "sldNum"), a_shape("受控文件", "ftr"), a_shape("内容", "body"))
    notes = a_slide(a_shape("备注", "body"), a_shape("3", "sldNum"), name="notes")
    content = a_pptx(
        [slide],
        {
            "ppt/slides/_rels/slide1.xml.rels": pointers(
                pointer("r1", "notesSlide", "../notesSlides/n1.xml"),
                pointer("r2", "image", "http://127.0.0.1/x.png", external=True),
            ),
            "ppt/notesSlides/n1.xml": notes,
        },
    )
    reading = read("a.pptx", content)
    assert reading.text == "内容\n3\n受控文件\n备注"
    assert said(reading) == [("footer", "3"), ("footer", "受控文件"), ("note", "备注")]


@pytest.mark.parametrize("before", [LAUGHS, OUTSIDE], ids=["grows", "reads a file"])
@pytest.mark.parametrize("part", ["ppt/slides/slide1.xml", "ppt/presentation.xml", "_rels/.rels"])
def test_a_document_type_in_a_presentation_is_refused(read: Read, before: str, part: str) -> None:
    content = changed(a_pptx([a_slide(a_shape("x"))]), {part: f"{before}<x>&a;</x>"})
    assert (read("a.pptx", content).problem, read("a.pptx", content).text) == ("unreadable", "")


def test_a_presentation_that_names_the_same_slide_many_times_says_it_once(read: Read) -> None:
    content = a_pptx([a_slide(a_shape("一次"))])
    root = f'<p:presentation xmlns:p="{A}" xmlns:r="x"><p:sldIdLst>' + '<p:sldId r:id="r0"/>' * 9000
    reading = read(
        "a.pptx", changed(content, {"ppt/presentation.xml": root + "</p:sldIdLst></p:presentation>"})
    )
    assert reading.text == "一次"


def test_pages_of_an_ofd_are_read_line_by_line(read: Read) -> None:
    page = a_text(20, 60, "正文") + a_text(60, 40, "QP-01") + a_text(20, 40, "文件编号")
    reading = read("a.ofd", an_ofd([page, a_text(20, 50, "次页")]))
    assert (reading.kind, reading.media_type) == (Kind.OFD, "application/ofd")
    assert pages(reading) == ["文件编号\tQP-01\n正文", "次页"]


def test_pieces_of_one_word_are_put_together(read: Read) -> None:
    page = a_text(20, 40, "记录控") + a_text(32, 40, "制程序")
    assert read("a.ofd", an_ofd([page])).text == "记录控制程序"


def test_a_leap_within_a_run_leads_to_another_cell(read: Read) -> None:
    assert read("a.ofd", an_ofd([a_text(20, 40, "编号甲", delta="4 30")])).text == "编号\t甲"


def test_what_a_template_says_on_each_page_is_its_header(read: Read) -> None:
    content = an_ofd([a_text(20, 100, "甲文"), a_text(20, 100, "乙文")], template=a_text(20, 10, "页眉"))
    reading = read("a.ofd", content)
    assert pages(reading) == ["页眉\n甲文", "页眉\n乙文"]
    assert said(reading) == [("header", "页眉")] * 2


def test_a_scaled_object_stands_where_it_is_drawn(read: Read) -> None:
    page = a_text(20, 40, "编号", size=1, ctm="4 0 0 4 0 0", delta="1") + a_text(60, 40, "QP")
    assert read("a.ofd", an_ofd([page])).text == "编号\tQP"


@pytest.mark.parametrize("before", [LAUGHS, OUTSIDE], ids=["grows", "reads a file"])
@pytest.mark.parametrize("part", ["OFD.xml", "Doc_0/Document.xml", "Doc_0/Pages/Page_0/Content.xml"])
def test_a_document_type_in_an_ofd_is_refused(read: Read, before: str, part: str) -> None:
    content = changed(an_ofd([a_text(1, 1, "x")]), {part: f"{before}<x>&a;</x>"})
    assert read("a.ofd", content).problem == "unreadable"


@pytest.mark.parametrize(
    "objects",
    [
        a_text(20, 40, "文字", delta="g 999999999 1"),
        a_text(20, 40, "文字", delta="g g g"),
        a_text(20, 40, "文字", delta="nan inf -1e999"),
        a_text(20, 40, "文字").replace("Boundary=", "Boundless="),
        a_text(20, 40, "文字").replace('Size="4"', 'Size="1e300"'),
        a_text(20, 40, "文字", ctm="0 0 0 0 0 0"),
    ],
)
def test_wild_numbers_in_an_ofd_lose_no_words(read: Read, objects: str) -> None:
    assert read("a.ofd", an_ofd([objects])).text.replace("\t", "") == "文字"


@pytest.mark.parametrize(
    "parts",
    [
        {"Doc_0/Document.xml": "<x/>"},
        {"OFD.xml": "<x/>"},
        {"OFD.xml": "<OFD><DocBody><DocRoot>../../../etc/passwd</DocRoot></DocBody></OFD>"},
    ],
    ids=["no pages", "no document", "a document outside"],
)
def test_an_ofd_without_its_parts_is_unreadable(read: Read, parts: dict[str, str]) -> None:
    assert read("a.ofd", changed(an_ofd([a_text(1, 1, "x")]), parts)).problem == "unreadable"


@pytest.mark.parametrize("name", ["a.pptx", "a.ofd"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_one_that_is_cut_off_gives_no_text_and_no_crash(read: Read, name: str, share: float) -> None:
    content = a_pptx([a_slide(a_shape("x"))]) if name == "a.pptx" else an_ofd([a_text(1, 1, "x")])
    reading = read(name, content[: int(len(content) * share)])
    assert (reading.kind, reading.text, reading.problem) == (Kind.OTHER, "", None)
