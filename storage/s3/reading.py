"""Decides what is served of a version: blocks whose hash is right, in any order (T-3)."""

from __future__ import annotations

import hashlib

from storage.blocks import CheckedStream
from storage.keys import Key
from storage.s3.answers import Unanswered
from storage.s3.bucket import Bucket
from storage.s3.locks import about
from storage.s3.spool import Noted

#: A body that broke off is asked for again, in all so often.
_TRIES = 3


class CheckedVersion(CheckedStream):
    """The bytes of one version, a range request for each block.

    A version that is destroyed meanwhile ends the reading with `ObjectMissing`.
    """

    looks = 2  # what the network has spoiled is right the second time

    def __init__(self, bucket: Bucket, *, key: Key, version: str, noted: Noted) -> None:
        super().__init__(key=key, version=version, size=noted.size, digests=noted.digests, block=noted.block)
        self._bucket = bucket

    def fetch(self, start: int, size: int) -> bytes:
        """Return a range; a body that breaks off is asked for again."""
        for attempt in range(1, _TRIES + 1):
            try:
                return self._fetched(start, size)
            except Unanswered:
                if attempt == _TRIES:
                    raise
        raise AssertionError("unreachable")

    def _fetched(self, start: int, size: int) -> bytes:
        pieces = bytearray()
        with (
            about(self._key, self._version),
            self._bucket.reading(self._key.path, self._version, start=start, size=size) as body,
        ):
            while len(pieces) <= size and (piece := body.read()):
                pieces += piece
        return bytes(pieces)


def hash_of(bucket: Bucket, key: Key, version: str) -> str:
    """Hash all bytes of a version as they are now."""
    whole = hashlib.sha256()
    with bucket.reading(key.path, version) as body:
        while piece := body.read():
            whole.update(piece)
    return whole.hexdigest()
