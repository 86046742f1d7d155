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
        block += piece
        if len(block) == BLOCK:
            yield bytes(block)
            block.clear()
    if size is not None and total != size:
        raise WrongSize(key, size, total)
    if block:
        yield bytes(block)


class CheckedFile(io.RawIOBase):
    """A file that serves no byte of a block before the block's hash was found right (T-3)."""

    def __init__(self, fd: int, *, key: Key, version: str, size: int, digests: Sequence[bytes]) -> None:
        super().__init__()
        self._fd, self._key, self._version = fd, key, version
        self._size, self._digests = size, digests
        self._at = 0
        self._number, self._block = -1, b""

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
        number, start = divmod(self._at, BLOCK)
        block = self._checked(number)
        view = memoryview(buffer).cast("B")
        piece = block[start : start + len(view)]
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        """Close the file below as well."""
        if not self.closed:
            os.close(self._fd)
        super().close()

    def _checked(self, number: int) -> bytes:
        if number != self._number:
            block = self._read(number)
            found = hashlib.sha256(block).digest()
            if found != self._digests[number]:
                raise Damaged(self._key, self._version, self._digests[number].hex(), found.hex())
            self._number, self._block = number, block
        return self._block

    def _read(self, number: int) -> bytes:
        start = number * BLOCK
        wanted = min(BLOCK, self._size - start)
        pieces = bytearray()
        while len(pieces) < wanted:
            try:
                piece = os.pread(self._fd, wanted - len(pieces), start + len(pieces))
            except OSError as error:
                if error.errno != errno.EIO:
                    raise StoreUnavailable(error.strerror or str(error)) from error
                break  # a sector that cannot be read; the hash will tell
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
