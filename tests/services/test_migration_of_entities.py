"""Legal entities from before they were renamed keep their names, and can be (O-2, O-4)."""

from __future__ import annotations

from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from docctl.models.organisation import LegalEntity
from docctl.queries.entities import entities
from docctl.services.people.entities import RenameEntity, rename_entity
from docctl.services.schema import migrate
from tests.services.test_migration_of_changes import before_temporary_changes
from tests.world import World, as_owner


def before_entity_names(there: Session | Connection) -> None:
    """Let legal entities be as they were when each had one name for ever."""
    before_temporary_changes(there)
    there.execute(text("DROP TABLE IF EXISTS legal_entity_name"))


def test_o_2_an_entity_from_before_is_renamed_and_its_name_is_kept(world: World) -> None:
    def as_before(session: Session) -> None:
        before_entity_names(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0037'"))

    as_owner(world.house).write(as_before)
    assert migrate(world.house.uow.owner).is_ready
    with world.house.uow.read() as session:
        entity = session.scalars(select(LegalEntity)).one()
    cmd = RenameEntity(entity.id, "示例公司", world.house.today(), "工商变更")
    rename_entity(cmd, by=world.by("admin"), house=world.house)
    with world.house.uow.read() as session:
        (row,) = entities(session)
    assert (row.name, [one.name for one in row.former]) == ("示例公司", [entity.name])
