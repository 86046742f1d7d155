"""A company from before continuity declares it, with its forms and records in place (N-8)."""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from docctl.services.schema import migrate, schema_state
from tests.filing import a_form, filed
from tests.services.test_continuity import DAY, MONDAY, declared, gaps, on
from tests.services.test_migration_of_steps import before_authority_of_steps
from tests.world import World, as_owner


def before_continuity(there: Session | Connection) -> None:
    """Let no form be wanted in each period."""
    before_authority_of_steps(there)
    for table in ("continuity_explanation", "continuity_rule"):
        there.execute(text(f"DROP TABLE IF EXISTS {table}"))


def test_n_8_forms_from_before_are_wanted_in_each_period(world: World) -> None:
    form = a_form(world)
    world.clock.now += DAY
    filed(world, form, occurred_at=on(MONDAY))

    def as_before(session: Session) -> None:
        before_continuity(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0053'"))

    as_owner(world.house).write(as_before)
    assert not schema_state(world.house.uow.engine).is_ready
    assert migrate(world.house.uow.owner).is_ready
    declared(world, form)
    world.clock.now += DAY
    assert gaps(world) == ["2026-03-03"]
