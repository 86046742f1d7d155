"""Decides how a key store for several hosts lies in a PostgreSQL database of its own (R-7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, ClassVar, Final, LiteralString, Protocol
from uuid import UUID

import psycopg
from psycopg import errors

from storage.api import Clock, as_utc
from storage.errors import KeyDestroyed, KeyMissing, MasterKeyWrong, StoreFull, StoreUnavailable
from storage.keyring import KeysDestroyed, KeyStatus, Rotation
from storage.keyring_file import BATCH, fresh_key
from storage.keyring_masters import WithMasters
from storage.keyring_tables import HOLD_MASTER, MAKE, REWRITE, meta_of, opened_tables, write_copy
from storage.master import MasterFile, MasterKey
from storage.masters import Masters

LOOKED_AT: Final = ("key_table",)
NOT_CLAIMED: Final = ("key_log", "key_memory")


class Connections(Protocol):
    """Gives one thread a connection, on which a statement outside a transaction commits by itself."""

    def __call__(self) -> AbstractContextManager[psycopg.Connection[Any]]:
        """Give a connection; only failures of the driver come from it."""

    def close(self) -> None:
        """Close all connections."""


class PostgresKeyRing(WithMasters):
    """Item keys in a database that several hosts share. See `storage.keyring.KeyRing`.

    Each host has a copy of the file with the master key. The role owns the two tables.
    """

    is_shared: ClassVar[bool] = True

    def __init__(self, connect: Connections, *, master: MasterFile, clock: Clock) -> None:
        """Open the key store; make its tables, and the master key, at the very first start.

        Raises `MasterKeyWrong` where the master key is missing or another one, `KeyStoreForeign` where
        the database holds other tables: its backups would be taken with them.
        """
        self._connect, self._masters, self._clock = connect, Masters(master), clock
        try:
            with self._writing() as store:
                found = opened_tables(store, first=lambda: self._masters.first().id)
            self._since = datetime.fromtimestamp(int(found["since_ms"]) / 1000, UTC)
            self._newest = found["master_id"]  # the last one seen here; the row says which it is
            self._masters.of(self._newest)
        except BaseException:
            connect.close()
            raise

    def make(self, item_id: UUID) -> bytes:
        """Return the item's key, made durably where there is none."""
        if (made := self._made(item_id)) is not None:
            return made
        try:
            return self.get(item_id)
        except KeyDestroyed:
            raise
        except KeyMissing:
            pass
        with self._writing() as store:
            # A rotation waits for us, or we see its master key: no key stays behind with the old one.
            (master_id,) = _row(store, HOLD_MASTER)
            self._newest = master_id
            wrapped = self._masters.of(master_id).wrap(item_id, fresh_key())
            store.execute(
                "INSERT INTO item_key (item, master_id, wrapped, made_at) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT (item) DO NOTHING",
                (item_id, master_id, wrapped, self._now()),
            )
        return self.get(item_id)

    def _made(self, item_id: UUID) -> bytes | None:
        """Make the item's key in one statement; None where it has one, or the master key is another now."""
        try:
            master = self._masters.of(self._newest)
        except MasterKeyWrong:  # forgotten after a rotation
            return None
        key = fresh_key()
        values = (item_id, master.id, master.wrap(item_id, key), self._now(), master.id)
        with self._store() as store:
            return key if store.execute(MAKE, values).fetchone() is not None else None

    def get(self, item_id: UUID) -> bytes:
        """Return the item's key."""
        query = "SELECT master_id, wrapped, destroyed_at FROM item_key WHERE item = %s"
        with self._store() as store:
            row = store.execute(query, (item_id,)).fetchone()
        if row is None:
            raise KeyMissing(item_id)
        return self._masters.opened(item_id, *row)

    def get_many(self, item_ids: Sequence[UUID]) -> dict[UUID, bytes]:
        """Return the keys of those items that have one, in one question."""
        query = "SELECT item, master_id, wrapped FROM item_key WHERE item = ANY(%s) AND wrapped IS NOT NULL"
        with self._store() as store:
            rows = store.execute(query, (list(item_ids),)).fetchall()
        return {item: self._masters.of(master_id).unwrap(item, wrapped) for item, master_id, wrapped in rows}

    def destroyed_among(self, item_ids: Sequence[UUID]) -> set[UUID]:
        """Return those of the items whose keys were destroyed."""
        query = "SELECT item FROM item_key WHERE item = ANY(%s) AND destroyed_at IS NOT NULL"
        with self._store() as store:
            return {item for (item,) in store.execute(query, (list(item_ids),)).fetchall()}

    def destroy(self, item_ids: Sequence[UUID]) -> KeysDestroyed:
        """Put tombstones in the place of keys; `purge` removes their bytes (R-7)."""
        now, items = self._now(), sorted(set(item_ids))
        with self._writing() as store:
            store.execute(HOLD_MASTER)
            # In one order, so that two who destroy the same items do not wait for each other.
            found = store.execute(
                "SELECT item FROM item_key WHERE item = ANY(%s) AND wrapped IS NOT NULL"
                " ORDER BY item FOR UPDATE",
                (items,),
            ).fetchall()
            store.execute(
                "INSERT INTO item_key (item, made_at, destroyed_at)"
                " SELECT item, %s, %s FROM unnest(%s::uuid[]) AS item ORDER BY item"
                " ON CONFLICT (item) DO UPDATE"
                " SET wrapped = NULL, master_id = NULL, destroyed_at = excluded.destroyed_at"
                " WHERE item_key.destroyed_at IS NULL",
                (now, now, items),
            )
        gone = {item for (item,) in found}
        return KeysDestroyed(
            tuple(one for one in dict.fromkeys(item_ids) if one in gone), now, LOOKED_AT, NOT_CLAIMED
        )

    def purge(self) -> None:
        """Write the table anew without the bytes of destroyed keys, and look that its files are others (R-7).

        Everybody else waits meanwhile; who holds the table for longer, as a dump does, stops us with
        `StoreUnavailable`.
        """
        files = "SELECT pg_relation_filenode('item_key')"
        with self._writing() as store:
            store.execute("SET LOCAL lock_timeout = '5s'")
            store.execute("SET LOCAL statement_timeout = 0")
            store.execute("LOCK TABLE item_key IN ACCESS EXCLUSIVE MODE")
            (before,) = _row(store, files)
            store.execute(REWRITE)
        with self._store() as store:
            (after,) = _row(store, files)
        if after == before:
            raise StoreUnavailable("bytes of destroyed keys are still in the key store")

    def made_before(self, instant: datetime) -> Iterator[UUID]:
        """Yield the items whose keys were made at or before an instant."""
        for rows in self._pages(
            "SELECT id, item FROM item_key WHERE id > %s AND wrapped IS NOT NULL AND made_at <= %s"
            " ORDER BY id LIMIT %s",
            as_utc(instant),
        ):
            yield from (item for _, item in rows)

    def tombstones(self) -> Iterator[UUID]:
        """Yield the items whose keys were destroyed (R-7)."""
        for rows in self._pages(
            "SELECT id, item FROM item_key WHERE id > %s AND wrapped IS NULL ORDER BY id LIMIT %s"
        ):
            yield from (item for _, item in rows)

    def status(self) -> KeyStatus:
        """Return how many keys there are, and which master key wraps them."""
        query = (
            "SELECT s.value, count(k.wrapped), count(k.destroyed_at),"
            " count(*) FILTER (WHERE k.master_id <> s.value)"
            " FROM key_store s LEFT JOIN item_key k ON true WHERE s.name = 'master_id' GROUP BY s.value"
        )
        with self._store() as store:
            master_id, keys, destroyed, behind = _row(store, query)
        return KeyStatus(keys, destroyed, behind, master_id, self._since)

    def rotate(self) -> Rotation:
        """Let the new master key be the one from now on, and wrap every item key anew."""
        new, old = self._masters.prepare()
        with self._writing() as store:
            store.execute("UPDATE key_store SET value = %s WHERE name = 'master_id'", (new.id,))
        last: int | None = 0
        while last is not None:
            last = self._rewrapped(new, last)
        self.purge()
        return Rotation(old.id, new.id, self.status().keys)

    def copy_to(self, path: Path, *, expires_on: date) -> int:
        """Write the wrapped keys into a new file, for its owner only; return their number.

        The file is the one that a key store in a file writes, so that keys can move from one to the other.
        """
        with self._store() as store:
            meta = meta_of(store)
        query: LiteralString = (
            "SELECT id, item, master_id, wrapped, made_at, destroyed_at FROM item_key"
            " WHERE id > %s ORDER BY id LIMIT %s"
        )
        return write_copy(path, meta, self._pages(query), expires_on=expires_on)

    def take_from(self, path: Path) -> int:
        """Take keys and tombstones from a copy, all or nothing."""
        rows, tombstones = self._copied(path)
        if tombstones:
            self.destroy(tombstones)
            self.purge()
        with self._writing() as store, store.cursor() as cursor:
            # A copy may come from before a rotation that goes on beside us: none is left behind by it.
            cursor.execute(HOLD_MASTER)
            cursor.executemany(
                "INSERT INTO item_key (item, master_id, wrapped, made_at) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT (item) DO NOTHING",
                [
                    (UUID(bytes=item), master_id, wrapped, datetime.fromisoformat(made_at))
                    for item, master_id, wrapped, made_at in rows
                ],
            )
            return max(cursor.rowcount, 0)

    def close(self) -> None:
        """Forget the master keys and close the connections."""
        self._masters.forget()
        self._connect.close()

    def _rewrapped(self, new: MasterKey, last: int) -> int | None:
        """Wrap some keys behind an id anew in one transaction; return the last one's id, None at the end."""
        query = (
            "SELECT id, item, wrapped, master_id FROM item_key"
            " WHERE id > %s AND wrapped IS NOT NULL AND master_id <> %s ORDER BY id LIMIT %s FOR UPDATE"
        )
        with self._writing() as store, store.cursor() as cursor:
            # Before the keys: who makes or destroys keys holds this row first, as we do.
            cursor.execute("SELECT value FROM key_store WHERE name = 'master_id' FOR UPDATE")
            rows = cursor.execute(query, (last, new.id, BATCH)).fetchall()
            again = [
                (new.wrap(item, self._masters.of(master_id).unwrap(item, wrapped)), new.id, number)
                for number, item, wrapped, master_id in rows
            ]
            if again:
                cursor.executemany("UPDATE item_key SET wrapped = %s, master_id = %s WHERE id = %s", again)
        return rows[-1][0] if rows else None

    def _pages(self, query: LiteralString, *more: object) -> Iterator[list[tuple[Any, ...]]]:
        """Yield rows whose first column is their id, some at a time; no lock is held between."""
        last = 0
        while True:
            with self._store() as store:
                rows = store.execute(query, (last, *more, BATCH)).fetchall()
            if not rows:
                return
            yield rows
            last = rows[-1][0]

    def _now(self) -> datetime:
        return as_utc(self._clock())

    @contextmanager
    def _store(self) -> Iterator[psycopg.Connection[Any]]:
        """Give a connection; failures become those of a store."""
        try:
            with self._connect() as store:
                yield store
        except errors.DiskFull as error:
            raise StoreFull(f"key store: {_line(error)}") from error
        except psycopg.Error as error:
            raise StoreUnavailable(f"key store: {_line(error)}") from error

    @contextmanager
    def _writing(self) -> Iterator[psycopg.Connection[Any]]:
        """Give a connection in a transaction that no crash undoes, whatever the server's default is."""
        with self._store() as store, store.transaction():
            store.execute("SET LOCAL synchronous_commit = on")
            yield store


def _row(store: psycopg.Connection[Any], query: LiteralString) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = store.execute(query).fetchone()
    assert row is not None
    return row


def _line(error: psycopg.Error) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
