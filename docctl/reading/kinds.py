"""What an upload is by its content, and whether it is taken at all, told without parsing it."""

from __future__ import annotations

import mmap
import re
from enum import StrEnum
from pathlib import Path
from typing import Final
from zipfile import ZipInfo

from docctl.domain.verdicts import Allowed, Param, Refused, Verdict
from docctl.reading import encodings, zips
from docctl.reading.names import clean_name, extension

RULE: Final = "upload"
_HEAD: Final = 8192
_OLE: Final = bytes.fromhex("D0CF11E0A1B11AE1")
#: Name of the stream that holds an encrypted docx or xlsx inside an OLE file.
_ENCRYPTED_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")
_ENCRYPTED_PDF: Final = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")
_MAIN_PART: Final = re.compile(r"word/document\d*\.xml")
_MEGABYTE: Final = 1 << 20


class Kind(StrEnum):
    """The kinds of file that are told apart."""

    DOCX = "docx"
    PDF = "pdf"
    TXT = "txt"
    XLSX = "xlsx"
    PNG = "png"
    JPEG = "jpeg"
    OTHER = "other"


#: What a document may be; a record may be anything that a person can file.
DOCUMENT_KINDS: Final = frozenset({Kind.DOCX, Kind.PDF, Kind.TXT})
MEDIA_TYPES: Final = {
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Kind.PDF: "application/pdf",
    Kind.TXT: "text/plain",
    Kind.PNG: "image/png",
    Kind.JPEG: "image/jpeg",
    Kind.OTHER: "application/octet-stream",
}
_BY_EXTENSION: Final = {
    "docx": Kind.DOCX,
    "xlsx": Kind.XLSX,
    "pdf": Kind.PDF,
    "txt": Kind.TXT,
    "png": Kind.PNG,
    "jpg": Kind.JPEG,
    "jpeg": Kind.JPEG,
    "jpe": Kind.JPEG,
}


def sniff(path: Path, name: str) -> Kind:
    """Name the kind of a file by its content; the name only tells plain text from markup."""
    kind = _content(path)
    if kind is Kind.TXT and extension(name) not in {"txt", "text", ""}:
        return Kind.OTHER
    return kind


def examine(path: Path, name: str, *, size_limit: int, for_document: bool) -> Verdict:
    """Say whether an upload is taken, by quick checks that parse nothing; `size_limit` is in bytes.

    What only parsing can tell (a password, damage inside) is judged by `accept` after reading.
    """
    shown = clean_name(name)
    size = path.stat().st_size
    if size == 0:
        return _refused("empty", shown)
    if size > size_limit:
        return Refused(
            RULE,
            "too_large",
            {
                "name": shown,
                "limit_mb": size_limit // _MEGABYTE,
                "size_mb": -(-size // _MEGABYTE),
            },
        )
    if _is_encrypted(path, for_document=for_document):
        return _refused("encrypted", shown)
    try:
        entries = zips.directory(path) if _is_zip(_head(path)) else []
    except zips.Untrusted as untrusted:
        return _refused(untrusted.trouble, shown)
    if for_document and _has_macros(entries):
        return _refused("macros", shown)
    return _fits_its_name(path, shown, for_document=for_document)


def _fits_its_name(path: Path, name: str, *, for_document: bool) -> Verdict:
    """Say whether the content is what the extension promises, and of an allowed kind."""
    kind = _content(path)
    promised = _BY_EXTENSION.get(extension(name))
    if promised is not None and promised is not kind:
        if kind is Kind.OTHER:
            return _refused("unreadable", name)
        return _refused("misnamed", name, looks_like=kind.value)
    if not for_document:
        return Allowed()
    if kind not in DOCUMENT_KINDS or (promised is None and kind is Kind.TXT):
        return _refused("kind_not_allowed", name)
    if promised is None:
        return _refused("misnamed", name, looks_like=kind.value)
    return Allowed()


def _refused(code: str, name: str, **params: Param) -> Refused:
    return Refused(RULE, code, {"name": name, **params})


def _content(path: Path) -> Kind:
    head = _head(path)
    if _is_zip(head):
        return _office_kind(path, head)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if head.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if head.startswith(b"%PDF-") or b"\n%PDF-" in head[:1024]:
        return Kind.PDF
    if head and not head.startswith(_OLE) and encodings.guess(head, whole=len(head) < _HEAD):
        return Kind.TXT
    return Kind.OTHER


def _office_kind(path: Path, head: bytes) -> Kind:
    """Tell docx and xlsx by the names inside; a file that is also a PDF is neither."""
    if b"%PDF-" in head[:1024]:
        return Kind.OTHER
    try:
        names = {entry.filename for entry in zips.directory(path)}
    except zips.Untrusted:
        return Kind.OTHER
    if "[Content_Types].xml" not in names:
        return Kind.OTHER
    if any(_MAIN_PART.fullmatch(name) for name in names):
        return Kind.DOCX
    return Kind.XLSX if "xl/workbook.xml" in names else Kind.OTHER


def _has_macros(entries: list[ZipInfo]) -> bool:
    names = (entry.filename.lower() for entry in entries)
    return any(name.endswith("vbaproject.bin") or "/activex/" in name for name in names)


def _is_encrypted(path: Path, *, for_document: bool) -> bool:
    """Whether a password is needed.

    A PDF may be locked against printing and yet open without a password. That does for a record; a
    document has to be stamped. Which lock it is, only parsing tells.
    """
    head = _head(path)
    if head.startswith(_OLE):
        return _contains(path, re.compile(re.escape(_ENCRYPTED_PACKAGE)))
    return for_document and b"%PDF-" in head[:1024] and _contains(path, _ENCRYPTED_PDF)


def _contains(path: Path, pattern: re.Pattern[bytes]) -> bool:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return pattern.search(content) is not None


def _is_zip(head: bytes) -> bool:
    return head.startswith(zips.MAGIC)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD)
