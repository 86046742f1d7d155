"""Leaders in charge of units by date: named, ended, handed over, asked by routes (O-3, A-8, A-16)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from docctl.domain.leaving import OpenKind
from docctl.domain.verdicts import NotFound, RuleRefused
from docctl.queries.open_work import open_work
from docctl.queries.routes import company_now
from docctl.queries.unit_leaders import LeaderRow, leaders
from docctl.services.people.accounts import DisablePerson, disable_person
from docctl.services.people.hand_over import Handed, HandOver, hand_over
from docctl.services.people.leaders import LeadUnits, StopLeading, lead_units, stop_leading
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


def test_a_16_units_of_a_leader_who_goes_are_handed_to_another_or_to_nobody(world: World) -> None:
    lead(world, "li", "SC", "PZ", days=-3)
    with world.house.uow.read() as session:
        actor, at = world.by("admin").actor, world.clock()
        found = open_work(session, actor, world.people["li"], at=at, today=world.house.today()).items
    led = {one.number: one.id for one in found if one.kind is OpenKind.LEADER}
    assert set(led) == {"SC", "PZ"}
    items = (
        Handed(OpenKind.LEADER, led["SC"], world.people["zhao"]),
        Handed(OpenKind.LEADER, led["PZ"], None),
    )
    cmd = HandOver(world.people["li"], items, "调岗")
    hand_over(cmd, by=world.by("admin"), house=world.house)
    today = world.house.today()
    assert leader_on(world, "SC", today) == "zhao"
    assert leader_on(world, "PZ", today + timedelta(days=1)) is None
    assert refused(lambda: hand_over(cmd, by=world.by("admin"), house=world.house)) == (
        "request.changed_meanwhile"
    )
