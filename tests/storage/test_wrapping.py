"""A store can be wrapped by one that changes the bytes, through the protocol alone (R-4, T-3)."""

import hashlib
import io
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from uuid import uuid4

import pytest

from storage.api import (
    Area,
    Destroyed,
    Fixity,
    FixityState,
    Key,
    Listed,
    ObjectStore,
    RetentionActive,
    Stat,
    Stored,
)
from storage.local import LocalStore

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

NOW = datetime(2026, 3, 31, 16, tzinfo=UTC)
DAY = timedelta(days=1)
HEADER = b"\x01"
SWAPPED = bytes(255 - byte for byte in range(256))


class Outgoing(io.BytesIO):
    """Puts a format byte before a source, swaps its bits, and hashes what it was."""

    def __init__(self, source: BinaryIO) -> None:
        super().__init__()
        self.source, self.header, self.plain, self.count = source, HEADER, hashlib.sha256(), 0

    def read(self, size: int | None = -1, /) -> bytes:
        if self.header:
            first, self.header = self.header, b""
            return first
        piece = self.source.read(-1 if size is None else size)
        self.plain.update(piece)
        self.count += len(piece)
        return piece.translate(SWAPPED)


class Incoming(io.RawIOBase):
    """Gives the content of a stored object, from any position."""

    def __init__(self, inner: BinaryIO) -> None:
        self.inner = inner
        self.seek(0)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self.inner.seek(offset + (len(HEADER) if whence == 0 else 0), whence) - len(HEADER)

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        piece = self.inner.read(len(view)).translate(SWAPPED)
        view[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self.inner.close()
        super().close()


class SwappingStore:
    """The smallest store that stores other bytes than it is given."""

    def __init__(self, inner: ObjectStore) -> None:
        self._inner = inner

    def put(
        self,
        key: Key,
        source: BinaryIO,
        *,
        retain_until: datetime | None,
        size: int | None = None,
    ) -> Stored:
        outgoing = Outgoing(source)
        within = None if size is None else size + len(HEADER)
        stored = self._inner.put(key, outgoing, retain_until=retain_until, size=within)
        return replace(stored, sha256=outgoing.plain.hexdigest(), size=outgoing.count)

    def open(self, key: Key, version: str) -> AbstractContextManager[BinaryIO]:
        inner = self._inner.open(key, version).__enter__()
        return io.BufferedReader(Incoming(inner))

    def stat(self, key: Key, version: str) -> Stat:
        return self._inner.stat(key, version)

    def retain(self, key: Key, version: str, *, until: datetime) -> None:
        self._inner.retain(key, version, until=until)

    def hold(self, key: Key, version: str, *, on: bool) -> None:
        self._inner.hold(key, version, on=on)

    def destroy(self, key: Key) -> Destroyed:
        return self._inner.destroy(key)

    def verify(self, key: Key, version: str) -> Fixity:
        return self._inner.verify(key, version)

    def list(self, area: Area, prefix: str = "", *, after: Key | None = None) -> Iterator[Listed]:
        return self._inner.list(area, prefix, after=after)


def test_a_wrapped_store_keeps_the_promises(tmp_path: Path) -> None:
    local = LocalStore(tmp_path / "objects", clock=lambda: NOW)
    store: ObjectStore = SwappingStore(local)
    content = bytes(range(256)) * 9000
    key = Key.new(Area.RECORDS, "record", uuid4(), 1)
    stored = store.put(key, io.BytesIO(content), retain_until=NOW + DAY, size=len(content))

    assert (stored.sha256, stored.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert stored.stored_size == len(content) + 1
    assert stored.stored_sha256 != stored.sha256
    with store.open(key, stored.version) as stream:
        stream.seek(1_048_570)
        assert stream.read(20) == content[1_048_570:1_048_590]
        stream.seek(0)
        assert stream.read() == content

    stat, fixity = store.stat(key, stored.version), store.verify(key, stored.version)
    assert (stat.sha256, stat.size) == (stored.stored_sha256, stored.stored_size)
    assert (fixity.state, fixity.found) == (FixityState.OK, stored.stored_sha256)
    assert [one.size for one in store.list(Area.RECORDS)] == [stored.stored_size]
    with pytest.raises(RetentionActive):
        store.destroy(key)
    with local.open(key, stored.version) as stream:
        assert content[:100] not in stream.read()
