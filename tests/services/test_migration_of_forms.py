"""Forms from before definitions ask nothing, and get fields with their next revision (F-2, V-2)."""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from docctl.queries.form_definitions import definition_at
from docctl.services.revisions.revise import ReviseDocument, revise_document
from docctl.services.schema import migrate, schema_state
from tests import filing
from tests.asking import CONCLUSION, defined
from tests.services.test_migration_of_blanks import before_blanks
from tests.world import World, as_owner


def before_forms(there: Session | Connection) -> None:
    """Let no form ask anything."""
    before_blanks(there)
    there.execute(text("DROP TABLE IF EXISTS form_definition"))


def test_f_2_a_form_from_before_asks_nothing_until_its_next_revision(world: World) -> None:
    first = world.issued(world.draft("检验单", kind="form", number="QR-01"))
    form = world.document_of(first).id
    kept, signed = filing.filed(world, form), world.revision(first).manifest_sha256

    def as_before(session: Session) -> None:
        before_forms(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0051'"))

    as_owner(world.house).write(as_before)
    assert not schema_state(world.house.uow.engine).is_ready
    assert migrate(world.house.uow.owner).is_ready
    assert world.revision(first).manifest_sha256 == signed
    with world.house.uow.read() as session:
        assert definition_at(session, first).fields == ()
    world.clock.forward(days=1)
    cmd = ReviseDocument(form, "增加结论", "便于统计", (world.upload("chen"),))
    second = revise_document(cmd, by=world.by("chen"), house=world.house)
    world.issued(defined(world, second, CONCLUSION))
    filing.filed(world, form, choices=(("f1", ("合格",)),))
    assert filing.values(world, kept, "choice:f1") == []
