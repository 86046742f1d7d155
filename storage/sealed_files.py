"""Decides how bytes are encrypted that are no objects: a file on its way in, bound to its place (R-7, T-3).

They look as objects do (format 1), so that one reader opens both. Whoever has destroyed the key has made
them unreadable, wherever a copy lies.
"""

from __future__ import annotations

import io
from hashlib import sha256
from typing import BinaryIO, Final, Protocol
from uuid import UUID

from storage.keys import Area, Key
from storage.sealing import MARK, Gathering, Opened, bound_to, content_size, primitive

_VERSION: Final = 7


class Writer(Protocol):
    """What bytes are written to."""

    def write(self, data: bytes, /) -> int: ...


class SealedWriter:
    """Encrypts what is written to a file; without `finish` nobody can open it."""

    def __init__(self, target: Writer, key: Key, secret: bytes) -> None:
        """Write to `target`, which stays the caller's to close."""
        self._target = target
        self._out = Gathering()  # a full disk comes through as itself, not as a failure of Tink's
        self._out.write(MARK)
        self._stream = primitive(secret).new_encrypting_stream(self._out, bound_to(key))

    def write(self, data: bytes, /) -> int:
        """Encrypt some bytes. Raises what the file below raises."""
        self._stream.write(data)
        self._target.write(self._out.taken(-1))
        return len(data)

    def finish(self) -> None:
        """Write the last segment."""
        self._stream.close()
        self._target.write(self._out.taken(-1))


def place_key(kind: str, item_id: UUID, place: str) -> Key:
    """Return what the bytes of a file are bound to: its item and its place among the item's files."""
    value = int.from_bytes(sha256(place.encode("utf-8", "surrogateescape")).digest()[:16], "big")
    value = value & ~(0xF << 76) | _VERSION << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return Key(Area.DERIVED, kind, item_id, 0, UUID(int=value))


def is_sealed(source: BinaryIO) -> bool:
    """Say whether an open file holds encrypted bytes; it stands at its start then."""
    begins = source.read(len(MARK))
    source.seek(0)
    return begins == MARK


def opened_sealed(source: BinaryIO, key: Key, secret: bytes) -> BinaryIO:
    """Return the content of an encrypted file, checked piece by piece; reading raises Damaged (T-3)."""
    return io.BufferedReader(Opened(key, "", source, secret))


__all__ = ["SealedWriter", "Writer", "content_size", "is_sealed", "opened_sealed", "place_key"]
