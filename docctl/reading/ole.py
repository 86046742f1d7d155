"""What an OLE file holds at its top: the names there, found by walking its directory within bounds."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO, Final

MAGIC: Final = bytes.fromhex("D0CF11E0A1B11AE1")
_HEADER: Final = struct.Struct("<30xH12xII12xII")
_IN_HEADER: Final = 109
_END: Final = 0xFFFFFFFA
_ENTRY: Final = 128
#: Entries looked at: the top of a directory stands at its front, mail with attachments has the most.
_MOST_ENTRIES: Final = 8_192
_MOST_TABLES: Final = 4_096
_LINKS: Final = struct.Struct("<66xB?III")


def names_at_top(path: Path) -> frozenset[str]:
    """Return the names of the streams and storages at the top; none where the file is damaged."""
    try:
        with path.open("rb") as file:
            return frozenset(_names(_directory(file)))
    except (struct.error, IndexError, OSError, ValueError):
        return frozenset()


def _directory(file: BinaryIO) -> list[bytes]:
    """Return the entries of the directory, following its chain of sectors."""
    head = file.read(512)
    shift, _tables, first, extension, extensions = _HEADER.unpack_from(head)
    if not 7 <= shift <= 16:
        raise ValueError("sector size")
    size = 1 << shift

    def sector(number: int) -> bytes:
        file.seek((number + 1) * size)
        return file.read(size)

    tables = list(struct.unpack_from(f"<{_IN_HEADER}I", head, 76))
    slots = size // 4
    while extension < _END and extensions and len(tables) < _MOST_TABLES:
        more = struct.unpack(f"<{slots}I", sector(extension))
        tables += more[:-1]
        extension, extensions = more[-1], extensions - 1
    entries: list[bytes] = []
    seen = set[int]()
    at = first
    while at < _END and at not in seen and len(entries) < _MOST_ENTRIES:
        seen.add(at)
        data = sector(at)
        entries += [data[start : start + _ENTRY] for start in range(0, len(data), _ENTRY)]
        table = sector(tables[at // slots])
        (at,) = struct.unpack_from("<I", table, at % slots * 4)
    return entries


def _names(entries: list[bytes]) -> list[str]:
    """Return the names beside each other under the first entry, which is the root."""
    found: list[str] = []
    seen = {0}
    waiting = [_LINKS.unpack_from(entries[0])[4]]
    while waiting:
        at = waiting.pop()
        if at >= len(entries) or at in seen:
            continue
        seen.add(at)
        entry = entries[at]
        kind, _, left, right, _ = _LINKS.unpack_from(entry)
        if kind in {1, 2}:
            length = max(0, min(struct.unpack_from("<H", entry, 64)[0], 64) - 2)
            found.append(entry[:length].decode("utf-16-le", "replace"))
        waiting += [left, right]
    return found
