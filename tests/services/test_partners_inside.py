"""Nothing of the company stands below an outside organisation, and nobody of one leads in it (O-7)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from docctl.domain.leaving import OpenKind
from docctl.domain.verdicts import RuleRefused
from docctl.models.blanks import BlankIssue
from docctl.models.organisation import Unit
from docctl.queries.inbox import inbox
from docctl.queries.open_work import open_work
from docctl.queries.unit_leaders import active_people
from docctl.queries.unit_page import unit_page
from docctl.services.people.actors import actor_of
from docctl.services.people.duties import SetDuties, set_duties
from docctl.services.people.hand_over import Handed, HandOver, hand_over
from docctl.services.people.leaders import LeadUnits, lead_units
from docctl.services.people.posts import AddPost, HoldPost, add_post, take_post
from docctl.services.people.unit_changes import ChangeUnit, change_unit
from docctl.services.people.units import AddUnit, add_unit
from tests import printed as p
from tests.partners import a_partner, bound
from tests.services.test_merging import go
from tests.world import World


def refused(call: Any, cmd: Any, world: World) -> str:
    with pytest.raises(RuleRefused) as error:
        call(cmd, by=world.by("admin"), house=world.house)
    return error.value.refused.key


def unit_of(world: World, code: str) -> Unit:
    with world.house.uow.read() as session:
        return session.get_one(Unit, world.units[code])


def duties(world: World, code: str, username: str) -> SetDuties:
    return SetDuties(world.units[code], unit_of(world, code).row_version, world.people[username])


def test_o_7_only_what_is_outside_stands_below_an_organisation(world: World) -> None:
    unit = a_partner(world)
    inside = AddUnit("XK", "项目部", unit)
    assert refused(add_unit, inside, world) == "O-7.below_outside"
    add_unit(AddUnit("FB", "分包商", unit, "contractor"), by=world.by("admin"), house=world.house)
    moved = unit_of(world, "SC")
    today = world.house.today()
    change = ChangeUnit(moved.id, moved.row_version, moved.name, moved.kind, unit, today, "调整")
    assert refused(change_unit, change, world) == "O-7.below_outside"


def test_o_7_what_of_the_company_stood_below_does_not_go_below_another(world: World) -> None:
    unit = a_partner(world)
    a_partner(world, "GK", "kunde", "customer")
    inner = AddUnit("XK", "项目部", world.units["ZH"])
    inner_id = add_unit(inner, by=world.by("admin"), house=world.house)

    def put_below(session: Any) -> None:  # as it could stand once
        session.get_one(Unit, inner_id).parent_id = unit

    world.house.uow.write(put_below)
    world.clock.forward(days=2)
    with pytest.raises(RuleRefused) as error:
        go(world, "GYS", "GK")
    assert error.value.refused.key == "O-7.below_outside"
    assert unit_of(world, "GYS").valid_until is None


def test_o_7_nobody_from_outside_heads_leads_or_holds_a_post_in_the_company(world: World) -> None:
    unit, guest, today = a_partner(world), world.people["gast"], world.house.today()
    assert refused(set_duties, duties(world, "SC", "gast"), world) == "O-7.not_of_company"
    set_duties(duties(world, "GYS", "gast"), by=world.by("admin"), house=world.house)
    set_duties(duties(world, "GYS", "wang"), by=world.by("admin"), house=world.house)
    lead = LeadUnits(guest, (world.units["SC"],), today)
    assert refused(lead_units, lead, world) == "O-7.not_of_company"
    post = add_post(AddPost(world.units["SC"], "班长"), by=world.by("admin"), house=world.house)
    assert refused(take_post, HoldPost(post, guest, today), world) == "O-7.not_of_company"
    theirs = add_post(AddPost(unit, "联络人"), by=world.by("admin"), house=world.house)
    take_post(HoldPost(theirs, guest, today), by=world.by("admin"), house=world.house)
    with world.house.uow.read() as session:
        assert guest not in dict(unit_page(session, world.units["SC"]).choices)
        assert guest in dict(unit_page(session, unit).choices)
        assert guest not in dict(active_people(session))


def test_o_7_what_somebody_of_the_company_leads_goes_to_nobody_from_outside(world: World) -> None:
    a_partner(world)
    wang, guest, today = world.people["wang"], world.people["gast"], world.house.today()
    admin = world.by("admin")
    set_duties(duties(world, "SC", "wang"), by=admin, house=world.house)
    post = add_post(AddPost(world.units["SC"], "班长"), by=admin, house=world.house)
    take_post(HoldPost(post, wang, today), by=admin, house=world.house)
    lead_units(LeadUnits(wang, (world.units["SC"],), today), by=admin, house=world.house)
    with world.house.uow.read() as session:
        actor = actor_of(session, world.people["admin"])
        found = open_work(session, actor, wang, at=world.house.clock(), today=today)
    kinds = {OpenKind.HEAD, OpenKind.POST, OpenKind.LEADER}
    items = [one for one in found.items if one.kind in kinds]
    assert {one.kind for one in items} == kinds
    for one in items:
        assert guest not in {each.id for each in one.takers}
        given = HandOver(wang, (Handed(one.kind, one.id, guest),), "离职")
        assert refused(hand_over, given, world) == "O-7.not_of_company"


def test_o_7_d_10_blanks_go_to_no_unit_and_nobody_from_outside(world: World) -> None:
    a_partner(world)
    bound(world, world.house.today())
    print_id = p.printed(world, p.form_revision(world))
    with pytest.raises(RuleRefused) as error:
        p.out(world, print_id, unit="GYS")
    assert error.value.refused.key == "D-10.unit_outside"
    with pytest.raises(RuleRefused) as error:
        p.out(world, print_id, person="gast")
    assert error.value.refused.key == "D-10.person_outside"
    issue = p.out(world, print_id, person="wang")
    given = HandOver(world.people["wang"], (Handed(OpenKind.BLANKS, issue, world.people["gast"]),), "离职")
    assert refused(hand_over, given, world) == "D-10.person_outside"

    def with_guest(session: Any) -> None:  # as it could be once
        session.get_one(BlankIssue, issue).person_id = world.people["gast"]

    world.house.uow.write(with_guest)
    with world.house.uow.read() as session:
        guest = actor_of(session, world.people["gast"])
        assert guest is not None
        assert not inbox(session, guest, at=world.clock(), zone=world.house.zone).counts


def test_d_10_o_1_blanks_go_to_no_unit_that_is_closed(world: World) -> None:
    print_id = p.printed(world, p.form_revision(world))

    def closed(session: Any) -> None:
        session.get_one(Unit, world.units["KF"]).valid_until = world.house.today() - timedelta(days=1)

    world.house.uow.write(closed)
    with pytest.raises(RuleRefused) as error:
        p.out(world, print_id, unit="KF")
    assert error.value.refused.key == "O-1.unit_closed"
    p.out(world, print_id)
