"""Work that takes long keeps nobody waiting: it goes on by steps, while files come and go (T-3, R-7)."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from docctl.jobs import deliveries, entries, lease
from docctl.jobs.deliveries import Running, deliver
from docctl.jobs.disposal import empty_log
from docctl.jobs.entries import all_entries, record_key
from docctl.jobs.projection import follow
from docctl.jobs.worker import Worker
from docctl.models.base import new_id
from docctl.models.content import ItemFile
from docctl.models.retention import ListStatus
from docctl.models.work import Delivery
from docctl.queries import objects
from docctl.queries.objects import Comparison
from docctl.services.house import House
from docctl.services.jobs import want
from storage.api import Area, Key, StoreUnavailable
from tests import lists
from tests.through import run_disposal
from tests.world import World


def compare(world: World) -> Comparison:
    house = world.house
    return Comparison(house.uow.read, house.objects, clock=house.clock, zone=house.zone)


def wanted(world: World, *kinds: str) -> None:
    for kind in kinds:
        world.house.uow.write(lambda s, kind=kind: want(s, kind, key="1", payload={}, at=world.clock()))


def row(world: World, kind: str) -> Delivery:
    with world.house.uow.read() as session:
        return session.scalars(select(Delivery).where(Delivery.kind == kind)).one()


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Replace effects by a long one of three steps, a short one, and a long one that fails at its second."""
    told: list[str] = []

    def long(_house: House, _payload: Mapping[str, Any]) -> Iterator[None]:
        for step in range(3):
            told.append(f"long {step}")
            yield

    def short(_house: House, _payload: Mapping[str, Any]) -> None:
        told.append("short")

    def fails(_house: House, _payload: Mapping[str, Any]) -> Iterator[None]:
        told.append("fails")
        yield
        raise StoreUnavailable("away")

    monkeypatch.setattr(deliveries, "HANDLERS", {"long": long, "short": short, "fails": fails})
    return told


def test_what_takes_long_goes_on_in_the_next_round_and_is_done_once(
    world: World, seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "SLICE", 0.0)
    wanted(world, "long", "short")
    running: Running = {}
    assert deliver(world.house, running)
    assert seen == ["long 0", "short"]
    assert (row(world, "long").done_at, row(world, "long").tries) == (None, 0)
    while deliver(world.house, running):
        pass
    assert seen == ["long 0", "short", "long 1", "long 2"]
    assert (row(world, "long").done_at, row(world, "long").tries) == (world.clock(), 1)
    assert not running


def test_what_is_short_enough_is_done_in_one_round(world: World, seen: list[str]) -> None:
    wanted(world, "long", "short")
    running: Running = {}
    assert deliver(world.house, running)
    assert seen == ["long 0", "long 1", "long 2", "short"]
    assert not running


def test_who_asks_for_no_rounds_has_it_done_to_its_end(
    world: World, seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "SLICE", 0.0)
    wanted(world, "long")
    assert deliver(world.house)
    assert seen == ["long 0", "long 1", "long 2"]


def test_what_fails_on_its_way_begins_again_after_its_pause(
    world: World, seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "SLICE", 0.0)
    wanted(world, "fails")
    running: Running = {}
    assert deliver(world.house, running)
    assert deliver(world.house, running)
    assert (row(world, "fails").last_error, running) == ("StoreUnavailable", {})
    assert not deliver(world.house, running)
    world.clock.forward(seconds=2)
    assert deliver(world.house, running)
    assert seen == ["fails", "fails"]


def test_what_somebody_else_has_done_is_let_go(
    world: World, seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "SLICE", 0.0)
    wanted(world, "long")
    running: Running = {}
    deliver(world.house, running)
    assert running
    deliver(world.house)
    deliver(world.house, running)
    assert not running
    assert seen == ["long 0", "long 0", "long 1", "long 2"]


def test_a_worker_that_lost_its_lease_goes_on_once_it_leads_again(
    world: World, seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "SLICE", 0.0)
    wanted(world, "long")
    worker = Worker(world.house)
    assert worker._leads()
    worker.run_once()
    world.clock.forward(minutes=1)
    assert lease.take(world.house, "another")
    worker._renewed = float("-inf")
    assert not worker._leads()
    world.clock.forward(minutes=1)
    assert worker._leads()
    worker.run_once()
    assert seen == ["long 0", "long 1"]


def test_t_3_objects_that_were_listed_and_are_destroyed_before_their_rows_are_asked_for_are_no_orphans(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "_BATCH", 1)
    keys = sorted((Key.new(Area.RECORDS, "record", new_id(), 1) for _ in range(2)), key=str)
    for one in keys:
        world.house.objects.put(one, io.BytesIO(b"nobody's"), retain_until=None)
    comparison = compare(world)
    steps = comparison.steps()
    next(steps)
    next(steps)  # both are listed, and no row names them
    world.house.objects.destroy(keys[0])
    for _ in steps:
        pass
    assert comparison.report().without_row == (str(keys[1]),)


def test_t_3_a_comparison_names_no_file_that_is_destroyed_meanwhile(world: World) -> None:
    list_id, _text = lists.witnessed_list(world, items=3)
    comparison = compare(world)
    steps = comparison.steps()
    next(steps)  # the files to look at are known, and the first was looked at
    run_disposal(world.house, list_id)
    rest = sum(1 for _ in steps)
    assert rest >= 4
    assert lists.list_row(world, list_id).status is ListStatus.EXECUTED
    report = comparison.report()
    assert [one for one in report.problems if one.kind == "record" or one.problem == "missing"] == []
    assert not report.without_row


def test_r_7_the_index_is_made_anew_by_steps_at_the_end_of_a_list(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "SLICE", 0.0)
    monkeypatch.setattr(entries, "BATCH", 1)
    house = world.house
    kept = [lists.filed(world) for _ in range(3)]
    list_id, _text = lists.witnessed_list(world, items=2)
    follow(house)
    running: Running = {}
    rounds = 0
    while lists.list_row(world, list_id).purge_from is None or rounds < 3:
        deliver(house, running)
        rounds += lists.list_row(world, list_id).purge_from is not None
    assert len(running) == 1  # the index is being made
    late = lists.filed(world)
    assert not follow(house)  # and taken up from where it stands only afterwards
    if house.uow.engine.dialect.name == "sqlite":
        empty_log(house)  # would fail while somebody reads an older state
    for _ in range(40):
        deliver(house, running)
    assert lists.list_row(world, list_id).status is ListStatus.EXECUTED
    while follow(house):
        pass
    with house.uow.read() as session:
        found = {one.id for one in all_entries(session, house.zone)}
    assert {record_key(one) for one in (*kept, late)} <= found
    assert set(house.search.ids()) == found


def test_t_3_a_comparison_still_names_what_is_lost(world: World) -> None:
    record = lists.filed(world)
    with world.house.uow.read() as session:
        lost = session.scalars(select(ItemFile).where(ItemFile.owner_id == record)).one()
    world.house.objects.destroy(Key.parse(lost.object_key))
    comparison = compare(world)
    for _ in comparison.steps():
        pass
    assert [(one.problem, one.key) for one in comparison.report().problems] == [("missing", lost.object_key)]


def test_t_3_a_file_that_comes_in_while_files_are_listed_is_none_without_a_row(world: World) -> None:
    put = world.house.objects.put
    key = Key.new(Area.RECORDS, "record", new_id(), 1)
    stays = Key.new(Area.RECORDS, "record", new_id(), 1)
    for one in (key, stays):
        put(one, io.BytesIO(b"on its way in"), retain_until=None)
    comparison = compare(world)
    steps = comparison.steps()
    next(steps)  # both are listed, and no row names them yet
    world.house.uow.write(
        lambda session: session.add(
            ItemFile(
                id=new_id(),
                owner_kind="record",
                owner_id=key.item_id,
                role="main",
                ordinal=1,
                name="a.txt",
                media_type="text/plain",
                sha256="0" * 64,
                size=13,
                object_key=str(key),
                object_version="1",
                stored_sha256="0" * 64,
                stored_size=13,
                added_by=world.people["wang"],
                added_at=world.clock(),
            )
        )
    )
    for _ in steps:
        pass
    assert comparison.report().without_row == (str(stays),)


@pytest.mark.sqlite_only
def test_r_7_a_comparison_that_goes_on_keeps_no_old_pages(world: World) -> None:
    world.draft()
    world.draft("文件控制程序")
    steps = compare(world).steps()
    next(steps)
    world.draft("内部审核程序")
    empty_log(world.house)  # would fail while somebody reads an older state
    world.clock.forward(seconds=timedelta(days=1).total_seconds())
    assert sum(1 for _ in steps) >= 1
