"""Changing a database past our code and past its guards, as whoever administers it can."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, create_engine

from docctl.models.guarding import install
from docctl.services.house import House


class Raw(Protocol):
    """A connection without guards; `?` stands for a value, `x'00'` for bytes."""

    def execute(self, statement: str, values: tuple[object, ...] = (), /) -> Any:
        """Run a statement."""

    def commit(self) -> None:
        """Let others see what was done."""


class _Server:
    """PostgreSQL in the words of SQLite."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def execute(self, statement: str, values: tuple[object, ...] = (), /) -> Any:
        said = re.sub(r"x'([0-9a-f]*)'", r"'\\x\1'::bytea", statement).replace("?", "%s")
        return self._connection.exec_driver_sql(said, values or None)

    def commit(self) -> None:
        self._connection.commit()


@contextmanager
def past_the_guards(house: House) -> Iterator[Raw]:
    """Open the database as its administrator: no guard speaks, no key is checked."""
    url = house.uow.owner.url
    if url.get_backend_name() == "sqlite":
        raw = sqlite3.connect(Path(str(url.database)))
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        yield raw
        raw.commit()
        raw.close()
        return
    engine = create_engine(url.set(username="postgres"))
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SET session_replication_role = replica")
            connection.commit()
            yield _Server(connection)
            connection.commit()
    finally:
        engine.dispose()


def put_the_guards_back(house: House) -> None:
    """Install all guards again, as who covers up would."""
    engine = create_engine(house.uow.owner.url)
    try:
        with engine.begin() as connection:
            install(connection)
            if connection.dialect.name != "sqlite":
                connection.exec_driver_sql("ALTER TABLE event ENABLE TRIGGER USER")
    finally:
        engine.dispose()
