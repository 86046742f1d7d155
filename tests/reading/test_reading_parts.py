"""Which stretches of a text are not its body: headers, footers, boxes, notes, comments."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import docx as python_docx
import pikepdf
import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas
from uploads_made import W, paragraph, pointer, saved, with_body

from docctl.reading import Part, ReaderPool, Reading, read_text

Write = Callable[[str, bytes], Path]
Read = Callable[[str, bytes], Reading]
#: What stands where on a page: x and y in points from the lower left corner of A4, the words.
Placed = tuple[float, float, str]


@pytest.fixture
def read(pool: ReaderPool, write: Write) -> Read:
    return lambda name, content: read_text(pool, write(name, content), name)


def said(reading: Reading) -> list[tuple[str, str]]:
    return [(part.kind, reading.text[part.start : part.end]) for part in reading.parts]


def pages_of(*pages: list[Placed]) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    target = io.BytesIO()
    sheet = canvas.Canvas(target, pagesize=(595, 842), invariant=1)
    for placed in pages:
        sheet.setFont("STSong-Light", 10)
        for x, y, words in placed:
            sheet.drawString(x, y, words)
        sheet.showPage()
    sheet.save()
    return target.getvalue()


def test_a_body_has_no_parts(read: Read) -> None:
    assert read("a.docx", with_body(paragraph("正文"))).parts == ()


def test_headers_and_footers_of_a_docx_are_parts_each_once(read: Read) -> None:
    document = python_docx.Document()
    document.add_paragraph("正文")
    section = document.sections[0]
    section.different_first_page_header_footer = True
    section.first_page_header.paragraphs[0].text = "首页"
    section.header.paragraphs[0].text = "文件编号 QP-01"
    section.footer.paragraphs[0].text = "第1页"
    for _ in range(2):
        more = document.add_section()
        more.header.is_linked_to_previous = False
        more.header.paragraphs[0].text = "文件编号 QP-01"
    reading = read("a.docx", saved(document))
    assert sorted(said(reading)) == [
        ("footer", "第1页"),
        ("header", "文件编号 QP-01"),
        ("header", "首页"),
    ]
    assert reading.text.startswith("正文\n")


def test_a_table_in_a_header_keeps_its_rows(read: Read) -> None:
    row = "".join(f"<w:tc>{paragraph(words)}</w:tc>" for words in ("文件编号", "QP-01"))
    header = f'<w:hdr xmlns:w="{W}"><w:tbl><w:tr>{row}</w:tr><w:tr>{row}</w:tr></w:tbl></w:hdr>'
    content = with_body(paragraph("正文"), rels=pointer("r1", "header", "header1.xml"), header1=header)
    assert said(read("a.docx", content)) == [("header", "文件编号\tQP-01\n文件编号\tQP-01")]


def test_a_text_box_in_the_body_is_a_part_also_within_a_cell(read: Read) -> None:
    def boxed(words: str, inside: str) -> str:
        box = f"<w:txbxContent>{paragraph(inside)}</w:txbxContent>"
        return f"<w:p><w:r><w:t>{words}</w:t></w:r><w:r><w:pict>{box}</w:pict></w:r></w:p>"

    cells = f"<w:tc>{boxed('格', '编号 QP-02')}</w:tc><w:tc>{paragraph('乙')}</w:tc>"
    body = boxed("前", "编号 QP-01") + paragraph("后") + f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"
    reading = read("a.docx", with_body(body))
    assert reading.text == "前\n编号 QP-01\n后\n格\n编号 QP-02\t乙"
    assert said(reading) == [("box", "编号 QP-01"), ("box", "编号 QP-02")]


def test_notes_and_comments_are_parts_and_deleted_words_are_not_there(read: Read) -> None:
    notes = f'<w:footnotes xmlns:w="{W}"><w:footnote w:id="2">{paragraph("脚注")}</w:footnote></w:footnotes>'
    comment = f'<w:comment w:id="1" w:author="甲">{paragraph("批注")}</w:comment>'
    comments = f'<w:comments xmlns:w="{W}">{comment}</w:comments>'
    body = (
        "<w:p><w:r><w:t>留</w:t></w:r><w:del><w:r><w:delText>删</w:delText></w:r></w:del>"
        '<w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
    )
    rels = pointer("r1", "footnotes", "footnotes.xml") + pointer("r2", "comments", "comments.xml")
    reading = read("a.docx", with_body(body, rels=rels, footnotes=notes, comments=comments))
    assert reading.text == "留\n脚注\n批注"
    assert said(reading) == [("note", "脚注"), ("comment", "批注")]


def test_a_docx_of_headers_only_starts_with_them(read: Read) -> None:
    document = python_docx.Document()
    document.sections[0].header.paragraphs[0].text = "眉"
    reading = read("a.docx", saved(document))
    assert (reading.text, reading.parts) == ("眉", (Part("header", 0, 1),))


def test_what_pages_of_a_pdf_repeat_is_header_and_footer_in_its_place(read: Read) -> None:
    pages = [
        [(72, 800, "质量手册"), (400, 800, "QP-01"), (72, 600, f"正文{n}"), (280, 40, f"第 {n} 页 共 3 页")]
        for n in (1, 2, 3)
    ]
    reading = read("a.pdf", pages_of(*pages))
    assert reading.text.splitlines()[:3] == ["质量手册\tQP-01", "正文1", "第 1 页 共 3 页"]
    assert said(reading) == [
        part for n in (1, 2, 3) for part in (("header", "质量手册\tQP-01"), ("footer", f"第 {n} 页 共 3 页"))
    ]
    assert [reading.text[start:].splitlines()[1] for start in reading.pages] == ["正文1", "正文2", "正文3"]


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        pytest.param(1, 0, id="one page repeats nothing"),
        pytest.param(2, 2, id="both pages"),
    ],
)
def test_a_header_needs_a_second_page(read: Read, pages: int, expected: int) -> None:
    reading = read("a.pdf", pages_of(*[[(72, 800, "页眉"), (72, 500, "正文")]] * pages))
    assert len(reading.parts) == expected


@pytest.mark.parametrize(
    ("y", "kinds"),
    [(800, {"header"}), (680, {"header"}), (600, set()), (200, set()), (40, {"footer"})],
)
def test_only_lines_near_an_edge_are_headers_or_footers(read: Read, y: float, kinds: set[str]) -> None:
    reading = read("a.pdf", pages_of(*[[(72, y, "同")]] * 3))
    assert {part.kind for part in reading.parts} == kinds


def test_a_line_that_most_pages_do_not_have_or_have_elsewhere_is_body(read: Read) -> None:
    few = [[(72, 800, "页眉"), (72, 500, "正文")]] * 3 + [[(72, 500, "正文")]] * 5
    assert read("a.pdf", pages_of(*few)).parts == ()
    wandering = [[(72, 800 - 20 * n, "页眉"), (72, 500, "正文")] for n in range(4)]
    assert read("b.pdf", pages_of(*wandering)).parts == ()


def test_left_and_right_pages_may_have_headers_of_their_own(read: Read) -> None:
    pages = [[(72, 800, "单页" if n % 2 else "双页"), (72, 500, "正文")] for n in range(6)]
    assert len(read("a.pdf", pages_of(*pages)).parts) == 6


def test_cells_far_apart_on_a_line_are_parted_by_a_tab_and_words_by_their_space(read: Read) -> None:
    page = [(72, 500, "文件编号"), (160, 500, "QP-01 rev A/0"), (72, 480, "目 的")]
    assert read("a.pdf", pages_of(page)).text == "文件编号\tQP-01 rev A/0\n目 的"


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_lines_of_a_turned_page_stay_lines(read: Read, turned: int) -> None:
    sheet = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(2):
            page = pdf.add_blank_page(page_size=(595, 842))
            page.Rotate = turned
            page.Resources = pikepdf.Dictionary(
                Font=pikepdf.Dictionary(
                    F=pikepdf.Dictionary(
                        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
                    )
                )
            )
            page.Contents = pdf.make_stream(UPRIGHT[turned])
        pdf.save(sheet)
    reading = read("a.pdf", sheet.getvalue())
    assert reading.text.splitlines() == ["number\tQP-01", "body"] * 2
    assert said(reading) == [("header", "number\tQP-01")] * 2


#: What writes a head line with two cells and a body line, upright as a reader sees the turned page.
UPRIGHT = {
    90: b"BT /F 10 Tf 0 1 -1 0 40 72 Tm (number) Tj ET BT /F 10 Tf 0 1 -1 0 40 300 Tm (QP-01) Tj ET"
    b" BT /F 10 Tf 0 1 -1 0 300 72 Tm (body) Tj ET",
    180: b"BT /F 10 Tf -1 0 0 -1 523 40 Tm (number) Tj ET BT /F 10 Tf -1 0 0 -1 300 40 Tm (QP-01) Tj ET"
    b" BT /F 10 Tf -1 0 0 -1 523 400 Tm (body) Tj ET",
    270: b"BT /F 10 Tf 0 -1 1 0 555 770 Tm (number) Tj ET BT /F 10 Tf 0 -1 1 0 555 500 Tm (QP-01) Tj ET"
    b" BT /F 10 Tf 0 -1 1 0 300 770 Tm (body) Tj ET",
}


def test_a_number_broken_at_its_sign_in_a_pdf_keeps_it_and_a_word_does_not(read: Read) -> None:
    page = [
        (72, 700, "Doc No.: HR-"),
        (72, 688, "QP-06"),
        (72, 600, "This proce-"),
        (72, 588, "dure is kept"),
    ]
    text = read("a.pdf", pages_of(page)).text
    assert "HR-QP-06" in text
    assert "procedure is kept" in text
