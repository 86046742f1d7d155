"""Kill -9 at random moments of upload, issue and disposal, against a ledger of acknowledged writes."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from docctl.config import Settings
from docctl.domain.lifecycle import RecordStatus, RevisionStatus
from docctl.jobs.wait import settle
from docctl.models.content import ItemFile
from docctl.models.documents import Document, Revision
from docctl.models.numbers import NumberEntry
from docctl.models.records import Record
from docctl.models.retention import DisposalItem, DisposalList, ItemStatus
from docctl.queries.audit import verify
from docctl.services.house import House
from storage.api import Area, FixityState, Key
from tests.lists import witnessed_list
from tests.places import Place, database_of
from tests.world import Clock, World, build_house

ROUNDS = int(os.environ.get("DOCCTL_KILL_ROUNDS", "20"))
ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]


@pytest.fixture
def dice() -> random.Random:
    """Return dice whose seed is shown when a round fails."""
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    return random.Random(seed)


def with_form(world: World) -> None:
    procedure = world.issued(world.draft("顾客投诉处理程序", number="QP-11"))
    world.issued(world.draft("处理单", kind="form", parent=world.document_of(procedure).id))


def kill_after(kind: str, settings: Settings, ledger: Path, clock: Clock, seconds: float) -> None:
    """Start the victim, kill it after it has begun and `seconds` have passed."""
    ledger.touch()
    size = ledger.stat().st_size
    victim = subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.long.victim", kind),
            *(str(settings.data), str(ledger), clock().isoformat(), database_of(settings)),
        ],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 30
    while ledger.stat().st_size == size and time.monotonic() < deadline and victim.poll() is None:
        time.sleep(0.005)
    time.sleep(seconds)
    os.killpg(victim.pid, signal.SIGKILL)
    victim.wait()


def acknowledged(ledger: Path, kind: str) -> set[str]:
    return {line.split(" ", 1)[1] for line in ledger.read_text().splitlines() if line.startswith(f"{kind} ")}


def bytes_hold(house: House) -> None:
    """Every file a row names is there with its hash; the trail holds."""
    with house.uow.read() as session:
        files = session.scalars(select(ItemFile).where(ItemFile.destroyed_at.is_(None))).all()
        assert verify(session).ok
    for one in files:
        fixity = house.objects.verify(Key.parse(one.object_key), one.object_version)
        assert fixity.state is FixityState.OK, one.object_key
        assert fixity.found == one.stored_sha256


def no_number_twice(house: House) -> None:
    with house.uow.read() as session:
        entries = session.scalars(select(NumberEntry)).all()
    by_scope: dict[str, list[int]] = {}
    for one in entries:
        if one.sequence is not None:
            by_scope.setdefault(one.scope, []).append(one.sequence)
    for scope, numbers in by_scope.items():
        assert sorted(numbers) == sorted(set(numbers)), scope
        if "record" in scope:
            assert sorted(numbers) == list(range(1, len(numbers) + 1)), scope


def test_every_acknowledged_record_survives_a_kill(
    world: World, settings: Settings, tmp_path: Path, dice: random.Random
) -> None:
    with_form(world)
    world.house.close()
    ledger = tmp_path / "ledger"
    for _ in range(ROUNDS):
        kill_after("upload", settings, ledger, world.clock, dice.uniform(0, 0.4))
        house = build_house(settings, world.clock)
        with house.uow.read() as session:
            there = set(session.scalars(select(Record.number)))
        assert acknowledged(ledger, "record") <= there
        bytes_hold(house)
        no_number_twice(house)
        house.close()
    house = build_house(settings, world.clock)
    assert settle(house)
    assert house.search.count() >= len(acknowledged(ledger, "record"))
    house.close()


def test_every_acknowledged_issue_survives_a_kill(
    world: World, settings: Settings, tmp_path: Path, dice: random.Random
) -> None:
    world.house.close()
    ledger = tmp_path / "ledger"
    for _ in range(ROUNDS):
        kill_after("issue", settings, ledger, world.clock, dice.uniform(0, 0.4))
        house = build_house(settings, world.clock)
        with house.uow.read() as session:
            drafts = set(session.scalars(select(Document.number)))
            issued = set(
                session.scalars(
                    select(Document.number)
                    .join(Revision, Revision.document_id == Document.id)
                    .where(Revision.status == RevisionStatus.ISSUED)
                )
            )
        assert acknowledged(ledger, "draft") <= drafts
        assert acknowledged(ledger, "issued") <= issued
        bytes_hold(house)
        no_number_twice(house)
        house.close()


def test_a_disposal_killed_anywhere_resumes_forward(
    house: House, world: World, settings: Settings, tmp_path: Path, dice: random.Random
) -> None:
    list_id, marker = witnessed_list(world, items=6)
    house.close()
    original = Place(settings.data, database_of(settings))
    for turn in range(ROUNDS):
        ours = original.copy(tmp_path / f"round-{turn}").settings
        ledger = tmp_path / f"ledger-{turn}"
        kill_after("disposal", ours, ledger, world.clock, dice.uniform(0, 0.6))
        again = build_house(ours, world.clock)
        assert settle(again)
        with again.uow.read() as session:
            row = session.get_one(DisposalList, list_id)
            assert row.status.value == "executed"
            items = session.scalars(select(DisposalItem).where(DisposalItem.list_id == list_id)).all()
            assert {one.status for one in items} == {ItemStatus.DESTROYED}
            records = [session.get_one(Record, one.record_id) for one in items]
            assert {one.status for one in records} == {RecordStatus.DESTROYED}
            assert verify(session).ok
        for one in records:
            assert not list(again.objects.list(Area.RECORDS, f"record/{one.id}/"))
        again.close()
        for path in ours.data.rglob("*"):
            assert not path.is_file() or marker.encode() not in path.read_bytes(), path
        shutil.rmtree(ours.data)
