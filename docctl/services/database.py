"""How a database is opened: SQLite in the data folder, or PostgreSQL with bounded waits."""

from __future__ import annotations

import select
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Engine, PoolProxiedConnection, create_engine, event, make_url
from sqlalchemy.engine.base import OptionEngine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    import psycopg
    from sqlalchemy.pool import ConnectionPoolEntry

#: `secure_delete`: what is deleted is overwritten (R-7). `recursive_triggers`: REPLACE meets guards.
PRAGMAS: Final = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "recursive_triggers = ON",
    "secure_delete = ON",
    "busy_timeout = 5000",
    "cache_size = -32768",
    "temp_store = MEMORY",
    "trusted_schema = OFF",
)

#: `IS DISTINCT FROM`, in which the guards are written for both databases.
OLDEST_SQLITE: Final = (3, 39)

#: PostgreSQL: nothing waits for ever. A page that takes longer is a fault; a lock that does not come in the
#: gate's ten seconds is answered as busy; who stalls inside a transaction loses it.
BOUNDS: Final = {
    "timezone": "UTC",
    "client_encoding": "UTF8",
    "statement_timeout": "60s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "300s",
}
#: A network that is gone is noticed: by a new connection, and by one that waits for an answer.
NETWORK: Final = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 70_000,
}
#: So long, in seconds, a connection that has worked is taken to work.
TRUSTED: Final = 5.0
#: Statements kept compiled: all pages together have more than the 500 of SQLAlchemy's own accord.
STATEMENTS: Final = 1500
#: A migration of many rows takes its time, but does not wait long for a table that others use.
OWNER_BOUNDS: Final = BOUNDS | {"statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}

#: Of them so many are kept prepared by each connection to SQLite; the driver's own accord is 128.
PREPARED: Final = 256
#: Where a connection to SQLite notes whether it may write now.
WRITES: Final = "docctl_writes"

#: The execution option of an owner's engine: whom `migrate` gives rights.
APPLICATION_ROLE: Final = "docctl_application"


def open_database(path: Path) -> Engine:
    """Return an engine on the SQLite file; transactions are begun by us, not by the driver.

    What is not begun as writing cannot write.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise RuntimeError(f"docctl needs SQLite 3.39 or newer, this Python has {sqlite3.sqlite_version}")
    engine = create_engine(
        f"sqlite:///{path}",
        pool_size=16,
        query_cache_size=STATEMENTS,
        max_overflow=32,
        pool_use_lifo=True,  # the connection that knows most statements and pages
        connect_args={"check_same_thread": False, "cached_statements": PREPARED},
        hide_parameters=True,  # a fault in the log tells no content and no password hash
    )

    @event.listens_for(engine, "connect")
    def _on_connect(connection: DBAPIConnection, _: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("docctl_mode") == "write"
        if connection.info.get(WRITES) is not writes:
            connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
            connection.info[WRITES] = writes
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


class _Reading(OptionEngine):
    """An engine on a SQLite file that only reads, on connections of its own; it ends with the other.

    Where one connection reads and writes by turns, it is told so each time, and then SQLite forgets all that
    it has prepared.
    """

    def __init__(self, other: Engine, options: dict[str, Any]) -> None:
        super().__init__(other, options)
        self._connections = other.pool.recreate()
        event.listen(other, "engine_disposed", lambda _: self._let_go())

    def _let_go(self) -> None:
        self._connections.dispose()
        self._connections = self._connections.recreate()

    def raw_connection(self) -> PoolProxiedConnection:
        """Return a connection of its own."""
        return self._connections.connect()


def open_server(url: str, *, application: str = "", autocommit: bool = False) -> Engine:
    """Return an engine on a PostgreSQL database; nothing is connected yet.

    `application` is given with the owner's address: the role that `migrate` gives rights to.
    `autocommit` is for who speaks to the driver.
    """
    bounds = OWNER_BOUNDS if application else BOUNDS
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=8,
        max_overflow=16,
        query_cache_size=STATEMENTS,
        pool_timeout=10,
        pool_recycle=1800,
        connect_args={
            **NETWORK,
            "autocommit": autocommit,
            "application_name": "docctl",
            "options": " ".join(f"-c {name}={value}" for name, value in bounds.items()),
        },
        execution_options={APPLICATION_ROLE: application} if application else {},
        hide_parameters=True,
    )
    _ask_when_in_doubt(engine)
    return engine


def _ask_when_in_doubt(engine: Engine) -> None:
    """Let a pooled connection be looked at before it is used: after a restart of the server all goes on.

    A server that ends says so, and then something is there to be read. Only then, or after a pause in which
    the network may have gone, is the server asked: asking each time takes longer than many a statement.
    """

    @event.listens_for(engine, "checkin")
    def _note_time(_: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info["left"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _require_alive(raw: Any, record: ConnectionPoolEntry, _: PoolProxiedConnection) -> None:
        left = record.info.get("left")
        if left is None:  # new
            return
        if not raw.closed and time.monotonic() - left < TRUSTED and not _has_word(raw.fileno()):
            return
        try:
            engine.dialect.do_ping(raw)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError("lost while it lay in the pool") from error


def _has_word(descriptor: int) -> bool:
    """Say whether something waits to be read, the end of the connection included."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


class ServerConnections:
    """Connections to a PostgreSQL database for a library that speaks its driver: pooled, tried, bounded.

    Statements outside a transaction commit by themselves. Failures are those of the driver.
    """

    def __init__(self, url: str) -> None:
        """Take an address; nothing is connected yet."""
        self._engine = open_server(url, autocommit=True)

    @contextmanager
    def __call__(self) -> Iterator[psycopg.Connection[Any]]:
        """Give a connection to one thread."""
        try:
            pooled = self._engine.raw_connection()
        except DBAPIError as error:
            raise error.orig or error from error
        except PoolTimeout as error:
            from psycopg import OperationalError

            raise OperationalError("every connection is in use") from error
        try:
            assert pooled.driver_connection is not None
            yield pooled.driver_connection
        finally:
            pooled.close()

    def close(self) -> None:
        """Close them all."""
        self._engine.dispose()


def reader(engine: Engine) -> Engine:
    """Return the engine for pages: one consistent state, no writing."""
    if engine.dialect.name == "sqlite":
        return _Reading(engine, {"docctl_mode": "read"})
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def end_reading(session: Session) -> None:
    """End what only read, on PostgreSQL with COMMIT: after a ROLLBACK the driver forgets what is prepared.

    Then the server would parse and plan each statement anew, which takes longer than most of them do.
    """
    if session.get_bind().dialect.name == "sqlite" or not (session.in_transaction() and session.is_active):
        return
    connection = session.connection()
    if connection.invalidated:
        return
    raw: Any = connection.connection.driver_connection
    if raw.info.transaction_status.name == "INTRANS":  # not after an error
        with suppress(connection.dialect.loaded_dbapi.Error):  # the ROLLBACK that comes next tells
            raw.commit()


def writer(engine: Engine) -> Engine:
    """Return the engine for use cases: on SQLite alone, on PostgreSQL under the locks that they take."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(docctl_mode="write")
    return engine.execution_options(isolation_level="READ COMMITTED")
