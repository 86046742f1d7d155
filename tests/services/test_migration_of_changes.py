"""Revisions from before temporary changes are changed for a time like any other (V-14)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from docctl.domain.temporary_changes import Wording
from docctl.queries.change_page import change_page
from docctl.services.changes.write import WriteChange, write_change
from docctl.services.schema import migrate, schema_state
from tests.services.test_migration_of_leaders import before_leaders
from tests.tampering import past_the_guards
from tests.world import World, as_owner


def before_temporary_changes(there: Session | Connection) -> None:
    """Let revisions be as they were when nothing changed them for a time."""
    before_leaders(there)
    there.execute(text("DROP TABLE IF EXISTS temporary_change"))


def test_v_14_what_was_issued_before_can_be_changed_for_a_time(world: World) -> None:
    revision = world.issued(world.draft())

    def as_before(session: Session) -> None:
        before_temporary_changes(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0038'"))

    with past_the_guards(world.house):
        as_owner(world.house).write(as_before)
    assert not schema_state(world.house.uow.engine).is_ready
    assert migrate(world.house.uow.owner).is_ready
    today = world.house.today()
    wording = Wording("4.2", "改为每日", "检修", "", today, today + timedelta(days=3))
    change = write_change(WriteChange(revision, wording), by=world.by("chen"), house=world.house)
    with world.house.uow.read() as session:
        page = change_page(session, world.by("chen").actor, change, at=world.clock(), zone=world.house.zone)
    assert (page.row.ordinal, page.row.state) == (1, "draft")
