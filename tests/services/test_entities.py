"""A further legal entity is added with its first unit, numbers for itself, and is renamed (O-2, O-4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from docctl.domain.verdicts import NotFound, RuleRefused
from docctl.models.organisation import LegalEntity, Unit
from docctl.queries.entities import EntityRow, entities, entity_coded, unit_keys
from docctl.queries.routes import company_now
from docctl.services.people.duties import SetDuties, set_duties
from docctl.services.people.entities import AddEntity, RenameEntity, add_entity, rename_entity
from docctl.services.people.units import AddUnit, add_unit
from tests.world import World

NAME = "示例宁波有限公司"


def add(world: World, code: str = "NB", name: str = NAME, unit: str = "NBZ", who: str = "admin") -> UUID:
    cmd = AddEntity(code, name, unit, "宁波综合部", world.units["ZH"])
    return add_entity(cmd, by=world.by(who), house=world.house)


def rename(world: World, entity_id: UUID, name: str, days_ago: int = 0, reason: str = "工商变更") -> UUID:
    cmd = RenameEntity(entity_id, name, world.house.today() - timedelta(days=days_ago), reason)
    return rename_entity(cmd, by=world.by("admin"), house=world.house)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(RuleRefused) as error:
        call()
    return error.value.refused.key


def listed(world: World) -> tuple[EntityRow, ...]:
    with world.house.uow.read() as session:
        return entities(session)


def under_first(world: World, code: str, name: str) -> UUID:
    with world.house.uow.read() as session:
        parent = session.scalars(select(Unit.id).where(Unit.code == "NBZ")).one()
    return add_unit(AddUnit(code, name, parent), by=world.by("admin"), house=world.house)


def test_o_4_an_entity_is_added_and_what_its_units_own_is_numbered_for_itself(world: World) -> None:
    first = world.document_of(world.draft())
    entity_id = add(world)
    world.units["YF"] = under_first(world, "YF", "研发部")
    theirs = world.document_of(world.draft("研发程序", unit="YF"))
    assert (theirs.entity_id, theirs.number) == (entity_id, first.number)
    assert [(one.code, one.units, one.documents) for one in listed(world)] == [
        ("SLJM", 4, 1),
        ("NB", 2, 1),
    ]


def test_o_4_a_code_and_a_name_belong_to_one_entity(world: World) -> None:
    add(world)
    assert refused(lambda: add(world, "nb", "另一公司")) == "O-4.entity_code_taken"
    assert refused(lambda: add(world, "SH", NAME)) == "O-4.entity_name_taken"
    assert refused(lambda: add(world, "S H", "上海公司")) == "O-4.entity_code_unfit"
    assert refused(lambda: add(world, "SH", "上海公司", unit="1")) == "O-1.code_unfit"
    assert refused(lambda: add(world, "SH", "上海公司", who="wang")) == "X-1.not_permitted"


def test_o_4_a_further_entity_of_a_sample_company_is_one(world: World) -> None:
    add(world)
    with world.house.uow.read() as session:
        assert len(set(session.scalars(select(LegalEntity.is_demo)))) == 1


def test_o_2_an_entity_is_renamed_and_what_it_was_called_stays(world: World) -> None:
    entity_id = add(world)
    assert rename(world, entity_id, "示例宁波股份公司", 5) == entity_id
    assert rename(world, entity_id, "示例宁波集团") == entity_id
    row = listed(world)[1]
    assert (row.code, row.name) == ("NB", "示例宁波集团")
    today = world.house.today()
    assert [(one.name, one.until_on) for one in row.former] == [
        ("示例宁波股份公司", today - timedelta(days=1)),
        (NAME, today - timedelta(days=6)),
    ]
    assert refused(lambda: rename(world, entity_id, "甲", 1)) == "O-2.day_before"
    assert refused(lambda: rename(world, entity_id, "甲", -1)) == "O-2.day_to_come"
    assert refused(lambda: rename(world, entity_id, "甲", reason=" ")) == "O-2.reason_needed"
    assert refused(lambda: rename(world, entity_id, "示例宁波集团")) == "O-2.nothing_changed"
    assert refused(lambda: rename(world, entity_id, listed(world)[0].name)) == "O-4.entity_name_taken"
    rename(world, entity_id, "示例宁波控股")  # from the day of the last one: that one was wrong
    assert "示例宁波集团" not in {one.name for one in listed(world)[1].former}
    with world.house.uow.read() as session, pytest.raises(NotFound):
        entity_coded(session, "XX")


def test_a_8_a_head_signs_for_the_unit_of_the_own_entity(world: World) -> None:
    add(world)
    theirs = under_first(world, "PZ", "品质部")
    ours = world.units["PZ"]
    for unit_id, head in ((ours, "ouyang"), (theirs, "li")):
        with world.house.uow.read() as session:
            version = session.get_one(Unit, unit_id).row_version
        cmd = SetDuties(unit_id, version, world.people[head])
        set_duties(cmd, by=world.by("admin"), house=world.house)
    with world.house.uow.read() as session:
        keys, company = unit_keys(session), company_now(session, world.house.today())
    assert (keys[ours], keys[theirs]) == ("PZ", "NB:PZ")
    assert company.units["PZ"].head == world.people["ouyang"]
    assert company.units["NB:PZ"].head == world.people["li"]
    assert company.units["NB:PZ"].parent == "NBZ"


def test_o_4_a_code_that_means_the_unit_of_a_later_entity_is_not_taken_from_it(world: World) -> None:
    add(world)
    theirs = under_first(world, "CG", "宁波采购部")

    def ours(code: str) -> UUID:
        cmd = AddUnit(code, "采购部", world.units["ZH"])
        return add_unit(cmd, by=world.by("admin"), house=world.house)

    with pytest.raises(RuleRefused) as error:
        ours("cg")
    assert error.value.refused.key == "O-4.unit_code_written"
    told = error.value.refused.params
    assert (told["unit"], told["entity"], told["own"]) == ("宁波采购部", NAME, listed(world)[0].name)
    assert refused(lambda: ours("NBZ")) == "O-4.unit_code_written"
    first = ours("CG2")
    later = under_first(world, "CG2", "宁波采购二部")  # a later one takes nothing
    with world.house.uow.read() as session:
        keys = unit_keys(session)
    assert (keys[theirs], keys[first], keys[later]) == ("CG", "CG2", "NB:CG2")
