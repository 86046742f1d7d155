"""The installed programs with a clock 40 days off: nothing goes early, work goes on once it is right (R-4).

`docctl` and `docctl worker` are processes that see the time through libfaketime.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from docctl.config import Settings
from docctl.domain.retention import ROLLING
from docctl.models.content import ItemFile
from docctl.models.documents import Revision
from docctl.models.retention import DisposalList
from docctl.models.trail import EventRow
from docctl.models.work import Delivery, DueJob, Lease
from docctl.services.disposal.decide import (
    ApproveDisposal,
    CheckDisposal,
    TakeOut,
    approve_disposal,
    check_disposal,
    take_out,
)
from docctl.services.jobs import due
from storage.api import Key
from tests import filing
from tests.lists import filed, form_in_force, list_row, proposed_list
from tests.places import SECRET_KEY, new_place
from tests.recovery.recovering import contents
from tests.s3.shifted import DOCCTL, Installed, Shift
from tests.world import Clock, World, build_house, found

pytestmark = [pytest.mark.s3, pytest.mark.sqlite_only, pytest.mark.timeout(300)]

OFF = timedelta(days=40)
#: `proposed_list` lets so much time pass until its records are due.
PASSED = timedelta(days=4 * 366 + 2)
#: What the worker does it does within so many seconds, on a machine that does other things too; a lease
#: that binds lasts longer.
SOON = 20.0


def right() -> datetime:
    """Return the time as the machine has it."""
    return datetime.now(UTC)


def until(holds: Callable[[], object], seconds: float = SOON) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "not within time"
        time.sleep(0.05)


@dataclass
class Site:
    """A company with an approved list of a record that is due, and a record due in half the time."""

    settings: Settings
    world: World
    list_id: UUID
    due: UUID
    early: UUID
    form: UUID

    def docctl(self, clock: Shift | None = None) -> Installed:
        """Return the program as it is installed; it sees the clock, or the right time."""
        environment = {
            "DOCCTL_DATA": str(self.settings.data),
            "DOCCTL_SECRET_KEY": SECRET_KEY,
            "DOCCTL_LANGUAGE": "en",
        }
        return Installed(environment | (clock.environment if clock else {}))

    @contextmanager
    def worker(self, clock: Shift | None = None) -> Iterator[None]:
        """Let a worker work; at the end it is killed, so nobody gives its lease back."""
        environ = {**os.environ, **self.docctl(clock).environment}
        with (self.settings.data.parent / "worker.log").open("ab") as log:
            process = subprocess.Popen([DOCCTL, "worker"], env=environ, stderr=log, start_new_session=True)
        try:
            until(lambda: self.led_by(process.pid))
            yield
            assert process.poll() is None
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(60)

    def led_by(self, process: int) -> bool:
        return any(f":{process}:" in one.holder for one in self.all(Lease))

    def all(self, wanted: type) -> list:
        with self.world.house.uow.read() as session:
            return list(session.scalars(select(wanted)))

    @property
    def number(self) -> str:
        return list_row(self.world, self.list_id).number

    def named(self, record_id: UUID) -> str:
        return filing.row(self.world, record_id).number

    def revision(self) -> UUID:
        """Return an issued revision."""
        with self.world.house.uow.read() as session:
            return session.scalars(select(Revision.id).where(Revision.document_id == self.form)).one()

    def state(self, number: str) -> str:
        return next(one.status.value for one in self.all(DisposalList) if one.number == number)

    def carry_out(self, docctl: Installed, number: str) -> None:
        """Let the last two of the four people sign."""
        docctl.ok("disposal", "execute", number, "--no-wait", user="zhang")
        docctl.ok("disposal", "witness", number, "--no-wait", user="ouyang")

    def why(self, docctl: Installed, number: str) -> str:
        """Return the sentence that tells why a list stands still."""
        return str(docctl.ok("disposal", "show", number, user="zhou")["reason"])

    def fall_due(self, revision: UUID, *, at: datetime) -> None:
        """Let the renewal of a lock fall due at an instant."""
        self.world.house.uow.write(lambda session: due(session, "lock.revision", subject_id=revision, at=at))

    def is_done(self, revision: UUID) -> bool:
        """Say whether the worker has renewed a lock: it falls due again, in a year."""
        (job,) = (one for one in self.all(DueJob) if one.subject_id == revision and "lock" in one.kind)
        return job.due_at > right() + ROLLING / 4

    def tries(self, owner: UUID) -> int:
        """Return how often the lock of an item failed."""
        lock = f"lock:{owner}"
        tries = [one.tries for one in self.all(Delivery) if one.key.startswith(lock) and not one.done_at]
        tries += [one.tries for one in self.all(DueJob) if one.subject_id == owner and "lock" in one.kind]
        return sum(tries)

    def is_settled(self) -> bool:
        return all(one.done_at for one in self.all(Delivery))

    def alarms(self) -> set[str]:
        """Return what the trail tells of alarms."""
        told = [one.facts for one in self.all(EventRow) if one.action == "audit.alarm"]
        return {json.loads(one)["reason"] for one in told}

    def files(self, names: Iterable[str], owner: UUID) -> set[str]:
        """Return those files that belong to an item."""
        return {one for one in names if str(owner) in one}

    @contextmanager
    def out_of_reach(self, owner: UUID) -> Iterator[None]:
        """Take the files of an item away from the store, and bring them back."""
        (folder,) = (self.settings.data / "objects").rglob(str(owner))
        away = self.settings.data.parent / f"away-{owner}"
        folder.rename(away)
        try:
            yield
        finally:
            away.rename(folder)

    def lock(self, owner: UUID) -> datetime:
        """Return until when the store locks the file of an item."""
        (one,) = (one for one in self.all(ItemFile) if one.owner_id == owner)
        until = self.world.house.objects.stat(Key.parse(one.object_key), one.object_version).retain_until
        assert until is not None
        return until


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    settings = new_place(tmp_path / "data").settings
    clock = Clock(right() - PASSED)
    house = build_house(settings, clock)
    try:
        found(house)
        world = World.of(house, clock)
        list_id, (first, early) = proposed_list(world)
        later = house.today() + OFF / 2
        take_out(TakeOut(list_id, early, "x", later), by=world.by("zhou"), house=house)
        seen = list_row(world, list_id).manifest_sha256
        unit = world.units["SC"]
        check_disposal(CheckDisposal(list_id, unit, "agree", "", seen), by=world.by("li"), house=house)
        row = list_row(world, list_id)
        approve = ApproveDisposal(list_id, row.row_version, row.manifest_sha256)
        approve_disposal(approve, by=world.by("zhao"), house=house)
        yield Site(settings, world, list_id, first, early, form_in_force(world))
    finally:
        house.close()


def test_r_4_with_the_clock_40_days_ahead_nothing_goes_early(site: Site, tmp_path: Path) -> None:
    world, ahead = site.world, Shift(tmp_path / "clock", start=right() + OFF)
    program, fast = site.docctl(), site.docctl(ahead)
    program.ok("audit", "seal")  # the clock was found right once
    record, revision = filed(world), site.revision()
    before = contents(world.house)
    with site.out_of_reach(record), site.out_of_reach(revision):
        site.fall_due(revision, at=right() - timedelta(hours=1))  # what is tried meanwhile fails
        with site.worker(ahead):
            site.carry_out(fast, site.number)
            # A record whose time is not over goes through the hands of all four people.
            early = fast.ok(
                "disposal", "propose", site.named(site.early), "--title", "x", "--no-wait", user="zhou"
            )
            number = str(early["number"])
            fast.ok("disposal", "check", number, "--opinion", "agree", "--no-wait", user="li")
            fast.ok("disposal", "approve", number, "--no-wait", user="zhao")
            site.carry_out(fast, number)
            until(lambda: site.state(site.number) == site.state(number) == "stopped")
            assert "leapt beyond what was last checked" in site.why(fast, number)
            until(lambda: site.tries(record) and site.tries(revision))
    assert contents(world.house) == before
    assert "clock_leapt" in site.alarms()

    with site.worker():  # the clock is right again
        until(lambda: not site.tries(record) and site.lock(record) >= right() + timedelta(days=1))
        until(lambda: site.is_done(revision))
        assert site.lock(revision) >= right() + ROLLING - timedelta(days=1)
        until(site.is_settled)
        # What was recorded lies ahead: nobody can tell what is due.
        for one in (site.number, number):
            program.ok("disposal", "resume", one, "--no-wait", user="zhou")
            until(lambda one=one: site.state(one) == "stopped")
            assert "is behind the newest event" in site.why(program, one)
    assert contents(world.house) == before
    assert program.ok("audit", "verify")["ok"] is True

    later = site.docctl(Shift(tmp_path / "later", start=right() + OFF + timedelta(hours=1)))
    later.ok("audit", "seal", "--trust-clock")
    later.ok("disposal", "resume", site.number, user="zhou")
    assert site.state(site.number) == "executed"
    assert set(before) - set(contents(world.house)) == site.files(before, site.due)
    assert later.ok("audit", "verify")["ok"] is True


def test_r_4_with_the_clock_40_days_behind_destruction_waits_until_it_is_right(
    site: Site, tmp_path: Path
) -> None:
    world, behind = site.world, Shift(tmp_path / "clock", start=right() - OFF)
    program, slow = site.docctl(), site.docctl(behind)
    program.ok("audit", "seal")
    record, revision = filed(world), site.revision()
    site.fall_due(revision, at=right() - timedelta(hours=1))
    before = contents(world.house)
    with site.worker(behind):
        site.carry_out(slow, site.number)
        until(lambda: site.state(site.number) == "stopped")
        assert "is behind the newest event" in site.why(slow, site.number)
        refused = slow.refused("disposal", "propose", site.named(site.early), "--title", "x", user="zhou")
        assert refused == (3, "R-4.kept_until")
        until(lambda: site.lock(record) >= right() + timedelta(days=1))
    assert not site.is_done(revision)
    assert contents(world.house) == before
    assert "clock_behind" in site.alarms()

    with site.worker():
        until(lambda: site.is_done(revision))
        program.ok("disposal", "resume", site.number, user="zhou")
        until(lambda: site.state(site.number) == "executed")
    assert set(before) - set(contents(world.house)) == site.files(before, site.due)
    assert program.ok("audit", "verify")["ok"] is True
    assert program.ok("objects", "verify")["ok"] is True  # no lock is short
    with world.house.uow.read() as session:
        times = session.scalars(select(EventRow.recorded_at).order_by(EventRow.seq)).all()
    assert all(one <= other for one, other in pairwise(times))
