"""Decides which tables a key store in PostgreSQL has, and how they become a copy in a file (R-7)."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, LiteralString

import psycopg

from storage.api import as_utc
from storage.durable import new_file
from storage.errors import KeyStoreForeign
from storage.keyring_file import SCHEMA, note_expiry

#: Of several first starts one makes the tables; the number is ours among the database's advisory locks.
_FIRST: Final = 0x646F_6363_746C

#: Every relation but our own two tables: a database of its own holds none.
_FOREIGN: Final = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname NOT IN ('item_key', 'key_store')
ORDER BY c.relname LIMIT 1
"""

#: A row without `wrapped` is a tombstone. The owner of the tables can go round the guards; slips cannot.
_TABLES: Final = """
CREATE TABLE key_store (name text PRIMARY KEY, value text NOT NULL);
CREATE TABLE item_key (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    item uuid NOT NULL UNIQUE,
    master_id text,
    wrapped bytea,
    made_at timestamptz NOT NULL,
    destroyed_at timestamptz,
    CONSTRAINT key_or_tombstone CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL)),
    CONSTRAINT wrapped_by_one CHECK ((wrapped IS NULL) = (master_id IS NULL))
);
CREATE FUNCTION item_key_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'no row goes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.destroyed_at IS NOT NULL THEN
        RAISE EXCEPTION 'a tombstone stays' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_tombstone_stays BEFORE UPDATE OR DELETE ON item_key
    FOR EACH ROW EXECUTE FUNCTION item_key_guard();
CREATE TRIGGER no_row_goes BEFORE TRUNCATE ON item_key EXECUTE FUNCTION item_key_guard();
"""

#: Rewrites table and indexes into new files with the living rows alone, whatever older snapshots still see,
#: and cuts the old files to nothing when it commits. VACUUM FULL would carry over what such a snapshot sees.
REWRITE: Final[LiteralString] = (
    "ALTER TABLE item_key ALTER COLUMN wrapped TYPE bytea USING wrapped || ''::bytea"
)

#: The master key of now; a rotation waits until our transaction has ended.
HOLD_MASTER: Final[LiteralString] = "SELECT value FROM key_store WHERE name = 'master_id' FOR SHARE"

#: A new item's key, unless there is one or the master key is not the one named at the end any more. It
#: commits by itself, and no crash undoes it whatever the server's default is; a rotation waits, or is seen.
MAKE: Final[LiteralString] = """
WITH kept AS MATERIALIZED (SELECT set_config('synchronous_commit', 'on', true)),
     held AS MATERIALIZED (SELECT value FROM key_store WHERE name = 'master_id' FOR SHARE)
INSERT INTO item_key (item, master_id, wrapped, made_at)
SELECT %s, %s, %s, %s FROM kept, held WHERE held.value = %s
ON CONFLICT (item) DO NOTHING RETURNING true
"""


def opened_tables(store: psycopg.Connection[Any], *, first: Callable[[], str]) -> dict[str, str]:
    """Return what the key store says of itself; make it, in the caller's transaction, where there is none.

    `first` gives the id of the master key that a new key store begins with; only one caller is asked.
    Raises KeyStoreForeign where the database holds other tables.
    """
    store.execute("SELECT pg_advisory_xact_lock(%s)", (_FIRST,))
    if (foreign := store.execute(_FOREIGN).fetchone()) is not None:
        raise KeyStoreForeign(f"holds the table {foreign[0]}: the key store needs a database of its own")
    there = store.execute("SELECT to_regclass('item_key')").fetchone()
    if there is None or there[0] is None:
        store.execute(_TABLES)
    if not (found := meta_of(store)):
        # Whoever comes second finds this, and makes no master key of its own.
        found = {"master_id": first(), "since_ms": str(time.time_ns() // 1_000_000)}
        with store.cursor() as cursor:
            cursor.executemany("INSERT INTO key_store VALUES (%s, %s)", list(found.items()))
    return found


def meta_of(store: psycopg.Connection[Any]) -> dict[str, str]:
    """Return what the key store says of itself."""
    return dict(store.execute("SELECT name, value FROM key_store").fetchall())


def write_copy(
    path: Path, meta: dict[str, str], pages: Iterable[list[tuple[Any, ...]]], *, expires_on: date
) -> int:
    """Write rows into a new file, as a key store in a file copies itself; return the number of keys."""
    new_file(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as copy:
        copy.executescript(SCHEMA)
        copy.execute("BEGIN")
        copy.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
        for rows in pages:
            copy.executemany(
                "INSERT INTO item_key (item, master_id, wrapped, made_at, destroyed_at)"
                " VALUES (?, ?, ?, ?, ?)",
                [
                    (item.bytes, master_id, wrapped, _iso(made_at), _iso(destroyed_at))
                    for _, item, master_id, wrapped, made_at, destroyed_at in rows
                ],
            )
        copy.execute("COMMIT")
    return note_expiry(path, expires_on)


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else as_utc(instant).isoformat()
