"""Files as people and attackers upload them, made for each test."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

import docx
import pikepdf
from reportlab.pdfgen import canvas

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
REL = "http://schemas.openxmlformats.org/package/2006/relationships"
OLE = bytes.fromhex("D0CF11E0A1B11AE1")


def a_docx(*lines: str) -> bytes:
    document = docx.Document()
    for line in lines or ("第一条 目的",):
        document.add_paragraph(line)
    return saved(document)


def saved(document: docx.document.Document) -> bytes:
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def a_pdf(*pages: str) -> bytes:
    target = io.BytesIO()
    sheet = canvas.Canvas(target, invariant=1)
    for text in pages:
        if text:
            sheet.drawString(72, 720, text)
        sheet.showPage()
    sheet.save()
    return target.getvalue()


def a_locked_pdf(*, user: str) -> bytes:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(a_pdf("secret"))) as pdf:
        pdf.save(target, encryption=pikepdf.Encryption(user=user, owner="owner"))
    return target.getvalue()


def a_png(width: int = 1, height: int = 1) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" + b"\0" * min(width, 10))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def a_zip(parts: Mapping[str, bytes | str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def changed(package: bytes, parts: Mapping[str, bytes | str]) -> bytes:
    """The package with some parts replaced or added."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        kept = {name: archive.read(name) for name in archive.namelist()}
    return a_zip({**kept, **parts})


def with_body(body: str, *, before: str = "", rels: str = "", **parts: str) -> bytes:
    """A docx whose main part holds `body`; `before` stands before its root."""
    document = (
        f'{before}<w:document xmlns:w="{W}" xmlns:r="{R}" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<w:body>{body}</w:body></w:document>"
    )
    pointers = f'<Relationships xmlns="{REL}">{rels}</Relationships>'
    more = {f"word/{name}.xml": content for name, content in parts.items()}
    return changed(
        a_docx(),
        {"word/document.xml": document, "word/_rels/document.xml.rels": pointers, **more},
    )


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def pointer(ident: str, kind: str, target: str, *, external: bool = False) -> str:
    mode = ' TargetMode="External"' if external else ""
    return f'<Relationship Id="{ident}" Type="{R}/{kind}" Target="{target}"{mode}/>'
