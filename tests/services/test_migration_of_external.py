"""Revisions from before external signatures get them, with their files in place (A-5)."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from docctl.migrations.rebuild import remade
from docctl.services.schema import migrate, schema_state
from tests.services.test_external_signatures import lines, vouched
from tests.services.test_migration_of_copy_steps import before_copy_steps
from tests.world import World, as_owner


def before_external(there: Session | Connection) -> None:
    """Let nobody from outside have signed; nor what came later be there."""
    before_copy_steps(there)
    for table in ("external_withdrawal", "external_signature"):
        there.execute(text(f"DROP TABLE IF EXISTS {table}"))


def test_a_5_a_revision_from_before_is_signed_from_outside(world: World) -> None:
    revision_id = world.submitted(world.draft())

    def as_before(session: Session) -> None:
        before_external(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0059'"))

    as_owner(world.house).write(as_before)
    assert not schema_state(world.house.uow.engine).is_ready
    assert migrate(world.house.uow.owner).is_ready
    vouched(world, revision_id)
    assert [one.name for one in lines(world, revision_id)] == ["李四"]


def test_a_5_a_table_that_knows_later_owners_too_is_left_as_it_is(world: World) -> None:
    if world.house.uow.engine.dialect.name != "sqlite":
        pytest.skip("only SQLite makes tables anew")

    def as_before(session: Session) -> None:
        before_external(session)
        session.execute(text("PRAGMA defer_foreign_keys = ON"))
        remade(session.connection(), "item_file", "'external_signature')", "'external_signature', 'later')")
        session.execute(text("UPDATE alembic_version SET version_num = '0059'"))

    as_owner(world.house).write(as_before)
    assert migrate(world.house.uow.owner).is_ready
