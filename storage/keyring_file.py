"""Decides how the file of a key store is opened, and how its bytes are looked at (R-7)."""

from __future__ import annotations

import mmap
import os
import secrets
import sqlite3
import time
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any, Final

from storage.durable import sync_file
from storage.errors import StoreUnavailable
from storage.keyring import KEY_SIZE
from storage.master import MARK

#: How many keys one transaction handles at most.
BATCH: Final = 500

#: A row without `wrapped` is a tombstone. Rows are appended, so that pages are not split and leave no copies.
SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS item_key (
    id INTEGER PRIMARY KEY,
    item BLOB NOT NULL UNIQUE CHECK (length(item) = 16),
    master_id TEXT,
    wrapped BLOB,
    made_at TEXT NOT NULL,
    destroyed_at TEXT,
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL)),
    CHECK ((wrapped IS NULL) = (master_id IS NULL))
);
CREATE TRIGGER IF NOT EXISTS a_tombstone_stays BEFORE UPDATE ON item_key WHEN OLD.destroyed_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a tombstone stays'); END;
CREATE TRIGGER IF NOT EXISTS no_row_goes BEFORE DELETE ON item_key
BEGIN SELECT RAISE(ABORT, 'no row goes'); END;
"""

#: How long opening waits for others, in seconds.
_PATIENCE: Final = 10.0

_PRAGMAS: Final = (
    "busy_timeout = 10000",
    "journal_mode = WAL",
    "synchronous = FULL",
    "secure_delete = ON",
    "temp_store = MEMORY",
    "recursive_triggers = ON",
    "trusted_schema = OFF",
)


def opened(path: Path, schema: str) -> sqlite3.Connection:
    """Open the file, made for its owner only; transactions are begun by the caller."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.parent.stat().st_uid == os.getuid():
        path.parent.chmod(0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return _opened(path, schema)
        except sqlite3.OperationalError as error:
            # Going over to the write-ahead log does not wait for others who do the same at a first start.
            if "locked" not in str(error) or time.monotonic() > until:
                raise
        time.sleep(0.01)


def _opened(path: Path, schema: str) -> sqlite3.Connection:
    store = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        for pragma in _PRAGMAS:
            store.execute(f"PRAGMA {pragma}")
        if store.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] < 4:
            store.executescript(f"BEGIN IMMEDIATE;{schema}COMMIT;")
    except BaseException:
        store.close()
        raise
    return store


def fresh_key() -> bytes:
    """Return a new item key."""
    return secrets.token_bytes(KEY_SIZE)


def count_marks(path: Path) -> tuple[bool, int]:
    """Say whether the write-ahead log is empty, and how many wrapped keys lie in the file, living or not."""
    log = path.with_name(f"{path.name}-wal")
    is_folded = not log.exists() or log.stat().st_size == 0
    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return is_folded, 0
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            found, at = 0, view.find(MARK)
            while at >= 0:
                found, at = found + 1, view.find(MARK, at + 1)
    return is_folded, found


def note_expiry(path: Path, expires_on: date) -> int:
    """Write into a copy until when it may be used, and all of it to the disk; return the number of keys."""
    with closing(sqlite3.connect(path, isolation_level=None)) as copy:
        copy.execute("PRAGMA journal_mode = DELETE")
        copy.execute("INSERT OR REPLACE INTO meta VALUES ('expires_on', ?)", (expires_on.isoformat(),))
        (keys,) = copy.execute("SELECT count(wrapped) FROM item_key").fetchone()
    sync_file(path)
    return int(keys)


def forget_expiry(path: Path) -> None:
    """Make a key store of what was a copy of one."""
    with closing(sqlite3.connect(path, isolation_level=None)) as copy:
        copy.execute("DELETE FROM meta WHERE name = 'expires_on'")


def expiry_of(path: Path) -> date | None:
    """Return until when a copy may be used; None for what is no copy."""
    try:
        with closing(_read_only(path)) as copy:
            row = copy.execute("SELECT value FROM meta WHERE name = 'expires_on'").fetchone()
    except sqlite3.Error:
        return None
    return date.fromisoformat(row[0]) if row else None


def rows_of(path: Path) -> tuple[list[tuple[Any, ...]], list[bytes]]:
    """Return the wrapped keys of a copy, and the items whose keys had been destroyed."""
    try:
        with closing(_read_only(path)) as copy:
            query = "SELECT item, master_id, wrapped, made_at FROM item_key WHERE wrapped IS NOT NULL"
            rows = copy.execute(query).fetchall()
            gone = copy.execute("SELECT item FROM item_key WHERE wrapped IS NULL").fetchall()
    except sqlite3.Error as error:
        raise StoreUnavailable(f"{path}: {error}") from error
    return rows, [item for (item,) in gone]


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
