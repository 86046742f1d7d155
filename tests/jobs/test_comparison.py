"""The index compared with the database names each item that differs, and only what differs (S-4)."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import update

from docctl.jobs.comparison import Comparison, compare
from docctl.jobs.projection import rebuild
from docctl.jobs.wait import settle
from docctl.models.records import Record
from tests.filing import a_form, corrected, filed, row, voided
from tests.world import World


@pytest.fixture
def stock(world: World) -> list[UUID]:
    form = a_form(world)
    found = [filed(world, form, title=f"外壳划伤 {number}") for number in range(3)]
    settle(world.house)
    return found


def told(found: Comparison) -> list[tuple[str, str]]:
    return [(one.problem, one.number) for one in found.differences]


def test_s_4_an_index_that_followed_holds_everything(world: World, stock: list[UUID]) -> None:
    found = compare(world.house)
    assert (found.ok, found.behind, found.differences) == (True, 0, ())
    assert found.entries == world.house.search.count()


def test_s_4_each_item_that_differs_is_named(world: World, stock: list[UUID]) -> None:
    house = world.house
    numbers = [row(world, one).number for one in stock]
    engine = house.search
    at = engine.position()
    engine.apply([], [f"record:{stock[0]}"], position=at)
    house.uow.write(  # behind the back of the events
        lambda session: session.execute(update(Record).where(Record.id == stock[1]).values(place="二柜"))
    )
    found = compare(house)
    assert told(found) == [("different", numbers[1]), ("missing", numbers[0])]
    assert not found.ok
    assert found.differences[1].title == "外壳划伤 0"
    rebuild(house)
    assert compare(house).ok


def test_s_4_what_should_be_gone_is_named(world: World, stock: list[UUID]) -> None:
    engine = world.house.search
    entries = dict(engine.digests())
    voided(world, stock[2])
    number = row(world, stock[2]).number
    behind = compare(world.house)
    assert (behind.ok, behind.behind > 0) == (True, True)  # not followed yet: no fault of the index
    with world.house.uow.read() as session:
        from docctl.jobs.projection import newest

        engine.apply([], [], position=newest(session))  # a follower that overlooked it
    assert told(compare(world.house)) == [("left_over", number)]
    assert len(entries) == engine.count()


def test_s_4_what_is_still_to_be_followed_is_no_difference(world: World, stock: list[UUID]) -> None:
    corrected(world, stock[0], field="title", new="上盖裂纹")
    filed(world, a_form(world, number="QR-1103", title="另一表"))
    assert compare(world.house).differences == ()
    settle(world.house)
    assert compare(world.house).ok


def test_s_4_an_index_that_is_not_there_lacks_everything(world: World) -> None:
    found = compare(world.house)
    assert (found.ok, found.state, found.intact, found.entries) == (False, "empty", False, 0)
    assert not found.differences  # it has to be made first
