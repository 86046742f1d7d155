"""A PostgreSQL server of the tests' own: in a temporary folder, gone with the process that started it."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

import psutil
import pytest
from sqlalchemy import Engine, NullPool, create_engine, text

#: Who owns the tables, and who works with them.
OWNER, APPLICATION = "docctl_owner", "docctl_app"
SERVER = "TEST_POSTGRESQL"

#: A shell runs the server until the pipe that it reads is closed, be it by the end of the tests.
_GUARDED = (
    'exec 3<&0; "$@" </dev/null 3<&- & server=$!; (cat <&3 >/dev/null; kill -INT $server) & wait $server'
)

#: The tests want what a crash of the server may lose; those that kill it start one that keeps its word.
HASTY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "jit=off")


def wanted() -> bool:
    """Say whether the tests run on PostgreSQL."""
    return os.environ.get("TEST_DATABASE", "sqlite") == "postgresql"


def program(name: str) -> str:
    """Return a program of the server, from the PATH or where Debian puts it; the newest version."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda one: int(one.parts[4]))
    found = str(places[-1]) if places else shutil.which(name)
    if found is None:
        raise pytest.UsageError(f"{name} is not there: apt-get install postgresql")
    return found


class Server:
    """A server on a socket in a temporary folder; a shell ends it when this process is no more."""

    def __init__(
        self, *, settings: tuple[str, ...] = HASTY, environment: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self._environment = {**os.environ, **environment}
        self.folder = Path(tempfile.mkdtemp(prefix="docctl-postgresql-"))
        self._settings = settings
        self._user = "postgres" if os.getuid() == 0 else None  # the server refuses to run as root
        if self._user:
            os.chown(self.folder, pwd.getpwnam(self._user).pw_uid, -1)
        self._run(
            program("initdb"), "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"
        )
        self._process: subprocess.Popen[bytes] | None = None
        self.start()
        execute(str(self.folder), f"CREATE ROLE {OWNER} LOGIN", f"CREATE ROLE {APPLICATION} LOGIN")

    @property
    def data(self) -> str:
        """The folder of the server's data."""
        return str(self.folder / "data")

    def _run(self, *words: str) -> None:
        done = subprocess.run(words, user=self._user, cwd=self.folder, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = ["listen_addresses=", f"unix_socket_directories={self.folder}", "max_connections=200"]
        words = [program("postgres"), "-D", self.data]
        words += [part for one in (*options, *self._settings) for part in ("-c", one)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                ["sh", "-c", _GUARDED, "sh", *words],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                user=self._user,
                cwd=self.folder,
                start_new_session=True,
                env=self._environment,
            )
        deadline = time.monotonic() + 60
        while subprocess.run([program("pg_isready"), "-q", "-h", str(self.folder)], check=False).returncode:
            log_text = (self.folder / "log").read_text()
            assert time.monotonic() < deadline, log_text
            assert self._process.poll() is None, log_text
            time.sleep(0.05)

    def kill(self) -> None:
        """End the server as a crash does."""
        assert self._process is not None
        theirs = psutil.Process(self._process.pid).children(recursive=True)
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()
        psutil.wait_procs(theirs, timeout=20)  # those that served end by themselves, a moment later
        (Path(self.data) / "postmaster.pid").unlink(missing_ok=True)
        (self.folder / ".s.PGSQL.5432.lock").unlink(missing_ok=True)

    def stop(self) -> None:
        """End the server and remove its folder."""
        if self._process is not None and self._process.poll() is None:
            self._process.communicate(timeout=60)  # closes the pipe that holds it
        shutil.rmtree(self.folder, ignore_errors=True)


def address(folder: str, role: str, database: str) -> str:
    """Return the address of a database on the socket in a folder."""
    return f"postgresql://{role}@/{database}?host={quote(folder, safe='')}"


def execute(folder: str, *statements: str) -> None:
    """Run statements as the superuser, each on its own."""
    with _superuser(folder).connect() as connection:
        for one in statements:
            connection.execute(text(one))


@lru_cache(maxsize=8)
def _superuser(folder: str) -> Engine:
    """Return what connects anew each time: it is asked once or twice in each test, and takes long to make."""
    url = address(folder, "postgres", "postgres").replace("postgresql:", "postgresql+psycopg:")
    return create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
