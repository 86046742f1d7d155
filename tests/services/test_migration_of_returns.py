"""Revisions that came back before returns were counted get them from the trail (A-9)."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text
from sqlalchemy.orm import Session

from docctl.migrations.rebuild import remade, says
from docctl.services.schema import migrate, schema_state
from tests.returning import check_routes, checked, page, returned
from tests.world import World, as_owner

_BEFORE = "meaning IN ('prepare', 'review',"
_NOW = "meaning IN ('prepare', 'form_check', 'review',"


def before_returns(there: Session | Connection) -> None:
    """Let returns be counted nowhere, and no formal check be known."""
    connection = there.connection() if isinstance(there, Session) else there
    for table in ("return_item", "revision_return"):
        there.execute(text(f"DROP TABLE IF EXISTS {table}"))
    if not inspect(connection).has_table("step"):
        return
    if "points" in {one["name"] for one in inspect(connection).get_columns("step")}:
        _drop_guard(connection)
        there.execute(text("ALTER TABLE step DROP COLUMN points"))
    for table in ("step", "signature"):
        if connection.dialect.name == "sqlite" and says(connection, table, _NOW):
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            remade(connection, table, _NOW, _BEFORE)


def _drop_guard(connection: Connection) -> None:
    on = " ON step" if connection.dialect.name == "postgresql" else ""
    connection.execute(text(f"DROP TRIGGER IF EXISTS a_9_points_change{on}"))


def test_a_9_past_returns_are_counted_from_the_trail(world: World) -> None:
    revision_id = world.submitted(world.draft())
    returned(world, revision_id, reason="页码有误")
    world.approved(revision_id)
    returned(world, revision_id, "chen", "客户要求变更")
    before = page(world, revision_id).returns

    def as_before(session: Session) -> None:
        before_returns(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0065'"))

    as_owner(world.house).write(as_before)
    assert not schema_state(world.house.uow.engine).is_ready
    assert migrate(world.house.uow.owner).is_ready
    assert page(world, revision_id).returns == before
    assert [(one.ordinal, one.meaning, one.who) for one in before] == [
        (2, "", "陈静"),
        (1, "review", "欧阳雪"),
    ]
    check_routes(world)
    checked(world, world.submitted(world.draft("仓库管理")), True, True, True)
