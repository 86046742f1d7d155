"""The worker leads by a lease, does what is due in order, and outlives what fails (A-4, V-3)."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.config import Settings
from docctl.domain.retention import ROLLING
from docctl.jobs import deliveries, due, lease
from docctl.jobs.deliveries import LONGEST_PAUSE, deliver, due_deliveries
from docctl.jobs.due import work_due
from docctl.jobs.effects import Postponed
from docctl.jobs.wait import settle
from docctl.jobs.worker import Worker
from docctl.models.base import new_id
from docctl.models.content import ItemFile
from docctl.models.trail import EventRow
from docctl.models.work import Delivery, DueJob, Step
from docctl.services.house import House
from docctl.services.jobs import due as put_due
from docctl.services.jobs import want
from docctl.services.uploads import KEPT
from storage.api import Key
from tests.world import World


def wanted(world: World, key: str, kind: str = "read_file", **payload: str) -> None:
    world.house.uow.write(lambda session: want(session, kind, key=key, payload=payload, at=world.clock()))


def rows(world: World) -> dict[str, Delivery]:
    with world.house.uow.read() as session:
        return {one.key: one for one in session.scalars(select(Delivery))}


def actions(world: World) -> list[str]:
    with world.house.uow.read() as session:
        return list(session.scalars(select(EventRow.action).order_by(EventRow.seq)))


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, Any]]:
    """Replace the outside effect by one that is written down; those with `fails` fail."""
    seen: list[Mapping[str, Any]] = []

    def handler(_house: House, payload: Mapping[str, Any]) -> None:
        seen.append(payload)
        if payload.get("fails"):
            raise OSError("the world outside")

    monkeypatch.setattr(deliveries, "HANDLERS", {"read_file": handler})
    return seen


def test_a_delivery_is_done_once(world: World, told: list[Mapping[str, Any]]) -> None:
    wanted(world, "a", number="1")
    assert deliver(world.house)
    assert not deliver(world.house)
    assert told == [{"number": "1"}]
    (row,) = rows(world).values()
    assert (row.done_at, row.tries, row.last_error) == (world.clock(), 1, "")


def test_r_4_after_a_clock_that_was_far_ahead_what_is_wanted_is_done_all_the_same(
    world: World, told: list[Mapping[str, Any]]
) -> None:
    world.clock.forward(days=40)
    world.draft()
    world.clock.forward(days=-40)
    revision_id = world.draft("文件控制程序")  # the trail, and so what it wants, never goes back
    assert deliver(world.house)
    assert len(told) == 2
    assert all(one.done_at for one in rows(world).values())
    later = world.clock() + timedelta(days=41)
    want_later = {"key": "later", "payload": {"id": str(revision_id)}, "at": later}
    world.house.uow.write(lambda session: want(session, "read_file", **want_later))
    wanted(world, "bad", fails="yes")
    assert deliver(world.house)
    assert len(told) == 3
    assert not due_deliveries(world.house)  # what failed has its pause, what is wanted later its time


def test_r_4_what_failed_while_the_clock_was_far_ahead_is_tried_once_it_is_right(
    world: World, told: list[Mapping[str, Any]]
) -> None:
    wanted(world, "lock", fails="yes")
    world.clock.forward(days=40)
    assert deliver(world.house)
    world.clock.forward(days=-40)
    assert deliver(world.house)
    assert len(told) == 2
    assert not due_deliveries(world.house)  # from now on the usual pauses


@pytest.mark.parametrize(("kind", "waits"), [("disposal", False), ("destroy_object", True)])
def test_r_4_only_a_lock_of_the_store_lets_a_delivery_wait_for_long(
    world: World, monkeypatch: pytest.MonkeyPatch, kind: str, waits: bool
) -> None:
    answers: list[Exception] = [OSError("the world outside")]

    def handler(_house: House, _payload: Mapping[str, Any]) -> None:
        raise answers[-1]

    monkeypatch.setattr(deliveries, "HANDLERS", {kind: handler})
    wanted(world, "any", kind=kind)
    assert deliver(world.house)
    answers.append(Postponed(world.clock() + timedelta(days=40)))
    world.clock.forward(seconds=2)
    assert deliver(world.house)
    assert bool(due_deliveries(world.house)) is not waits
    row = rows(world)[f"{kind}:any"]
    assert (row.tries, row.last_error) == (0, "")  # it waits for its instant; it has not failed


def test_a_failure_is_tried_again_after_a_pause_that_doubles_and_holds_up_nobody(
    world: World, told: list[Mapping[str, Any]]
) -> None:
    wanted(world, "bad", fails="yes")
    wanted(world, "good")
    deliver(world.house)
    assert rows(world)["read_file:good"].done_at is not None
    pauses = []
    for _ in range(14):
        row = rows(world)["read_file:bad"]
        assert row.done_at is None
        assert row.last_error == "OSError"
        pauses.append(row.next_at - world.clock())
        world.clock.now = row.next_at - timedelta(seconds=1)
        assert not due_deliveries(world.house)
        world.clock.now = row.next_at
        assert deliver(world.house)
    assert pauses[:3] == [timedelta(seconds=2), timedelta(seconds=4), timedelta(seconds=8)]
    assert pauses[-1] == LONGEST_PAUSE


def test_a_delivery_of_a_kind_nobody_knows_is_kept_and_noted(
    world: World, told: list[Mapping[str, Any]]
) -> None:
    wanted(world, "x", kind="unknown")
    deliver(world.house)
    assert rows(world)["unknown:x"].last_error == "KeyError"


def test_a_4_what_fell_due_is_done_in_order_also_after_days_off(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def handler(name: str) -> Callable[[House, object], None]:
        return lambda _house, _subject: done.append(name)

    monkeypatch.setattr(due, "HANDLERS", {name: handler(name) for name in ("later", "sooner", "not yet")})
    now = world.clock()
    for name, days in (("later", 2), ("sooner", 1), ("not yet", 30)):
        world.house.uow.write(
            lambda session, name=name, days=days: put_due(
                session, name, subject_id=new_id(), at=now + timedelta(days=days)
            )
        )
    world.clock.forward(days=10)
    assert work_due(world.house)
    assert done == ["sooner", "later"]
    assert not work_due(world.house)


def test_a_4_after_days_off_more_than_one_round_is_done_in_order_past_what_fails(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[UUID] = []

    def handler(_house: House, subject_id: UUID) -> None:
        if subject_id == wanted[3]:
            raise OSError("the world outside")
        done.append(subject_id)

    monkeypatch.setattr(due, "HANDLERS", {"any": handler})
    wanted = [new_id() for _ in range(120)]  # more than two rounds

    def put(session: Session) -> None:
        for place in (*range(60, 120), *range(60)):  # not in the order in which they fall due
            put_due(
                session, "any", subject_id=wanted[place], at=world.clock() + timedelta(minutes=10 * place)
            )

    world.house.uow.write(put)
    world.clock.forward(days=5)
    while work_due(world.house):
        pass
    assert done == wanted[:3] + wanted[4:]


def test_a_4_a_due_job_that_fails_is_kept_with_its_tries_and_tried_after_longer_pauses(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails = [True]

    def handler(_house: House, _subject: UUID) -> None:
        if fails[0]:
            raise OSError("a secret path")

    monkeypatch.setattr(due, "HANDLERS", {"any": handler})
    subject, at = new_id(), world.clock()

    def job() -> DueJob:
        with world.house.uow.read() as session:
            return session.scalars(select(DueJob).where(DueJob.subject_id == subject)).one()

    world.house.uow.write(lambda session: put_due(session, "any", subject_id=subject, at=at))
    pauses = []
    for turn in range(1, 10):
        assert work_due(world.house)
        assert (job().tries, job().last_error, job().due_at) == (turn, "OSError", at)
        pauses.append(job().next_at - world.clock())
        world.clock.now = job().next_at - timedelta(microseconds=1)
        assert not work_due(world.house)
        world.clock.now = job().next_at
    assert pauses[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert pauses[-1] == timedelta(hours=1)
    fails[0] = False
    assert work_due(world.house)
    assert job().done_at == world.clock()
    world.house.uow.write(lambda session: put_due(session, "any", subject_id=subject, at=world.clock()))
    assert (job().tries, job().last_error, job().next_at, job().done_at) == (0, "", None, None)


def test_a_4_a_due_job_that_failed_while_the_clock_was_far_ahead_is_tried_once_it_is_right(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[UUID] = []

    def handler(_house: House, subject_id: UUID) -> None:
        tried.append(subject_id)
        raise OSError("the world outside")

    monkeypatch.setattr(due, "HANDLERS", {"any": handler})
    world.house.uow.write(
        lambda session: put_due(session, "any", subject_id=new_id(), at=world.clock() - timedelta(hours=1))
    )
    world.clock.forward(days=40)
    assert work_due(world.house)
    world.clock.forward(days=-40)
    assert work_due(world.house)
    assert not work_due(world.house)  # from now on the usual pauses
    assert len(tried) == 2


def test_r_4_a_rolling_lock_whose_renewal_fails_is_renewed_after_a_pause(
    world: World, settings: Settings
) -> None:
    revision_id = world.issued(world.draft())
    settle(world.house)

    def job() -> DueJob:
        with world.house.uow.read() as session:
            return session.scalars(select(DueJob).where(DueJob.kind == "lock.revision")).one()

    def locked_until() -> datetime | None:
        with world.house.uow.read() as session:
            file = session.scalars(select(ItemFile).where(ItemFile.owner_id == revision_id)).one()
        return world.house.objects.stat(Key.parse(file.object_key), file.object_version).retain_until

    at = job().due_at
    world.clock.now = at
    (folder,) = (settings.data / "objects").rglob(str(revision_id))
    away = folder.rename(settings.data / "away")
    assert work_due(world.house)
    assert (job().due_at, job().tries, job().last_error) == (at, 1, "ObjectMissing")
    away.rename(folder)
    world.clock.forward(minutes=1)
    assert work_due(world.house)
    assert locked_until() == world.clock() + ROLLING
    assert (job().due_at, job().tries, job().last_error) == (world.clock() + ROLLING / 2, 0, "")


@pytest.mark.parametrize(("seconds", "falls"), [(-1, False), (0, True)], ids=["before midnight", "midnight"])
def test_a_4_a_step_goes_up_when_its_last_day_has_ended(world: World, seconds: int, falls: bool) -> None:
    world.submitted(world.draft())
    with world.house.uow.read() as session:
        job = session.scalars(select(DueJob).where(DueJob.kind == "step.escalate")).one()
    world.clock.now = job.due_at - timedelta(minutes=1)
    assert work_due(world.house)  # the reminder of the day before
    world.clock.now = job.due_at + timedelta(seconds=seconds)
    assert work_due(world.house) is falls
    with world.house.uow.read() as session:
        steps = session.scalars(select(Step).where(Step.escalated_at.is_not(None))).all()
    assert len(steps) == int(falls)
    assert ("step.escalated" in actions(world)) is falls


def test_v_3_a_revision_takes_effect_without_the_worker_which_only_notes_it(world: World) -> None:
    world.issued(world.draft(), on=world.house.today() + timedelta(days=3))
    world.clock.forward(days=20)
    assert "revision.took_effect" not in actions(world)
    settle(world.house)
    assert actions(world).count("revision.took_effect") == 1
    settle(world.house)
    assert actions(world).count("revision.took_effect") == 1


def test_one_due_job_that_fails_does_not_hold_up_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def bad(_house: House, _subject: object) -> None:
        raise OSError("the world outside")

    monkeypatch.setattr(due, "HANDLERS", {"bad": bad, "good": lambda _h, _s: done.append("good")})
    now = world.clock()
    for name in ("bad", "good"):
        world.house.uow.write(lambda session, name=name: put_due(session, name, subject_id=new_id(), at=now))
    assert work_due(world.house)
    assert done == ["good"]
    assert not work_due(world.house)  # no endless rounds
    world.clock.forward(seconds=60)
    assert work_due(world.house)
    assert done == ["good"]


@pytest.mark.parametrize(("seconds", "free"), [(29, False), (30, True)])
def test_the_lease_is_held_for_its_length(world: World, seconds: int, free: bool) -> None:
    assert lease.take(world.house, "one")
    assert lease.is_held(world.house)
    world.clock.forward(seconds=seconds)
    assert lease.is_held(world.house) is not free
    assert lease.take(world.house, "two") is free


@pytest.mark.parametrize(("ahead", "free"), [(lease.SKEW, False), (timedelta(days=40), True)])
def test_a_lease_taken_by_a_clock_that_was_far_ahead_binds_nobody(
    world: World, ahead: timedelta, free: bool
) -> None:
    world.clock.now += ahead
    assert lease.take(world.house, "killed before it gave the lease back")
    world.clock.now -= ahead
    assert lease.is_held(world.house) is not free
    assert lease.take(world.house, "two") is free


@pytest.mark.parametrize(("ahead", "seen"), [(lease.SKEW, True), (timedelta(days=40), False)])
def test_a_worker_whose_clock_was_far_ahead_was_not_seen_lately(
    world: World, ahead: timedelta, seen: bool
) -> None:
    world.clock.now += ahead
    assert lease.take(world.house, "killed before it gave the lease back")
    world.clock.now -= ahead
    assert lease.was_seen(world.house, within=timedelta(minutes=2)) is seen


def test_the_lease_is_given_back_by_its_holder_only(world: World) -> None:
    lease.take(world.house, "one")
    lease.release(world.house, "two")
    assert lease.is_held(world.house)
    lease.release(world.house, "one")
    assert not lease.is_held(world.house)


def test_r_7_a_worker_that_does_not_lead_clears_the_folders_of_its_own_host(world: World) -> None:
    staging, scratch = world.house.staging.path(new_id()), world.house.scratch / "copy-1"
    fresh = world.house.staging.path(new_id())
    staging.parent.mkdir(exist_ok=True)
    for path in (staging, fresh, scratch):
        path.mkdir() if path == scratch else path.write_text("an upload that nobody filed")
        if path != fresh:
            os.utime(path, (time.time() - KEPT.total_seconds() - 60,) * 2)
    lease.take(world.house, "another host")
    worker = Worker(world.house)
    worker.start()
    try:
        assert wait(lambda: not staging.exists() and not scratch.exists())
    finally:
        worker.stop()
    assert fresh.exists()


def test_settle_does_the_work_itself_where_no_worker_is(world: World) -> None:
    world.issued(world.draft())
    assert settle(world.house)
    assert world.house.search.count() == 1
    assert not due_deliveries(world.house)


def test_settle_gives_up_after_its_patience(world: World) -> None:
    lease.take(world.house, "somebody who does nothing")
    world.draft()
    assert not settle(world.house, patience=0.05)


def test_the_thread_follows_a_commit_at_once_and_gives_the_lease_back(world: World) -> None:
    worker = Worker(world.house)
    worker.start()
    try:
        world.draft()
        assert wait(lambda: world.house.search.count() == 1)
        assert lease.is_held(world.house)
    finally:
        worker.stop()
    assert not lease.is_held(world.house)
    assert not [one for one in threading.enumerate() if one.name == "docctl-worker"]


def test_the_worker_outlives_a_faulty_round(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docctl.jobs.worker.IDLE", 0.01)
    worker = Worker(world.house)
    real, calls = worker.run_once, []

    def faulty() -> bool:
        calls.append(1)
        if len(calls) == 1:
            raise OSError("the disk")
        return real()

    monkeypatch.setattr(worker, "run_once", faulty)
    worker.start()
    try:
        world.draft()
        assert wait(lambda: world.house.search.count() == 1)
    finally:
        worker.stop()
    assert len(calls) > 1


def test_i_1_an_import_that_reads_for_long_keeps_nothing_else_waiting(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, goes_on = threading.Event(), threading.Event()

    def long_reading(_house: House) -> bool:
        reads.set()
        goes_on.wait(20)
        return False

    monkeypatch.setattr("docctl.jobs.worker.work_imports", long_reading)
    worker = Worker(world.house)
    worker.start()
    try:
        assert reads.wait(20)
        world.draft()
        assert wait(lambda: world.house.search.count() == 1)
    finally:
        goes_on.set()
        worker.stop()
    assert not [one for one in threading.enumerate() if one.name == "docctl-imports"]


def wait(until: Callable[[], bool], seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while not until():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
