"""Revisions from before copy-to steps tell nobody; the next submission by a route that does, does (A-10)."""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from docctl.services.schema import migrate, schema_state
from tests.services.test_copy_steps import copied, told
from tests.services.test_migration_of_late_steps import before_late_steps
from tests.world import World, as_owner


def before_copy_steps(there: Session | Connection) -> None:
    """Let no route have told anybody; nor what came later be there."""
    before_late_steps(there)
    there.execute(text("DROP TABLE IF EXISTS copy_step"))


def test_a_10_a_revision_from_before_tells_nobody(world: World) -> None:
    revision = world.submitted(world.draft())

    def as_before(session: Session) -> None:
        before_copy_steps(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0060'"))

    as_owner(world.house).write(as_before)
    assert not schema_state(world.house.uow.engine).is_ready
    assert migrate(world.house.uow.owner).is_ready
    assert told(world, revision) == []
    assert told(world, copied(world))[0] == ("王强", True, False)
