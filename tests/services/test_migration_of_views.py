"""Searches kept before there were views of registers stay searches, with rows in place (S-3, D-7)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection, inspect, text
from sqlalchemy.orm import Session

from docctl.models.base import Instant
from docctl.queries.saved_searches import saved_searches, saved_views
from docctl.services.schema import migrate, schema_state
from docctl.services.searches.keep import SaveSearch, save_search
from tests.services.test_migration_of_particulars import before_particulars
from tests.world import World, as_owner


def before_views(there: Session | Connection) -> None:
    """Let people keep searches alone."""
    before_particulars(there)
    connection = there.connection() if isinstance(there, Session) else there
    if "page" not in {one["name"] for one in inspect(connection).get_columns("saved_search")}:
        return
    there.execute(text("ALTER TABLE saved_search RENAME TO kept_now"))
    metadata = sa.MetaData()
    sa.Table("person", metadata, sa.Column("id", sa.Uuid(), primary_key=True))
    sa.Table(
        "saved_search",
        metadata,
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("saved_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_saved_search_person"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_search_before"),
        sa.UniqueConstraint("person_id", "name", name="uq_saved_search_person_id_name"),
    ).create(connection)
    columns = "person_id, name, address, saved_at, id"
    there.execute(text(f"INSERT INTO saved_search ({columns}) SELECT {columns} FROM kept_now"))
    there.execute(text("DROP TABLE kept_now"))


def test_d_7_searches_from_before_views_stay_and_views_have_names_of_their_own(world: World) -> None:
    def save(page: str) -> None:
        save_search(SaveSearch("退货", "q=x", page), by=world.by("wang"), house=world.house)

    def as_before(session: Session) -> None:
        before_views(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0046'"))

    save("")
    as_owner(world.house).write(as_before)
    assert not schema_state(world.house.uow.engine).is_ready
    assert migrate(world.house.uow.owner).is_ready
    save("/documents")
    with world.house.uow.read() as session:
        actor = world.by("wang").actor
        assert [(one.name, one.page) for one in saved_searches(session, actor)] == [("退货", "")]
        assert [(one.name, one.page) for one in saved_views(session, actor)] == [("退货", "/documents")]
