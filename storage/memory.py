"""Decides how the promises are read: the reference store, in memory, for tests (R-4)."""

import hashlib
import io
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from storage.api import (
    AlreadyStored,
    Area,
    Clock,
    Damaged,
    Destroyed,
    Fixity,
    FixityState,
    HoldActive,
    Key,
    Listed,
    ObjectMissing,
    RetentionActive,
    RetentionShortened,
    Stat,
    Stored,
    Stray,
    as_utc,
    require_locks,
    uuid7,
)
from storage.blocks import blocks


@dataclass(slots=True)
class _Object:
    version: str
    content: bytes
    sha256: str
    stored_at: datetime
    retain_until: datetime | None
    held: bool = False


class MemoryStore:
    """Objects in a dictionary; gone with the process. See `storage.api.ObjectStore`."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._objects: dict[Key, _Object] = {}
        self._changing = threading.Lock()

    def put(
        self,
        key: Key,
        source: BinaryIO,
        *,
        retain_until: datetime | None,
        size: int | None = None,
    ) -> Stored:
        """Keep the bytes of `source` under a key that has none (R-4)."""
        until = None if retain_until is None else as_utc(retain_until)
        if until is not None:
            require_locks(key, None, until)
        if key in self._objects:
            raise AlreadyStored(key)
        content = b"".join(blocks(key, source, size=size))
        found = _Object(uuid7().hex, content, _sha256(content), as_utc(self._clock()), until)
        with self._changing:
            if key in self._objects:
                raise AlreadyStored(key)
            self._objects[key] = found
        return Stored(key, found.version, found.sha256, len(content), found.sha256, len(content))

    def open(self, key: Key, version: str) -> AbstractContextManager[BinaryIO]:
        """Open one version (T-3)."""
        found = self._found(key, version)
        if (now := _sha256(found.content)) != found.sha256:
            raise Damaged(key, version, found.sha256, now)
        return io.BytesIO(found.content)

    def stat(self, key: Key, version: str) -> Stat:
        """Return size, hash and locks of one version (R-4)."""
        found = self._found(key, version)
        return Stat(len(found.content), found.sha256, found.retain_until, found.held)

    def retain(self, key: Key, version: str, *, until: datetime) -> None:
        """Lock until an instant, or extend the lock (R-4)."""
        until = as_utc(until)
        require_locks(key, version, until)
        with self._changing:
            found = self._found(key, version)
            if found.retain_until is not None and until < found.retain_until:
                raise RetentionShortened(key, version, found.retain_until, until)
            found.retain_until = until

    def hold(self, key: Key, version: str, *, on: bool) -> None:
        """Set or lift the hold (R-5)."""
        require_locks(key, version, on)
        with self._changing:
            self._found(key, version).held = on

    def destroy(self, key: Key) -> Destroyed:
        """Forget the object, unless it is held or locked (R-4, R-7)."""
        now = as_utc(self._clock())
        with self._changing:
            found = self._objects.get(key)
            if found is not None:
                if found.held:
                    raise HoldActive(key, found.version)
                if found.retain_until is not None and now < found.retain_until:
                    raise RetentionActive(key, found.version, found.retain_until)
                del self._objects[key]
        versions = () if found is None else (found.version,)
        return Destroyed(key, versions, now, looked_at=("versions",), not_claimed=("freed_memory",))

    def verify(self, key: Key, version: str) -> Fixity:
        """Hash the bytes again (T-3)."""
        at = as_utc(self._clock())
        try:
            found = self._found(key, version)
        except ObjectMissing:
            return Fixity(key, version, FixityState.MISSING, None, None, at)
        now = _sha256(found.content)
        state = FixityState.OK if now == found.sha256 else FixityState.DAMAGED
        return Fixity(key, version, state, found.sha256, now, at)

    def list(self, area: Area, prefix: str = "", *, after: Key | None = None) -> Iterator[Listed]:
        """Yield the objects of an area in order (T-3)."""
        behind = "" if after is None else after.path
        keys = (k for k in tuple(self._objects) if k.area is area and k.path.startswith(prefix))
        for key in sorted((k for k in keys if k.path > behind), key=lambda k: k.path):
            if (found := self._objects.get(key)) is not None:
                yield Listed(key, found.version, len(found.content), found.stored_at)

    def strays(self, area: Area) -> Iterator[Stray]:  # noqa: ARG002 - the protocol's name
        """Yield nothing: nobody else reaches the dictionary (T-3)."""
        yield from ()

    def _found(self, key: Key, version: str) -> _Object:
        found = self._objects.get(key)
        if found is None or found.version != version:
            raise ObjectMissing(key, version)
        return found


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
