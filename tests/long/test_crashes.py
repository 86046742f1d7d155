"""Kill -9 of web, worker, database and store while people file: PostgreSQL and S3, a ledger kept outside."""

from __future__ import annotations

import io
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from docctl import wiring
from docctl.config import Settings
from docctl.jobs.wait import settle
from docctl.models.content import ItemFile
from docctl.models.numbers import NumberEntry
from docctl.models.records import Record
from docctl.queries.audit import verify
from docctl.services.house import House
from storage.api import Area, FixityState, Key
from tests import filing, postgres
from tests.s3.serving import SCRIPT
from tests.s3.serving import Server as Store
from tests.s3.site import environment, make_databases
from tests.serving.server import Server, until
from tests.world import Clock, World, build_house, found

ROUNDS = int(os.environ.get("DOCCTL_CRASH_ROUNDS", "50"))
CHECK_EVERY = 10
PEOPLE = ("wang", "li", "ouyang")
DOCCTL = str(Path(sys.executable).with_name("docctl"))

pytestmark = [pytest.mark.long, pytest.mark.s3, pytest.mark.timeout(3600)]


@dataclass
class Ledger:
    """What was acknowledged to somebody, kept in a file outside of all that is killed."""

    path: Path
    lines: int = 0
    #: What somebody was answered last: told where work does not go on.
    last: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, record: str, digest: str) -> None:
        """Write down a record and the hash of what was filed, so that it outlives everything."""
        with self.lock, self.path.open("a") as file:
            file.write(f"{record} {digest}\n")
            file.flush()
            os.fsync(file.fileno())
            self.lines += 1

    def all(self) -> dict[UUID, str]:
        """Return what was acknowledged."""
        pairs = (line.split() for line in self.path.read_text().splitlines())
        return {UUID(record): digest for record, digest in pairs}


@dataclass
class Site:
    """An installation whose parts can be killed one by one and started again."""

    settings: Settings
    environment: dict[str, str]
    database: postgres.Server
    store: Store
    form: UUID
    port: int
    web: Server
    worker: subprocess.Popen[bytes]

    def crash(self, part: str, pause: float) -> None:
        """Kill a part, leave it dead for a while, start it again."""
        if part == "web":
            self.web.kill()
            time.sleep(pause)
            self.web = Server(self.environment, port=self.port)
        elif part == "worker":
            os.killpg(self.worker.pid, signal.SIGKILL)
            self.worker.wait()
            time.sleep(pause)
            self.worker = start_worker(self.environment)
        elif part == "database":
            self.database.kill()
            time.sleep(pause)
            self.database.start()
        else:
            subprocess.run([SCRIPT, "kill", self.store.folder], check=True, timeout=60)
            time.sleep(pause)
            subprocess.run([SCRIPT, "again", self.store.folder], check=True, timeout=120)

    def house(self) -> House:
        """Open the installation from this process."""
        return build_house(self.settings, lambda: datetime.now(UTC))


def start_worker(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [DOCCTL, "worker"],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


@pytest.fixture
def site(tmp_path: Path, s3_server: Store, socket_enabled: None) -> Iterator[Site]:
    database = postgres.Server(settings=())  # it keeps its word
    try:
        make_databases(database)
        buckets = s3_server.buckets(grace=timedelta(days=2))
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        names = [buckets[area].name for area in (Area.RECORDS, Area.DERIVED)]
        variables = environment(database, s3_server.url, names, tmp_path / "data") | {
            "DOCCTL_SECRET_KEY": "x" * 40,
            "DOCCTL_WORKER": "off",
            "DOCCTL_READERS": "1",
        }
        settings = Settings.from_env(variables, folder=tmp_path)
        wiring.prepare_store(settings)
        clock = Clock(datetime.now(UTC))
        house = build_house(settings, clock)
        found(house)
        form = filing.a_form(World.of(house, clock))
        house.close()
        made = Site(
            settings,
            variables,
            database,
            s3_server,
            form,
            port,
            Server(variables, port=port),
            start_worker(variables),
        )
        yield made
        made.web.kill()
        os.killpg(made.worker.pid, signal.SIGKILL)
        made.worker.wait()
    finally:
        database.stop()


def file_without_end(site: Site, who: str, ledger: Ledger, stop: threading.Event, odd: list[str]) -> None:
    """File records through the pages as a person who does not give up; note what was acknowledged."""
    turn, browser = 0, None
    while not stop.is_set():
        turn += 1
        content = f"{who} {turn} ".encode() * 40_000
        try:
            if browser is None:
                browser = site.web.browser()
                if (entered := browser.sign_in(who)).status_code != 303:
                    ledger.last = f"{who}: sign-in {entered.status_code}"
                    browser = None
                    time.sleep(0.2)
                    continue
            typed = {
                "title": f"{who} {turn}",
                "occurred_at": "2026-03-01T10:00",
                "file": (io.BytesIO(content), "记录.txt"),
            }
            answer = browser.submit(f"/records/new/{site.form}", typed, content_type="multipart/form-data")
        except (OSError, HTTPException, AssertionError) as error:
            ledger.last = f"{who} {turn}: {error!r}"[:300]
            browser = None  # the connection, or a page, broke with what was killed
            time.sleep(0.1)
            continue
        ledger.last = f"{who} {turn}: {answer.status_code} {answer.text[-1500:]}"
        if answer.status_code == 303:
            ledger.note(answer.headers["Location"].rsplit("/", 1)[1], sha256(content).hexdigest())
        elif answer.status_code not in {500, 502, 503, 504, 422}:
            odd.append(f"{answer.status_code} {answer.text[:300]}")
            return
        else:
            time.sleep(5)  # each try leaves an upload that waits for its form, and of those 200 are allowed


def nothing_is_lost(site: Site, ledger: Ledger) -> None:
    """Every record that was acknowledged is there, with the bytes that were sent; the trail holds."""
    wanted = ledger.all()
    house = site.house()
    try:
        with house.uow.read() as session:
            rows = session.scalars(select(ItemFile).where(ItemFile.owner_id.in_(wanted))).all()
            there = set(session.scalars(select(Record.id)))
            assert verify(session).ok
        assert set(wanted) <= there
        assert {one.owner_id: one.sha256 for one in rows} == wanted
        for one in random.Random(1).sample(rows, min(len(rows), 40)):
            fixity = house.objects.verify(Key.parse(one.object_key), one.object_version)
            assert fixity.state is FixityState.OK, one.object_key
            assert fixity.found == one.stored_sha256
    finally:
        house.close()


@pytest.mark.parametrize("part", ["web", "worker", "database", "store"])
def test_what_was_acknowledged_survives_a_kill_of(site: Site, tmp_path: Path, part: str) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    dice, ledger = random.Random(seed), Ledger(tmp_path / "ledger")
    stop, odd = threading.Event(), list[str]()
    threads = [
        threading.Thread(target=file_without_end, args=(site, who, ledger, stop, odd)) for who in PEOPLE
    ]
    for one in threads:
        one.start()
    try:
        for turn in range(1, ROUNDS + 1):
            before = ledger.lines
            heals(lambda before=before: ledger.lines > before, ledger, odd)  # type: ignore[misc]
            time.sleep(dice.uniform(0, 0.5))
            site.crash(part, dice.choice((0, 0, 0.3, 1)))
            before = ledger.lines
            heals(lambda before=before: ledger.lines > before + 1, ledger, odd)  # type: ignore[misc]
            if turn % CHECK_EVERY == 0:
                nothing_is_lost(site, ledger)
    finally:
        stop.set()
        for one in threads:
            one.join(200)
    assert not odd
    nothing_is_lost(site, ledger)
    house = site.house()
    try:
        until(lambda: settle(house), seconds=600)  # the worker has texts of all of them to read
        assert house.search.count() >= ledger.lines
        with house.uow.read() as session:
            numbers = sorted(
                session.scalars(
                    select(NumberEntry.sequence).where(
                        NumberEntry.item_kind == "record", NumberEntry.sequence.is_not(None)
                    )
                )
            )
        assert numbers == list(range(1, len(numbers) + 1))
    finally:
        house.close()
    print(f"{part}: {ROUNDS} kills, {ledger.lines} acknowledged, {len(numbers)} numbers")


def heals(holds: Callable[[], bool], ledger: Ledger, odd: list[str]) -> None:
    """Wait until work goes on by itself; nobody helps."""
    deadline = time.monotonic() + 240
    while not holds() and not odd:
        assert time.monotonic() < deadline, f"it did not go on after {ledger.lines}: {ledger.last}"
        time.sleep(0.05)
    assert not odd, odd
