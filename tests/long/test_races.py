"""Races between real processes: numbers, holds against disposal, issues, revisions, the worker's lease."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from docctl import wiring
from docctl.config import Settings
from docctl.domain.lifecycle import RevisionStatus
from docctl.jobs import lease
from docctl.models.documents import Revision
from docctl.models.numbers import NumberEntry
from docctl.models.records import Record
from docctl.models.retention import HoldItem
from docctl.models.trail import EventRow
from docctl.models.work import Lease
from docctl.queries.audit import verify
from docctl.services.house import House
from tests import rules
from tests.keeping import Keeping, with_form
from tests.pacing import Pace
from tests.places import Place, database_of
from tests.world import World

ROOT = Path(__file__).parents[2]
WRITERS, EACH = 32, 20
HOLDS, LIST = 1000, 50
GONE = {"destroying", "stopped", "destroyed"}

pytestmark = [pytest.mark.long, pytest.mark.timeout(3000)]


class Racer:
    """A process that runs a round when it is told, and says what came of it."""

    def __init__(self, kind: str, settings: Settings, world: World) -> None:
        words = [kind, str(settings.data), database_of(settings), world.clock().isoformat()]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.long.racer", *words],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, **asked: Any) -> None:
        """Begin a round."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """Wait for the end of a round."""
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())

    def kill(self) -> None:
        """End the process as a power cut does."""
        self._process.kill()
        self._process.communicate()

    def close(self) -> None:
        """Let the process end, after its present round."""
        if self._process.poll() is None:
            self._process.communicate(timeout=120)


Start = Callable[[str, int], list[Racer]]


@pytest.fixture
def settings(tmp_path: Path, founded: Place) -> Settings:
    return with_form(founded, tmp_path)


@pytest.fixture
def start(settings: Settings, world: World) -> Iterator[Start]:
    """Start processes and wait until all of them stand at the line."""
    started: list[Racer] = []

    def begin(kind: str, count: int) -> list[Racer]:
        new = [Racer(kind, settings, world) for _ in range(count)]
        started.extend(new)
        assert all(one.answer() == {"ready": True} for one in new)
        return new

    yield begin
    for one in started:
        one.close()


def together(racers: list[Racer], **asked: Any) -> list[dict[str, Any]]:
    """Let all run one round at once."""
    for one in racers:
        one.ask(**asked)
    return [one.answer() for one in racers]


@pytest.fixture(autouse=True)
def _the_trail_holds(house: House) -> Iterator[None]:
    """After each race the events are gapless and their chain verifies (T-1)."""
    yield
    with house.uow.read() as session:
        rows = session.execute(
            select(EventRow.seq, EventRow.prev_hash, EventRow.hash).order_by(EventRow.seq)
        ).all()
        assert [one.seq for one in rows] == list(range(1, len(rows) + 1))
        assert all(later.prev_hash == earlier.hash for earlier, later in pairwise(rows))
        assert verify(session).ok


def test_n_3_many_writers_take_numbers_without_a_gap_or_a_double(world: World, start: Start) -> None:
    rules.in_force(world, "numbers", schemes=_four_digits)
    with world.house.uow.read() as session:
        before = session.scalar(select(func.max(NumberEntry.sequence)).where(NumberEntry.shown.like("QP-%")))
    racers = start("number", WRITERS)
    began = time.monotonic()
    answers = together(racers, count=EACH)
    took = time.monotonic() - began
    assert [one for one in answers if "refused" in one] == []
    taken = [shown for one in answers for shown in one["taken"]]
    assert len(set(taken)) == len(taken) == WRITERS * EACH
    with world.house.uow.read() as session:
        rows = session.scalars(
            select(NumberEntry.sequence).where(NumberEntry.shown.in_(taken)).order_by(NumberEntry.sequence)
        ).all()
    first = (before or 0) + 1
    assert rows == list(range(first, first + len(taken)))
    longest = max(one["longest"] for one in answers)
    each = took / len(taken)
    print(f"{WRITERS} writers, {len(taken)} numbers in {took:.1f} s, longest wait {longest:.2f} s")
    assert longest < 10 * WRITERS * each  # nobody starves while the others go round and round


def _four_digits(schemes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Let procedures have four digits: two are not enough for so many."""
    return [
        {**one, "parts": [{**part, "width": 4} if "width" in part else part for part in one["parts"]]}
        if one["code"] == "procedure"
        else one
        for one in schemes
    ]


def test_r_5_a_hold_and_a_disposal_never_both_win(world: World, start: Start) -> None:
    keeping, pace = Keeping.of(world), Pace(random.Random())
    lists = []
    for turn in range(HOLDS // LIST):
        lists.append(keeping.executing(keeping.records(LIST, prefix=f"ZY-{turn}")))
    (holder,), (destroyer,) = start("hold", 1), start("destroy", 1)
    ends: Counter[tuple[str, str]] = Counter()
    for list_id in lists:
        for item in keeping.items(list_id):
            # Now the one is ahead, now the other: what counts is the moment where they meet.
            hold_waits, disposal_waits = pace.pauses()
            destroyer.ask(list=str(list_id), pause=disposal_waits)
            holder.ask(record=str(item.record_id), pause=hold_waits)
            end = destroyer.answer()["done"], holder.answer().get("refused", "held")
            pace.won(first=end[1] == "held")
            ends[end] += 1
    print(f"ends: {dict(ends)}")
    with world.house.uow.read() as session:
        held = set(session.scalars(select(HoldItem.item_id)))
        gone = {one.id for one in session.scalars(select(Record)) if one.status.value in GONE}
    assert held & gone == set()
    assert len(held) + len(gone) == HOLDS
    assert min(len(held), len(gone)) >= HOLDS / 10, len(held)  # both won, or it was no race
    assert (
        {("accepted", "held")}
        < set(ends)
        <= {
            ("accepted", "held"),
            ("destroying", "R-5.destroying_since"),
            ("destroying", "R-5.destroyed"),
        }
    )


def test_v_3_one_of_many_issues_a_revision_and_the_others_are_told(world: World, start: Start) -> None:
    people = start("issue", 8)
    for turn in range(10):
        revision_id = world.approved(world.draft(f"程序 {turn}"))
        row = world.revision(revision_id)
        answers = together(people, revision=str(revision_id), row_version=row.row_version)
        assert sum("done" in one for one in answers) == 1, answers
        assert {one["refused"] for one in answers if "refused" in one} == {"request.changed_meanwhile"}
        assert world.revision(revision_id).status is RevisionStatus.ISSUED
    with world.house.uow.read() as session:
        issued = session.scalar(
            select(func.count()).select_from(EventRow).where(EventRow.action == "revision.issued")
        )
    assert issued == 10 + 2  # two were there before


def test_v_2_one_of_eight_starts_the_next_revision_and_the_others_are_told(
    world: World, start: Start
) -> None:
    people = start("revise", 8)
    for turn in range(10):
        document = world.document_of(world.issued(world.draft(f"程序 {turn}")))
        answers = together(people, document=str(document.id))
        assert sum("done" in one for one in answers) == 1, answers
        assert {one["refused"] for one in answers if "refused" in one} == {"V-2.revision_under_way"}
        with world.house.uow.read() as session:
            rows = session.scalars(select(Revision.ordinal).where(Revision.document_id == document.id)).all()
        assert sorted(rows) == [1, 2]


def test_one_request_sent_by_eight_at_once_is_carried_out_once(world: World, start: Start) -> None:
    senders = start("repeat", 8)
    for turn in range(10):
        answers = together(senders, request=f"r-{turn}")
        assert len({one["done"] for one in answers}) == 1, answers
    with world.house.uow.read() as session:
        reserved = select(func.count()).select_from(EventRow).where(EventRow.action == "number.reserved")
        assert session.scalar(reserved) == 10


def test_a_second_worker_takes_over_after_the_first_was_killed(
    world: World, settings: Settings, start: Start
) -> None:
    first, second = start("work", 2)

    def holder() -> Lease | None:
        with world.house.uow.read() as session:
            return session.get(Lease, lease.NAME)

    def waited_for(wanted: Callable[[Lease], bool], seconds: float) -> Lease:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if (found := holder()) is not None and wanted(found):
                return found
            time.sleep(0.05)
        raise AssertionError(f"the lease stands as {found and (found.holder, found.until)}")

    first.ask()
    leading = waited_for(lambda _: True, 20)
    second.ask()
    time.sleep(4)  # the second asks several times, and does not get it
    assert waited_for(lambda _: True, 5).holder == leading.holder
    first.kill()
    until = holder()
    assert until is not None
    taken = waited_for(lambda one: one.holder != leading.holder, lease.LENGTH.total_seconds() + 20)
    # Not before the first one's time was over: who was only slow keeps the lease.
    assert taken.until - lease.LENGTH >= until.until
    assert taken.until - lease.LENGTH <= until.until + timedelta(seconds=10)
    draft = world.draft("接手后的程序")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and world.house.search.position() < _newest(world):
        time.sleep(0.2)
    assert world.house.search.position() >= _newest(world), draft  # the second one does the work now
    second.kill()
    assert wiring.system_clock() > until.until


def _newest(world: World) -> int:
    with world.house.uow.read() as session:
        return session.scalar(select(func.max(EventRow.seq))) or 0
