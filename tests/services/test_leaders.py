"""Leaders in charge of units by date: named, ended, handed over, asked by routes (O-3, A-8, A-16)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from docctl.domain.leaving import OpenKind
from docctl.domain.verdicts import NotFound, RuleRefused
from docctl.models.trail import EventRow
from docctl.queries.inbox import inbox
from docctl.queries.open_work import OpenWork, open_count, open_work
from docctl.queries.routes import company_now
from docctl.queries.unit_leaders import LeaderRow, leaders
from docctl.services.people.accounts import DisablePerson, disable_person
from docctl.services.people.closing import CloseUnit, close_unit
from docctl.services.people.hand_over import Handed, HandOver, hand_over
from docctl.services.people.leaders import (
    DropLeading,
    LeadUnits,
    StopLeading,
    drop_leading,
    lead_units,
    stop_leading,
)
from docctl.services.people.units import AddUnit, add_unit
from tests.world import World


def lead(world: World, who: str, *units: str, days: int = 0, by: str = "admin") -> None:
    day = world.house.today() + timedelta(days=days)
    cmd = LeadUnits(world.people[who], tuple(world.units[one] for one in units), day)
    lead_units(cmd, by=world.by(by), house=world.house)


def rows(world: World) -> tuple[LeaderRow, ...]:
    with world.house.uow.read() as session:
        return leaders(session, today=world.house.today())


def leader_on(world: World, unit: str, day: date) -> str | None:
    with world.house.uow.read() as session:
        found = company_now(session, day).units[unit].leader
    return next((name for name, key in world.people.items() if key == found), None)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(RuleRefused) as error:
        call()
    return error.value.refused.key


def test_o_3_somebody_is_put_in_charge_of_several_units_and_the_one_before_ends(world: World) -> None:
    today, day = world.house.today(), timedelta(days=1)
    lead(world, "zhao", "SC", "PZ", days=-30)
    lead(world, "li", "SC", days=5)
    assert {(one.unit, one.person, one.state) for one in rows(world)} == {
        ("SC", "赵敏", "now"),
        ("PZ", "赵敏", "now"),
        ("SC", "李秀兰", "coming"),
    }
    asked = {days: leader_on(world, "SC", today + days * day) for days in (-31, -30, 4, 5)}
    assert asked == {-31: None, -30: "zhao", 4: "zhao", 5: "li"}
    assert leader_on(world, "PZ", today + 5 * day) == "zhao"


def test_o_3_what_is_refused_says_why(world: World) -> None:
    lead(world, "zhao", "SC", days=-3)
    assert refused(lambda: lead(world, "zhao", "PZ", "SC")) == "O-3.leads_already"
    assert not [one for one in rows(world) if one.unit == "PZ"]
    assert refused(lambda: lead(world, "li", "SC", days=-3)) == "O-3.leader_later"
    assert refused(lambda: lead(world, "li", "SC", days=367)) == "O-3.day_unlikely"
    assert refused(lambda: lead(world, "li")) == "O-3.no_units"
    assert refused(lambda: lead(world, "li", "SC", by="wang")) == "X-1.not_permitted"
    (row,) = rows(world)
    stop = lambda days: stop_leading(  # noqa: E731
        StopLeading(row.id, world.house.today() + timedelta(days=days)),
        by=world.by("admin"),
        house=world.house,
    )
    assert refused(lambda: stop(-4)) == "O-3.ends_before_it_begins"
    stop(-1)
    assert refused(lambda: stop(0)) == "O-3.led_until"
    assert rows(world)[0].state == "past"
    disable_person(DisablePerson(world.people["li"]), by=world.by("admin"), house=world.house)
    with pytest.raises(NotFound):
        lead(world, "li", "SC")


def open_with(world: World, who: str) -> OpenWork:
    at, today = world.clock(), world.house.today()
    with world.house.uow.read() as session:
        found = open_work(session, world.by("admin").actor, world.people[who], at=at, today=today)
        assert open_count(session, world.people[who], at, today) == len(found.items)
    return found


def led(world: World, who: str) -> list[tuple[str, UUID]]:
    return [(one.number, one.id) for one in open_with(world, who).items if one.kind is OpenKind.LEADER]


def give(world: World, who: str, *items: tuple[UUID, str | None]) -> None:
    handed = tuple(Handed(OpenKind.LEADER, key, world.people[to] if to else None) for key, to in items)
    hand_over(HandOver(world.people[who], handed, "调岗"), by=world.by("admin"), house=world.house)


def times(world: World, unit: str) -> list[tuple[str, int, int | None]]:
    """Return who leads a unit, from and until how many days after today."""
    today = world.house.today()
    return sorted(
        (
            (
                one.person,
                (one.from_on - today).days,
                None if one.until_on is None else (one.until_on - today).days,
            )
            for one in rows(world)
            if one.unit == unit
        ),
        key=lambda one: one[1],
    )


def test_a_16_units_of_a_leader_who_goes_are_handed_to_another_or_to_nobody(world: World) -> None:
    lead(world, "li", "SC", "PZ", days=-3)
    keys = dict(led(world, "li"))
    assert set(keys) == {"SC", "PZ"}
    give(world, "li", (keys["SC"], "zhao"), (keys["PZ"], None))
    today = world.house.today()
    assert leader_on(world, "SC", today) == "zhao"
    assert leader_on(world, "PZ", today + timedelta(days=1)) is None
    assert refused(lambda: give(world, "li", (keys["SC"], "zhao"))) == "request.changed_meanwhile"
    assert led(world, "li") == []


def test_a_16_a_time_handed_over_overlaps_no_other_and_keeps_its_planned_end(world: World) -> None:
    lead(world, "li", "SC", days=-3)
    lead(world, "zhao", "SC", days=10)
    give(world, "li", (led(world, "li")[0][1], "zhou"))
    lasting = [("李秀兰", -3, -1), ("周明", 0, 9)]
    assert times(world, "SC") == [*lasting, ("赵敏", 10, None)]
    give(world, "zhao", (led(world, "zhao")[0][1], "li"))
    assert times(world, "SC") == [*lasting, ("李秀兰", 10, None)]
    give(world, "li", (led(world, "li")[0][1], None))
    assert times(world, "SC") == lasting
    assert led(world, "li") == []


def test_a_16_a_time_begun_today_goes_to_the_taker_as_a_whole(world: World) -> None:
    lead(world, "li", "SC")
    give(world, "li", (led(world, "li")[0][1], "zhao"))
    assert times(world, "SC") == [("赵敏", 0, None)]


def test_a_16_who_leaves_before_they_lead_or_with_a_planned_end_is_told(world: World) -> None:
    lead(world, "li", "SC", days=-3)
    lead(world, "zhao", "SC", days=10)
    for who in ("li", "zhao"):
        disable_person(DisablePerson(world.people[who]), by=world.by("admin"), house=world.house)
    with world.house.uow.read() as session:
        actor, zone = world.by("admin").actor, world.house.zone
        found = inbox(session, actor, at=world.clock(), zone=zone).tasks
    assert {"李秀兰", "赵敏"} <= {one.title for one in found if one.verb == "hand_over"}


def test_o_3_a_time_to_come_is_dropped_and_a_planned_end_moved(world: World) -> None:
    def stop(key: UUID, days: int) -> None:
        cmd = StopLeading(key, world.house.today() + timedelta(days=days))
        stop_leading(cmd, by=world.by("admin"), house=world.house)

    def drop(key: UUID, by: str = "admin") -> None:
        drop_leading(DropLeading(key), by=world.by(by), house=world.house)

    lead(world, "li", "SC", days=-3)
    lead(world, "zhao", "SC", days=10)
    keys = {one.person: one.id for one in rows(world)}
    assert refused(lambda: stop(keys["李秀兰"], 10)) == "O-3.leader_next"
    stop(keys["李秀兰"], 5)
    assert times(world, "SC") == [("李秀兰", -3, 5), ("赵敏", 10, None)]
    assert refused(lambda: drop(keys["李秀兰"])) == "O-3.leads_since"
    assert refused(lambda: drop(keys["赵敏"], by="wang")) == "X-1.not_permitted"
    drop(keys["赵敏"])
    with pytest.raises(NotFound):
        drop(keys["赵敏"])
    with world.house.uow.read() as session:
        last = session.scalars(select(EventRow.action).order_by(EventRow.seq.desc())).first()
    assert last == "unit.leader_dropped"
    stop(keys["李秀兰"], 20)
    lead(world, "li", "SC", days=21)
    assert times(world, "SC") == [("李秀兰", -3, 20), ("李秀兰", 21, None)]


def test_o_3_somebody_named_before_the_next_leader_ends_before_them(world: World) -> None:
    lead(world, "zhao", "SC", days=10)
    lead(world, "li", "SC", days=2)
    assert times(world, "SC") == [("李秀兰", 2, 9), ("赵敏", 10, None)]


def test_o_3_closing_a_unit_ends_who_leads_and_drops_who_is_to_come(world: World) -> None:
    add = AddUnit("XM", "项目部", world.units["ZH"])
    world.units["XM"] = add_unit(add, by=world.by("admin"), house=world.house)
    lead(world, "li", "XM", days=-3)
    lead(world, "zhao", "XM", days=10)
    close = CloseUnit(world.units["XM"], 1, world.house.today(), "项目结束")
    close_unit(close, by=world.by("admin"), house=world.house)
    assert times(world, "XM") == [("李秀兰", -3, 0)]
