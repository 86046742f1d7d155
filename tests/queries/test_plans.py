"""What pages ask, and who types, begins at an index, however many records there are (S-7, N-10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from docctl.models.citations import Citation
from docctl.queries.citation_targets import target_id
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


def test_d_6_what_citations_mean_is_looked_up_at_an_index_each(world: World) -> None:
    asked = select(target_id()).where(Citation.revision_id == uuid4())
    found = plan(world, lambda session: session.execute(asked).all())
    assert "SCAN" not in found.replace("SCAN CONSTANT ROW", ""), found
    for name in ("ix_number_entry_normal", "ix_document_title_key", "ix_alias_normal", "ix_number_tail_tail"):
        assert name in found


def test_s_7_keys_that_begin_as_typed_are_a_stretch_of_the_index(world: World) -> None:
    actor = world.by("li").actor
    found = plan(world, lambda session: keys_beginning(session, actor, "B-2026"))
    assert "kind=? AND normal>? AND normal<?" in found
