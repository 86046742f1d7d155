"""From before webhooks nothing goes out until one is added, with rows in place (T-1)."""

from __future__ import annotations

from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from docctl.jobs.webhooks.follow import Follower
from docctl.models.work import Delivery
from docctl.services.schema import migrate, schema_state
from docctl.services.webhooks.manage import AddWebhook, add_webhook
from tests.services.test_migration_of_merging import before_merging
from tests.world import World, as_owner


def before_webhooks(there: Session | Connection) -> None:
    """Let no program elsewhere get events."""
    before_merging(there)
    there.execute(text("DROP TABLE IF EXISTS webhook_endpoint"))


def test_t_1_from_before_webhooks_nothing_goes_out_until_one_is_added(world: World) -> None:
    world.issued(world.draft())

    def as_before(session: Session) -> None:
        before_webhooks(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0041'"))

    as_owner(world.house).write(as_before)
    assert not schema_state(world.house.uow.engine).is_ready
    assert migrate(world.house.uow.owner).is_ready
    cmd = AddWebhook("ERP", "https://example.com/hook", ("revision.*",), "x" * 40)
    add_webhook(cmd, by=world.by("admin"), house=world.house)
    Follower(world.house)()
    with world.house.uow.read() as session:
        assert session.scalars(select(Delivery.id).where(Delivery.kind == "webhook")).all() == []
