"""Documents from before forms in annexes keep the hash they were signed with, and get such forms (N-12)."""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from docctl.services.schema import migrate, schema_state
from tests.services.test_annex_forms import added, numbers
from tests.services.test_migration_of_classes import before_classes
from tests.world import World, as_owner


def before_annex_forms(there: Session | Connection) -> None:
    """Let no revision name forms in its annexes, and no class be changed."""
    before_classes(there)
    there.execute(text("DROP TABLE IF EXISTS annex_form"))


def test_n_12_a_document_from_before_gets_forms_in_annexes(world: World) -> None:
    issued = world.issued(world.draft())
    draft = world.draft("文件控制程序")

    def as_before(session: Session) -> None:
        before_annex_forms(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0056'"))

    as_owner(world.house).write(as_before)
    assert not schema_state(world.house.uow.engine).is_ready
    assert migrate(world.house.uow.owner).is_ready
    assert world.seen(issued) == world.revision(issued).manifest_sha256
    added(world, draft)
    assert numbers(world, draft) == ["QP-02-A1"]
