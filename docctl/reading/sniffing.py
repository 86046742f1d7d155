"""What a file is by its content: first bytes, the names in its directory, and no more."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from docctl.reading import encodings, ole, zips
from docctl.reading.kinds import Kind
from docctl.reading.names import extension

_HEAD: Final = 8192
_MAIN_PART: Final = re.compile(r"word/document\d*\.xml")
_PICTURES: Final = (
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"II*\0", Kind.TIFF),
    (b"MM\0*", Kind.TIFF),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
)
#: The stream at the top of an OLE file that its program reads first.
_OLE_KINDS: Final = (
    ("WordDocument", Kind.DOC),
    ("Workbook", Kind.XLS),
    ("Book", Kind.XLS),
    ("PowerPoint Document", Kind.PPT),
    ("__properties_version1.0", Kind.MSG),
)
_PLAIN: Final = frozenset({"txt", "text", ""})
_MARKUP: Final = frozenset({"html", "htm", "xhtml", "shtml"})
_MAIL: Final = frozenset({"eml", "mht", "mhtml"})
#: Office programs also save these under their own extension, and open them again.
_OFFICE: Final = frozenset({"doc", "wps", "xls", "et"})
_LOOKS_LIKE_MARKUP: Final = re.compile(r"<(?:!doctype\s{1,9}html|html)\b", re.IGNORECASE)
_LOOKS_LIKE_MAIL: Final = re.compile(r"^MIME-Version:", re.IGNORECASE | re.MULTILINE)


def sniff(path: Path, name: str) -> Kind:
    """Name the kind of a file by its content; the name only tells apart what is all text."""
    kind = by_content(path)
    return _of_text(path, extension(name)) if kind is Kind.TXT else kind


def by_content(path: Path) -> Kind:
    """Name the kind of a file without its name; markup and mail are plain text then."""
    start = head(path)
    if is_zip(start):
        return _of_zip(path, start)
    for magic, kind in _PICTURES:
        if start.startswith(magic):
            return kind
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return Kind.WEBP
    if start.startswith(b"BM") and start[6:10] == bytes(4):
        return Kind.BMP
    if start.startswith(b"%PDF-") or b"\n%PDF-" in start[:1024]:
        return Kind.PDF
    if start.startswith(ole.MAGIC):
        return _of_ole(path)
    if start.startswith(b"{\\rtf"):
        return Kind.RTF
    if start and encodings.guess(start, whole=len(start) < _HEAD):
        return Kind.TXT
    return Kind.OTHER


def head(path: Path) -> bytes:
    """Return the front of a file."""
    with path.open("rb") as file:
        return file.read(_HEAD)


def is_zip(start: bytes) -> bool:
    """Say whether a file with this front is a zip."""
    return start.startswith(zips.MAGIC)


def _of_zip(path: Path, start: bytes) -> Kind:
    """Tell what is packed in a zip by the names inside; a file that is also a PDF is nothing."""
    if b"%PDF-" in start[:1024]:
        return Kind.OTHER
    try:
        names = {entry.filename for entry in zips.directory(path)}
    except zips.Untrusted:
        return Kind.OTHER
    if "[Content_Types].xml" not in names:
        if "OFD.xml" in names:
            return Kind.OFD
        return Kind.OTHER if "mimetype" in names else Kind.ZIP
    if any(_MAIN_PART.fullmatch(name) for name in names):
        return Kind.DOCX
    if "ppt/presentation.xml" in names:
        return Kind.PPTX
    return Kind.XLSX if "xl/workbook.xml" in names else Kind.OTHER


def _of_ole(path: Path) -> Kind:
    names = ole.names_at_top(path)
    return next((kind for name, kind in _OLE_KINDS if name in names), Kind.OTHER)


def _of_text(path: Path, ending: str) -> Kind:
    if ending in _PLAIN:
        return Kind.TXT
    if ending in _MARKUP:
        return Kind.HTML
    if ending in _MAIL:
        return Kind.EML
    if ending in _OFFICE:
        start = head(path)
        text = start.decode(encodings.guess(start) or "ascii", "replace")
        if _LOOKS_LIKE_MAIL.search(text):
            return Kind.EML
        if _LOOKS_LIKE_MARKUP.search(text):
            return Kind.HTML
    return Kind.OTHER
