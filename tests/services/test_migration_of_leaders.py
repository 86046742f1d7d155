"""Units from before leaders in charge have none, and get one (O-3)."""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from docctl.queries.unit_leaders import leaders
from docctl.services.people.leaders import LeadUnits, lead_units
from docctl.services.schema import migrate
from tests.services.test_migration_of_checks import before_checks
from tests.world import World, as_owner


def before_leaders(there: Session | Connection) -> None:
    """Let units be as they were when nobody was in charge of them."""
    before_checks(there)
    there.execute(text("DROP TABLE IF EXISTS unit_leader"))


def test_o_3_units_from_before_leaders_have_none_and_get_one(world: World) -> None:
    def as_before(session: Session) -> None:
        before_leaders(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0039'"))

    as_owner(world.house).write(as_before)
    assert migrate(world.house.uow.owner).is_ready
    with world.house.uow.read() as session:
        assert leaders(session, today=world.house.today()) == ()
    cmd = LeadUnits(world.people["zhao"], (world.units["SC"],), world.house.today())
    lead_units(cmd, by=world.by("admin"), house=world.house)
    with world.house.uow.read() as session:
        assert [one.unit for one in leaders(session, today=world.house.today())] == ["SC"]
