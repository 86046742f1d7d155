"""A company from before outside organisations gets one, with its people and items in place (O-7)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from docctl.services.people.actors import actor_of
from docctl.services.schema import migrate
from tests.partners import a_partner, bound
from tests.services.test_migration_of_views import before_views
from tests.world import World, as_owner


def before_outside(there: Session | Connection) -> None:
    """Let nobody be bound, and nothing shared."""
    before_views(there)
    for table in ("partner_share", "partner_binding"):
        there.execute(text(f"DROP TABLE IF EXISTS {table}"))


def test_o_7_a_company_from_before_lets_somebody_in_from_outside(world: World) -> None:
    def as_before(session: Session) -> None:
        before_outside(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0045'"))

    as_owner(world.house).write(as_before)
    assert migrate(world.house.uow.owner).is_ready
    a_partner(world)
    bound(world, world.house.today() + timedelta(days=3))
    with world.house.uow.read() as session:
        assert actor_of(session, world.people["gast"], world.house.clock()).is_admitted
        assert not actor_of(session, world.people["wang"], world.house.clock()).is_outside
