"""From before particulars a revision keeps the drafting unit of its document, with rows in place (D-14)."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text
from sqlalchemy.orm import Session

from docctl.models.documents import Revision
from docctl.queries.document_page import document_page
from docctl.services.schema import migrate, schema_state
from tests.services.test_migration_of_authority import before_authority
from tests.world import World, as_owner


def before_particulars(there: Session | Connection) -> None:
    """Let no revision say who drafted it, for which systems, for how much; nor what came later be there."""
    before_authority(there)
    connection = there.connection() if isinstance(there, Session) else there
    if not inspect(connection).has_table("revision"):
        return
    on = "" if connection.dialect.name == "sqlite" else " ON revision"
    there.execute(text(f"DROP TRIGGER IF EXISTS v_2_revision_content{on}"))
    there_are = {one["name"] for one in inspect(connection).get_columns("revision")}
    for column in {"drafting_unit_id", "systems", "amount"} & there_are:
        there.execute(text(f"ALTER TABLE revision DROP COLUMN {column}"))


def test_d_14_a_revision_from_before_says_no_more_than_its_document(world: World) -> None:
    issued = world.issued(world.draft())

    def as_before(session: Session) -> None:
        before_particulars(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0047'"))

    as_owner(world.house).write(as_before)
    assert not schema_state(world.house.uow.engine).is_ready
    assert migrate(world.house.uow.owner).is_ready
    with world.house.uow.read() as session:
        row = session.get_one(Revision, issued)
        assert (row.drafting_unit_id, row.systems, row.amount) == (None, "", "")
        page = document_page(
            session, world.by("chen").actor, at=world.clock(), zone=world.house.zone, revision_id=issued
        )
    assert (page.drafting_unit, page.revision.systems, page.revision.amount) == ("品质部", (), "")
