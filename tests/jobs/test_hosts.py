"""Three hosts as real processes on one database: what one files all find, a list waits for all (R-7, S-4)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update

from docctl.config import Settings
from docctl.domain.lifecycle import ListStatus, RecordStatus
from docctl.jobs import lease
from docctl.models.work import IndexCopy
from docctl.queries.copies import copies, copies_awaited
from docctl.queries.search import Asked, search
from docctl.services.audit.watch import believe
from tests.jobs.hosts import Host, hosts
from tests.keeping import Keeping, with_form
from tests.places import SECRET_KEY, Place
from tests.world import Clock, World

pytestmark = [pytest.mark.postgresql_only, pytest.mark.timeout(300)]

#: What one host has filed the others find within so many seconds, on a machine that does other things too.
BOUND = 20.0
DOCCTL = (sys.executable, "-c", "from docctl.cli import main; main()")
NAMES = ("one", "two", "three")


@pytest.fixture
def clock() -> Clock:
    """Return the time of the machine: the processes have no other."""
    return Clock(datetime.now(UTC))


@pytest.fixture
def settings(tmp_path: Path, founded: Place) -> Settings:
    return with_form(founded, tmp_path)


@pytest.fixture
def keeping(world: World) -> Keeping:
    world.house.uow.write(lambda session: believe(session, world.clock()))
    return Keeping.of(world)


class Machines:
    """The processes of three hosts that share a database and a store, and windows on their indexes."""

    def __init__(self, world: World, settings: Settings, windows: list[Host]) -> None:
        self.world = world
        self.settings = settings
        self.windows = {one.folder.name: one for one in windows}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        for one in windows:  # in place of S3 and of a key store on a server
            for shared in ("objects", "keys"):
                (one.folder / shared).symlink_to(settings.data / shared)

    def environment(self, name: str) -> dict[str, str]:
        environ = {key: value for key, value in os.environ.items() if not key.startswith("DOCCTL_")}
        return environ | {
            "DOCCTL_DATA": str(self.windows[name].folder),
            "DOCCTL_HOST": name,
            "DOCCTL_DATABASE_URL": str(self.settings.database_url),
            "DOCCTL_MASTER_KEY_FILE": str(self.settings.master_key),
            "DOCCTL_AUDIT_KEY": str(self.settings.audit_key_file),
            "DOCCTL_SECRET_KEY": SECRET_KEY,
        }

    def start(self, name: str) -> None:
        """Start the worker of a host; on the second one it only keeps the index."""
        only = ["--index-only"] if name == "two" else []
        log = (self.windows[name].folder / "log").open("ab")
        self.running[name] = subprocess.Popen(
            [*DOCCTL, "worker", *only], env=self.environment(name), stderr=log, start_new_session=True
        )
        log.close()

    def end(self, name: str, how: signal.Signals = signal.SIGTERM) -> None:
        process = self.running.pop(name)
        os.killpg(process.pid, how)
        process.wait(60)

    def run(self, name: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Give a command on a host."""
        command = [*DOCCTL, *words]
        return subprocess.run(
            command, env=self.environment(name), capture_output=True, text=True, timeout=100, check=False
        )

    def found(self, name: str, words: str) -> int:
        """Return how many a person finds on a host."""
        house = self.windows[name].house
        with house.uow.read() as session:
            asked = Asked(text=words)
            actor = self.world.by("zhou").actor
            return search(
                session, actor, asked, engine=house.search, at=datetime.now(UTC), zone=house.zone
            ).total

    def until_found(self, words: str, *names: str) -> float:
        """Wait until hosts find something; return after how many seconds the last one did."""
        began = time.monotonic()
        until(lambda: all(self.found(name, words) for name in names or NAMES), BOUND)
        return time.monotonic() - began


def until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "not within time"
        time.sleep(0.1)


@pytest.fixture
def machines(world: World, settings: Settings, tmp_path: Path) -> Iterator[Machines]:
    with hosts(world.house, tmp_path / "hosts", *NAMES) as windows:
        found = Machines(world, settings, windows)
        for name in NAMES:
            found.start(name)
        try:
            yield found
        finally:
            for name in list(found.running):
                found.end(name, signal.SIGKILL)


def test_s_4_what_is_filed_is_found_on_all_hosts(machines: Machines) -> None:
    world = machines.world
    world.issued(world.draft("应急准备和响应程序"))
    machines.until_found("应急准备")
    with world.house.uow.read() as session:
        until(lambda: lease.is_held(world.house))
        assert {one.host for one in copies(session, at=world.clock())} == set(NAMES)


@pytest.mark.long
def test_s_4_a_follower_that_was_killed_catches_up_and_holds_nobody_up(machines: Machines) -> None:
    world = machines.world
    world.issued(world.draft("应急准备和响应程序"))
    machines.until_found("应急准备")
    machines.end("two", signal.SIGKILL)
    world.issued(world.draft("变更管理程序"))
    machines.until_found("变更管理", "one", "three")
    assert machines.found("two", "变更管理") == 0
    machines.start("two")
    machines.until_found("变更管理")


@pytest.mark.long
def test_r_7_a_list_waits_for_a_host_that_is_off_and_goes_on_once_it_is_forgotten(
    machines: Machines, keeping: Keeping
) -> None:
    world = machines.world
    (first, second) = keeping.records(2)
    # These were put into the register past the use cases, so no event tells the followers of them.
    for name in NAMES:
        until(lambda name=name: machines.windows[name].house.search.state == "ready")
        assert machines.run(name, "index", "rebuild", "--no-wait").returncode == 0
        assert machines.found(name, "顾客反馈登记") == 3
    machines.end("two")
    list_id = keeping.executing([first])
    until(lambda: awaited(world, list_id) == ["two"])
    assert keeping.record(first).status is RecordStatus.DESTROYED
    time.sleep(8)  # longer than it takes to look again
    assert keeping.list(list_id).status is ListStatus.EXECUTING
    assert machines.found("two", "顾客反馈登记") == 2  # its old index shows nothing of it
    refused = machines.run("one", "index", "forget", "two", "--no-wait")
    assert refused.returncode == 3, refused.stderr
    day_ago = datetime.now(UTC) - timedelta(hours=24)  # in place of waiting
    world.house.uow.write(
        lambda s: s.execute(update(IndexCopy).where(IndexCopy.host == "two").values(seen_at=day_ago))
    )
    assert machines.run("one", "index", "forget", "two", "--no-wait").returncode == 0
    until(lambda: keeping.list(list_id).status is ListStatus.EXECUTED)
    assert f"record:{first}" in set(machines.windows["two"].house.search.ids())
    machines.start("two")
    until(lambda: f"record:{first}" not in set(machines.windows["two"].house.search.ids()))
    until(lambda: returned(world))
    # The next list is proved with all three, one of them killed on the way.
    list_id = keeping.executing([second])
    machines.end("three", signal.SIGKILL)
    until(lambda: "three" in awaited(world, list_id) or keeping.list(list_id).status is ListStatus.EXECUTED)
    machines.start("three")
    until(lambda: keeping.list(list_id).status is ListStatus.EXECUTED, 120)
    for name in NAMES:
        assert f"record:{second}" not in set(machines.windows[name].house.search.ids())


def awaited(world: World, list_id: UUID) -> list[str]:
    with world.house.uow.read() as session:
        return copies_awaited(session, list_id)


def returned(world: World) -> bool:
    with world.house.uow.read() as session:
        row = session.scalars(select(IndexCopy).where(IndexCopy.host == "two")).one()
        return row.forgotten_at is None
