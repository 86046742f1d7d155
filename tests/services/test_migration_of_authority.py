"""A company from before the authority table gets an empty one, with drafts and routes in place (A-7)."""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from docctl.domain.authority_content import shipped_authority
from docctl.services.schema import migrate, schema_state
from tests.rules import page
from tests.services.test_migration_of_classes import without_kind
from tests.services.test_migration_of_requests import before_requests
from tests.world import World, as_owner


def before_authority(there: Session | Connection) -> None:
    """Let no table say who decides, and none what stands at the head of prints."""
    before_requests(there)
    without_kind(there, "headers")
    without_kind(there, "authority")


def test_a_7_from_before_the_table_nothing_asks_for_it(world: World) -> None:
    draft = world.draft()

    def as_before(session: Session) -> None:
        before_authority(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0048'"))

    as_owner(world.house).write(as_before)
    assert not schema_state(world.house.uow.engine).is_ready
    assert migrate(world.house.uow.owner).is_ready
    shown = page(world, kind="authority")
    assert (shown.in_force, shown.content, shown.shown.prepared_by) == (1, shipped_authority(), "")
    assert world.issued(draft) == draft
