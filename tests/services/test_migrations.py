"""The database gets its present shape forward only, with every guard (T-1; style 9, 25)."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from docctl.domain.events import GENESIS
from docctl.jobs.proof import verify_trail
from docctl.jobs.sealer import seal
from docctl.models import Base
from docctl.models.documents import DocumentType
from docctl.models.guards import GUARDS, install, live
from docctl.models.trail import AuditHead
from docctl.queries.audit import verify
from docctl.services.database import open_database
from docctl.services.revisions.suspend import SuspendRevision, suspend_revision
from docctl.services.schema import migrate, schema_state
from tests.world import World


@pytest.fixture
def empty(tmp_path: Path) -> Engine:
    return open_database(tmp_path / "empty.db")


def test_an_empty_database_is_migrated_once(empty: Engine) -> None:
    before = schema_state(empty)
    assert (before.current, before.is_ready) == (None, False)
    assert set(before.missing_guards) == {guard.name for guard in GUARDS}
    after = migrate(empty)
    assert after.is_ready
    assert migrate(empty) == after
    with empty.connect() as connection:
        heads = connection.execute(select(AuditHead.id, AuditHead.seq, AuditHead.hash)).all()
    assert heads == [(1, 0, GENESIS)]
    empty.dispose()


def test_the_migrations_make_what_the_models_say(empty: Engine) -> None:
    migrate(empty)
    with empty.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, Base.metadata) == []
    empty.dispose()


def test_a_database_with_rows_is_migrated_again_and_keeps_them(world: World) -> None:
    world.issued(world.draft())
    engine = world.house.uow.engine
    with engine.connect() as connection:
        before = connection.execute(text("SELECT count(*) FROM event")).scalar_one()
    assert migrate(engine).is_ready
    with world.house.uow.read() as session:
        assert session.execute(text("SELECT count(*) FROM event")).scalar_one() == before
        assert verify(session).ok


def before_the_heads(session: Session) -> None:
    for table in ("audit_key", "audit_tree_head", "audit_watch"):
        session.execute(text(f"DROP TABLE {table}"))


def test_v_1_v_6_rows_from_before_suspensions_are_kept_and_can_be_suspended(world: World) -> None:
    issued = world.issued(world.draft())
    uow = world.house.uow

    def as_before(session: Session) -> None:
        for name in live(session.connection()):
            session.execute(text(f"DROP TRIGGER {name}"))
        before_the_heads(session)
        session.execute(text("DROP TABLE revision_suspension"))
        session.execute(text("ALTER TABLE document_type DROP COLUMN reissue_after"))
        session.execute(text("UPDATE alembic_version SET version_num = '0003'"))

    uow.write(as_before)
    assert (schema_state(uow.engine).current, schema_state(uow.engine).is_ready) == ("0003", False)
    assert migrate(uow.engine).is_ready
    with uow.read() as session:
        assert set(session.scalars(select(DocumentType.reissue_after))) == {5}
    row = world.revision(issued)
    assert row.suspensions == []
    cmd = SuspendRevision(issued, row.row_version, "有误")
    suspend_revision(cmd, by=world.by("chen"), house=world.house)
    assert len(world.revision(issued).suspensions) == 1


def test_t_2_a_database_of_before_the_heads_gets_them_with_its_rows_in_place(world: World) -> None:
    world.issued(world.draft())
    uow = world.house.uow

    def as_before(session: Session) -> None:
        for name in live(session.connection()):
            session.execute(text(f"DROP TRIGGER {name}"))
        before_the_heads(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0005'"))

    uow.write(as_before)
    assert not schema_state(uow.engine).is_ready
    assert migrate(uow.engine).is_ready
    sealed = seal(world.house)
    with uow.read() as session:
        assert session.execute(text("SELECT count(*) FROM event")).scalar_one() == sealed.size > 5
    assert verify_trail(world.house).ok


def test_the_live_guards_are_those_declared(world: World) -> None:
    with world.house.uow.engine.connect() as connection:
        assert dict(live(connection)) == {guard.name: guard.sqlite() for guard in GUARDS}


WEAK = "CREATE TRIGGER t_1_event_delete BEFORE DELETE ON event WHEN FALSE BEGIN SELECT 1; END"


@pytest.mark.parametrize("instead", [None, WEAK], ids=["gone", "weakened"])
def test_a_guard_that_is_gone_or_weakened_is_found_and_put_back(world: World, instead: str | None) -> None:
    uow = world.house.uow

    def work(session: Session) -> None:
        session.execute(text("DROP TRIGGER t_1_event_delete"))
        if instead:
            session.execute(text(instead))

    uow.write(work)
    assert schema_state(uow.engine).missing_guards == ("t_1_event_delete",)
    uow.write(lambda session: install(session.connection()))
    assert schema_state(uow.engine).is_ready
