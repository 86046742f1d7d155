"""Whether an upload is taken at all, told by its first bytes, its name and its directory."""

from __future__ import annotations

import mmap
import re
from pathlib import Path
from typing import Final
from zipfile import ZipInfo

from docctl.domain.verdicts import Allowed, Param, Refused, Verdict
from docctl.reading import ole, zips
from docctl.reading.kinds import Kind
from docctl.reading.names import clean_name, extension
from docctl.reading.sniffing import by_content, head, is_zip

RULE: Final = "upload"
#: Name of the stream that holds an encrypted docx or xlsx inside an OLE file.
_ENCRYPTED_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")
_ENCRYPTED_PDF: Final = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")
_MEGABYTE: Final = 1 << 20
#: What a document may be; a record may be anything that a person can file.
DOCUMENT_KINDS: Final = frozenset({Kind.DOCX, Kind.PDF, Kind.TXT})
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
        entries = zips.directory(path) if is_zip(head(path)) else []
    except zips.Untrusted as untrusted:
        return _refused(untrusted.trouble, shown)
    if for_document and _has_macros(entries):
        return _refused("macros", shown)
    return _fits_its_name(path, shown, for_document=for_document)


def _fits_its_name(path: Path, name: str, *, for_document: bool) -> Verdict:
    """Say whether the content is what the extension promises, and of an allowed kind."""
    kind = by_content(path)
    promised = _BY_EXTENSION.get(extension(name))
    if promised is not None and promised is not kind:
        if kind in {Kind.OTHER, Kind.ZIP}:  # a docx whose parts are not there is only a zip
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


def _has_macros(entries: list[ZipInfo]) -> bool:
    names = (entry.filename.lower() for entry in entries)
    return any(name.endswith("vbaproject.bin") or "/activex/" in name for name in names)


def _is_encrypted(path: Path, *, for_document: bool) -> bool:
    """Whether a password is needed.

    A PDF may be locked against printing and yet open without a password. That does for a record; a
    document has to be stamped. Which lock it is, only parsing tells.
    """
    start = head(path)
    if start.startswith(ole.MAGIC):
        return _contains(path, re.compile(re.escape(_ENCRYPTED_PACKAGE)))
    return for_document and b"%PDF-" in start[:1024] and _contains(path, _ENCRYPTED_PDF)


def _contains(path: Path, pattern: re.Pattern[bytes]) -> bool:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return pattern.search(content) is not None
