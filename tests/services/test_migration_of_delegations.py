"""Steps and signatures from before delegations are of their signers alone, and can be delegated (A-8)."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text
from sqlalchemy.orm import Session

from docctl.services.revisions.sign import review_revision
from docctl.services.schema import migrate, schema_state
from tests.delegating import delegated, signature, signing_for
from tests.services.test_leaving import step_of
from tests.services.test_migration_of_external import before_external
from tests.world import World, as_owner

_COLUMNS = (("step", "delegable"), ("step", "delegable_post_id"), ("signature", "principal_name"))


def before_delegations(there: Session | Connection) -> None:
    """Let nobody stand in for anybody; nor what came later be there."""
    before_external(there)
    connection = there.connection() if isinstance(there, Session) else there
    for table in ("delegation_scope", "delegation"):
        there.execute(text(f"DROP TABLE IF EXISTS {table}"))
    for table, column in (*_COLUMNS, ("signature", "delegation_id")):
        if not inspect(connection).has_table(table):
            continue
        if column in {one["name"] for one in inspect(connection).get_columns(table)}:
            there.execute(text(f"ALTER TABLE {table} DROP COLUMN {column}"))


def test_a_8_an_open_step_from_before_can_be_delegated_and_what_was_signed_stays(world: World) -> None:
    signed = world.approved(world.draft())
    revision = world.submitted(world.draft("仓库管理"))
    before = signature(world, signed, "review")

    def as_before(session: Session) -> None:
        before_delegations(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0058'"))

    as_owner(world.house).write(as_before)
    assert not schema_state(world.house.uow.engine).is_ready
    assert migrate(world.house.uow.owner).is_ready
    after = signature(world, signed, "review")
    assert (after.seal, after.principal_name, after.delegation_id) == (before.seal, "", None)
    assert step_of(world, revision, "review").delegable == "free"
    delegated(world, "ouyang", "wang")
    review_revision(signing_for(world, revision, "ouyang"), by=world.by("wang"), house=world.house)
    assert signature(world, revision, "review").principal_name == "欧阳雪"
