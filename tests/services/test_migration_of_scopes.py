"""Revisions from before scopes apply everywhere, with the hash they were signed with (D-8, V-13)."""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from docctl.domain.scope import Place, ScopeKind
from docctl.queries.scopes import scope_names
from docctl.services.distribution.scope import ScopeIssued, scope_issued
from docctl.services.revisions.content import manifest_of
from docctl.services.schema import migrate
from tests.services.test_migration_of_rosters import before_rosters
from tests.world import World, as_owner


def before_scopes(there: Session | Connection) -> None:
    """Let no revision say where it applies."""
    before_rosters(there)
    there.execute(text("DROP TABLE IF EXISTS revision_scope"))


def test_d_8_revisions_from_before_scopes_apply_everywhere_and_keep_their_hash(world: World) -> None:
    issued = world.issued(world.draft())
    signed = world.revision(issued).manifest_sha256

    def as_before(session: Session) -> None:
        before_scopes(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0043'"))

    as_owner(world.house).write(as_before)
    assert migrate(world.house.uow.owner).is_ready
    with world.house.uow.read() as session:
        assert scope_names(session, issued) == ()
        document, revision = world.document_of(issued), world.revision(issued)
        assert manifest_of(session, document, revision).sha256 == signed
    place = Place(ScopeKind.UNIT, world.units["SC"])
    scope_issued(ScopeIssued(issued, None, (place,), "试点"), by=world.by("chen"), house=world.house)
    with world.house.uow.read() as session:
        assert scope_names(session, issued) == ("生产部",)
