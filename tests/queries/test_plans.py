"""What pages ask, and who types, begins at an index, however many records there are (S-7, N-10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from docctl.queries.citations import _ending_so
from docctl.queries.shared_keys import keys_beginning
from tests.world import World


def plan(world: World, asked: Callable[[Session], Any]) -> str:
    """Return how SQLite goes about the one statement that is asked."""
    engine = world.house.uow.engine
    if engine.dialect.name != "sqlite":
        pytest.skip("which way a server goes depends on what lies there")
    told: list[tuple[str, Any]] = []

    def listen(_connection: Any, _cursor: Any, statement: str, given: Any, *_: Any) -> None:
        told.append((statement, given))

    with world.house.uow.read() as session:
        session.execute(text("SELECT 1"))
        event.listen(engine, "before_cursor_execute", listen)
        try:
            asked(session)
        finally:
            event.remove(engine, "before_cursor_execute", listen)
        ((statement, given),) = told
        rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
        return "\n".join(row[3] for row in rows)


def test_n_10_the_tails_of_numbers_are_looked_for_among_documents_alone(world: World) -> None:
    found = plan(world, lambda session: _ending_so(session, [f"TSP{number}" for number in range(30)]))
    assert "SCAN number_entry" not in found
    assert "item_id=?" in found


def test_s_7_keys_that_begin_as_typed_are_a_stretch_of_the_index(world: World) -> None:
    actor = world.by("li").actor
    found = plan(world, lambda session: keys_beginning(session, actor, "B-2026"))
    assert "kind=? AND normal>? AND normal<?" in found
