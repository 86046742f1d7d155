"""Classes from before they were a controlled setting are its first revision; rows stay (R-3)."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.orm import Session

from docctl.domain.class_content import check_classes, shipped_classes
from docctl.domain.class_text import write_classes
from docctl.models.records import Record
from docctl.models.retention import RetentionClassRow
from docctl.services.schema import migrate, schema_state
from tests.filing import a_form, filed
from tests.rules import page
from tests.services.test_migration_of_delegations import before_delegations
from tests.world import World, as_owner

COLUMNS = ("is_closed", "schedule", "effective_from", "withdrawn_at")


def without_kind(there: Session | Connection, kind: str) -> None:
    """Let no setting be of a kind."""
    connection = there.connection() if isinstance(there, Session) else there
    if not inspect(connection).has_table("controlled_setting"):
        return
    for guard, table in (
        ("v_2_setting_revision_delete", "setting_revision"),
        ("v_2_setting_delete", "controlled_setting"),
    ):
        on = "" if connection.dialect.name == "sqlite" else f" ON {table}"
        there.execute(text(f"DROP TRIGGER IF EXISTS {guard}{on}"))
    of_kind = "(SELECT id FROM controlled_setting WHERE kind = :kind)"
    there.execute(text(f"DELETE FROM setting_revision WHERE setting_id IN {of_kind}"), {"kind": kind})
    there.execute(text("DELETE FROM controlled_setting WHERE kind = :kind"), {"kind": kind})


def before_classes(there: Session | Connection) -> None:
    """Let nobody be able to change a retention class; nor what came later be there."""
    before_delegations(there)
    connection = there.connection() if isinstance(there, Session) else there
    if not inspect(connection).has_table("retention_class"):
        return
    on = "" if connection.dialect.name == "sqlite" else " ON retention_class"
    for guard in ("r_3_class_update", "r_3_class_withdrawn"):
        there.execute(text(f"DROP TRIGGER IF EXISTS {guard}{on}"))
    without_kind(there, "classes")
    for name in {one["name"] for one in inspect(connection).get_columns("retention_class")} & {*COLUMNS}:
        there.execute(text(f"ALTER TABLE retention_class DROP COLUMN {name}"))


def test_r_3_the_first_revision_says_what_the_rows_say(world: World) -> None:
    form = a_form(world)
    record = filed(world, form)

    def as_before(session: Session) -> None:
        before_classes(session)
        session.execute(text("UPDATE retention_class SET name = '其余记录' WHERE code = 'other'"))
        session.execute(text("UPDATE alembic_version SET version_num = '0057'"))

    as_owner(world.house).write(as_before)
    assert not schema_state(world.house.uow.engine).is_ready
    assert migrate(world.house.uow.owner).is_ready
    shown = page(world, kind="classes")
    expected = shipped_classes()
    expected["classes"][0]["name"] = "其余记录"
    assert (shown.in_force, shown.content, shown.shown.prepared_by) == (1, expected, "")
    assert check_classes(shown.content) == shown.content
    assert write_classes(shown.content)["classes"].startswith("other | 其余记录 | ")
    with world.house.uow.read() as session:
        rows = session.scalars(select(RetentionClassRow)).all()
        assert {(one.schedule, one.is_closed, one.effective_from, one.withdrawn_at) for one in rows} == {
            (1, False, None, None)
        }
        before = session.get_one(Record, record)
    after = filed(world, form)
    with world.house.uow.read() as session:
        assert session.get_one(Record, after).class_id == before.class_id
