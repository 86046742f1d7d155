"""A company is founded once, with two people, its schemes, its types and its schedule (A-15, N-2, O-1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from docctl.config import Settings
from docctl.domain.retention_classes import TriggerKind
from docctl.domain.retention_schedule import BUILT_IN
from docctl.domain.roles import Role
from docctl.domain.verdicts import RuleRefused
from docctl.models.documents import DocumentType
from docctl.models.organisation import LegalEntity, Person, RoleGrant, Unit
from docctl.models.retention import RetentionClassRow
from docctl.models.trail import EventRow
from docctl.queries.audit import verify
from docctl.services.caller import the_system
from docctl.services.house import House
from docctl.services.schema import migrate
from docctl.services.setup import FirstPerson, FirstUnit, FoundCompany, found_company
from tests.world import START, Clock, World, build_house

CMD = FoundCompany(
    code="SLJM",
    name="示例精密科技有限公司",
    unit_code="ZH",
    unit_name="综合办公室",
    first=FirstPerson("admin", "孙丽", Role.ADMINISTRATOR, token_hash="a" * 64),
    second=FirstPerson("zhao", "赵敏", Role.LEADER, unit_code="PZ"),
    more_units=(FirstUnit("PZ", "品质部", ("quality",)),),
)


@pytest.fixture
def fresh(empty: Settings) -> Iterator[House]:
    house = build_house(empty, Clock(START))
    migrate(house.uow.owner)
    yield house
    house.close()


def found(house: House, cmd: FoundCompany = CMD) -> None:
    found_company(cmd, by=the_system(house.clock(), channel="cli"), house=house)


def test_o_1_a_new_company_has_what_it_needs_to_begin(fresh: House) -> None:
    found(fresh)
    with fresh.uow.read() as session:
        units = {one.code: one for one in session.scalars(select(Unit))}
        people = {one.username: one for one in session.scalars(select(Person))}
        assert units["PZ"].parent_id == units["ZH"].id
        assert units["PZ"].functions == ["quality"]
        assert people["zhao"].unit_id == units["PZ"].id
        assert set(session.scalars(select(DocumentType.code))) == {"procedure", "instruction", "form"}
        # Events cannot be entered yet, so no class waits for one.
        dated = {one.code for one in BUILT_IN if one.trigger.kind is not TriggerKind.EVENT}
        assert set(session.scalars(select(RetentionClassRow.code))) == dated
        catch_all = select(func.count()).where(RetentionClassRow.is_catch_all)
        assert session.scalar(catch_all) == 1
        assert verify(session).ok


def test_a_15_each_of_the_two_is_confirmed_by_the_other_and_has_no_password(fresh: House) -> None:
    found(fresh)
    with fresh.uow.read() as session:
        people = {one.id: one for one in session.scalars(select(Person))}
        grants = session.scalars(select(RoleGrant)).all()
        told = session.scalars(select(EventRow.facts)).all()
    assert {one.role for one in grants} == {Role.ADMINISTRATOR, Role.LEADER}
    assert all(one.confirmed_by in people and one.confirmed_by != one.person_id for one in grants)
    assert {one.password_hash for one in people.values()} == {None}
    assert not [one for one in told if "a" * 64 in one]


def test_a_15_one_person_is_not_two(fresh: House) -> None:
    with pytest.raises(RuleRefused) as error:
        found(fresh, replace(CMD, second=replace(CMD.second, username="admin")))
    assert error.value.refused.key == "A-15.two_people_needed"
    with fresh.uow.read() as session:
        assert session.scalars(select(LegalEntity)).all() == []


def test_o_1_there_is_one_company(world: World) -> None:
    with pytest.raises(RuleRefused) as error:
        found(world.house)
    assert error.value.refused.key == "O-1.already_founded"


def test_x_1_nobody_who_signs_in_founds_a_company(world: World) -> None:
    for username in ("admin", "zhao"):
        with pytest.raises(RuleRefused) as error:
            found_company(CMD, by=world.by(username), house=world.house)
        assert error.value.refused.key == "X-1.not_permitted"
