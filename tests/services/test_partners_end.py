"""What was granted to an organisation ends with it, and nobody is asked for what they cannot open (O-7)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from docctl.domain.verdicts import NotFound, RuleRefused
from docctl.models.organisation import OneTimeLink, Person, Unit
from docctl.models.partners import PartnerShare
from docctl.models.trail import EventRow
from docctl.services.people.accounts import AddPerson, add_person, new_link
from docctl.services.people.actors import actor_of
from docctl.services.people.closing import CloseUnit, close_unit
from docctl.services.people.move import MovePerson, move_person
from docctl.services.people.own import invited, set_password
from docctl.services.people.units import AddUnit, add_unit
from tests import handing as h
from tests.partners import a_partner, bound, shared
from tests.services.test_merging import go
from tests.world import World

PASSWORD = "不容易猜到的一句很长的话"


def told(world: World, action: str) -> int:
    with world.house.uow.read() as session:
        return len(session.scalars(select(EventRow).where(EventRow.action == action)).all())


def comes_in(world: World, username: str = "gast") -> bool:
    with world.house.uow.read() as session:
        try:
            return actor_of(session, world.people[username], world.house.clock()).is_admitted
        except NotFound:
            return False


def test_o_7_who_moves_to_another_organisation_is_bound_anew(world: World) -> None:
    a_partner(world)
    a_partner(world, "GK", "kunde", "customer")
    bound(world, world.house.today())
    assert comes_in(world)
    move = MovePerson(world.people["gast"], world.units["GK"])
    move_person(move, by=world.by("admin"), house=world.house)
    assert not comes_in(world)
    assert told(world, "person.unbound") == 1
    bound(world, world.house.today())
    assert comes_in(world)
    again = MovePerson(world.people["kunde"], world.units["GYS"])
    move_person(again, by=world.by("admin"), house=world.house)
    assert told(world, "person.unbound") == 1  # who was not bound has nothing to lose


def test_o_7_what_was_shared_with_an_organisation_that_goes_into_another_ends(world: World) -> None:
    unit = a_partner(world)
    a_partner(world, "GK", "kunde", "customer")
    world.clock.forward(days=2)
    until = world.house.today() + timedelta(days=9)
    bound(world, until)
    issued = world.document_of(world.issued(world.draft("供方须知")))
    shared(world, "document", issued.id, until)
    go(world, "GYS", "GK")
    with world.house.uow.read() as session:
        (share,) = session.scalars(select(PartnerShare)).all()
        assert share.ended_at == world.house.clock()
        assert session.get_one(Person, world.people["gast"]).unit_id == world.units["GK"]
    assert (told(world, "document.unshared"), told(world, "person.unbound")) == (1, 1)
    assert not comes_in(world)
    assert unit != world.units["GK"]
    with pytest.raises(RuleRefused) as error:
        shared(world, "document", issued.id, until)
    assert error.value.refused.key == "O-7.ended"


def test_o_7_a_link_of_somebody_who_is_not_bound_says_so_before_the_password(world: World) -> None:
    unit = a_partner(world)
    token, hashed = new_link()
    person = AddPerson("neu", "吴新", unit, hashed)
    world.people["neu"] = add_person(person, by=world.by("admin"), house=world.house)
    for call in (
        lambda: invited(world.house, token),
        lambda: set_password(world.house, token=token, password=PASSWORD),
    ):
        with pytest.raises(RuleRefused) as error:
            call()
        assert error.value.refused.key == "O-7.not_bound"
    with world.house.uow.read() as session:
        assert (
            session.scalars(select(OneTimeLink.used_at).where(OneTimeLink.token_hash == hashed)).one() is None
        )
    bound(world, world.house.today(), "neu")
    assert invited(world.house, token).username == "neu"
    assert set_password(world.house, token=token, password=PASSWORD) == world.people["neu"]


def test_o_7_from_outside_only_who_can_open_it_is_asked_to_read(world: World) -> None:
    a_partner(world)
    for number, username in enumerate(("zwei", "drei")):
        person = AddPerson(username, f"郭{number}", world.units["GYS"], f"{username}-hash")
        world.people[username] = add_person(person, by=world.by("admin"), house=world.house)
    today = world.house.today()
    bound(world, today + timedelta(days=9))
    bound(world, today, "zwei")
    inner = world.people["wang"]
    first = h.distributed(world, h.to_unit(world, "GYS", reads=True), h.to_unit(world, "SC", reads=True))
    assert inner in h.readers(world, first)
    guests = {world.people[one] for one in ("gast", "zwei", "drei")}
    assert not guests & set(h.readers(world, first))
    shared(world, "document", world.document_of(first).id, today + timedelta(days=9))
    world.clock.forward(days=1)  # one of the two is not bound any more
    second = h.followed(world, first)
    assert guests & set(h.readers(world, second)) == {world.people["gast"]}
    assert inner in h.readers(world, second)


def test_o_7_what_is_shared_ends_when_an_organisation_is_closed(world: World) -> None:
    empty = AddUnit("KG", "旧客户", world.units["ZH"], "customer")
    world.units["KG"] = add_unit(empty, by=world.by("admin"), house=world.house)
    world.clock.forward(days=2)
    issued = world.document_of(world.issued(world.draft("供方须知")))
    shared(world, "document", issued.id, world.house.today() + timedelta(days=9), "KG")
    with world.house.uow.read() as session:
        version = session.get_one(Unit, world.units["KG"]).row_version
    cmd = CloseUnit(world.units["KG"], version, world.house.today(), "合作终止")
    close_unit(cmd, by=world.by("admin"), house=world.house)
    assert told(world, "document.unshared") == 1
