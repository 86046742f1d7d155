"""Streaming through the encrypting store against SHA-256 alone, in one run; and destruction with keys.

python -m benchmarks.encryption [megabytes]
"""

import hashlib
import io
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from storage.api import Area, Key
from storage.encrypted import EncryptedStore
from storage.keyring_sqlite import SqliteKeyRing
from storage.master import MasterFile
from storage.memory import MemoryStore
from storage.sealing import Opened, Sealing

PIECE = 1 << 20


class Source(io.RawIOBase):
    """So many megabytes of one block again and again."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.left, self.block = size, os.urandom(PIECE)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        piece = self.block[: min(size if size > 0 else PIECE, self.left)]
        self.left -= len(piece)
        return piece


def rate(size: int, began: float) -> float:
    return size / (1 << 20) / (time.perf_counter() - began)


def hashed(size: int) -> float:
    source, whole, began = Source(size), hashlib.sha256(), time.perf_counter()
    while piece := source.read(PIECE):
        whole.update(piece)
    return rate(size, began)


def sealed(size: int) -> tuple[float, bytes, Key, bytes]:
    """Encrypt, with the SHA-256 of the content and that of what is stored, as a put does."""
    key, secret = Key.new(Area.RECORDS, "record", uuid4(), 1), os.urandom(32)
    sealing, stored = Sealing(key, Source(size), secret, size=size), hashlib.sha256()
    began = time.perf_counter()
    while piece := sealing.read(PIECE):
        stored.update(piece)
    speed = rate(size, began)
    return speed, Sealing(key, Source(size), secret, size=size).read(), key, secret


def opened(size: int, content: bytes, key: Key, secret: bytes) -> float:
    stream, began = io.BufferedReader(Opened(key, "", io.BytesIO(content), secret)), time.perf_counter()
    read = 0
    while piece := stream.read(PIECE):
        read += len(piece)
    assert read == size
    return rate(size, began)


def keys(count: int, folder: Path) -> None:
    ring = SqliteKeyRing(
        folder / "keys.db", master=MasterFile(folder / "m.key"), clock=lambda: datetime.now(UTC)
    )
    store = EncryptedStore(MemoryStore(clock=lambda: datetime.now(UTC)), ring)
    items = [uuid4() for _ in range(count)]
    steps = {
        "make": lambda: [ring.make(one) for one in items],
        "put a small file": lambda: [
            store.put(Key.new(Area.RECORDS, "record", one, 1), io.BytesIO(b"x" * 1000), retain_until=None)
            for one in items
        ],
        "rotate": ring.rotate,
        "destroy, 100 together": lambda: [ring.destroy(items[n : n + 100]) for n in range(0, count, 100)],
    }
    for name, step in steps.items():
        began = time.perf_counter()
        step()
        print(f"{name:24}{count / (time.perf_counter() - began):10.0f} keys a second")


def main(megabytes: int) -> None:
    size = megabytes << 20
    sealed(1)  # Tink is loaded
    for _ in range(3):
        plain = hashed(size)
        put, content, key, secret = sealed(size)
        got = opened(size, content, key, secret)
        print(
            f"SHA-256 {plain:6.0f} MB/s   encrypt with both hashes {put:6.0f} ({put / plain:.2f})"
            f"   decrypt {got:6.0f} ({got / plain:.2f})"
        )
    with tempfile.TemporaryDirectory() as made:
        keys(2000, Path(made))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
