"""Steps from before reasons of being late keep theirs open, and are asked when they are closed (A-13)."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text
from sqlalchemy.orm import Session

from docctl.models.guards import GUARDS
from docctl.services.schema import migrate, schema_state
from tests.services.test_leaving import step_of
from tests.services.test_migration_of_reminders import before_reminders
from tests.world import World, as_owner


def before_late_steps(there: Session | Connection) -> None:
    """Let no step know why it was late; nor what came later be there."""
    before_reminders(there)
    connection = there.connection() if isinstance(there, Session) else there
    if not inspect(connection).has_table("step"):
        return
    for one in GUARDS:
        if one.name == "a_13_late_reason":
            on = f" ON {one.table}" if connection.dialect.name == "postgresql" else ""
            there.execute(text(f"DROP TRIGGER IF EXISTS {one.name}{on}"))
    for column in ("late_reason", "late_unit_id"):
        if column in {one["name"] for one in inspect(connection).get_columns("step")}:
            there.execute(text(f"ALTER TABLE step DROP COLUMN {column}"))


def test_a_13_a_step_from_before_has_no_reason_and_can_get_one(world: World) -> None:
    revision = world.submitted(world.draft())

    def as_before(session: Session) -> None:
        before_late_steps(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0063'"))

    as_owner(world.house).write(as_before)
    assert not schema_state(world.house.uow.engine).is_ready
    assert migrate(world.house.uow.owner).is_ready
    step = step_of(world, revision, "review")
    assert (step.late_reason, step.late_unit_id) == ("", None)
