"""Documents from before change requests are asked about as any other, rows and files in place (V-2)."""

from __future__ import annotations

from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.orm import Session

from docctl.migrations.rebuild import remade
from docctl.queries.rules_in_force import request_needed
from docctl.services.schema import migrate, schema_state
from tests.requests import asked, page
from tests.services.test_migration_of_forms import before_forms
from tests.world import World

OWNERS = "owner_kind IN ('revision', 'record', 'disposal_list')"
OWNERS_NOW = "owner_kind IN ('revision', 'record', 'disposal_list', 'change_request', 'external_signature')"


def before_requests(there: Session | Connection) -> None:
    """Let nobody have asked for a change, and no setting say where that is needed.

    What files may belong to stays as it is now: a migration that finds it so leaves it.
    """
    before_forms(there)
    connection = there.connection() if isinstance(there, Session) else there
    there.execute(text("DROP TABLE IF EXISTS change_request"))
    if not inspect(connection).has_table("controlled_setting"):
        return
    for guard, table in (
        ("v_2_setting_revision_delete", "setting_revision"),
        ("v_2_setting_delete", "controlled_setting"),
        ("v_2_request_file_insert", "item_file"),
    ):
        on = "" if connection.dialect.name == "sqlite" else f" ON {table}"
        there.execute(text(f"DROP TRIGGER IF EXISTS {guard}{on}"))
    of_requests = "(SELECT id FROM controlled_setting WHERE kind = 'requests')"
    there.execute(text(f"DELETE FROM setting_revision WHERE setting_id IN {of_requests}"))
    there.execute(text("DELETE FROM controlled_setting WHERE kind = 'requests'"))


def test_v_2_what_was_issued_before_is_asked_about_and_its_files_stay(world: World) -> None:
    revision = world.issued(world.draft(number="QP-01"))
    with world.house.uow.read() as session:
        files = session.execute(text("SELECT * FROM item_file ORDER BY id")).all()
    owner = world.house.uow.owner
    is_sqlite = owner.dialect.name == "sqlite"
    engine = create_engine(f"sqlite:///{owner.url.database}") if is_sqlite else owner
    with engine.begin() as connection:
        before_requests(connection)
        if is_sqlite:
            remade(connection, "item_file", OWNERS_NOW, OWNERS)
        else:
            connection.execute(text("ALTER TABLE item_file DROP CONSTRAINT ck_item_file_ownerkind"))
            connection.execute(
                text(f"ALTER TABLE item_file ADD CONSTRAINT ck_item_file_ownerkind CHECK ({OWNERS})")
            )
        connection.execute(text("UPDATE alembic_version SET version_num = '0050'"))
    if is_sqlite:
        engine.dispose()
    assert not schema_state(owner).is_ready
    assert migrate(owner).is_ready
    with world.house.uow.read() as session:
        assert session.execute(text("SELECT * FROM item_file ORDER BY id")).all() == files
        assert not request_needed(session, "procedure", world.clock())
    request = asked(world, revision, uploads=(world.upload("wang"),))
    assert len(page(world, request).files) == 1
