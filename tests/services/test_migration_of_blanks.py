"""A company from before printed blanks gets them, with its forms in place (D-10)."""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from docctl.services.schema import migrate, schema_state
from tests import printed as p
from tests.services.test_migration_of_continuity import before_continuity
from tests.world import World, as_owner


def before_blanks(there: Session | Connection) -> None:
    """Let nothing have been printed."""
    before_continuity(there)
    for table in ("blank_end", "blank_issue", "blank_print"):
        there.execute(text(f"DROP TABLE IF EXISTS {table}"))


def test_d_10_forms_from_before_blanks_get_prints(world: World) -> None:
    revision = p.form_revision(world)

    def as_before(session: Session) -> None:
        before_blanks(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0052'"))

    as_owner(world.house).write(as_before)
    assert not schema_state(world.house.uow.engine).is_ready
    assert migrate(world.house.uow.owner).is_ready
    print_id = p.printed(world, revision)
    p.out(world, print_id)
    p.ended(world, "use", print_id, "1")
    assert p.tally(world, print_id).adds_up
