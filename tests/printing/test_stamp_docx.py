"""Stamped docx copies: every page's header and footer, and the body as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
import pytest
from docx.enum.section import WD_SECTION
from docx.shared import Mm
from lxml import etree

from docctl.printing import PrintingFailed
from docctl.printing.stamp_docx import stamp_docx
from tests.printing.samples import W, a_docx, a_stamp, an_obsolete_stamp, names_in, plain, xml_of


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "copy.docx"


def stamped(document: Any, target: Path, **facts: Any) -> Any:
    source = target.with_name("source.docx")
    document.save(str(source))
    stamp_docx(source, target, a_stamp(**facts))
    return docx.Document(str(target))


def parts(path: Path, side: str) -> list[str]:
    """Return the text of each header or footer part."""
    found = [name for name in names_in(path) if name.startswith(f"word/{side}")]
    return [plain(xml_of(path, name)) for name in found]


def test_d_3_a_document_without_headers_gets_stamp_and_foot(tmp_path: Path, target: Path) -> None:
    assert stamp_docx(a_docx(tmp_path / "a.docx"), target, a_stamp()) == 1
    (header,), (footer,) = parts(target, "header"), parts(target, "footer")
    for part in ("受控", "QP-07 A/1", "分发号 03 质量部", "打印 2026-11-21 10:02"):
        assert part in header
    assert "QP-07 A/1 第 {PAGE}1 页 共 {NUMPAGES}1 页" in footer


def test_d_3_the_body_stays_as_it_was(tmp_path: Path, target: Path) -> None:
    source = a_docx(tmp_path / "a.docx")
    before = source.read_bytes()
    stamp_docx(source, target, an_obsolete_stamp())
    assert source.read_bytes() == before
    assert body(source) == body(target)


def body(path: Path) -> list[bytes]:
    root = xml_of(path, "word/document.xml")[0]
    return [etree.tostring(child, method="c14n") for child in root if child.tag != f"{W}sectPr"]


def test_d_3_a_header_of_its_own_is_kept_beside_the_stamp(target: Path) -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "company header"
    document.sections[0].footer.paragraphs[0].text = "company footer"
    distance = document.sections[0].header_distance
    copy = stamped(document, target)
    (header,), (footer,) = parts(target, "header"), parts(target, "footer")
    assert header.endswith("company header")
    assert footer.endswith("company footer")
    assert "受控" in header
    assert copy.sections[0].header_distance == distance


def test_d_3_first_and_even_pages_are_stamped(target: Path) -> None:
    document = docx.Document()
    document.settings.odd_and_even_pages_header_footer = True
    document.sections[0].different_first_page_header_footer = True
    copy = stamped(document, target)
    section = copy.sections[0]
    for name in ("header", "first_page_header", "even_page_header"):
        assert not getattr(section, name).is_linked_to_previous
    assert len(parts(target, "header")) == len(parts(target, "footer")) == 3
    assert all("受控" in text for text in parts(target, "header"))
    assert all("{PAGE}" in text for text in parts(target, "footer"))


def test_d_3_pages_that_no_section_tells_apart_get_no_part(target: Path) -> None:
    stamped(docx.Document(), target)
    assert len(parts(target, "header")) == 1


def test_d_3_every_section_shows_the_stamp_once(target: Path) -> None:
    document = docx.Document()
    for _ in range(3):
        document.add_section(WD_SECTION.NEW_PAGE)
    document.sections[2].header.is_linked_to_previous = False
    document.sections[2].header.paragraphs[0].text = "own"
    copy = stamped(document, target)
    shown = ["".join(p.text for p in section.header.paragraphs) for section in copy.sections]
    assert [text.count("受控") for text in shown] == [1, 1, 1, 1]
    assert [text.endswith("own") for text in shown] == [False, False, True, True]
    assert copy.sections[1].header.is_linked_to_previous
    assert len(parts(target, "header")) == 2


def test_d_3_a_first_page_in_a_later_section_is_stamped(target: Path) -> None:
    document = docx.Document()
    document.add_section(WD_SECTION.NEW_PAGE).different_first_page_header_footer = True
    copy = stamped(document, target)
    assert not copy.sections[1].first_page_header.is_linked_to_previous
    assert all("受控" in text for text in parts(target, "header"))


def test_d_3_sections_that_share_a_part_are_stamped_once(target: Path) -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "shared"
    document.add_section(WD_SECTION.NEW_PAGE)
    first, second = (section._sectPr for section in document.sections)
    reference = first.find(f"{W}headerReference")
    second.insert(0, etree.fromstring(etree.tostring(reference)))
    stamped(document, target)
    assert [text.count("受控") for text in parts(target, "header")] == [1]


def test_d_3_a_header_made_of_a_table_only_is_stamped(target: Path) -> None:
    document = docx.Document()
    header = document.sections[0].header
    header.add_table(1, 1, Mm(50)).cell(0, 0).text = "in a table"
    root = header.part.element
    for old in root.findall(f"{W}p"):
        root.remove(old)
    stamped(document, target)
    assert "in a table" in parts(target, "header")[0]
    assert "受控" in parts(target, "header")[0]
    last = xml_of(target, "word/header1.xml")[-1]
    assert last.tag == f"{W}p"


def test_d_3_a_document_without_any_section_is_stamped(target: Path) -> None:
    document = docx.Document()
    main = document.element.body
    main.remove(main.find(f"{W}sectPr"))
    stamped(document, target)
    assert "受控" in parts(target, "header")[0]


@pytest.mark.parametrize(
    ("margin", "moved"), [(Mm(40), False), (Mm(14), False), (Mm(8), True), (Mm(0), True)]
)
def test_d_3_a_new_header_does_not_push_the_body(target: Path, margin: int, moved: bool) -> None:
    document = docx.Document()
    document.sections[0].top_margin = margin
    before = document.sections[0].header_distance
    after = stamped(document, target).sections[0].header_distance
    assert after <= max(margin, 0)
    assert (after != before) is moved


def test_v_4_only_an_obsolete_copy_has_the_word_across(tmp_path: Path, target: Path) -> None:
    source = a_docx(tmp_path / "a.docx")
    stamp_docx(source, target, a_stamp())
    assert watermarks(target) == []
    stamp_docx(source, target, an_obsolete_stamp())
    assert watermarks(target) == ["作废"]


def watermarks(path: Path) -> list[str]:
    headers = [name for name in names_in(path) if name.startswith("word/header")]
    return [
        node.get("string")
        for name in headers
        for node in xml_of(path, name).iter("{urn:schemas-microsoft-com:vml}textpath")
        if node.get("string")
    ]


def test_d_3_marks_of_xml_and_long_texts_do_no_harm(tmp_path: Path, target: Path) -> None:
    nasty = '<w:t>&"\x00\x0b\ud800' + "长" * 2000
    stamp = a_stamp(word=nasty, lines=(nasty, nasty), footer=nasty + " {page}/{pages} {0}", watermark=nasty)
    stamp_docx(a_docx(tmp_path / "a.docx"), target, stamp)
    docx.Document(str(target))
    assert '<w:t>&"\ufffd' in parts(target, "header")[0]
    assert "{PAGE}1/{NUMPAGES}1 {0}" in parts(target, "footer")[0]
    assert len(parts(target, "footer")[0]) < 200


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", "unreadable", id="empty"),
        pytest.param(b"PK\x03\x04 torn", "unreadable", id="torn"),
        pytest.param(OLE + b"WordDocument", "unreadable", id="an old doc"),
        pytest.param(OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted", id="with a password"),
    ],
)
def test_d_3_what_is_no_docx_is_refused(tmp_path: Path, target: Path, content: bytes, code: str) -> None:
    source = tmp_path / "a.docx"
    source.write_bytes(content)
    with pytest.raises(PrintingFailed) as failed:
        stamp_docx(source, target, a_stamp())
    assert failed.value.code == code


def test_d_3_a_torn_docx_is_refused(tmp_path: Path, target: Path) -> None:
    whole = a_docx(tmp_path / "a.docx").read_bytes()
    source = tmp_path / "torn.docx"
    for share in range(1, 20):
        source.write_bytes(whole[: len(whole) * share // 20])
        with pytest.raises(PrintingFailed):
            stamp_docx(source, target, a_stamp())
    damaged = bytearray(whole)
    for place in range(60, len(whole), 997):
        damaged[place] ^= 0xFF
    source.write_bytes(damaged)
    with pytest.raises(PrintingFailed):
        stamp_docx(source, target, a_stamp())
