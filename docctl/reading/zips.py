"""Whether a zip may be opened: its directory is measured before it is read; nothing is unpacked."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path
from typing import Final, Literal

MAGIC: Final = b"PK\x03\x04"
ENTRIES: Final = 10_000
TOTAL: Final = 512 << 20
_DIRECTORY: Final = 2 << 20
#: Small files may shrink as they like: a bomb needs both, much and from little.
_RATIO: Final = 150
_RATIO_FROM: Final = 8 << 20
#: An archive in an archive does not shrink, unless it repeats itself.
_NESTED_RATIO: Final = 10
_ARCHIVES: Final = (".zip", ".docx", ".xlsx", ".pptx", ".jar", ".gz", ".bz2", ".xz", ".7z", ".rar")
_END: Final = struct.Struct("<4s4H2LH")
_END_MAGIC: Final = b"PK\x05\x06"
_LOCATOR: Final = b"PK\x06\x07"
_LONGEST_COMMENT: Final = 65_535

Trouble = Literal["bomb", "encrypted", "unreadable"]


class Untrusted(Exception):
    """The zip is not opened; `trouble` says why."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.trouble: Trouble = trouble


def directory(path: Path) -> list[zipfile.ZipInfo]:
    """Return the entries of a zip whose directory and content stay within the limits.

    Raises `Untrusted`.
    """
    _measure(path)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, EOFError):
        raise Untrusted("unreadable") from None
    _check(entries)
    return entries


def _measure(path: Path) -> None:
    """Refuse a large directory before `zipfile` builds an object for each of its entries."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        start = max(0, size - _LONGEST_COMMENT - _END.size)
        file.seek(start)
        tail = file.read()
    at = tail.rfind(_END_MAGIC)
    if at < 0 or len(tail) - at < _END.size:
        raise Untrusted("unreadable")
    _, disk, disk_of_directory, _, count, length, _, comment = _END.unpack_from(tail, at)
    if at + _END.size + comment != len(tail) or disk or disk_of_directory:
        raise Untrusted("unreadable")
    # zip64 serves more entries or bytes than are allowed here
    zip64 = tail[max(0, at - 20) : at].startswith(_LOCATOR)
    if zip64 or count > ENTRIES or length > _DIRECTORY:
        raise Untrusted("bomb")


def _check(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > ENTRIES or sum(entry.file_size for entry in entries) > TOTAL:
        raise Untrusted("bomb")
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise Untrusted("encrypted")
        if _swells(entry):
            raise Untrusted("bomb")
        if _strays(entry):
            raise Untrusted("unreadable")
    if len({entry.filename.casefold() for entry in entries}) != len(entries):
        raise Untrusted("unreadable")  # two programs would read two different files


def _swells(entry: zipfile.ZipInfo) -> bool:
    ratio = entry.file_size / max(entry.compress_size, 1)
    if entry.filename.lower().endswith(_ARCHIVES):
        return ratio > _NESTED_RATIO and entry.file_size > 65_536
    return ratio > _RATIO and entry.file_size > _RATIO_FROM


def _strays(entry: zipfile.ZipInfo) -> bool:
    """Whether the entry is a link or names a place outside the archive."""
    parts = entry.orig_filename.replace("\\", "/").split("/")
    link = entry.external_attr >> 28 == 0o12
    return link or ".." in parts or parts[0] == "" or ":" in parts[0] or "\0" in entry.orig_filename
