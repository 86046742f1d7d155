"""Decides what encrypted bytes look like: a mark, then Tink's streaming AEAD (object format 1).

Format 1 is `MARK`, then AES256-GCM-HKDF with segments of 1 MiB as Tink defines it: a fresh key for each
object is derived from the item's key and a random salt; segments are numbered and the last one is
told from the others, so that none can be left out, exchanged or cut off. What the bytes belong to
(`Key`) is bound to them as associated data.
"""

from __future__ import annotations

import hashlib
import io
import math
from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from storage.errors import Damaged, StorageError, WrongSize
from storage.keys import Key

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: Begins every encrypted object: the format byte, the name, and bytes that no text file has.
MARK: Final = b"\x01docctl\x00\xff\r\n\x1a\n\x00\x00"
#: How many bytes of ciphertext make a segment; each is held in memory as a whole.
SEGMENT: Final = 1 << 20
_HEADER, _TAG = 40, 16
_PIECE: Final = 1 << 20
_SKIP: Final = 1 << 18


def sealed_size(size: int) -> int:
    """Return how many bytes are stored for a content of `size` bytes."""
    within = SEGMENT - _TAG
    segments = max(1, -(-(size + _HEADER) // within))
    return len(MARK) + _HEADER + size + segments * _TAG


def content_size(stored: int) -> int:
    """Return how large the content of `stored` encrypted bytes is."""
    within = stored - len(MARK)
    return max(0, within - _HEADER - max(1, -(-within // SEGMENT)) * _TAG)


@cache
def _registered() -> None:
    """Tell Tink once which ciphers there are: that takes longer than to encrypt a megabyte."""
    from tink import streaming_aead

    streaming_aead.register()


def primitive(key: bytes) -> Any:
    """Return Tink's streaming AEAD for an item's key."""
    # Tink takes a quarter of a second to load: only who reads or writes a file pays for it.
    from tink import proto_keyset_format, secret_key_access, streaming_aead
    from tink.proto import aes_gcm_hkdf_streaming_pb2, common_pb2, tink_pb2

    _registered()
    params = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingParams(
        ciphertext_segment_size=SEGMENT, derived_key_size=32, hkdf_hash_type=common_pb2.SHA256
    )
    described = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingKey(version=0, params=params, key_value=key)
    data = tink_pb2.KeyData(
        type_url="type.googleapis.com/google.crypto.tink.AesGcmHkdfStreamingKey",
        value=described.SerializeToString(),
        key_material_type=tink_pb2.KeyData.SYMMETRIC,
    )
    one = tink_pb2.Keyset.Key(
        key_data=data, status=tink_pb2.ENABLED, key_id=1, output_prefix_type=tink_pb2.RAW
    )
    keyset = tink_pb2.Keyset(primary_key_id=1, key=[one])
    handle = proto_keyset_format.parse(keyset.SerializeToString(), secret_key_access.TOKEN)
    return handle.primitive(streaming_aead.StreamingAead)


def bound_to(key: Key) -> bytes:
    """Return the associated data: bytes of one object cannot stand in for another's (T-3)."""
    return b"docctl object 1\0" + str(key).encode("ascii")


class Sealing(io.RawIOBase):
    """Gives the encrypted form of a source, piece by piece, and hashes what the source gave."""

    def __init__(self, key: Key, source: BinaryIO, secret: bytes, *, size: int | None) -> None:
        super().__init__()
        self._key, self._source, self._expected = key, source, size
        self._plain = hashlib.sha256()
        self._out = Gathering()
        self._out.write(MARK)
        self._stream = primitive(secret).new_encrypting_stream(self._out, bound_to(key))
        self._is_done = False
        #: How many bytes the source has given.
        self.count = 0

    @property
    def sha256(self) -> str:
        """Return the hash of what the source gave."""
        return self._plain.hexdigest()

    def readable(self) -> bool:
        """Say yes."""
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """Return encrypted bytes, as many as are asked for unless the end comes first."""
        wanted = math.inf if size is None or size < 0 else size
        while self._out.held < wanted and not self._is_done:
            self._take()
        return self._out.taken(size)

    def _take(self) -> None:
        """Encrypt the next piece of the source."""
        piece = self._source.read(_PIECE)
        self.count += len(piece)
        if self._expected is not None and (
            self.count > self._expected or (not piece and self.count != self._expected)
        ):
            raise WrongSize(self._key, self._expected, self.count)
        if piece:
            self._plain.update(piece)
            self._stream.write(piece)
        else:
            self._stream.close()  # writes the last segment
            self._is_done = True


class Gathering(io.RawIOBase):
    """Where Tink writes to: bytes that wait to be read."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        super().__init__()
        self._parts: list[bytes] = []
        self.held = 0

    def writable(self) -> bool:
        """Say yes."""
        return True

    def write(self, data: Any, /) -> int:
        """Hold some bytes."""
        self._parts.append(bytes(data))
        self.held += len(data)
        return len(data)

    def taken(self, size: int | None) -> bytes:
        """Return what waits, no more than `size` bytes."""
        waiting = b"".join(self._parts)
        piece = waiting if size is None or size < 0 else waiting[:size]
        self._parts = [waiting[len(piece) :]] if len(piece) < len(waiting) else []
        self.held -= len(piece)
        return piece


class Opened(io.RawIOBase):
    """Gives the content of encrypted bytes; no byte of a segment comes before it was found intact (T-3).

    A seek forward reads on, a seek back begins again: nothing is kept but one segment.
    """

    def __init__(self, key: Key, version: str, inner: BinaryIO, secret: bytes) -> None:
        super().__init__()
        self._key, self._version, self._inner = key, version, inner
        self._aead = primitive(secret)
        self._at = self._reached = 0
        self._begin()

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes: ranges are served."""
        return True

    def tell(self) -> int:
        """Return where the next read begins."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move to an offset from the start, from here or from the end."""
        start = 0 if whence == io.SEEK_SET else self._at if whence == io.SEEK_CUR else self._size()
        if start + offset < 0:
            raise ValueError(f"before the start: {start + offset}")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill the buffer from where the stream stands."""
        if self._at < self._reached:
            self._begin()
        while self._reached < self._at:
            if not (skipped := self._decrypted(min(_SKIP, self._at - self._reached))):
                return 0
            self._reached += len(skipped)
        view = memoryview(buffer).cast("B")
        piece = self._decrypted(len(view))
        view[: len(piece)] = piece
        self._at = self._reached = self._reached + len(piece)
        return len(piece)

    def close(self) -> None:
        """Close the stream below as well."""
        if not self.closed:
            self._inner.close()
        super().close()

    def _begin(self) -> None:
        self._inner.seek(len(MARK))
        self._source = _Watched(self._inner)
        self._stream = self._aead.new_decrypting_stream(self._source, bound_to(self._key))
        self._reached = 0

    def _decrypted(self, size: int) -> bytes:
        from tink import TinkError

        try:
            piece: bytes = self._stream.read(size)
        except (TinkError, OSError, StorageError) as error:
            if (below := self._source.failure) is not None:
                raise below from None
            raise Damaged(self._key, self._version, "what was encrypted for it", "other bytes") from error
        return piece

    def _size(self) -> int:
        """Return the size of the content, from that of the stored bytes."""
        here = self._inner.tell()
        stored = self._inner.seek(0, io.SEEK_END)
        self._inner.seek(here)
        return content_size(stored)


class _Watched(io.RawIOBase):
    """What Tink reads from, and may close; keeps a failure, which would come through as one of Tink's."""

    def __init__(self, inner: BinaryIO) -> None:
        super().__init__()
        self._inner = inner
        self.failure: Exception | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        try:
            return self._inner.read(size)
        except (StorageError, OSError) as error:
            self.failure = error
            raise
