"""Decides how a key store lies in one SQLite file: durable, shared by processes, really erased (R-7)."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, ClassVar, Final
from uuid import UUID

from storage.api import Clock, as_utc
from storage.durable import new_file
from storage.errors import KeyDestroyed, KeyMissing, StoreFull, StoreUnavailable
from storage.keyring import KeysDestroyed, KeyStatus, Rotation
from storage.keyring_file import (
    BATCH,
    SCHEMA,
    count_marks,
    fresh_key,
    note_expiry,
    opened,
)
from storage.keyring_masters import WithMasters
from storage.master import MasterFile, MasterKey
from storage.masters import Masters

LOOKED_AT: Final = ("keys",)
NOT_CLAIMED: Final = ("key_memory",)
_TRIES: Final = 50
_MANY: Final = "SELECT item, master_id, wrapped FROM item_key WHERE wrapped IS NOT NULL AND item IN"
_GONE: Final = "SELECT item FROM item_key WHERE destroyed_at IS NOT NULL AND item IN"


class SqliteKeyRing(WithMasters):
    """Item keys in a file of their own. See `storage.keyring.KeyRing`.

    Every process may have its own `SqliteKeyRing` on the same file.
    """

    is_shared: ClassVar[bool] = False

    def __init__(self, path: Path, *, master: MasterFile, clock: Clock) -> None:
        """Open the key store; make it, and its master key, where there is none yet.

        Raises `MasterKeyWrong` where the master key is missing or another one.
        """
        self._path, self._masters, self._clock = path, Masters(master), clock
        self._using = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._process = 0
        with self._store() as store:
            found = self._meta(store)
        if not found:
            first = self._masters.first()
            with self._writing() as store:
                fresh = {"master_id": first.id, "since_ms": str(time.time_ns() // 1_000_000)}
                store.executemany("INSERT OR IGNORE INTO meta VALUES (?, ?)", fresh.items())
                found = self._meta(store)
        self._since = datetime.fromtimestamp(int(found["since_ms"]) / 1000, UTC)
        self._masters.of(found["master_id"])

    def make(self, item_id: UUID) -> bytes:
        """Return the item's key, made durably where there is none."""
        try:
            return self.get(item_id)
        except KeyDestroyed:
            raise
        except KeyMissing:
            pass
        with self._writing() as store:
            if (row := self._row(store, item_id)) is None:
                key, master_id = fresh_key(), self._meta(store)["master_id"]
                wrapped = self._masters.of(master_id).wrap(item_id, key)
                store.execute(
                    "INSERT INTO item_key (item, master_id, wrapped, made_at) VALUES (?, ?, ?, ?)",
                    (item_id.bytes, master_id, wrapped, self._now()),
                )
                return key
        return self._opened(item_id, row)

    def get(self, item_id: UUID) -> bytes:
        """Return the item's key."""
        with self._store() as store:
            row = self._row(store, item_id)
        if row is None:
            raise KeyMissing(item_id)
        return self._opened(item_id, row)

    def get_many(self, item_ids: Sequence[UUID]) -> dict[UUID, bytes]:
        """Return the keys of those items that have one."""
        found: dict[UUID, bytes] = {}
        for first in range(0, len(item_ids), BATCH):
            for item, master_id, wrapped in self._rows(_MANY, item_ids[first : first + BATCH]):
                item_id = UUID(bytes=item)
                found[item_id] = self._masters.of(master_id).unwrap(item_id, wrapped)
        return found

    def destroyed_among(self, item_ids: Sequence[UUID]) -> set[UUID]:
        """Return those of the items whose keys were destroyed."""
        pieces = (item_ids[first : first + BATCH] for first in range(0, len(item_ids), BATCH))
        return {UUID(bytes=item) for some in pieces for (item,) in self._rows(_GONE, some)}

    def _rows(self, query: str, item_ids: Sequence[UUID]) -> list[tuple[Any, ...]]:
        marks = ", ".join("?" * len(item_ids))
        with self._store() as store:
            return store.execute(f"{query} ({marks})", [one.bytes for one in item_ids]).fetchall()

    def destroy(self, item_ids: Sequence[UUID]) -> KeysDestroyed:
        """Overwrite keys with tombstones, empty the log, and look at the bytes of the file (R-7)."""
        now = as_utc(self._clock())
        gone: list[UUID] = []
        with self._writing() as store:
            for item_id in dict.fromkeys(item_ids):
                row = self._row(store, item_id)
                if row is not None and row[1] is not None:
                    gone.append(item_id)
                store.execute(
                    "INSERT INTO item_key (item, made_at, destroyed_at) VALUES (?, ?, ?) ON CONFLICT (item)"
                    " DO UPDATE SET wrapped = NULL, master_id = NULL, destroyed_at = excluded.destroyed_at"
                    " WHERE destroyed_at IS NULL",
                    (item_id.bytes, now.isoformat(), now.isoformat()),
                )
        self.purge()
        return KeysDestroyed(tuple(gone), now, looked_at=LOOKED_AT, not_claimed=NOT_CLAIMED)

    def purge(self) -> None:
        """Fold the log into the file until it holds living keys alone; make the file anew if not (R-7)."""
        for attempt in range(_TRIES):
            with self._store() as store:
                (busy, *_rest) = store.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                time.sleep(0.02)
                continue
            with self._writing() as store:
                # While we are the writer the log can only hold what came before: nothing, if we were quick.
                (living,) = store.execute("SELECT count(wrapped) FROM item_key").fetchone()
                is_folded, marks = count_marks(self._path)
            if is_folded and marks == living:
                return
            if is_folded and attempt:
                with self._store() as store:
                    store.execute("VACUUM")
        raise StoreUnavailable("bytes of destroyed keys are still in the key store")

    def made_before(self, instant: datetime) -> Iterator[UUID]:
        """Yield the items whose keys were made at or before an instant."""
        return self._items("wrapped IS NOT NULL AND made_at <= ?", as_utc(instant).isoformat())

    def tombstones(self) -> Iterator[UUID]:
        """Yield the items whose keys were destroyed (R-7)."""
        return self._items("wrapped IS NULL")

    def status(self) -> KeyStatus:
        """Return how many keys there are, and which master key wraps them."""
        with self._store() as store:
            master_id = self._meta(store)["master_id"]
            query = (
                "SELECT count(wrapped), count(destroyed_at),"
                " count(CASE WHEN master_id <> ? THEN 1 END) FROM item_key"
            )
            keys, destroyed, behind = store.execute(query, (master_id,)).fetchone()
        return KeyStatus(keys, destroyed, behind, master_id, self._since)

    def rotate(self) -> Rotation:
        """Make a new master key, let it be the one from now on, and wrap every item key anew."""
        new, old = self._masters.prepare()
        with self._writing() as store:
            store.execute("UPDATE meta SET value = ? WHERE name = 'master_id'", (new.id,))
        while self._rewrapped(new):
            pass
        self.purge()
        return Rotation(old.id, new.id, self.status().keys)

    def copy_to(self, path: Path, *, expires_on: date) -> int:
        """Write a compact copy into a new file, for its owner only; return the number of keys."""
        new_file(path)
        with self._store() as store:
            store.execute("VACUUM INTO ?", (str(path),))
            return note_expiry(path, expires_on)

    def take_from(self, path: Path) -> int:
        """Take keys and tombstones from a copy, all or nothing."""
        rows, tombstones = self._copied(path)
        if tombstones:
            self.destroy(tombstones)
        taken = 0
        with self._writing() as store:
            for row in rows:
                done = store.execute(
                    "INSERT INTO item_key (item, master_id, wrapped, made_at) VALUES (?, ?, ?, ?)"
                    " ON CONFLICT (item) DO NOTHING",
                    row,
                )
                taken += done.rowcount
        return taken

    def close(self) -> None:
        """Close the file."""
        with self._using:
            if self._connection is not None and self._process == os.getpid():
                self._connection.close()
            self._connection = None
        self._masters.forget()

    def _rewrapped(self, new: MasterKey) -> bool:
        """Wrap some keys anew in one transaction; say whether there were any."""
        with self._writing() as store:
            query = (
                "SELECT item, wrapped, master_id FROM item_key WHERE wrapped IS NOT NULL"
                " AND master_id <> ? LIMIT ?"
            )
            rows = store.execute(query, (new.id, BATCH)).fetchall()
            for item, wrapped, master_id in rows:
                item_id = UUID(bytes=item)
                key = self._masters.of(master_id).unwrap(item_id, wrapped)
                store.execute(
                    "UPDATE item_key SET wrapped = ?, master_id = ? WHERE item = ?",
                    (new.wrap(item_id, key), new.id, item),
                )
        return bool(rows)

    def _items(self, condition: str, *values: str) -> Iterator[UUID]:
        query = f"SELECT id, item FROM item_key WHERE id > ? AND {condition} ORDER BY id LIMIT ?"  # noqa: S608
        last = 0
        while True:
            with self._store() as store:
                rows = store.execute(query, (last, *values, BATCH)).fetchall()
            if not rows:
                return
            yield from (UUID(bytes=item) for _, item in rows)
            last = rows[-1][0]

    def _row(self, store: sqlite3.Connection, item_id: UUID) -> tuple[Any, ...] | None:
        query = "SELECT master_id, wrapped, destroyed_at FROM item_key WHERE item = ?"
        row: tuple[Any, ...] | None = store.execute(query, (item_id.bytes,)).fetchone()
        return row

    def _opened(self, item_id: UUID, row: tuple[Any, ...]) -> bytes:
        master_id, wrapped, gone = row
        return self._masters.opened(item_id, master_id, wrapped, gone and datetime.fromisoformat(gone))

    def _meta(self, store: sqlite3.Connection) -> dict[str, str]:
        return dict(store.execute("SELECT name, value FROM meta").fetchall())

    def _now(self) -> str:
        return as_utc(self._clock()).isoformat()

    @contextmanager
    def _store(self) -> Iterator[sqlite3.Connection]:
        """Give the connection to one thread at a time; failures become those of a store."""
        with self._using:
            try:
                if self._connection is None or self._process != os.getpid():
                    self._connection, self._process = opened(self._path, SCHEMA), os.getpid()
                yield self._connection
            except sqlite3.Error as error:
                if "full" in str(error):
                    raise StoreFull(f"key store: {error}") from error
                raise StoreUnavailable(f"key store: {error}") from error
            except OSError as error:
                raise StoreUnavailable(f"key store: {error.strerror or error}") from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection in a transaction that no other process writes beside."""
        with self._store() as store:
            store.execute("BEGIN IMMEDIATE")
            try:
                yield store
                store.execute("COMMIT")
            finally:
                if store.in_transaction:  # SQLite has rolled back itself where the disk is full
                    store.execute("ROLLBACK")
