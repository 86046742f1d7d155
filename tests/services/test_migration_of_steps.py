"""Steps from before they kept their class of the authority table are handed over as they were (A-7)."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text
from sqlalchemy.orm import Session

from docctl.domain.roles import Role
from docctl.services.schema import migrate, schema_state
from tests.services.test_leaving import give, step, step_of
from tests.services.test_migration_of_annexes import before_annexes
from tests.services.test_routes import grant
from tests.world import World, as_owner


def before_authority_of_steps(there: Session | Connection) -> None:
    """Let no step keep by which class of the authority table it went to its signer; nor what came later."""
    before_annexes(there)
    connection = there.connection() if isinstance(there, Session) else there
    if not inspect(connection).has_table("step"):
        return
    if "authority" in {one["name"] for one in inspect(connection).get_columns("step")}:
        there.execute(text("ALTER TABLE step DROP COLUMN authority"))


def test_a_7_an_open_step_from_before_is_of_no_class_and_goes_on(world: World) -> None:
    revision = world.submitted(world.draft())
    grant(world, "zhang", Role.REVIEWER)

    def as_before(session: Session) -> None:
        before_authority_of_steps(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0054'"))

    as_owner(world.house).write(as_before)
    assert not schema_state(world.house.uow.engine).is_ready
    assert migrate(world.house.uow.owner).is_ready
    assert step_of(world, revision, "review").authority == ""
    give(world, "ouyang", step(world, revision, "review", "zhang"))
    assert step_of(world, revision, "review").assignee_id == world.people["zhang"]
