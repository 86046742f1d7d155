"""Decides what is encrypted: every object that is put, with the key of its item (R-7, T-3)."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from typing import BinaryIO, cast

from storage.api import Area, Damaged, Destroyed, Fixity, Key, Listed, ObjectStore, Stat, Stored, Stray
from storage.keyring import KeyRing
from storage.sealing import MARK, Opened, Sealing, sealed_size


class EncryptedStore:
    """Objects of another store, encrypted before they reach it. See `storage.api.ObjectStore`.

    What was stored before there were keys is plain and is read as it is; whoever puts plain bytes
    under a key made later is found out. Destroying an object leaves its item's key: other objects
    of the item may need it. Objects of the kinds in `plain` hold no content and stay as they are, for
    those outside who read them without us.
    """

    def __init__(self, inner: ObjectStore, keys: KeyRing, *, plain: Collection[str] = ()) -> None:
        """Wrap a store."""
        self._inner, self._keys, self._plain = inner, keys, frozenset(plain)

    def put(
        self,
        key: Key,
        source: BinaryIO,
        *,
        retain_until: datetime | None,
        size: int | None = None,
    ) -> Stored:
        """Encrypt `source` while it is read; the item's key is durable before (R-4)."""
        if key.kind in self._plain:
            return self._inner.put(key, source, retain_until=retain_until, size=size)
        sealing = Sealing(key, source, self._keys.make(key.item_id), size=size)
        stored = self._inner.put(
            key,
            cast("BinaryIO", sealing),
            retain_until=retain_until,
            size=None if size is None else sealed_size(size),
        )
        return replace(stored, sha256=sealing.sha256, size=sealing.count)

    def open(self, key: Key, version: str) -> AbstractContextManager[BinaryIO]:
        """Open one version; each segment is checked before it is served (T-3)."""
        if key.kind in self._plain:
            return self._inner.open(key, version)
        inner = self._inner.open(key, version).__enter__()
        try:
            begins = inner.read(len(MARK))
            if begins != MARK:
                if _made_at(key) >= self._keys.since:
                    raise Damaged(key, version, "encrypted bytes", "plain ones")
                inner.seek(0)
                return inner
            secret = self._keys.get(key.item_id)
            return io.BufferedReader(Opened(key, version, inner, secret))
        except BaseException:
            inner.close()
            raise

    def stat(self, key: Key, version: str) -> Stat:
        """Return size and hash of the stored bytes, and the locks (R-4)."""
        return self._inner.stat(key, version)

    def retain(self, key: Key, version: str, *, until: datetime) -> None:
        """Lock until an instant, or extend the lock (R-4)."""
        self._inner.retain(key, version, until=until)

    def hold(self, key: Key, version: str, *, on: bool) -> None:
        """Set or lift the hold (R-5)."""
        self._inner.hold(key, version, on=on)

    def destroy(self, key: Key) -> Destroyed:
        """Remove the encrypted bytes (R-4, R-7)."""
        return self._inner.destroy(key)

    def verify(self, key: Key, version: str) -> Fixity:
        """Hash the stored bytes again; needs no keys (T-3)."""
        return self._inner.verify(key, version)

    def list(self, area: Area, prefix: str = "", *, after: Key | None = None) -> Iterator[Listed]:
        """Yield the objects of an area in order (T-3)."""
        return self._inner.list(area, prefix, after=after)

    def strays(self, area: Area) -> Iterator[Stray]:
        """Yield what lies in an area beside objects (T-3)."""
        return self._inner.strays(area)


def _made_at(key: Key) -> datetime:
    """Return when a key was made: its last part says so, to the millisecond."""
    return datetime.fromtimestamp((key.uid.int >> 80) / 1000, UTC)
