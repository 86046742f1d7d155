"""People of outside organisations see and fill only what was granted, and only until their day (O-7, X-3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from docctl.domain.roles import Role
from docctl.domain.verdicts import NotFound, RuleRefused
from docctl.models.documents import Document
from docctl.models.organisation import Unit
from docctl.models.trail import EventRow
from docctl.queries.documents import RegisterFilter, document_register
from docctl.queries.inbox import inbox
from docctl.queries.partners import outside, outside_page
from docctl.queries.records import RecordFilter, record_register
from docctl.services.distribution.copies import ReceiveCopy, receive_copy
from docctl.services.people.actors import actor_of
from docctl.services.people.grant import ProposeRole, propose_role
from docctl.services.people.move import MovePerson, move_person
from docctl.services.people.partners import (
    EndShare,
    UnbindPartner,
    end_share,
    unbind_partner,
)
from docctl.services.people.sign_in import sign_in
from docctl.services.people.unit_changes import ChangeUnit, change_unit
from tests import handing as h
from tests.filing import a_form, filed
from tests.partners import a_partner, bound, shared
from tests.world import PASSWORD, World


def refused(call: Any, *args: Any, **given: Any) -> str:
    with pytest.raises(RuleRefused) as error:
        call(*args, **given)
    return error.value.refused.key


def guest(world: World, username: str = "gast") -> Any:
    with world.house.uow.read() as session:
        return actor_of(session, world.people[username], world.house.clock())


def by_guest(world: World) -> Any:
    from dataclasses import replace

    return replace(world.by("wang"), actor=guest(world))


def seen(world: World) -> tuple[set[UUID], int]:
    """Return the revisions and how many records somebody from outside sees."""
    actor, at, zone = guest(world), world.house.clock(), world.house.zone
    with world.house.uow.read() as session:
        found = document_register(session, actor, RegisterFilter(with_obsolete=True), at=at, zone=zone)
        records = record_register(session, actor, RecordFilter(), today=world.house.today(), zone=zone)
    return {one.revision_id for one in found.rows}, records.total


def test_o_7_who_is_not_bound_does_not_come_in_and_rights_end_with_the_day(world: World) -> None:
    a_partner(world)
    today = world.house.today()
    with pytest.raises(NotFound):
        guest(world)

    def try_it() -> str:
        return refused(sign_in, world.house, username="gast", password=PASSWORD, address="x")

    assert try_it() == "A-3.sign_in_refused"
    bound(world, today)
    assert sign_in(world.house, username="gast", password=PASSWORD, address="x").token
    world.clock.forward(hours=14, minutes=59)  # 23:59
    assert guest(world).is_admitted
    world.clock.forward(minutes=1)
    with pytest.raises(NotFound):
        guest(world)
    assert try_it() == "A-3.sign_in_refused"
    bound(world, world.house.today() + timedelta(days=2))
    assert guest(world).is_admitted
    unbind_partner(UnbindPartner(world.people["gast"]), by=world.by("admin"), house=world.house)
    with pytest.raises(NotFound):
        guest(world)
    again = UnbindPartner(world.people["gast"])
    assert refused(unbind_partner, again, by=world.by("admin"), house=world.house) == "O-7.over_already"


def test_o_7_only_what_is_shared_is_seen_and_only_as_long(world: World) -> None:
    a_partner(world)
    today = world.house.today()
    bound(world, today + timedelta(days=30))
    issued, other = world.issued(world.draft("甲规程")), world.issued(world.draft("乙规程"))
    filed(world, a_form(world), title="巡检记录")
    assert seen(world) == (set(), 0)
    share = shared(world, "document", world.document_of(issued).id, today)
    assert seen(world) == ({issued}, 0)
    with world.house.uow.read() as session:
        staff = actor_of(session, world.people["wang"])
        at, zone = world.house.clock(), world.house.zone
        assert document_register(session, staff, RegisterFilter(), at=at, zone=zone).total == 3
    again = {"kind": "document", "item_id": world.document_of(issued).id, "until": today}
    assert refused(shared, world, **again) == "O-7.shared_already"
    world.clock.forward(days=1)
    assert seen(world) == (set(), 0)
    share = shared(world, "document", world.document_of(other).id, world.house.today())
    assert seen(world) == ({other}, 0)
    end_share(EndShare(share), by=world.by("zhao"), house=world.house)
    assert seen(world) == (set(), 0)
    with world.house.uow.read() as session:
        told = [
            one.action
            for one in session.scalars(select(EventRow).order_by(EventRow.seq))
            if "shared" in one.action or "bound" in one.action
        ]
    assert told == ["person.bound", "document.shared", "document.shared", "document.unshared"]


def test_o_7_a_record_that_is_shared_is_seen_by_the_organisation_alone(world: World) -> None:
    a_partner(world)
    a_partner(world, "GK", "kunde", "customer")
    today = world.house.today()
    for one in ("gast", "kunde"):
        bound(world, today, one)
    record = filed(world, a_form(world), title="巡检记录")
    shared(world, "record", record, today)
    totals = {}
    for one in ("gast", "kunde", "wang"):
        with world.house.uow.read() as session:
            actor = actor_of(session, world.people[one], world.house.clock())
            totals[one] = record_register(
                session, actor, RecordFilter(), today=today, zone=world.house.zone
            ).total
    assert totals == {"gast": 1, "kunde": 0, "wang": 1}


def test_o_7_who_is_outside_holds_no_role_and_stays_outside(world: World) -> None:
    a_partner(world)
    role = ProposeRole(world.people["gast"], Role.AUDITOR)
    assert refused(propose_role, role, by=world.by("admin"), house=world.house) == "O-7.no_roles"
    for person, unit in (("gast", "SC"), ("wang", "GYS")):
        move = MovePerson(world.people[person], world.units[unit])
        assert refused(move_person, move, by=world.by("admin"), house=world.house) == "O-7.stays_so"
    with world.house.uow.read() as session:
        unit_row = session.get_one(Unit, world.units["GYS"])
    today = world.house.today()
    change = ChangeUnit(
        unit_row.id, unit_row.row_version, unit_row.name, "department", unit_row.parent_id, today, "x"
    )
    assert refused(change_unit, change, by=world.by("admin"), house=world.house) == "O-7.stays_so"
    bind = {"until": today, "username": "wang"}
    assert refused(bound, world, **bind) == "O-7.not_outside"
    with pytest.raises(RuleRefused) as error:
        world.draft("甲规程", unit="GYS")
    assert error.value.refused.key == "O-7.owns_nothing"


def test_o_7_copies_are_issued_to_an_organisation_and_its_people_receive_them(world: World) -> None:
    a_partner(world)
    bound(world, world.house.today())
    revision = h.distributed(world, h.to_unit(world, "GYS"))
    (copy,) = h.copies(world, revision)
    with world.house.uow.read() as session:
        at, zone = world.house.clock(), world.house.zone
        tasks = inbox(session, guest(world), at=at, zone=zone).tasks
        assert [one.verb for one in tasks if one.kind == "copy"] == ["receive_copy"]
        (line,) = outside(session, at=at)
        assert (line.code, line.people, line.copies, line.shared) == ("GYS", 1, 1, 0)
    assert seen(world) == (set(), 0)
    cmd = ReceiveCopy(copy.id, copy.row_version, world.house.today())
    receive_copy(cmd, by=by_guest(world), house=world.house)
    with world.house.uow.read() as session:
        at = world.house.clock()
        page = outside_page(session, actor_of(session, world.people["zhao"]), world.units["GYS"], at=at)
        assert [one.copy for one in page.copies] == [copy.number]
        assert [one.state for one in page.people] == ["bound"]
        assert session.scalars(select(Document.id)).first() is not None


def test_o_7_only_a_leader_shares_and_only_what_they_see(world: World) -> None:
    a_partner(world)
    issued = world.issued(world.draft("甲规程"))
    from docctl.services.people.partners import ShareItem, share_item

    cmd = ShareItem(world.units["GYS"], "document", world.document_of(issued).id, "项目", world.house.today())
    assert refused(share_item, cmd, by=world.by("wang"), house=world.house) == "X-1.not_permitted"
    assert refused(share_item, cmd, by=world.by("admin"), house=world.house) == "X-1.not_permitted"
    none = ShareItem(world.units["GYS"], "record", world.document_of(issued).id, "项目", world.house.today())
    with pytest.raises(NotFound):
        share_item(none, by=world.by("zhao"), house=world.house)
    inside = ShareItem(
        world.units["SC"], "document", world.document_of(issued).id, "项目", world.house.today()
    )
    assert refused(share_item, inside, by=world.by("zhao"), house=world.house) == "O-7.not_outside"
