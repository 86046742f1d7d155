"""The store locks what is kept: on acceptance, or a day after filing (R-4)."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

from sqlalchemy import select

from docctl.domain.retention import lock_until
from docctl.jobs.deliveries import deliver, due_deliveries, unfinished
from docctl.jobs.wait import settle
from docctl.models.content import ItemFile
from docctl.models.records import Record
from docctl.services.jobs import want
from docctl.services.records.accept import VoidRecord, void_record
from storage.api import Area, Key, Stat
from tests.lists import accepted, filed
from tests.world import World


def locked(world: World, record_id: object) -> tuple[Stat, Record]:
    with world.house.uow.read() as session:
        file = session.scalars(select(ItemFile).where(ItemFile.owner_id == record_id)).one()
        row = session.get_one(Record, record_id)
    return world.house.objects.stat(Key.parse(file.object_key), file.object_version), row


def test_r_4_an_accepted_record_is_locked_to_the_end_of_its_last_day(world: World) -> None:
    record_id = accepted(world, filed(world))
    settle(world.house)
    stat, row = locked(world, record_id)
    assert row.keep_until is not None
    assert stat.retain_until == lock_until(row.keep_until, world.house.zone)


def test_r_4_a_record_nobody_accepted_is_locked_after_a_day_and_not_before(world: World) -> None:
    record_id = filed(world)
    filed_at = world.clock()
    world.clock.forward(hours=24, seconds=-1)
    settle(world.house)
    assert locked(world, record_id)[0].retain_until == filed_at + timedelta(days=2)
    world.clock.forward(seconds=1)
    settle(world.house)
    stat, row = locked(world, record_id)
    assert row.keep_until is not None
    assert stat.retain_until == lock_until(row.keep_until, world.house.zone)


def test_r_4_a_record_just_filed_has_the_short_lock(world: World) -> None:
    record_id = filed(world)
    settle(world.house)
    assert locked(world, record_id)[0].retain_until == world.clock() + timedelta(days=2)


def test_f_17_a_record_voided_in_its_grace_is_not_locked_to_its_end(world: World) -> None:
    record_id = filed(world)
    settle(world.house)
    short = locked(world, record_id)[0].retain_until
    with world.house.uow.read() as session:
        version = session.get_one(Record, record_id).row_version
    void_record(VoidRecord(record_id, version, "wrong form"), by=world.by("li"), house=world.house)
    world.clock.forward(days=1)
    settle(world.house)
    assert locked(world, record_id)[0].retain_until == short


def test_r_4_an_object_to_be_removed_waits_for_its_lock_without_failing(world: World) -> None:
    house, until = world.house, world.clock() + timedelta(days=2)
    key = Key.new(Area.RECORDS, "revision", uuid4(), 1)
    house.objects.put(key, BytesIO(b"replaced"), retain_until=until)
    house.uow.write(
        lambda session: want(
            session, "destroy_object", key=str(key), payload={"key": str(key)}, at=world.clock()
        )
    )
    deliver(house)
    assert unfinished(house) == []
    assert due_deliveries(house) == []
    world.clock.now = until - timedelta(seconds=1)
    deliver(house)
    assert [one.key for one in house.objects.list(Area.RECORDS)] == [key]
    world.clock.now = until
    deliver(house)
    assert list(house.objects.list(Area.RECORDS)) == []


def test_r_4_an_issued_revision_is_locked_and_the_lock_rolls_on(world: World) -> None:
    revision_id = world.issued(world.draft())
    settle(world.house)

    def until() -> object:
        with world.house.uow.read() as session:
            file = session.scalars(select(ItemFile).where(ItemFile.owner_id == revision_id)).one()
        return world.house.objects.stat(Key.parse(file.object_key), file.object_version).retain_until

    assert until() == world.clock() + timedelta(days=730)
    world.clock.forward(days=365)
    settle(world.house)
    assert until() == world.clock() + timedelta(days=730)
