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


Tree = Mapping[str, "bytes | Tree"]
_FREE, _LAST, _TABLE, _NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF


def an_ole(tree: Tree) -> bytes:
    """A file of streams and storages: sector 0 is the table, then the directory, then what streams hold."""
    entries = _entries(tree)
    small = bytearray()
    small_table: list[int] = []
    starts: dict[int, int] = {}
    for at, (_, content, _) in enumerate(entries):
        if isinstance(content, bytes) and 0 < len(content) < 4096:
            starts[at] = len(small) // 64
            count = -(-len(content) // 64)
            small_table += [*range(starts[at] + 1, starts[at] + count), _LAST]
            small += content.ljust(count * 64, b"\0")
    small_table += [_FREE] * (-len(small_table) % 128)
    directory = bytes(128 * (len(entries) + -len(entries) % 4))
    wholes = [directory, struct.pack(f"<{len(small_table)}I", *small_table), bytes(small)]
    for at, (_, content, _) in enumerate(entries):
        if isinstance(content, bytes) and len(content) >= 4096:
            starts[at] = -len(wholes)
            wholes.append(content)
    lengths = [-(-len(one) // 512) for one in wholes]
    tables = 1
    while tables + sum(lengths) > tables * 128:
        tables += 1
    table = [_TABLE] * tables
    firsts = []
    for length in lengths:
        firsts.append(len(table) if length else _LAST)
        table += [*range(len(table) + 1, len(table) + length), _LAST] if length else []
    table += [_FREE] * (tables * 128 - len(table))
    packed = bytearray()
    for at, (name, content, (right, child)) in enumerate(entries):
        kind = 5 if at == 0 else 2 if isinstance(content, bytes) else 1
        start = starts.get(at, _LAST)
        start, size = (
            (firsts[-start], len(content)) if start < 0 else (start, len(content) if kind == 2 else 0)
        )
        if at == 0:
            start, size = firsts[2], len(small)
        words = name.encode("utf-16-le")
        packed += words.ljust(64, b"\0") + struct.pack(
            "<HBBIII", len(words) + 2, kind, 1, _NONE, right, child
        )
        packed += bytes(36) + struct.pack("<IQ", start, size)
    wholes[0] = bytes(packed).ljust(len(directory), b"\0")
    head = OLE + bytes(16) + struct.pack("<HHHHH6xIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, firsts[0], 0)
    head += struct.pack("<IIIII", 4096, firsts[1], lengths[1], _LAST, 0)
    head += struct.pack("<109I", *range(tables), *[_FREE] * (109 - tables))
    body = b"".join(one.ljust(length * 512, b"\0") for one, length in zip(wholes, lengths, strict=True))
    return head + struct.pack(f"<{len(table)}I", *table) + body


def _entries(tree: Tree) -> list[tuple[str, bytes | Tree, tuple[int, int]]]:
    """Name, content, and the next entry beside it and the first one in it, for each entry."""
    found: list[tuple[str, bytes | Tree, list[int]]] = [("Root Entry", tree, [_NONE, _NONE])]
    at = 0
    while at < len(found):
        _, content, links = found[at]
        if not isinstance(content, bytes) and content:
            links[1] = len(found)
            for name, inner in content.items():
                found.append((name, inner, [len(found) + 1, _NONE]))
            found[-1][2][0] = _NONE
        at += 1
    return [(name, content, (links[0], links[1])) for name, content, links in found]
