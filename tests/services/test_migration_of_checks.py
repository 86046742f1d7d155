"""A company from before checks gets them, all shown, with its drafts in place (D-12)."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text
from sqlalchemy.orm import Session

from docctl.services.schema import migrate
from tests.findings import drafted, of, read
from tests.services.test_migration_of_webhooks import before_webhooks
from tests.world import World, as_owner


def before_checks(there: Session | Connection) -> None:
    """Let no text have been looked through, and no setting say which checks there are."""
    before_webhooks(there)
    connection = there.connection() if isinstance(there, Session) else there
    for table in ("check_answer", "text_check"):
        there.execute(text(f"DROP TABLE IF EXISTS {table}"))
    if not inspect(connection).has_table("controlled_setting"):
        return
    for guard, table in (
        ("v_2_setting_revision_delete", "setting_revision"),
        ("v_2_setting_delete", "controlled_setting"),
    ):
        on = "" if connection.dialect.name == "sqlite" else f" ON {table}"
        there.execute(text(f"DROP TRIGGER IF EXISTS {guard}{on}"))
    of_checks = "(SELECT id FROM controlled_setting WHERE kind = 'checks')"
    there.execute(text(f"DELETE FROM setting_revision WHERE setting_id IN {of_checks}"))
    there.execute(text("DELETE FROM controlled_setting WHERE kind = 'checks'"))


def test_d_12_a_company_from_before_checks_sees_findings_that_hold_nothing_back(world: World) -> None:
    draft = drafted(world)

    def as_before(session: Session) -> None:
        before_checks(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0040'"))

    as_owner(world.house).write(as_before)
    assert migrate(world.house.uow.owner).is_ready
    world.clock.forward(minutes=1)
    read(world)
    told = of(world, draft)
    assert (told.is_pending, len(told.open), told.holding, told.refused) == (False, 5, 0, None)
    assert world.issued(draft) == draft
