"""Whether an old office file has a password: told before a converter would ask for it."""

from __future__ import annotations

import struct
from typing import Final

import olefile

from docctl.reading.errors import ReadingFailed

_FILE_PASSWORD: Final = 0x2F
_RECORDS: Final = 200
_LOCKED_SHOW: Final = 0xF3D1C4DF


def check(path: str) -> bool:
    """Raise `encrypted` for a doc, xls or ppt with a password, `unreadable` for what is none."""
    try:
        with olefile.OleFileIO(path) as opened:
            if _is_locked(opened):
                raise ReadingFailed("encrypted", "ole")
    except (OSError, struct.error):
        raise ReadingFailed("unreadable", "ole") from None
    return True


def _is_locked(opened: olefile.OleFileIO) -> bool:
    if opened.exists("WordDocument"):
        with opened.openstream("WordDocument") as stream:
            (flags,) = struct.unpack("<10xH", stream.read(12))
        return bool(flags & 0x0100)
    for name in ("Workbook", "Book"):
        if opened.exists(name):
            with opened.openstream(name) as stream:
                return _has_password(stream.read(1 << 16))
    if opened.exists("Current User"):
        with opened.openstream("Current User") as stream:
            head = stream.read(16)
        return len(head) == 16 and struct.unpack("<12xI", head)[0] == _LOCKED_SHOW
    return False


def _has_password(data: bytes) -> bool:
    """Look through the first records of a workbook; the one for its password stands at the front."""
    at = 0
    for _ in range(_RECORDS):
        if at + 4 > len(data):
            break
        kind, length = struct.unpack_from("<HH", data, at)
        if kind == _FILE_PASSWORD:
            return True
        at += 4 + length
    return False
