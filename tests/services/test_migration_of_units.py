"""Other names that stood with a unit become names of their own, with rows in place (O-2)."""

from __future__ import annotations

import json

from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.orm import Session

from docctl.models.organisation import Unit, UnitName
from docctl.queries.by_name import unit_named
from docctl.services.people.units import AddUnit, add_unit
from docctl.services.schema import migrate
from tests.services.test_migration_of_mail import before_mail
from tests.world import World, as_owner


def before_unit_names(there: Session | Connection) -> None:
    """Let units be as they were when their other names stood with them."""
    connection = there.connection() if isinstance(there, Session) else there
    before_mail(there)
    there.execute(text("DROP TABLE IF EXISTS unit_name"))
    if "aliases" not in {one["name"] for one in inspect(connection).get_columns("unit")}:
        there.execute(text("ALTER TABLE unit ADD COLUMN aliases JSON DEFAULT '[]' NOT NULL"))


def test_o_2_other_names_from_before_find_their_units(world: World) -> None:
    names = json.dumps(["品保部", "質檢部"], ensure_ascii=False)

    def as_before(session: Session) -> None:
        before_unit_names(session)
        session.execute(text("UPDATE unit SET aliases = :names WHERE code = 'PZ'"), {"names": names})
        session.execute(text("UPDATE alembic_version SET version_num = '0035'"))

    as_owner(world.house).write(as_before)
    assert migrate(world.house.uow.owner).is_ready
    with world.house.uow.read() as session:
        rows = session.scalars(select(UnitName)).all()
        assert {(one.unit_id, one.name, one.until_on) for one in rows} == {
            (world.units["PZ"], "品保部", None),
            (world.units["PZ"], "質檢部", None),
        }
        assert {unit_named(session, one).id for one in ("品保部", "质检部")} == {world.units["PZ"]}
    add_unit(AddUnit("CG", "采购部", world.units["ZH"]), by=world.by("admin"), house=world.house)
    with world.house.uow.read() as session:
        assert session.scalars(select(Unit.name).where(Unit.code == "CG")).one() == "采购部"
