"""Files from before annexes had titles keep their place and what was signed with them (V-13)."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text
from sqlalchemy.orm import Session

from docctl.services.schema import migrate, schema_state
from tests import filing
from tests.services.test_annexes import annex, arranged, revised, there
from tests.services.test_migration_of_annex_forms import before_annex_forms
from tests.world import World, as_owner


def before_annexes(there: Session | Connection) -> None:
    """Let no file have a title, nor what came later be there."""
    before_annex_forms(there)
    connection = there.connection() if isinstance(there, Session) else there
    if not inspect(connection).has_table("item_file"):
        return
    on = "" if connection.dialect.name == "sqlite" else " ON item_file"
    there.execute(text(f"DROP TRIGGER IF EXISTS v_13_file_place{on}"))
    if "title" in {one["name"] for one in inspect(connection).get_columns("item_file")}:
        there.execute(text("ALTER TABLE item_file DROP COLUMN title"))


def test_v_13_annexes_from_before_are_carried_into_the_next_revision(world: World) -> None:
    first = world.issued(arranged(world, world.draft(), [annex(world, "流程图")]))
    signed = world.revision(first).manifest_sha256

    def as_before(session: Session) -> None:
        before_annexes(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0055'"))

    as_owner(world.house).write(as_before)
    assert not schema_state(world.house.uow.engine).is_ready
    assert migrate(world.house.uow.owner).is_ready
    assert world.seen(first) == signed
    assert [one.title for one in filing.files(world, first)] == ["", ""]
    assert there(world, revised(world, first))[1:] == [("annex", "", "流程图.docx")]
