"""One consistent state of the database as a file, and back: SQLite's `VACUUM INTO`, PostgreSQL's own tools.

A password goes to these tools through their environment, never on the command line.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.orm import Session

from docctl.domain.verdicts import Refused, RuleRefused
from docctl.jobs.backup.manifest import POSTGRESQL, SQLITE
from docctl.services.database import reader
from storage.durable import new_file, sync_file

#: Rows that a restore does not need: who was signed in, uploads whose files are not in the backup.
LEFT_OUT: Final = ("web_session", "sign_in_attempt", "upload", "lease")


@contextmanager
def snapshot(engine: Engine, folder: Path) -> Iterator[Session]:
    """Write the database into a folder while people go on working; yield a session on that very state."""
    if engine.dialect.name == "sqlite":
        path = folder / SQLITE
        _copy_sqlite(Path(str(engine.url.database)), path)
        with read_only(path) as session:
            yield session
    else:
        with Session(reader(engine)) as session:
            # The dump may take longer than a page may.
            session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            session.execute(text("SET LOCAL statement_timeout = 0"))
            name = session.execute(text("SELECT pg_export_snapshot()")).scalar_one()
            _dump(engine.url, folder / POSTGRESQL, name)
            yield session


@contextmanager
def read_only(path: Path) -> Iterator[Session]:
    """Yield a session on a SQLite file that nobody changes; nothing is written beside it."""
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    engine = create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(address, uri=True, check_same_thread=False)
    )
    try:
        with Session(engine) as session:
            yield session
    finally:
        engine.dispose()


@contextmanager
def nobody_writes(path: Path) -> Iterator[None]:
    """Keep everybody from writing into a SQLite database that is about to be replaced.

    Pages that still run are told that it is busy: what they acknowledged now would be lost, and nobody told.
    Raise RuleRefused where somebody is writing. One that is not there, or damaged, takes no rows anyway.
    """
    if not path.is_file():
        yield
        return
    with closing(sqlite3.connect(path, isolation_level=None, timeout=2)) as raw:
        try:
            raw.execute("BEGIN IMMEDIATE")
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
                raise RuleRefused(Refused("restore", "running")) from error
        yield


def is_sound(path: Path) -> bool:
    """Say whether SQLite finds its file in order."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as raw:
            return bool(raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)])
    except sqlite3.DatabaseError:
        return False


def _copy_sqlite(source: Path, target: Path) -> None:
    new_file(target)
    with closing(sqlite3.connect(source, isolation_level=None, timeout=30)) as raw:
        raw.execute("VACUUM INTO ?", (str(target),))
    with closing(sqlite3.connect(target, isolation_level=None)) as copy:
        copy.execute("PRAGMA journal_mode = DELETE")
        copy.execute("PRAGMA secure_delete = ON")
        for table in LEFT_OUT:
            copy.execute(f"DELETE FROM {table}")  # noqa: S608  # names of our own
    sync_file(target)


def _dump(url: URL, target: Path, snapshot_name: str) -> None:
    new_file(target)
    run_tool(
        "pg_dump",
        url,
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        f"--snapshot={snapshot_name}",
        *(f"--exclude-table-data={table}" for table in LEFT_OUT),
        f"--file={target}",
    )
    sync_file(target)


def load_dump(url: str, dump: Path) -> None:
    """Restore a dump into an empty database, all or nothing, as the role that is to own the tables."""
    run_tool("pg_restore", make_url(url), "--no-owner", "--no-privileges", "--exit-on-error",
             "--single-transaction", str(dump))  # fmt: skip


def is_readable_dump(dump: Path) -> bool:
    """Say whether a dump can be read from its first to its last byte."""
    program = shutil.which("pg_restore")
    if program is None:
        raise RuleRefused(Refused("backup", "tool_missing", {"tool": "pg_restore"}))
    done = subprocess.run(  # noqa: S603  # a program of the server's own tools
        [program, "--file=/dev/null", str(dump)], check=False, capture_output=True
    )
    return done.returncode == 0


def run_tool(name: str, url: URL, *arguments: str) -> None:
    """Run a tool of PostgreSQL on a database; raise RuleRefused with its last line where it fails."""
    program = shutil.which(name)
    if program is None:
        raise RuleRefused(Refused("backup", "tool_missing", {"tool": name}))
    address = url.set(drivername="postgresql", password=None).render_as_string()
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    done = subprocess.run(  # noqa: S603  # a program of the server's own tools
        [program, "--no-password", f"--dbname={address}", *arguments],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, **secret},
    )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        raise RuleRefused(Refused("backup", "tool_failed", {"tool": name, "said": said[-1] if said else ""}))


def is_empty(engine: Engine) -> bool:
    """Say whether a database on a server has no tables of its own yet."""
    query = (
        "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
    )
    with engine.connect() as connection:
        return not connection.execute(text(query)).scalar_one()
