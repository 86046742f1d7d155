"""Rosters of posts: set, ended, refused; work of a post goes to who is on duty (O-3)."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from docctl.domain.copy_states import Medium
from docctl.domain.distribution import HolderKind, ListEntry
from docctl.domain.verdicts import RuleRefused
from docctl.models.trail import EventRow
from docctl.queries.inbox import inbox, inbox_count
from docctl.queries.rosters import roster_page, rosters
from docctl.services.distribution.copies import ReceiveCopy, receive_copy
from docctl.services.people.accounts import DisablePerson, disable_person
from docctl.services.people.actors import actor_of
from docctl.services.people.posts import AddPost, HoldPost, LeavePost, add_post, leave_post, take_post
from docctl.services.people.rosters import EndDuty, SetDuty, end_duty, set_duty
from tests import handing as h
from tests.world import World

EVERY = (1, 2, 3, 4, 5, 6, 7)


def a_post(world: World, *people: str) -> UUID:
    post = add_post(AddPost(world.units["SC"], "班长"), by=world.by("admin"), house=world.house)
    for one in people:
        cmd = HoldPost(post, world.people[one], world.house.today())
        take_post(cmd, by=world.by("admin"), house=world.house)
    return post


def on(world: World, post: UUID, who: str, starts: int, ends: int, **given: Any) -> UUID:
    cmd = SetDuty(
        post,
        world.people[who],
        given.get("from_on", world.house.today()),
        given.get("until_on"),
        given.get("days", EVERY),
        time(starts),
        time(ends),
        given.get("shift", ""),
        given.get("together", False),
    )
    return set_duty(cmd, by=world.by(given.get("by", "admin")), house=world.house)


def refused(call: Any, *args: Any, **given: Any) -> str:
    with pytest.raises(RuleRefused) as error:
        call(*args, **given)
    return error.value.refused.key


def to_do(world: World, who: str) -> list[str]:
    with world.house.uow.read() as session:
        actor = actor_of(session, world.people[who])
        at, zone = world.house.clock(), world.house.zone
        found = inbox(session, actor, at=at, zone=zone)
        assert inbox_count(session, actor, at=at, zone=zone) == found.total
        return [one.verb for one in found.tasks if one.kind == "copy"]


def test_o_3_work_of_a_post_is_shown_to_who_is_on_duty(world: World) -> None:
    post = a_post(world, "wang", "li")
    h.distributed(world, ListEntry(HolderKind.POST, post, Medium.PAPER))
    assert (to_do(world, "wang"), to_do(world, "li")) == (["receive_copy"], ["receive_copy"])
    on(world, post, "wang", 8, 20)  # it is 09:00
    on(world, post, "li", 20, 7)
    assert (to_do(world, "wang"), to_do(world, "li")) == (["receive_copy"], [])
    world.clock.forward(hours=10, minutes=59)
    assert (to_do(world, "wang"), to_do(world, "li")) == (["receive_copy"], [])
    world.clock.forward(minutes=1)
    assert (to_do(world, "wang"), to_do(world, "li")) == ([], ["receive_copy"])
    world.clock.forward(hours=10, minutes=59)
    assert (to_do(world, "wang"), to_do(world, "li")) == ([], ["receive_copy"])
    world.clock.forward(minutes=1)  # 07:00: nobody is, so it is shown to both
    assert (to_do(world, "wang"), to_do(world, "li")) == (["receive_copy"], ["receive_copy"])
    world.clock.forward(hours=1)
    assert (to_do(world, "wang"), to_do(world, "li")) == (["receive_copy"], [])


def test_o_3_who_is_not_on_duty_may_still_sign_for_it(world: World) -> None:
    post = a_post(world, "wang", "li")
    revision = h.distributed(world, ListEntry(HolderKind.POST, post, Medium.PAPER))
    on(world, post, "wang", 8, 20)
    (copy,) = h.copies(world, revision)
    cmd = ReceiveCopy(copy.id, copy.row_version, world.house.today())
    receive_copy(cmd, by=world.by("li"), house=world.house)
    assert to_do(world, "wang") == []


def test_o_3_who_leaves_the_post_is_on_duty_no_more(world: World) -> None:
    post = a_post(world, "wang", "li")
    h.distributed(world, ListEntry(HolderKind.POST, post, Medium.PAPER))
    on(world, post, "wang", 0, 0)
    today = world.house.today()
    now = world.house.clock().astimezone(world.house.zone)
    with world.house.uow.read() as session:
        page = roster_page(session, post, at=now, today=today)
    assert (page.on_duty, page.holes) == (("王强",), ())
    from docctl.models.organisation import PostHolder

    with world.house.uow.read() as session:
        holder = session.scalars(
            select(PostHolder.id).where(PostHolder.person_id == world.people["wang"])
        ).one()
    leave_post(LeavePost(holder, today), by=world.by("admin"), house=world.house)
    world.clock.forward(days=1)
    assert (to_do(world, "wang"), to_do(world, "li")) == ([], ["receive_copy"])
    now = world.house.clock().astimezone(world.house.zone)
    with world.house.uow.read() as session:
        (line,) = rosters(session, at=now, today=now.date())
    assert (line.is_hole, line.on_duty) == (True, ("李秀兰",))


def test_o_3_whose_account_is_closed_hides_work_from_nobody(world: World) -> None:
    post = a_post(world, "wang", "li")
    h.distributed(world, ListEntry(HolderKind.POST, post, Medium.PAPER))
    on(world, post, "wang", 8, 20)  # it is 09:00
    assert to_do(world, "li") == []
    disable_person(DisablePerson(world.people["wang"]), by=world.by("admin"), house=world.house)
    assert to_do(world, "li") == ["receive_copy"]
    on(world, post, "li", 20, 8)
    assert to_do(world, "li") == ["receive_copy"]


def test_o_3_overlaps_and_strangers_are_refused_and_each_step_is_told(world: World) -> None:
    post = a_post(world, "wang", "li")
    today = world.house.today()
    first = on(world, post, "wang", 8, 20, shift="早班")
    assert refused(on, world, post, "li", 19, 8) == "O-3.duty_overlap"
    assert refused(on, world, post, "wang", 8, 9) == "O-3.duty_twice"
    assert refused(on, world, post, "zhang", 20, 8) == "O-3.duty_no_holder"
    assert refused(on, world, post, "li", 20, 8, days=()) == "O-3.duty_no_days"
    assert refused(on, world, post, "li", 20, 8, shift="长" * 41) == "O-3.shift_too_long"
    assert refused(on, world, post, "li", 20, 8, by="zhao") == "X-1.not_permitted"
    end_duty(EndDuty(first, today), by=world.by("admin"), house=world.house)
    second = on(world, post, "li", 8, 20, from_on=today + timedelta(days=1))
    longer = EndDuty(first, today + timedelta(days=1))
    assert refused(end_duty, longer, by=world.by("admin"), house=world.house) == "O-3.duty_overlap"
    end_duty(EndDuty(second, today), by=world.by("admin"), house=world.house)  # dropped: it had not begun
    end_duty(longer, by=world.by("admin"), house=world.house)
    with world.house.uow.read() as session:
        told = [
            one.action.split(".")[1]
            for one in session.scalars(select(EventRow).order_by(EventRow.seq))
            if one.action.startswith("post.duty")
        ]
    assert told == ["duty_set", "duty_ended", "duty_set", "duty_dropped", "duty_ended"]


def test_o_3_holes_are_told_on_the_page_and_in_the_list(world: World) -> None:
    post = a_post(world, "wang")
    monday = date(2026, 3, 2)
    on(world, post, "wang", 8, 20, days=(1, 2, 3, 4, 5), until_on=monday + timedelta(days=1))
    now = world.house.clock().astimezone(world.house.zone)
    with world.house.uow.read() as session:
        page = roster_page(session, post, at=now, today=now.date())
        (line,) = rosters(session, at=now, today=now.date())
    spans = [(start.hour, end.hour) for start, end in page.holes]
    assert spans == [(0, 8), (20, 8), (20, 0)]
    assert (line.is_hole, line.next_hole) == (False, page.holes[1][0])
