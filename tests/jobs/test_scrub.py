"""The rolling check of stored files: T-3 on both sides of its period, and what it tells."""

from __future__ import annotations

import json
import shutil
from uuid import UUID

import pytest
from sqlalchemy import select, update

from docctl.jobs import scrub as scrubbing
from docctl.jobs.scrub import scrub
from docctl.jobs.worker import Worker
from docctl.models.content import ItemFile
from docctl.models.records import Record
from docctl.models.trail import EventRow
from docctl.queries.audit import verify
from docctl.services.objects.recheck import recheck_file
from tests import filing
from tests.damage import flip, stored_at
from tests.world import World


@pytest.fixture
def record(world: World) -> UUID:
    return filing.filed(world, filing.a_form(world))


def file_of(world: World, record_id: UUID) -> ItemFile:
    return filing.files(world, record_id)[0]


def told(world: World, action: str) -> list[tuple[str, UUID | None, dict[str, object]]]:
    with world.house.uow.read() as session:
        rows = session.scalars(select(EventRow).where(EventRow.action == action).order_by(EventRow.seq))
        return [(one.subject_kind, one.subject_id, json.loads(one.facts)) for one in rows]


def test_t_3_a_file_is_read_again_when_its_period_is_over_and_not_before(world: World, record: UUID) -> None:
    every = world.house.scrub_every
    world.clock.forward(seconds=every.total_seconds() - 1)
    assert scrub(world.house) is False
    assert told(world, "objects.checked") == []
    world.clock.forward(seconds=1)
    assert scrub(world.house) is True
    assert scrub(world.house) is False  # all of it was done
    ((kind, subject, facts),) = told(world, "objects.checked")
    row = file_of(world, record)
    assert (kind, subject, row.problem, row.checked_at) == ("objects", None, "", world.clock())
    with world.house.uow.read() as session:
        rows = session.scalars(select(ItemFile)).all()
    assert facts == {"files": len(rows), "bytes": sum(one.stored_size for one in rows)}


def test_t_3_a_file_that_was_never_read_again_is_due(world: World, record: UUID) -> None:
    row = file_of(world, record)
    world.house.uow.write(lambda session: setattr(session.get_one(ItemFile, row.id), "checked_at", None))
    assert scrub(world.house) is True
    assert file_of(world, record).checked_at == world.clock()


def test_t_3_damage_is_named_by_its_item_told_once_and_nothing_is_deleted(world: World, record: UUID) -> None:
    row = file_of(world, record)
    flip(world, row)
    for _ in range(2):
        world.clock.forward(days=world.house.scrub_every.days)
        assert scrub(world.house)
    assert file_of(world, record).problem == "damaged"
    number = filing.row(world, record).number
    assert told(world, "file.unsound") == [
        ("record", record, {"number": number, "file": row.sha256, "problem": "damaged"})
    ]
    assert stored_at(world, row).exists()


def test_t_3_a_lost_file_is_named(world: World, record: UUID) -> None:
    stored_at(world, file_of(world, record)).unlink()
    world.clock.forward(days=world.house.scrub_every.days)
    scrub(world.house)
    assert file_of(world, record).problem == "missing"


def test_t_3_a_file_that_is_brought_back_is_sound_again(world: World, record: UUID) -> None:
    row = file_of(world, record)
    flip(world, row)
    assert recheck_file(row.id, by=world.by("qian"), house=world.house) == "damaged"
    flip(world, row)
    world.clock.forward(minutes=1)
    assert recheck_file(row.id, by=world.by("qian"), house=world.house) == ""
    assert file_of(world, record).problem == ""
    assert len(told(world, "file.sound")) == 1
    with world.house.uow.read() as session:
        assert verify(session).ok


def test_t_3_a_store_that_is_away_says_nothing_of_its_files(world: World, record: UUID) -> None:
    objects = world.house.scratch.parent / "objects"
    world.clock.forward(days=world.house.scrub_every.days)
    shutil.move(objects, objects.with_name("elsewhere"))
    assert scrub(world.house) is False
    assert file_of(world, record).problem == ""
    shutil.move(objects.with_name("elsewhere"), objects)
    assert scrub(world.house) is True


def test_r_7_a_file_that_goes_while_it_is_checked_is_no_loss(
    world: World, record: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = file_of(world, record)
    found = scrubbing.file_problem

    def as_it_goes(one: ItemFile, store: object) -> str:
        if one.id == row.id:
            filing.force(world, record, "accepted", "on_list", "destroying")
            gone = update(Record).where(Record.id == record).values(destroying_since=world.clock())
            world.house.uow.write(lambda session: session.execute(gone))
            return "missing"
        return found(one, store)  # type: ignore[arg-type]

    monkeypatch.setattr(scrubbing, "file_problem", as_it_goes)
    world.clock.forward(days=world.house.scrub_every.days)
    assert scrub(world.house)
    assert told(world, "file.unsound") == []


def test_t_3_a_slice_ends_after_its_time_and_the_next_one_goes_on(world: World, record: UUID) -> None:
    world.clock.forward(days=world.house.scrub_every.days)
    slices = 0
    while scrub(world.house, seconds=1e-9):
        slices += 1
    with world.house.uow.read() as session:
        assert slices == len(session.scalars(select(ItemFile)).all()) > 1


def test_t_3_the_worker_checks_when_nobody_waits(world: World, record: UUID) -> None:
    world.clock.forward(days=world.house.scrub_every.days + 1)
    worker = Worker(world.house)
    while worker.run_once():
        pass
    assert file_of(world, record).checked_at == world.clock()
    assert told(world, "objects.checked")
