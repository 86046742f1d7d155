"""What is read out of docx, and that nothing hostile comes with it."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx as python_docx
import pytest
from uploads_made import (
    R,
    W,
    a_docx,
    a_png,
    a_zip,
    changed,
    paragraph,
    pointer,
    saved,
    with_body,
)

from docctl.reading import ReadingFailed, docx, markup

Write = Callable[[str, bytes], Path]


@pytest.fixture
def read(write: Write) -> Callable[[bytes], dict[str, Any]]:
    return lambda content: docx.read(str(write("a.docx", content)))


Read = Callable[[bytes], dict[str, Any]]
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)


def test_headings_lists_tables_and_emphasis_are_kept(read: Read) -> None:
    document = python_docx.Document()
    document.add_heading("记录控制程序", 0)
    document.add_heading("目的", 1)
    document.add_paragraph("第一", style="List Bullet")
    document.add_paragraph().add_run("重要").bold = True
    table = document.add_table(2, 2)
    for cell, words in zip(table._cells, ["编号", "名称", "QP-01", "记录"], strict=True):
        cell.text = words
    result = read(saved(document))
    assert result["text"] == "记录控制程序\n目的\n第一\n重要\n编号\t名称\nQP-01\t记录"
    for piece in (
        "<h1>目的</h1>",
        "<ul><li>第一</li></ul>",
        "<strong>重要</strong>",
        "<td><p>QP-01</p></td>",
    ):
        assert piece in result["html"]
    assert result["pages"] == [0]


def test_merged_cells_are_said_once(read: Read) -> None:
    document = python_docx.Document()
    table = document.add_table(2, 2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "合并"
    result = read(saved(document))
    assert result["text"].count("合并") == 1
    assert 'colspan="2"' in result["html"]


def _celled(*cells: str) -> bytes:
    document = python_docx.Document()
    row = document.add_table(1, len(cells)).rows[0].cells
    for cell, text in zip(row, cells, strict=True):
        first, *more = text.split("|")
        cell.text = first
        for one in more:
            cell.add_paragraph(one)
    return saved(document)


def test_a_short_cell_of_several_lines_leaves_its_row_whole(read: Read) -> None:
    text = read(_celled("文件|编号", "QP-04|", "版本\nRev.", "A"))["text"]
    assert text == "文件  编号\tQP-04\t版本  Rev.\tA"


@pytest.mark.parametrize(("signs", "is_joined"), [(58, True), (59, False)])
def test_a_long_cell_keeps_its_lines(read: Read, signs: int, is_joined: bool) -> None:
    text = read(_celled("字" * (signs - 1) + "|尾", "右"))["text"]
    assert ("\n" not in text) is is_joined


def test_headers_and_footers_follow_the_body_once(read: Read) -> None:
    document = python_docx.Document()
    document.add_paragraph("正文")
    for _ in range(2):
        section = document.add_section()
        section.header.is_linked_to_previous = False
        section.header.paragraphs[0].text = "文件编号 QP-01"
        section.footer.is_linked_to_previous = False
        section.footer.paragraphs[0].text = "第页"
    assert read(saved(document))["text"].split() == ["正文", "文件编号", "QP-01", "第页"]


def test_notes_are_read(read: Read) -> None:
    notes = f'<w:footnotes xmlns:w="{W}"><w:footnote w:id="2">{paragraph("脚注")}</w:footnote></w:footnotes>'
    body = '<w:p><w:r><w:t>正文</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
    result = read(with_body(body, rels=pointer("r1", "footnotes", "footnotes.xml"), footnotes=notes))
    assert result["text"] == "正文\n脚注"
    assert 'href="#text-footnote-2"' in result["html"]
    assert 'id="text-footnote-2"' in result["html"]


def test_a_text_box_is_said_once_after_its_paragraph(read: Read) -> None:
    box = f"<w:txbxContent>{paragraph('框内')}</w:txbxContent>"
    body = (
        "<w:p><w:r><w:t>前</w:t></w:r><w:r><mc:AlternateContent>"
        f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
        f"</mc:AlternateContent></w:r><w:r><w:t>后</w:t></w:r></w:p>{paragraph('下一段')}"
    )
    assert read(with_body(body))["text"] == "前后\n框内\n下一段"


def test_a_fallback_is_read_where_the_first_choice_says_nothing(read: Read) -> None:
    body = (
        "<w:p><w:r><mc:AlternateContent><mc:Choice><w:drawing/></mc:Choice><mc:Fallback>"
        f"<w:txbxContent>{paragraph('旧')}</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    assert read(with_body(body))["text"].strip() == "旧"


def test_what_tracked_changes_took_out_is_not_said(read: Read) -> None:
    body = (
        "<w:p><w:r><w:t>留</w:t></w:r><w:del><w:r><w:delText>删</w:delText></w:r></w:del>"
        "<w:moveFrom><w:r><w:t>移</w:t></w:r></w:moveFrom><w:ins><w:r><w:t>增</w:t></w:r></w:ins></w:p>"
    )
    assert read(with_body(body))["text"] == "留增"


def test_readings_above_characters_do_not_part_a_word(read: Read) -> None:
    body = (
        "<w:p><w:r><w:ruby><w:rt><w:r><w:t>ye</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>业</w:t></w:r>"
        "</w:rubyBase></w:ruby></w:r><w:r><w:t>务</w:t></w:r></w:p>"
    )
    assert read(with_body(body))["text"] == "业务"


def test_a_strict_docx_is_read(read: Read) -> None:
    strict = f'<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"><w:body>{paragraph("严")}</w:body></w:document>'
    result = read(changed(a_docx(), {"word/document.xml": strict}))
    assert result["text"] == "严"
    assert "严" in result["html"]


def test_a_docx_without_words_gives_none(read: Read) -> None:
    assert read(saved(python_docx.Document()))["text"] == ""


@pytest.mark.parametrize(
    "before",
    [
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">',
        "<!DOCTYPE x>",
        LAUGHS,
    ],
    ids=["reads a file", "loads a DTD", "does nothing", "grows"],
)
def test_a_document_type_is_refused(read: Read, before: str) -> None:
    body = paragraph("&amp;") if "ENTITY" not in before else paragraph("&a;")
    with pytest.raises(ReadingFailed) as failed:
        read(with_body(body, before=before))
    assert (failed.value.code, failed.value.detail) == ("unreadable", "document type")


@pytest.mark.parametrize("part", ["word/styles.xml", "word/_rels/document.xml.rels", "[Content_Types].xml"])
def test_a_document_type_is_refused_in_every_part_that_is_read(read: Read, part: str) -> None:
    with pytest.raises(ReadingFailed, match="unreadable"):
        read(changed(a_docx(), {part: LAUGHS + "<x>&c;</x>"}))


def test_a_document_type_in_utf_16_is_refused_too(read: Read) -> None:
    xml = '<?xml version="1.0" encoding="utf-16"?>' + LAUGHS + f'<w:document xmlns:w="{W}"/>'
    with pytest.raises(ReadingFailed, match="unreadable"):
        read(changed(a_docx(), {"word/document.xml": xml.encode("utf-16")}))


@pytest.mark.parametrize(
    "target",
    ["javascript:alert(1)", "https://example.com/", "file:///etc/passwd", "data:text/html,x", "//x"],
)
def test_a_link_to_outside_keeps_only_its_words(read: Read, target: str) -> None:
    body = '<w:p><w:hyperlink r:id="r9"><w:r><w:t>单击</w:t></w:r></w:hyperlink></w:p>'
    result = read(with_body(body, rels=pointer("r9", "hyperlink", target, external=True)))
    assert "单击" in result["html"]
    assert "href" not in result["html"]
    assert "example" not in result["html"] + result["text"]


def test_a_link_within_the_page_works_under_our_prefix(read: Read) -> None:
    body = (
        '<w:p><w:bookmarkStart w:id="1" w:name="nav"/><w:r><w:t>此</w:t></w:r></w:p>'
        '<w:p><w:hyperlink w:anchor="nav"><w:r><w:t>见</w:t></w:r></w:hyperlink></w:p>'
    )
    html = read(with_body(body))["html"]
    assert 'id="text-nav"' in html
    assert 'href="#text-nav"' in html


def test_a_field_with_a_script_link_is_harmless(read: Read) -> None:
    field = (
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK '
        '"javascript:alert(1)"</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        '<w:r><w:t>单击</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )
    result = read(with_body(field))
    assert "javascript" not in result["html"] + result["text"]
    assert result["text"] == "单击"


def test_markup_typed_as_text_stays_text(read: Read) -> None:
    result = read(a_docx("<script>alert(1)</script><img src=x onerror=alert(2)>"))
    assert "&lt;script&gt;" in result["html"]
    assert "<script" not in result["html"]
    assert "<img" not in result["html"]
    assert "<script>" in result["text"]


def test_a_style_map_in_the_file_is_not_obeyed(read: Read) -> None:
    evil = changed(a_docx("x"), {"mammoth/style-map": "p => iframe"})
    assert "iframe" not in read(evil)["html"]


def test_pictures_are_shown_as_data(read: Read) -> None:
    document = python_docx.Document()
    document.add_picture(io.BytesIO(a_png()))
    html = read(saved(document))["html"]
    assert f'src="data:image/png;base64,{base64.b64encode(a_png()).decode()}"' in html


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        a_png(40_000, 40_000),
        a_png() + bytes((3 << 20) + 1),
    ],
    ids=["another kind under the name", "huge when unpacked", "huge as a file"],
)
def test_a_picture_that_is_no_small_png_or_jpeg_leaves_a_mark(read: Read, data: bytes) -> None:
    document = python_docx.Document()
    document.add_picture(io.BytesIO(a_png()))
    html = read(changed(saved(document), {"word/media/image1.png": data}))["html"]
    assert "<img" not in html
    assert 'class="left-out"' in html


def test_pictures_stop_at_their_sum(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docx, "_PICTURES", 2 * len(a_png()))
    document = python_docx.Document()
    for _ in range(3):
        document.add_picture(io.BytesIO(a_png()))
    html = read(saved(document))["html"]
    assert (html.count("<img"), html.count("left-out")) == (2, 1)


def test_a_picture_from_outside_is_not_fetched(read: Read, write: Write) -> None:
    secret = write("secret.png", a_png())
    drawing = (
        '<w:p><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/'
        'wordprocessingDrawing"><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/'
        'main"><a:graphicData><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/'
        f'picture"><pic:blipFill><a:blip xmlns:r="{R}" r:link="r9"/></pic:blipFill></pic:pic>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r><w:r><w:t>图</w:t></w:r></w:p>"
    )
    result = read(with_body(drawing, rels=pointer("r9", "image", secret.as_uri(), external=True)))
    assert "<img" not in result["html"]
    assert result["text"] == "图"


def test_macros_under_another_name_are_found_by_their_pointer(read: Read) -> None:
    with pytest.raises(ReadingFailed, match="macros"):
        read(with_body(paragraph("x"), rels=pointer("r1", "vbaProject", "harmless.bin")))


@pytest.mark.parametrize(
    "content",
    [
        a_zip({"[Content_Types].xml": "<Types/>", "word/document.xml": "<x/>"}),
        changed(a_docx(), {"word/document.xml": "<broken"}),
        changed(a_docx(), {"_rels/.rels": "<x/>"}),
        b"no zip",
    ],
    ids=["no pointers", "broken xml", "no main part", "no zip"],
)
def test_a_damaged_docx_is_unreadable(read: Read, content: bytes) -> None:
    with pytest.raises(ReadingFailed, match="unreadable"):
        read(content)


def test_a_part_that_swells_beyond_what_it_states_is_refused(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docctl.reading.package._XML_PART", 10_000)
    with pytest.raises(ReadingFailed, match="bomb"):
        read(with_body(paragraph("长" * 10_000)))


def test_deep_nesting_ends_in_a_result_or_a_refusal(read: Read) -> None:
    depth = 3000
    body = "<w:tbl><w:tr><w:tc>" * depth + paragraph("深") + "</w:tc></w:tr></w:tbl>" * depth
    with pytest.raises(ReadingFailed, match="unreadable"):
        read(with_body(body))
    shallow = "<w:tbl><w:tr><w:tc>" * 60 + paragraph("深") + "</w:tc></w:tr></w:tbl>" * 60
    result = read(with_body(shallow))
    assert result["text"].strip() == "深"
    assert "深" in result["html"]


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("<p onclick='x()'>a</p>", "<p>a</p>"),
        ("<p style='position:fixed'>a</p>", "<p>a</p>"),
        ("<p class='button' id='nav'>a</p>", "<p>a</p>"),
        ("<p id='text-nav'>a</p>", '<p id="text-nav">a</p>'),
        ("<script>x()</script>a", "a"),
        ("<iframe src='//x'></iframe>a", "a"),
        ("<svg><script>x()</script></svg>a", "a"),
        ("<form action='/sign'><input name='password'></form>a", "a"),
        ("<img src='https://x/a.png' alt='b'>", '<img alt="b">'),
        ("<img src='data:image/svg+xml;base64,AAAA'>", "<img>"),
        ("<a href='javascript:x()'>a</a>", "<a>a</a>"),
        ("<a href='data:text/html,x'>a</a>", "<a>a</a>"),
        ("<a href='/logout'>a</a>", "<a>a</a>"),
        ("<a href='#top'>a</a>", "<a>a</a>"),
        ("<a href='#text-a' target='_top'>a</a>", '<a href="#text-a">a</a>'),
        ("<td colspan='99999999'>a</td>", "a"),
        ("<span class='left-out evil'>a</span>", '<span class="left-out">a</span>'),
        ("<!-- x --><base href='//x'>a", "a"),
        ("<math><mi xlink:href='javascript:x()'>a", ""),
    ],
)
def test_only_listed_html_is_shown(dirty: str, clean: str) -> None:
    assert markup.clean(dirty) == clean


def test_the_size_of_a_jpeg_is_read_from_its_frame() -> None:
    def jpeg(width: int, height: int) -> bytes:
        frame = height.to_bytes(2, "big") + width.to_bytes(2, "big")
        return b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08" + frame + bytes(10)

    assert markup.picture_type(jpeg(6000, 10_000)) == "image/jpeg"
    assert markup.picture_type(jpeg(6001, 10_000)) is None
    assert markup.picture_type(b"\xff\xd8\xff\xd9") is None
