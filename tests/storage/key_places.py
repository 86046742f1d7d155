"""Where the key stores of tests lie: in a file, or in a database of a PostgreSQL server."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import psycopg

from docctl.services.database import ServerConnections
from storage.keyring import KeyRing
from storage.keyring_postgresql import PostgresKeyRing
from storage.keyring_sqlite import SqliteKeyRing
from storage.master import MasterFile
from tests import postgres

NOW = datetime(2026, 3, 31, 16, tzinfo=UTC)

_numbers = count()


class Place:
    """A folder with a master key, and a key store in it or elsewhere."""

    looked_at: tuple[str, ...]
    not_claimed: tuple[str, ...]

    def __init__(self, folder: Path) -> None:
        self.folder, self.master = folder, MasterFile(folder / "master.key")
        self.now = NOW
        self._opened: list[KeyRing] = []
        self._others: list[Place] = []

    def open(self, master: Path | None = None) -> KeyRing:
        """Open the key store, perhaps with another master key."""
        ring = self.ring(self.master if master is None else MasterFile(master))
        self._opened.append(ring)
        return ring

    def another(self, name: str) -> Place:
        """Return a place of the same kind, with nothing in it."""
        self._others.append(self.empty(name))
        return self._others[-1]

    def clear(self) -> None:
        """Close what was opened."""
        for one in self._others:
            one.clear()
        for ring in self._opened:
            ring.close()

    def ring(self, master: MasterFile) -> KeyRing:
        """Open the key store."""
        raise NotImplementedError

    def empty(self, name: str) -> Place:
        """Return a place of the same kind."""
        raise NotImplementedError

    def wrapped(self, item: UUID) -> bytes:
        """Return the wrapped key of an item."""
        raise NotImplementedError

    def put_for(self, item: UUID, wrapped: bytes) -> None:
        """Change a wrapped key behind the key store's back."""
        raise NotImplementedError

    def name_master(self, master_id: str) -> None:
        """Let the key store name another master key."""
        raise NotImplementedError

    def lose(self) -> None:
        """Remove the key store but not the master key."""
        raise NotImplementedError

    def holds(self, needle: bytes) -> bool:
        """Say whether bytes lie in any file of the place."""
        return any(needle in path.read_bytes() for path in self.folder.rglob("*") if path.is_file())


class FilePlace(Place):
    """A key store in a SQLite file."""

    looked_at = ("keys",)
    not_claimed = ("key_memory",)

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / "data" / "keys" / "keys.db"

    def ring(self, master: MasterFile) -> KeyRing:
        """Open the key store."""
        return SqliteKeyRing(self.path, master=master, clock=lambda: self.now)

    def empty(self, name: str) -> Place:
        """Return a place beside this one."""
        return FilePlace(self.folder / name)

    def wrapped(self, item: UUID) -> bytes:
        """Return the wrapped key of an item."""
        ((found,),) = self._execute("SELECT wrapped FROM item_key WHERE item = ?", item.bytes)
        assert isinstance(found, bytes)
        return found

    def put_for(self, item: UUID, wrapped: bytes) -> None:
        """Change a wrapped key."""
        self._execute("UPDATE item_key SET wrapped = ? WHERE item = ?", wrapped, item.bytes)

    def name_master(self, master_id: str) -> None:
        """Let the key store name another master key."""
        self._execute("UPDATE meta SET value = ? WHERE name = 'master_id'", master_id)

    def lose(self) -> None:
        """Remove the file."""
        for path in self.path.parent.iterdir():
            path.unlink()

    def _execute(self, query: str, *values: object) -> list[Any]:
        with closing(sqlite3.connect(self.path)) as raw, raw:
            return raw.execute(query, values).fetchall()


class ServerPlace(Place):
    """A key store in a database of its own, and the server's files of that database."""

    looked_at = ("key_table",)
    not_claimed = ("key_log", "key_memory")

    def __init__(self, folder: Path, server: str) -> None:
        super().__init__(folder)
        self.server, self.url = server, keys_database(server)
        self._urls = [self.url]

    def ring(self, master: MasterFile) -> KeyRing:
        """Open the key store."""
        return PostgresKeyRing(ServerConnections(self.url), master=master, clock=lambda: self.now)

    def empty(self, name: str) -> Place:
        """Return a place with a database of its own."""
        return ServerPlace(self.folder / name, self.server)

    def wrapped(self, item: UUID) -> bytes:
        """Return the wrapped key of an item."""
        ((found,),) = self.execute("SELECT wrapped FROM item_key WHERE item = %s", item)
        assert isinstance(found, bytes)
        return found

    def put_for(self, item: UUID, wrapped: bytes) -> None:
        """Change a wrapped key."""
        self.execute("UPDATE item_key SET wrapped = %s WHERE item = %s RETURNING id", wrapped, item)

    def name_master(self, master_id: str) -> None:
        """Let the key store name another master key."""
        self.execute("UPDATE key_store SET value = %s WHERE name = 'master_id' RETURNING name", master_id)

    def lose(self) -> None:
        """Let the key store lie in another database, with nothing in it."""
        self.url = keys_database(self.server)
        self._urls.append(self.url)

    def clear(self) -> None:
        """Close what was opened, and remove the databases."""
        super().clear()
        names = (urlsplit(one).path.strip("/") for one in self._urls)
        postgres.execute(self.server, *(f"DROP DATABASE {one} WITH (FORCE)" for one in names))

    def holds(self, needle: bytes) -> bool:
        """Say whether bytes lie in the folder, or in the server's files of this database."""
        postgres.execute(self.server, "CHECKPOINT")
        ((number,),) = self.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        files = (Path(self.server) / "data" / "base" / str(number)).rglob("*")
        return super().holds(needle) or any(needle in path.read_bytes() for path in files if path.is_file())

    def execute(self, query: str, *values: object) -> list[Any]:
        """Run a statement that answers, as the role of the key store."""
        with psycopg.connect(self.url) as raw:
            return raw.execute(query.encode(), values).fetchall()


def keys_database(server: str) -> str:
    """Make a database for a key store on a server; return its address."""
    name = f"keys{os.getpid()}_{next(_numbers)}"
    postgres.execute(server, f"CREATE DATABASE {name} OWNER {postgres.APPLICATION} TEMPLATE template0")
    return postgres.address(server, postgres.APPLICATION, name)
