"""What the database forbids with returns: neither they nor their lists change, but for ticks (A-9)."""

from __future__ import annotations

import pytest

from tests.returning import check_routes, page, returned
from tests.services.test_guards import guard_of, statement
from tests.world import World

TICK = (
    "UPDATE return_item SET done_at = '2026-03-02 01:00', done_by = "
    "(SELECT back.returned_by FROM revision_return back WHERE back.id = return_item.return_id)"
)


@pytest.mark.parametrize(
    ("sql", "guard"),
    [
        ("UPDATE revision_return SET reason = '别的'", "a_9_return_update"),
        ("DELETE FROM revision_return", "a_9_return_delete"),
        ("UPDATE return_item SET text = '别的'", "a_9_item_text"),
        ("DELETE FROM return_item", "a_9_item_delete"),
    ],
)
def test_a_9_neither_a_return_nor_its_list_changes(world: World, sql: str, guard: str) -> None:
    returned(world, world.submitted(world.draft()), items=("页码",))
    assert guard_of(lambda: statement(world, sql)) == guard


def test_a_9_items_are_ticked_while_the_revision_is_a_draft(world: World) -> None:
    revision_id = world.submitted(world.draft())
    returned(world, revision_id, items=("页码",))
    world.submitted(revision_id)
    assert guard_of(lambda: statement(world, TICK)) == "a_9_item_ticked"
    returned(world, revision_id)
    statement(world, TICK)
    assert page(world, revision_id).returns[1].items[0].is_done


def test_a_9_the_points_of_a_step_stay(world: World) -> None:
    check_routes(world)
    world.submitted(world.draft())
    assert guard_of(lambda: statement(world, "UPDATE step SET points = '[]'")) == "a_9_points_change"
