"""Decides how a local folder keeps objects: complete or absent, and locked (R-4, R-7, T-3).

One folder for each item; in it, for each object, two files of mode 0400:

- `<ordinal>-<uuid7>.<version>`, the bytes;
- `<ordinal>-<uuid7>.state`, version, size, hashes and locks. Linking this name, which cannot
  replace another, is the instant at which the object exists.

The bytes keep their temporary name as a second link until the state is on the disk. So bytes
with one name and no state were stored once and have lost their state: damage, never leftovers.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, Final

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
    StoreUnavailable,
    Stray,
    as_utc,
    require_locks,
    uuid7,
)
from storage.blocks import CheckedFile, blocks, hash_of
from storage.commit import change, publish
from storage.disk import Disk, Temporary, exclusive, inode, translated
from storage.layout import Layout, Names, open_to_read
from storage.listing import listed, strays
from storage.state import State, read_state
from storage.sweep import Swept, sweep

LOOKED_AT: Final = ("contents", "state", "temporary_files")
NOT_CLAIMED: Final = ("freed_blocks", "open_readers", "copies_elsewhere")
#: How often a destruction looks again because something has come meanwhile.
_ROUNDS: Final = 5


class LocalStore:
    """Objects in a folder of one machine's disk. See `storage.api.ObjectStore`.

    `fsyncs` counts them, for benchmarks. Every process may have its own `LocalStore` on the
    same folder; the disk must have hard links and flock.
    """

    def __init__(self, root: Path, *, clock: Clock) -> None:
        """Open the store in `root`; make it if there is none yet."""
        self._clock = clock
        self._disk = Disk()
        self._layout = Layout(root, self._disk)
        with translated():
            self._layout.prepare()

    @property
    def fsyncs(self) -> int:
        """Return how many fsyncs this store has asked for."""
        return self._disk.fsyncs

    def put(
        self,
        key: Key,
        source: BinaryIO,
        *,
        retain_until: datetime | None,
        size: int | None = None,
    ) -> Stored:
        """Stream `source` into a new file, then let the object appear at once (R-4)."""
        until = None if retain_until is None else as_utc(retain_until)
        if until is not None:
            require_locks(key, None, until)
        self._disk.require_sound()
        whole, digests, total = hashlib.sha256(), [], 0
        with self._temporaries(key) as (content, state_file):
            for block in blocks(key, source, size=size):
                with translated():
                    content.write(block)
                whole.update(block)
                digests.append(hashlib.sha256(block).digest())
                total += len(block)
            state = State(
                key=key,
                version=uuid7().hex,
                size=total,
                sha256=whole.hexdigest(),
                stored_at=as_utc(self._clock()),
                digests=tuple(digests),
                retain_until=until,
            )
            with translated():
                publish(self._layout, self._disk, state, content=content, state_file=state_file)
        return Stored(key, state.version, state.sha256, total, state.sha256, total)

    def open(self, key: Key, version: str) -> AbstractContextManager[BinaryIO]:
        """Open one version; each block is checked before it is served (T-3)."""
        with translated():
            state = self._state(key, version)
            fd = open_to_read(self._layout.content(key, version))
            if fd is None:
                raise ObjectMissing(key, version)
            if (found := os.fstat(fd).st_size) != state.size:
                os.close(fd)
                raise Damaged(key, version, f"{state.size} bytes", f"{found} bytes")
        file = CheckedFile(fd, key=key, version=version, size=state.size, digests=state.digests)
        return BufferedReader(file)

    def stat(self, key: Key, version: str) -> Stat:
        """Return size, hash and locks of one version (R-4)."""
        with translated():
            state = self._state(key, version)
        return Stat(state.size, state.sha256, state.retain_until, state.held)

    def retain(self, key: Key, version: str, *, until: datetime) -> None:
        """Lock until an instant, or extend the lock (R-4)."""
        until = as_utc(until)
        require_locks(key, version, until)
        with self._changing(key, version) as state:
            current = state.retain_until
            if current is not None and until < current:
                raise RetentionShortened(key, version, current, until)
            change(self._layout, self._disk, state, replace(state, retain_until=until))

    def hold(self, key: Key, version: str, *, on: bool) -> None:
        """Set or lift the hold (R-5)."""
        require_locks(key, version, on)
        with self._changing(key, version) as state:
            change(self._layout, self._disk, state, replace(state, held=on))

    def destroy(self, key: Key) -> Destroyed:
        """Remove all files of a key, bytes first, unless it is held or locked (R-4, R-7)."""
        now = as_utc(self._clock())
        folder = self._layout.item(key)
        self._disk.require_sound()
        with translated():
            with exclusive(folder) as is_there:
                versions = self._emptied(key, now) if is_there else ()
            with self._layout.kind_locked(key):
                self._layout.drop_if_empty(folder)
            self._layout.require_present()
        return Destroyed(key, versions, now, looked_at=LOOKED_AT, not_claimed=NOT_CLAIMED)

    def verify(self, key: Key, version: str) -> Fixity:
        """Hash the bytes of one version again (T-3)."""
        at = as_utc(self._clock())
        with translated():
            try:
                state = read_state(self._layout.state(key), key)
                expected = None if state is None or state.version != version else state.sha256
                is_readable = True
            except Damaged:
                expected, is_readable = None, False
            is_there, found = hash_of(self._layout.content(key, version))
            if not is_there:
                self._layout.require_present()
        if not is_there:
            verdict = FixityState.MISSING
        elif is_readable and expected is not None and found == expected:
            verdict = FixityState.OK
        else:
            verdict = FixityState.DAMAGED
        return Fixity(key, version, verdict, expected, found, at)

    def list(self, area: Area, prefix: str = "", *, after: Key | None = None) -> Iterator[Listed]:
        """Yield the objects of an area in order (T-3)."""
        with translated():
            yield from listed(self._layout, area, prefix, after)

    def strays(self, area: Area) -> Iterator[Stray]:
        """Yield files that no put has left (T-3)."""
        with translated():
            yield from strays(self._layout, area)

    def sweep_temp(self, *, older_than: timedelta) -> Swept:
        """Remove what crashed puts have left; call it at each start (R-7).

        Files whose writer lives are spared whatever their age, so no age is needed for safety.
        """
        with translated():
            return sweep(self._layout, older_than=older_than)

    @contextmanager
    def _temporaries(self, key: Key) -> Iterator[tuple[Temporary, Temporary]]:
        """Give a file for the bytes and one for the state; take their names away at the end."""
        made: list[Temporary] = []
        try:
            with translated(), self._layout.kind_locked(key):
                if self._layout.state(key).exists() or Names(self._layout.item(key), key).stored:
                    raise AlreadyStored(key)
                folder = self._layout.make_item(key)
                made.append(content := Temporary(folder, key.leaf))
                made.append(state_file := Temporary(folder, key.leaf))
            yield content, state_file
        finally:
            for temporary in made:
                temporary.discard()

    @contextmanager
    def _changing(self, key: Key, version: str) -> Iterator[State]:
        """Give the state of a version that nobody else changes meanwhile."""
        with translated(), exclusive(self._layout.item(key)):
            yield self._state(key, version)

    def _state(self, key: Key, version: str) -> State:
        """Return the state of one version whose bytes are there (T-3)."""
        stored = self._layout.content(key, version)
        was_there = inode(stored) is not None
        state = read_state(self._layout.state(key), key)
        if state is None and version in Names(self._layout.item(key), key).stored:
            raise Damaged(key, version, "a state", "none")
        if state is None or state.version != version or not was_there:
            self._layout.require_present()
            raise ObjectMissing(key, version)
        return state

    def _destroyable(self, key: Key, now: datetime) -> tuple[str, ...]:
        """Return the versions of a key if all may go; what has lost its locks may not (R-4)."""
        stored = Names(self._layout.item(key), key).stored
        try:
            state = read_state(self._layout.state(key), key)
        except Damaged:
            if key.area.has_locks:
                raise
            return tuple(stored)
        if state is None:
            if stored and key.area.has_locks:
                raise Damaged(key, next(iter(stored)), "a state", "none")
            return tuple(stored)
        if state.held:
            raise HoldActive(key, state.version)
        if state.retain_until is not None and now < state.retain_until:
            raise RetentionActive(key, state.version, state.retain_until)
        return tuple(sorted({state.version, *stored}))

    def _emptied(self, key: Key, now: datetime) -> tuple[str, ...]:
        """Remove all files of a key and look again; call it with the item's folder locked (R-7)."""
        versions = self._destroyable(key, now)
        folder, state = self._layout.item(key), self._layout.state(key)
        for _ in range(_ROUNDS):  # a put that is under way may begin a temporary file in between
            if not (names := Names(folder, key)):
                return versions
            # The state says that the object may go, and goes last, so that a crash resumes.
            # Second names go before temporary ones, as in a sweep.
            self._layout.remove(folder, [path for path in names.files if path != state])
            self._layout.remove(folder, names.temporaries)
            self._layout.remove(folder, [state])
        if Names(folder, key):
            raise StoreUnavailable(f"something is left under {key}")
        return versions
