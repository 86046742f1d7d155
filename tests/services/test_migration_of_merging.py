"""Units from before they could go into others keep their names, and go (O-2)."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text
from sqlalchemy.orm import Session

from docctl.queries.unit_names import names_of
from docctl.services.people.unit_changes import NameUnit, name_unit
from docctl.services.schema import migrate
from tests.services.test_merging import go
from tests.services.test_migration_of_scopes import before_scopes
from tests.world import World, as_owner


def before_merging(there: Session | Connection) -> None:
    """Let units be as they were when none could go into another one."""
    before_scopes(there)
    connection = there.connection() if isinstance(there, Session) else there
    there.execute(text("DROP TABLE IF EXISTS document_owner"))
    if not inspect(connection).has_table("unit_name"):
        return
    on = "" if connection.dialect.name == "sqlite" else " ON unit_name"
    there.execute(text(f"DROP TRIGGER IF EXISTS o_2_unit_name_delete{on}"))
    there.execute(text("ALTER TABLE unit_name DROP COLUMN from_unit_id"))


def test_o_2_units_from_before_keep_their_names_and_go_into_others(world: World) -> None:
    name_unit(NameUnit(world.units["SC"], "制造部"), by=world.by("admin"), house=world.house)

    def as_before(session: Session) -> None:
        before_merging(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0042'"))

    as_owner(world.house).write(as_before)
    assert migrate(world.house.uow.owner).is_ready
    with world.house.uow.read() as session:
        (name,) = names_of(session, world.units["SC"])
    assert (name.name, name.of) == ("制造部", "")
    go(world, "SC", "KF")
    with world.house.uow.read() as session:
        names = {one.name: one.of for one in names_of(session, world.units["KF"])}
    assert names == {"生产部": "SC", "制造部": "SC"}
