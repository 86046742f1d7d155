"""What is taken, told by names, first bytes and the zip directory."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from uploads_made import OLE, a_docx, a_locked_pdf, a_pdf, a_png, a_zip, an_ole, changed

from docctl.domain.verdicts import Allowed, Refused
from docctl.reading import Kind, clean_name, examine, sniff, zips

Write = Callable[[str, bytes], Path]
MEGABYTE = 1 << 20
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01"
XLSX = a_zip({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"})
ENCRYPTED = OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)


def code(path: Path, *, document: bool = True, limit: int = MEGABYTE) -> str:
    verdict = examine(path, path.name, size_limit=limit, for_document=document)
    if isinstance(verdict, Refused):
        assert verdict.rule == "upload"
        return verdict.code
    return "allowed"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.docx", a_docx(), Kind.DOCX),
        ("a.pdf", a_pdf("x"), Kind.PDF),
        ("a.pdf", b"\n" + a_pdf("x"), Kind.PDF),
        ("a.xlsx", XLSX, Kind.XLSX),
        ("a.png", a_png(), Kind.PNG),
        ("a.jpg", JPEG, Kind.JPEG),
        ("a.txt", "第一条 目的".encode(), Kind.TXT),
        ("a.txt", "第一条 目的".encode("gb18030"), Kind.TXT),
        ("readme", b"plain", Kind.TXT),
        ("a.html", b"<html><script>alert(1)</script>", Kind.HTML),
        ("a.txt", b"<html><script>alert(1)</script>", Kind.TXT),
        ("a.doc", b"<html><p>saved as a page</p>", Kind.HTML),
        ("a.doc", b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n", Kind.EML),
        ("a.doc", b"only text", Kind.OTHER),
        ("a.doc", b"{\\rtf1 x}", Kind.RTF),
        ("a.eml", b"Subject: x\n\nbody", Kind.EML),
        ("a.mht", b"MIME-Version: 1.0\n\nbody", Kind.EML),
        ("a.svg", b"<svg onload='alert(1)'/>", Kind.OTHER),
        ("a.zip", a_zip({"a": "b"}), Kind.ZIP),
        ("a.odt", a_zip({"mimetype": "application/vnd.oasis.opendocument.text"}), Kind.OTHER),
        ("a.pptx", a_zip({"[Content_Types].xml": "<T/>", "ppt/presentation.xml": "<p/>"}), Kind.PPTX),
        ("a.ofd", a_zip({"OFD.xml": "<OFD/>"}), Kind.OFD),
        ("a.docm", a_zip({"[Content_Types].xml": "<T/>", "other.xml": "<p/>"}), Kind.OTHER),
        ("a.tif", b"II*\0" + bytes(9), Kind.TIFF),
        ("a.tif", b"MM\0*" + bytes(9), Kind.TIFF),
        ("a.gif", b"GIF89a" + bytes(9), Kind.GIF),
        ("a.bmp", b"BM" + bytes(30), Kind.BMP),
        ("a.webp", b"RIFF\x10\0\0\0WEBPVP8 ", Kind.WEBP),
        ("a.doc", OLE + bytes(600), Kind.OTHER),
        ("a.doc", an_ole({"WordDocument": b"x" * 5000}), Kind.DOC),
        ("a.wps", an_ole({"1Table": b"", "WordDocument": b"x"}), Kind.DOC),
        ("a.xls", an_ole({"Workbook": b"x"}), Kind.XLS),
        ("a.xls", an_ole({"Workbook": b"x", "MBD1": {"WordDocument": b"y"}}), Kind.XLS),
        ("a.ppt", an_ole({"PowerPoint Document": b"x"}), Kind.PPT),
        ("a.msg", an_ole({"__properties_version1.0": bytes(32)}), Kind.MSG),
        ("a.db", an_ole({"Catalog": b"x", "Inner": {"WordDocument": b"y"}}), Kind.OTHER),
        ("a.bin", bytes(range(256)) * 4, Kind.OTHER),
        ("a.txt", b"", Kind.OTHER),
    ],
)
def test_the_kind_is_told_by_content(write: Write, name: str, content: bytes, kind: Kind) -> None:
    assert sniff(write(name, content), name) is kind


@pytest.mark.parametrize("cut", [8, 79, 511, 600, 1100, 1600])
def test_a_damaged_ole_file_is_of_no_kind_or_of_its_own(write: Write, cut: int) -> None:
    assert sniff(write("a.doc", an_ole({"WordDocument": b"x" * 5000})[:cut]), "a.doc") in {
        Kind.OTHER,
        Kind.DOC,
    }


def test_an_ole_directory_that_goes_in_circles_ends(write: Write) -> None:
    content = bytearray(an_ole({"Other": b"x"}))
    content[512 + 4 : 512 + 8] = (1).to_bytes(4, "little")  # the sector of the directory follows itself
    at = content.index("Other".encode("utf-16-le"))
    content[at + 68 : at + 76] = (1).to_bytes(4, "little") * 2  # and the entry is beside itself
    assert sniff(write("a.doc", bytes(content)), "a.doc") is Kind.OTHER


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.docx", a_docx()), ("a.PDF", a_pdf("x")), ("a.txt", "目的".encode())],
)
def test_a_document_may_be_docx_pdf_or_txt(write: Write, name: str, content: bytes) -> None:
    assert code(write(name, content)) == "allowed"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", XLSX),
        ("a.png", a_png()),
        ("a.doc", OLE + bytes(600)),
        ("a.zip", a_zip({"a": "b"})),
        ("a.md", b"# plain"),
        ("noname", b"plain"),
    ],
)
def test_all_else_may_be_a_record_only(write: Write, name: str, content: bytes) -> None:
    path = write(name, content)
    assert code(path) == "kind_not_allowed"
    assert code(path, document=False) == "allowed"


def test_an_empty_file_is_refused(write: Write) -> None:
    assert code(write("a.txt", b"")) == "empty"
    assert code(write("b.txt", b"x")) == "allowed"


def test_the_size_limit_is_the_last_size_taken(write: Write) -> None:
    assert code(write("a.txt", b"x" * MEGABYTE)) == "allowed"
    path = write("b.txt", b"x" * (MEGABYTE + 1))
    assert examine(path, "b.txt", size_limit=MEGABYTE, for_document=True) == Refused(
        "upload", "too_large", {"name": "b.txt", "limit_mb": 1, "size_mb": 2}
    )


@pytest.mark.parametrize(
    ("name", "content", "looks_like"),
    [
        ("a.docx", a_pdf("x"), "pdf"),
        ("a.pdf", a_docx(), "docx"),
        ("a.pdf", b"just text", "txt"),
        ("a.txt", a_docx(), "docx"),
        ("a.png", JPEG, "jpeg"),
        ("a.docx", XLSX, "xlsx"),
    ],
)
@pytest.mark.parametrize("document", [True, False])
def test_a_name_that_promises_something_else_is_refused(
    write: Write, name: str, content: bytes, looks_like: str, document: bool
) -> None:
    path = write(name, content)
    assert examine(path, name, size_limit=MEGABYTE, for_document=document) == Refused(
        "upload", "misnamed", {"name": name, "looks_like": looks_like}
    )


def test_a_document_without_its_extension_is_misnamed_and_a_record_is_taken(write: Write) -> None:
    path = write("scan", a_pdf("x"))
    assert code(path) == "misnamed"
    assert code(path, document=False) == "allowed"


@pytest.mark.parametrize(
    "content",
    [a_docx()[:2000], a_docx()[:-1], bytes(600), a_zip({"a": "b"}), a_docx() + b"after"],
    ids=["half", "one byte short", "zeros", "another zip", "something behind it"],
)
def test_a_docx_that_is_damaged_is_unreadable(write: Write, content: bytes) -> None:
    assert code(write("a.docx", content)) == "unreadable"
    assert code(write("a.docx", content), document=False) == "unreadable"


def test_a_file_that_is_two_kinds_at_once_is_not_taken_as_docx(write: Write) -> None:
    both = a_zip({"%PDF-1.4": "x", "[Content_Types].xml": "", "word/document.xml": ""})
    assert code(write("a.docx", both)) == "unreadable"
    picture = a_png() + a_docx()
    assert sniff(write("a.png", picture), "a.png") is Kind.PNG
    assert code(write("b.docx", picture)) == "misnamed"


def test_a_password_is_refused_for_documents_and_records(write: Write) -> None:
    path = write("a.docx", ENCRYPTED)
    assert code(path) == code(path, document=False) == "encrypted"


@pytest.mark.parametrize("user", ["", "password"])
def test_a_locked_pdf_is_no_document_and_judged_as_record_after_reading(write: Write, user: str) -> None:
    path = write("a.pdf", a_locked_pdf(user=user))
    assert code(path) == "encrypted"
    assert code(path, document=False) == "allowed"


def test_a_zip_with_a_password_is_encrypted(write: Write) -> None:
    content = bytearray(a_zip({"word/document.xml": "x"}))
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    assert code(write("a.docx", bytes(content))) == "encrypted"


@pytest.mark.parametrize("part", ["word/vbaProject.bin", "word/VBAPROJECT.BIN", "word/activeX/a.xml"])
def test_macros_are_refused_in_documents(write: Write, part: str) -> None:
    path = write("a.docx", changed(a_docx(), {part: b"x"}))
    assert code(path) == "macros"
    assert code(path, document=False) == "allowed"


def test_a_bomb_is_refused_by_its_directory(write: Write) -> None:
    assert code(write("a.docx", changed(a_docx(), {"word/x.xml": bytes(40 << 20)}))) == "bomb"
    # as large, but no bomb: an honest picture does not shrink
    assert code(write("b.docx", changed(a_docx(), {"word/x.xml": bytes(8 << 20)}))) == "allowed"


def test_what_states_more_than_the_total_is_a_bomb(write: Write) -> None:
    parts = {f"{n}": b"x" for n in range(5)}
    content = bytearray(a_zip(parts))
    at = -1
    while (at := content.find(b"PK\x01\x02", at + 1)) >= 0:
        struct.pack_into("<LL", content, at + 20, zips.TOTAL // 100, zips.TOTAL // 5 + 1)
    assert code(write("a.zip", bytes(content)), document=False) == "bomb"


@pytest.mark.parametrize(("entries", "expected"), [(zips.ENTRIES, "allowed"), (zips.ENTRIES + 1, "bomb")])
def test_the_number_of_entries_is_limited(write: Write, entries: int, expected: str) -> None:
    path = write("a.zip", a_zip({str(n): b"" for n in range(entries)}))
    assert code(path, document=False, limit=4 * MEGABYTE) == expected


def test_archives_that_repeat_themselves_are_a_bomb(write: Write) -> None:
    inner = a_zip({str(n): bytes(90_000) for n in range(1000)})
    assert code(write("a.zip", a_zip({"b.zip": inner})), document=False) == "bomb"
    assert code(write("c.zip", a_zip({"d.docx": a_docx()})), document=False) == "allowed"


def test_a_zip64_directory_is_not_opened(write: Write) -> None:
    plain = a_zip({"a": "b"})
    end = plain.rindex(b"PK\x05\x06")
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)
    assert code(write("a.zip", plain[:end] + locator + plain[end:]), document=False) == "bomb"


@pytest.mark.parametrize("name", ["../a", "a/../../b", "/etc/passwd", "C:/a", "a\\..\\b"])
def test_a_zip_that_names_places_outside_is_unreadable(write: Write, name: str) -> None:
    path = write("a.zip", a_zip({name: b"x"}))
    assert code(path, document=False) == "unreadable"


def test_a_zip_with_a_link_or_a_part_twice_is_unreadable(write: Write) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert code(write("a.zip", target.getvalue()), document=False) == "unreadable"
    twice = a_zip({"word/a.xml": "1", "word/A.xml": "2"})
    assert code(write("b.zip", twice), document=False) == "unreadable"


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("记录控制程序.docx", "记录控制程序.docx"),
        ("C:\\Users\\王\\a.docx", "a.docx"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nSet-Cookie: x.txt", "a Set-Cookie_ x.txt"),
        ("a\x00b\x1b.txt", "ab.txt"),
        ("invoice\u202excod.exe", "invoicexcod.exe"),
        ("a\u200bb\ufeff.txt", "ab.txt"),
        ("e\u0301.txt", "\u00e9.txt"),
        ('<b>"x"?.txt', "_b__x__.txt"),
        ("  a  .txt . ", "a .txt"),
        ("con.txt", "_con.txt"),
        ("\ud800.txt", "txt"),
        ("...", "file"),
        ("", "file"),
    ],
)
def test_names_lose_what_deceives_or_breaks(typed: str, clean: str) -> None:
    assert clean_name(typed) == clean
    assert clean_name(clean) == clean


@pytest.mark.parametrize(("length", "kept"), [(65, 65), (66, 65), (2000, 65)])
def test_a_long_name_is_cut_before_its_extension(length: int, kept: int) -> None:
    assert clean_name("录" * length + ".docx") == "录" * kept + ".docx"
    assert len(clean_name("x." + "y" * 300).encode()) == 200


def test_the_name_in_a_refusal_is_clean(write: Write) -> None:
    path = write("empty", b"")
    verdict = examine(path, "../\u202e<script>.docx", size_limit=1, for_document=True)
    assert verdict == Refused("upload", "empty", {"name": "_script_.docx"})
    assert examine(write("x", b"x"), "x.txt", size_limit=1, for_document=True) == Allowed()
