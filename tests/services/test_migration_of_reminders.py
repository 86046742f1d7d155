"""A company from before gets the setting of watchers, and reminds of steps that were open then (A-13)."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text
from sqlalchemy.orm import Session

from docctl.services.schema import migrate, schema_state
from tests.services.test_late_steps import overdue
from tests.services.test_migration_of_returns import before_returns
from tests.services.test_reminders import remind, watch
from tests.world import World, as_owner


def before_reminders(there: Session | Connection) -> None:
    """Let nobody watch and nothing be reminded of; nor what came later be there."""
    before_returns(there)
    connection = there.connection() if isinstance(there, Session) else there
    there.execute(text("DROP TABLE IF EXISTS reminder"))
    if not inspect(connection).has_table("controlled_setting"):
        return
    for guard, table in (
        ("v_2_setting_revision_delete", "setting_revision"),
        ("v_2_setting_delete", "controlled_setting"),
    ):
        on = "" if connection.dialect.name == "sqlite" else f" ON {table}"
        there.execute(text(f"DROP TRIGGER IF EXISTS {guard}{on}"))
    of_kind = "(SELECT id FROM controlled_setting WHERE kind = 'watchers')"
    there.execute(text(f"DELETE FROM setting_revision WHERE setting_id IN {of_kind}"))
    there.execute(text("DELETE FROM controlled_setting WHERE kind = 'watchers'"))


def test_a_13_what_was_open_before_can_be_watched_and_reminded_of(world: World) -> None:
    revision = overdue(world)

    def as_before(session: Session) -> None:
        before_reminders(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0064'"))

    as_owner(world.house).write(as_before)
    assert not schema_state(world.house.uow.engine).is_ready
    assert migrate(world.house.uow.owner).is_ready
    watch(world)
    assert remind(world, revision)
