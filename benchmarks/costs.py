"""Where the processor time of a database, a store and their clients goes, and what they are asked.

For other benchmarks. Times are user and system together; a process that has ended counts with its parent.
"""

import json
import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from sqlalchemy import create_engine, text

from tests import postgres

TICKS = os.sysconf("SC_CLK_TCK")
#: Counts what the server is asked; needs to be loaded when it starts.
COUNTING = ("shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track_utility=on")


def pin(pids: Iterable[int], cpus: set[int]) -> None:
    """Let every thread of these processes run on these processors alone."""
    for pid in pids:
        for thread in psutil.Process(pid).threads():
            os.sched_setaffinity(thread.id, cpus)


def seconds(pids: Iterable[int]) -> float:
    """Return the processor time of processes and of their children that have ended."""
    total = 0
    for pid in pids:
        try:
            behind_the_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            continue
        total += sum(map(int, behind_the_name[11:15]))
    return total / TICKS


@dataclass
class Servers:
    """The processes of the store and of the database."""

    store: Path
    database: postgres.Server
    counts: bool = False
    begun: dict[str, float] = field(default_factory=dict)

    def store_pids(self) -> dict[str, int]:
        return {
            name: int((self.store / "run" / f"{name}.main").read_text()) for name in ("rgw", "osd", "mon")
        }

    def database_pids(self) -> list[int]:
        shell = self.database._process
        assert shell is not None
        return [one.pid for one in psutil.Process(shell.pid).children(recursive=True)]

    def start_counting(self) -> None:
        """Let the database count statements from now on; `COUNTING` has to be among its settings."""
        if self.counts:
            self._ask("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
            self._ask("SELECT pg_stat_statements_reset()")

    def now(self) -> dict[str, float]:
        """Return the processor time of each so far, in seconds, and how many requests the store has had."""
        times = {name: seconds([pid]) for name, pid in self.store_pids().items()}
        return times | {"postgresql": seconds(self.database_pids()), "requests": float(self._requests())}

    def statements(self) -> list[tuple[str, int, float, str]]:
        """Return database, calls, milliseconds in all and text of each statement, the most called first."""
        return [
            tuple(row)
            for row in self._ask(
                "SELECT d.datname, s.calls, s.total_exec_time + s.total_plan_time, s.query"
                " FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid"
                " WHERE d.datname <> 'postgres' ORDER BY s.calls DESC"
            )
        ]

    def _requests(self) -> int:
        socket = next((self.store / "run").glob("*client*.asok"), None)
        if socket is None:
            return 0
        said = subprocess.run(
            ["ceph", "--admin-daemon", str(socket), "perf", "dump"],
            capture_output=True,
            check=True,
            env={**os.environ, "CEPH_CONF": str(self.store / "ceph.conf")},
        ).stdout
        return int(json.loads(said)["rgw"]["req"])

    def _ask(self, statement: str) -> list[tuple]:
        url = postgres.address(str(self.database.folder), "postgres", "postgres")
        engine = create_engine(
            url.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT"
        )
        with engine.connect() as connection:
            done = connection.execute(text(statement))
            rows = [tuple(row) for row in done] if done.returns_rows else []
        engine.dispose()
        return rows
