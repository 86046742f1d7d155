"""Posts from before rosters have none, and all who hold them are meant (O-3)."""

from __future__ import annotations

from datetime import time

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from docctl.queries.rosters import rosters
from docctl.services.people.posts import AddPost, HoldPost, add_post, take_post
from docctl.services.people.rosters import SetDuty, set_duty
from docctl.services.schema import migrate
from tests.services.test_migration_of_outside import before_outside
from tests.world import World, as_owner


def before_rosters(there: Session | Connection) -> None:
    """Let no post have a roster."""
    before_outside(there)
    there.execute(text("DROP TABLE IF EXISTS post_duty"))


def test_o_3_posts_from_before_rosters_have_none_and_get_one(world: World) -> None:
    post = add_post(AddPost(world.units["SC"], "班长"), by=world.by("admin"), house=world.house)
    today = world.house.today()
    take_post(HoldPost(post, world.people["wang"], today), by=world.by("admin"), house=world.house)

    def as_before(session: Session) -> None:
        before_rosters(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0044'"))

    as_owner(world.house).write(as_before)
    assert migrate(world.house.uow.owner).is_ready
    now = world.house.clock().astimezone(world.house.zone)
    with world.house.uow.read() as session:
        assert rosters(session, at=now, today=today) == ()
    cmd = SetDuty(post, world.people["wang"], today, None, (1,), time(8), time(20))
    set_duty(cmd, by=world.by("admin"), house=world.house)
    with world.house.uow.read() as session:
        assert [one.on_duty for one in rosters(session, at=now, today=today)] == [("王强",)]
