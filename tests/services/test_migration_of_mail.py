"""Deliveries from before any went to a person are as they were, with rows in place (A-4)."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.orm import Session

from docctl.jobs.wait import settle
from docctl.models.work import Delivery
from docctl.services.mailing.address import SetAddress, set_own_address
from docctl.services.schema import migrate, schema_state
from tests.services.test_migration_of_entities import before_entity_names
from tests.world import World, as_owner


def before_mail(there: Session | Connection) -> None:
    """Let deliveries be as they were when none went to a person."""
    connection = there.connection() if isinstance(there, Session) else there
    before_entity_names(there)
    for name in ("mail_address", "mail_choice", "mail_told"):
        there.execute(text(f"DROP TABLE IF EXISTS {name}"))
    there.execute(text("DROP INDEX IF EXISTS ix_delivery_subject"))
    columns = {one["name"] for one in inspect(connection).get_columns("delivery")}
    for name in sorted(columns & {"subject_id", "outcome"}):
        there.execute(text(f"ALTER TABLE delivery DROP COLUMN {name}"))


def test_a_4_deliveries_from_before_mail_are_done_and_people_get_an_address(world: World) -> None:
    revision = world.issued(world.draft())

    def as_before(session: Session) -> None:
        before_mail(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0036'"))

    as_owner(world.house).write(as_before)
    assert not schema_state(world.house.uow.engine).is_ready
    assert migrate(world.house.uow.owner).is_ready
    assert settle(world.house)
    with world.house.uow.read() as session:
        rows = session.execute(select(Delivery.outcome, Delivery.subject_id, Delivery.done_at)).all()
    assert rows
    assert all((row.outcome, row.subject_id) == ("", None) and row.done_at for row in rows)
    set_own_address(SetAddress("ouyang@example.com", "x"), by=world.by("ouyang"), house=world.house)
    assert world.revision(revision).manifest_sha256
