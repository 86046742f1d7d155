"""How a SQLite database is opened: write-ahead log, full sync, foreign keys, real deletes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection

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


def open_database(path: Path) -> Engine:
    """Return an engine on the SQLite file; transactions are begun by us, not by the driver."""
    engine = create_engine(
        f"sqlite:///{path}",
        pool_size=16,
        max_overflow=32,
        connect_args={"check_same_thread": False},
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
        if connection.get_execution_options().get("docctl_mode") == "write":
            connection.exec_driver_sql("PRAGMA query_only = OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql("PRAGMA query_only = ON")
            connection.exec_driver_sql("BEGIN")

    return engine
