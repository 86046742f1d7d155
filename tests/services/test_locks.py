"""The store locks what is kept: on acceptance, or a day after filing (R-4)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from docctl.domain.retention import lock_until
from docctl.jobs.wait import settle
from docctl.models.content import ItemFile
from docctl.models.records import Record
from storage.api import Key, Stat
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
    world.clock.forward(hours=24, seconds=-1)
    settle(world.house)
    assert locked(world, record_id)[0].retain_until is None
    world.clock.forward(seconds=1)
    settle(world.house)
    assert locked(world, record_id)[0].retain_until is not None


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
