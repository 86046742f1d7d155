"""Decides what is known of the bytes before they are sent: length, hash, hashes of blocks (T-3)."""

from __future__ import annotations

import errno
import hashlib
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast

from storage.blocks import BLOCK, blocks
from storage.errors import StoreFull, StoreUnavailable
from storage.keys import Key

#: S3 keeps 2 KB beside an object; this many hashes leave room for the rest.
MOST_BLOCKS: Final = 32
#: Up to here nothing is written to the disk; what is larger is sent in parts of this size.
_IN_MEMORY: Final = 5 << 20
_READ: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Noted:
    """What stands beside an object: size and hash of its bytes, and a hash for each block."""

    size: int
    sha256: str
    block: int
    digests: tuple[bytes, ...]

    def to_metadata(self) -> dict[str, str]:
        """Return it as S3 keeps it, in plain ASCII."""
        return {
            "sha256": self.sha256,
            "size": str(self.size),
            "block": str(self.block),
            "blocks": b64encode(b"".join(self.digests)).decode(),
        }

    @classmethod
    def from_metadata(cls, noted: Mapping[str, str]) -> Noted | None:
        """Read it back; None where it is not as we write it."""
        try:
            size, block = int(noted["size"]), int(noted["block"])
            digest, joined = bytes.fromhex(noted["sha256"]), b64decode(noted["blocks"], validate=True)
        except (KeyError, ValueError):
            return None
        if len(digest) != hashlib.sha256().digest_size or block < 1 or size < 0:
            return None
        if len(joined) != -(-size // block) * len(digest):
            return None
        parts = (joined[at : at + len(digest)] for at in range(0, len(joined), len(digest)))
        return cls(size, noted["sha256"], block, tuple(parts))


@contextmanager
def spooled(
    key: Key, source: BinaryIO, *, size: int | None, folder: Path | None
) -> Iterator[tuple[BinaryIO, Noted]]:
    """Keep what a source gives in a nameless private file, and give it with what is known of it."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=None if folder is None else str(folder)) as file:
        spool = cast("BinaryIO", file)
        total, whole, digests = 0, hashlib.sha256(), []
        for block in blocks(key, source, size=size):
            with _room():
                spool.write(block)
            part = hashlib.sha256(block)
            if total:
                whole.update(block)
            else:  # so far both are the same: the first block is hashed once
                whole = part.copy()
            total += len(block)
            digests.append(part.digest())
        length = block_size(total)
        parts = digests if length == BLOCK else list(_longer(spool, total, length))
        spool.seek(0)
        yield spool, Noted(total, whole.hexdigest(), length, tuple(parts))


def _longer(spool: BinaryIO, size: int, length: int) -> Iterator[bytes]:
    """Yield the hashes of blocks longer than the ones that were hashed on their way in."""
    spool.seek(0)
    for start in range(0, size, length):
        part, left = hashlib.sha256(), min(length, size - start)
        while left:
            piece = spool.read(min(_READ, left))
            if not piece:
                raise StoreUnavailable("the spool file has lost bytes")
            part.update(piece)
            left -= len(piece)
        yield part.digest()


def block_size(size: int) -> int:
    """Return the length of a block: 1 MiB, doubled until there are few enough."""
    length = BLOCK
    while -(-size // length) > MOST_BLOCKS:
        length *= 2
    return length


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StoreFull("spool") from error
        raise StoreUnavailable(f"spool: {error.strerror or error}") from error
