"""Decides how bytes are cut and checked: a hash for each block, so for each range (T-3)."""

from __future__ import annotations

import errno
import hashlib
import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from storage.errors import Damaged, StoreUnavailable, WrongSize
from storage.keys import Key

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BLOCK: Final = 1 << 20


def blocks(key: Key, source: BinaryIO, *, size: int | None = None) -> Iterator[bytes]:
    """Yield what a source gives in blocks of one size, the last one shorter.

    A read may give less than was asked for; only an empty one is the end.
    """
    total = 0
    block = bytearray()
    while piece := source.read(BLOCK - len(block)):
        total += len(piece)
        if size is not None and total > size:
            raise WrongSize(key, size, total)
        if len(piece) == BLOCK:  # the usual case: nothing is copied
            yield piece
            continue
        block += piece
        if len(block) == BLOCK:
            yield bytes(block)
            block.clear()
    if size is not None and total != size:
        raise WrongSize(key, size, total)
    if block:
        yield bytes(block)


class CheckedStream(io.RawIOBase):
    """A stream that serves no byte of a block before the block's hash was found right (T-3).

    `digests` are those of the blocks in order. A block whose hash is wrong is fetched once more
    where a second look may differ (`looks`).
    """

    looks = 1

    def __init__(
        self, *, key: Key, version: str, size: int, digests: Sequence[bytes], block: int = BLOCK
    ) -> None:
        super().__init__()
        self._key, self._version = key, version
        self._size, self._digests, self._length = size, digests, block
        self._at = 0
        self._number, self._block = -1, b""

    def fetch(self, start: int, size: int) -> bytes:
        """Return the stored bytes from `start`, fewer where they end early."""
        raise NotImplementedError

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes: ranges are served."""
        return True

    def tell(self) -> int:
        """Return where the next read begins."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Move to an offset from the start, from here or from the end."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError(f"before the start: {start + offset}")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill the buffer from one block, after its hash was compared."""
        if self._at >= self._size:
            return 0
        number, start = divmod(self._at, self._length)
        block = self._checked(number)
        view = memoryview(buffer).cast("B")
        piece = block[start : start + len(view)]
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _checked(self, number: int) -> bytes:
        if number != self._number:
            self._block = self._right_block(number)
            self._number = number
        return self._block

    def _right_block(self, number: int) -> bytes:
        start, found = number * self._length, b""
        for _ in range(self.looks):
            block = self.fetch(start, min(self._length, self._size - start))
            found = hashlib.sha256(block).digest()
            if found == self._digests[number]:
                return block
        raise Damaged(self._key, self._version, self._digests[number].hex(), found.hex())


class CheckedFile(CheckedStream):
    """The bytes of a file on the disk, checked block by block (T-3)."""

    def __init__(self, fd: int, *, key: Key, version: str, size: int, digests: Sequence[bytes]) -> None:
        super().__init__(key=key, version=version, size=size, digests=digests)
        self._fd = fd

    def close(self) -> None:
        """Close the file below as well."""
        if not self.closed:
            os.close(self._fd)
        super().close()

    def fetch(self, start: int, size: int) -> bytes:
        """Read from the file; a sector that cannot be read ends it early."""
        pieces = bytearray()
        while len(pieces) < size:
            try:
                piece = os.pread(self._fd, size - len(pieces), start + len(pieces))
            except OSError as error:
                if error.errno != errno.EIO:
                    raise StoreUnavailable(error.strerror or str(error)) from error
                break  # the hash will tell
            if not piece:
                break
            pieces += piece
        return bytes(pieces)


def hash_of(path: Path) -> tuple[bool, str | None]:
    """Say whether a file is there, and hash it; no hash where the disk cannot read it (T-3)."""
    whole = hashlib.sha256()
    try:
        with path.open("rb", buffering=0) as file:
            while block := file.read(BLOCK):
                whole.update(block)
    except FileNotFoundError:
        return False, None
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        return True, None
    return True, whole.hexdigest()
