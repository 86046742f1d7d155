"""Units are renamed and moved from a day on; they are found by what they were called (O-1, O-2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.verdicts import NotFound, RuleRefused
from docctl.models.organisation import Unit, UnitName
from docctl.models.records import Record
from docctl.models.trail import EventRow
from docctl.queries.by_name import unit_named
from docctl.queries.documents import RegisterFilter, document_register
from docctl.queries.search_names import names_in
from docctl.queries.unit_leaders import leaders
from docctl.queries.units import UnitRow, units
from docctl.services.imports.propose import units_by_name
from docctl.services.people.accounts import AddPerson, add_person
from docctl.services.people.closing import CloseUnit, OpenUnit, close_unit, open_unit
from docctl.services.people.leaders import LeadUnits, lead_units
from docctl.services.people.unit_changes import (
    ChangeUnit,
    EndUnitName,
    NameUnit,
    change_unit,
    end_unit_name,
    name_unit,
)
from docctl.services.people.units import AddUnit, add_unit
from docctl.services.revisions.revise import DiscardRevision, discard_revision
from tests.keeping import FORM, Keeping
from tests.world import World


def unit(world: World, code: str) -> Unit:
    with world.house.uow.read() as session:
        return session.scalars(select(Unit).where(Unit.code == code)).one()


def change(world: World, code: str, **given: Any) -> None:
    now = unit(world, code)
    cmd = ChangeUnit(
        now.id,
        given.get("row_version", now.row_version),
        given.get("name", now.name),
        given.get("kind", now.kind),
        given.get("parent_id", now.parent_id),
        given.get("from_on", world.house.today()),
        given.get("reason", "机构调整"),
    )
    change_unit(cmd, by=world.by("admin"), house=world.house)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(RuleRefused) as error:
        call()
    return error.value.refused.key


def row(world: World, code: str, days_ago: int | None = None) -> UnitRow:
    on = None if days_ago is None else world.house.today() - timedelta(days=days_ago)
    with world.house.uow.read() as session:
        return next(one for one in units(session, on=on) if one.code == code)


def named(world: World, text: str) -> str:
    with world.house.uow.read() as session:
        return unit_named(session, text).code


def test_o_2_a_renamed_unit_is_called_as_it_was_on_each_day(world: World) -> None:
    before = unit(world, "SC").name
    today = world.house.today()
    change(world, "SC", name="制造部", from_on=today - timedelta(days=30))
    change(world, "SC", name="制造中心", from_on=today - timedelta(days=10))
    shown = {days: row(world, "SC", days).name for days in (31, 30, 11, 10, 0)}
    assert shown == {31: before, 30: "制造部", 11: "制造部", 10: "制造中心", 0: "制造中心"}
    assert row(world, "SC").others == (before, "制造部")


def test_o_2_a_renamed_unit_is_found_by_each_name_in_whatever_script(world: World) -> None:
    before = unit(world, "SC").name
    change(world, "SC", name="制造部")
    name_unit(NameUnit(world.units["SC"], "制造一部"), by=world.by("admin"), house=world.house)
    for text in (before, "制造部", "製造一部", "SC"):
        assert named(world, text) == "SC"
    with world.house.uow.read() as session:
        known = names_in(session, "unit:x")["unit"]
        proposed = units_by_name(session, unit(world, "SC").entity_id)
    assert known[before] == known["制造部"] == known["制造一部"] == {"SC"}
    assert {proposed[one] for one in (before, "制造部", "制造一部")} == {world.units["SC"]}


def test_o_2_who_is_called_so_now_goes_before_who_was(world: World) -> None:
    before = unit(world, "SC").name
    change(world, "SC", name="制造部")
    change(world, "ZH", name=before)
    assert named(world, before) == "ZH"
    with world.house.uow.read() as session:
        assert units_by_name(session, unit(world, "ZH").entity_id)[before] == world.units["ZH"]


def test_o_2_a_past_register_has_the_name_of_then_and_records_keep_theirs(world: World) -> None:
    world.issued(world.draft())
    world.issued(world.draft("顾客反馈登记表", kind="form", number=FORM))
    record_id = Keeping.of(world).records(1)[0]
    with world.house.uow.read() as session:
        filed_as = session.get_one(Record, record_id).unit_name
        owner = session.scalars(select(Unit.code).where(Unit.name == filed_as)).one()
    first = world.house.today()
    document = unit(world, "PZ").name
    world.clock.forward(days=10)
    change(world, "PZ", name="质量中心")
    if owner != "PZ":
        change(world, owner, name="另一名称")

    def unit_in_register(day: object) -> str:
        wanted = RegisterFilter(as_of=day)  # type: ignore[arg-type]
        with world.house.uow.read() as session:
            actor = world.by("chen").actor
            found = document_register(session, actor, wanted, at=world.clock(), zone=world.house.zone)
        return next(one.unit_name for one in found.rows if one.number == "QP-01")

    assert (unit_in_register(first), unit_in_register(None)) == (document, "质量中心")
    with world.house.uow.read() as session:
        assert session.get_one(Record, record_id).unit_name == filed_as


def test_o_2_a_change_on_its_first_day_puts_right_what_was_entered(world: World) -> None:
    change(world, "SC", name="制照部")
    change(world, "SC", name="制造部")
    with world.house.uow.read() as session:
        kept = session.scalars(select(UnitName.name).where(UnitName.unit_id == world.units["SC"])).all()
    assert "制照部" not in kept
    with pytest.raises(NotFound):
        named(world, "制照部")


def test_o_2_what_is_refused_says_why(world: World) -> None:
    today = world.house.today()
    change(world, "SC", name="制造部", from_on=today - timedelta(days=5))
    assert refused(lambda: change(world, "SC")) == "O-2.nothing_changed"
    assert refused(lambda: change(world, "SC", name="甲", reason=" ")) == "O-2.reason_needed"
    assert refused(lambda: change(world, "SC", name="甲", from_on=today + timedelta(days=1))) == (
        "O-2.day_to_come"
    )
    assert refused(lambda: change(world, "SC", name="甲", from_on=today - timedelta(days=6))) == (
        "O-2.day_before"
    )
    assert refused(lambda: change(world, "SC", name=" ")) == "O-1.name_unfit"
    assert refused(lambda: change(world, "SC", name="甲", row_version=0)) == "request.changed_meanwhile"
    with pytest.raises(NotFound):
        change(world, "SC", kind="team")
    cmd = ChangeUnit(world.units["SC"], 1, "甲", "plant", None, today, "调整")
    assert refused(lambda: change_unit(cmd, by=world.by("wang"), house=world.house)) == "X-1.not_permitted"


def test_o_1_a_unit_moves_in_the_tree_and_makes_no_circle(world: World) -> None:
    admin, house = world.by("admin"), world.house
    plant = add_unit(AddUnit("NB", "宁波工厂", world.units["ZH"], "plant"), by=admin, house=house)
    assert row(world, "NB").kind == "plant"
    world.clock.forward(days=3)
    change(world, "SC", parent_id=plant)
    assert (row(world, "SC").parent, row(world, "SC", 1).parent) == ("宁波工厂", row(world, "ZH").name)
    assert row(world, "SC").depth == row(world, "NB").depth + 1
    assert refused(lambda: change(world, "NB", parent_id=world.units["SC"])) == "O-1.parent_below"
    assert refused(lambda: change(world, "NB", parent_id=plant)) == "O-1.parent_below"
    assert refused(lambda: change(world, "NB", parent_id=None)) == "O-1.parent_needed"
    with world.house.uow.read() as session:
        event = session.scalars(
            select(EventRow).where(EventRow.action == "unit.changed").order_by(EventRow.seq.desc())
        ).first()
    assert event is not None
    assert '"under":"NB"' in event.facts


def test_o_1_before_its_first_day_a_unit_is_not_there(world: World) -> None:
    world.clock.forward(days=3)
    add_unit(AddUnit("NB", "宁波工厂", world.units["ZH"]), by=world.by("admin"), house=world.house)
    with world.house.uow.read() as session:
        today, yesterday = (
            {one.code for one in units(session, on=world.house.today() - timedelta(days=days))}
            for days in (0, 1)
        )
    assert today - yesterday == {"NB"}


def test_o_2_another_name_is_given_once_and_ends_but_a_former_one_stays(world: World) -> None:
    admin, house, key = world.by("admin"), world.house, world.units["SC"]
    before = unit(world, "SC").name
    change(world, "SC", name="制造部")
    added = name_unit(NameUnit(key, " 制造 一部 "), by=admin, house=house)
    for text in ("制造 一部", "製造一部", "制造部", "sc", before):
        assert refused(lambda text=text: name_unit(NameUnit(key, text), by=admin, house=house)) == (
            "O-2.called_so"
        )
    with house.uow.read() as session:
        former = session.scalars(select(UnitName.id).where(UnitName.until_on.is_not(None))).one()
    assert refused(lambda: end_unit_name(EndUnitName(key, former), by=admin, house=house)) == (
        "O-2.former_stays"
    )
    with pytest.raises(NotFound):
        end_unit_name(EndUnitName(world.units["ZH"], added), by=admin, house=house)
    end_unit_name(EndUnitName(key, added), by=admin, house=house)
    with pytest.raises(NotFound):
        named(world, "制造一部")


def test_o_1_a_unit_is_closed_once_nothing_is_open_in_it_and_stays_in_lists_of_before(world: World) -> None:
    admin, house = world.by("admin"), world.house
    key = add_unit(AddUnit("CG", "采购部", world.units["ZH"]), by=admin, house=house)
    world.units["CG"] = key
    opened = house.today()
    world.clock.forward(days=5)
    lead_units(LeadUnits(world.people["zhao"], (key,), house.today()), by=admin, house=house)

    def close(code: str = "CG", days: int = 0, reason: str = "合并") -> None:
        now = unit(world, code)
        until = world.house.today() + timedelta(days=days)
        cmd = CloseUnit(now.id, now.row_version, until, reason)
        close_unit(cmd, by=world.by("admin"), house=world.house)

    below = add_unit(AddUnit("CG2", "采购二部", key), by=world.by("admin"), house=house)
    assert refused(close) == "O-1.unit_in_use"
    close_unit(CloseUnit(below, 1, house.today(), "合并"), by=world.by("admin"), house=house)
    draft = world.draft(author="li", unit="CG")
    assert refused(close) == "O-1.unit_in_use"
    discard = DiscardRevision(draft, world.revision(draft).row_version, "重复")
    discard_revision(discard, by=world.by("li"), house=house)
    assert refused(lambda: close("SC")) == "O-1.unit_in_use"  # people
    assert refused(lambda: close(days=1)) == "O-2.day_to_come"
    assert refused(lambda: close(days=-6)) == "O-2.day_before"
    assert refused(lambda: close(reason=" ")) == "O-2.reason_needed"
    close()
    assert refused(close) == "O-1.unit_closed"
    assert refused(lambda: world.draft(author="li", unit="CG")) == "O-1.unit_closed"
    person = AddPerson("sun", "孙丽", key, "x")
    assert refused(lambda: add_person(person, by=world.by("admin"), house=house)) == "O-1.unit_closed"
    with house.uow.read() as session:
        assert [one.until_on for one in leaders(session, today=house.today())] == [house.today()]
    world.clock.forward(days=1)
    assert row(world, "CG", 1).valid_until == house.today() - timedelta(days=1)
    with house.uow.read() as session:
        codes = {on: {one.code for one in units(session, on=on)} for on in (opened, house.today())}
    assert ("CG" in codes[opened], "CG" in codes[house.today()]) == (True, False)
    child = OpenUnit(below, "误撤销")
    assert refused(lambda: open_unit(child, by=world.by("admin"), house=house)) == "O-1.parent_closed"
    open_unit(OpenUnit(key, "误撤销"), by=world.by("admin"), house=house)
    open_unit(child, by=world.by("admin"), house=house)
    assert refused(lambda: open_unit(child, by=world.by("admin"), house=house)) == "O-1.unit_open"


def test_o_2_the_day_of_another_kind_is_one_until_today(world: World) -> None:
    today, day = world.house.today(), timedelta(days=1)
    change(world, "SC", name="制造部", from_on=today - 5 * day)
    assert refused(lambda: change(world, "SC", kind="plant", from_on=today + day)) == "O-2.day_to_come"
    assert refused(lambda: change(world, "SC", kind="plant", from_on=date(1899, 12, 31))) == "O-2.day_before"
    assert refused(lambda: change(world, "SC", kind="plant", from_on=today - 6 * day)) == "O-2.day_before"
    change(world, "SC", kind="plant", from_on=today - 5 * day)
    change(world, "SC", kind="site", from_on=today)
    assert unit(world, "SC").kind == "site"


def test_o_2_a_name_that_two_units_had_means_neither_in_silence(world: World) -> None:
    for code, later in (("SC", "制造部"), ("PZ", "质量中心")):
        change(world, code, name="综合车间", from_on=world.house.today() - timedelta(days=5))
        change(world, code, name=later)
    with pytest.raises(RuleRefused) as error, world.house.uow.read() as session:
        unit_named(session, "综合车间")
    assert error.value.refused.key == "O-1.several_units"
    assert error.value.refused.params["candidates"] == "PZ, SC"
    assert (named(world, "SC"), named(world, "质量中心")) == ("SC", "PZ")
    change(world, "PZ", name="SC")
    assert named(world, "SC") == "SC"  # the code goes first
    change(world, "ZH", name="综合车间")
    assert named(world, "综合车间") == "ZH"


def test_o_1_a_move_in_the_past_makes_no_circle_on_any_day_since(world: World) -> None:
    today, day = world.house.today(), timedelta(days=1)
    root, sc, pz = (world.units[one] for one in ("ZH", "SC", "PZ"))
    change(world, "PZ", parent_id=sc, from_on=today - 10 * day)
    change(world, "PZ", parent_id=root, from_on=today - 5 * day)
    for ago in (20, 10, 6):  # from before, at, and within the days on which PZ stood under SC
        move = lambda: change(world, "SC", parent_id=pz, from_on=today - ago * day)  # noqa: B023, E731
        assert refused(move) == "O-1.parent_below_then"
    change(world, "SC", parent_id=pz, from_on=today - 5 * day)
    with world.house.uow.read() as session:
        for ago in range(15):
            assert {"ZH", "SC", "PZ"} <= {one.code for one in units(session, on=today - ago * day)}


def test_o_1_a_unit_stands_under_no_unit_that_was_not_there_yet(world: World) -> None:
    today, day = world.house.today(), timedelta(days=1)
    new = add_unit(AddUnit("GC", "工厂", world.units["ZH"]), by=world.by("admin"), house=world.house)
    move = lambda: change(world, "SC", parent_id=new, from_on=today - day)  # noqa: E731
    assert refused(move) == "O-1.parent_closed_then"
    change(world, "SC", parent_id=new, from_on=today)


def test_o_1_units_that_stood_in_a_circle_are_listed_all_the_same(world: World) -> None:
    until = world.house.today() - timedelta(days=5)

    def circle(session: Session) -> None:
        for code, above in (("SC", "PZ"), ("PZ", "SC")):
            row = UnitName(id=uuid4(), unit_id=world.units[code], name=code, normal=code, until_on=until)
            row.parent_id, row.reason, row.added_at = world.units[above], "旧", world.clock()
            session.add(row)

    world.house.uow.write(circle)
    with world.house.uow.read() as session:
        found = [(one.code, one.depth) for one in units(session, on=until)]
        assert len(found) == len(units(session))
    assert found[-2:] == [("PZ", 0), ("SC", 1)]
