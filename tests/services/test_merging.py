"""A unit goes into others: its names live on, what is open goes, records and past lists stay (O-2)."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from docctl.domain.merging import Goes, GoingKind
from docctl.domain.roles import Role
from docctl.domain.verdicts import RuleRefused
from docctl.models.distribution import ControlledCopy
from docctl.models.documents import Document
from docctl.models.organisation import Person, Post, RoleGrant, Unit
from docctl.models.records import Record
from docctl.models.trail import EventRow
from docctl.queries.by_name import unit_named
from docctl.queries.documents import RegisterFilter, document_register
from docctl.queries.records import RecordFilter, record_register
from docctl.queries.search_names import names_in
from docctl.queries.unit_going import Going, going
from docctl.queries.unit_names import names_of
from docctl.queries.units import units
from docctl.services.people.actors import actor_of
from docctl.services.people.closing import OpenUnit, open_unit
from docctl.services.people.leaders import LeadUnits, lead_units
from docctl.services.people.merging import GoInto, go_into
from docctl.services.people.posts import AddPost, HoldPost, add_post, take_post
from docctl.services.people.unit_changes import EndUnitName, end_unit_name
from docctl.services.people.units import AddUnit, add_unit
from docctl.services.revisions.sign import approve_revision, review_revision
from tests import handing as h
from tests.filing import a_form, filed
from tests.services.test_guards import guard_of, statement
from tests.world import World


def open_in(world: World, code: str) -> tuple[Going, ...]:
    with world.house.uow.read() as session:
        actor = actor_of(session, world.people["admin"])
        at, today = world.house.clock(), world.house.today()
        return going(session, actor, world.units[code], at=at, today=today).things


def go(world: World, code: str, *into: str, **given: Any) -> None:
    """Let a unit go into others: all to the first, but for what `parts` sends elsewhere by number."""
    parts: dict[str, str] = given.get("parts", {})
    things = [one for one in open_in(world, code) if not given.get("only") or one.number in given["only"]]
    goes = tuple(
        Goes(one.kind, one.id, world.units[parts.get(one.number, into[0])])
        for one in things
        if one.number not in given.get("without", ())
    )
    with world.house.uow.read() as session:
        version = session.get_one(Unit, world.units[code]).row_version
    cmd = GoInto(
        world.units[code],
        given.get("row_version", version),
        tuple(world.units[one] for one in into),
        goes,
        given.get("from_on", world.house.today()),
        given.get("reason", "机构调整"),
        closes=given.get("closes", True),
    )
    go_into(cmd, by=world.by(given.get("by", "admin")), house=world.house)


def row(world: World, kind: type[Any], key: UUID) -> Any:
    with world.house.uow.read() as session:
        return session.get_one(kind, key)


def refused(world: World, *args: Any, **given: Any) -> str:
    with pytest.raises(RuleRefused) as error:
        go(world, *args, **given)
    return error.value.refused.key


def seen_by(world: World, username: str) -> int:
    with world.house.uow.read() as session:
        actor = actor_of(session, world.people[username])
        return record_register(
            session, actor, RecordFilter(), today=world.house.today(), zone=world.house.zone
        ).total


def events(world: World, action: str) -> list[EventRow]:
    with world.house.uow.read() as session:
        return list(session.scalars(select(EventRow).where(EventRow.action == action)))


def test_o_2_what_is_open_goes_into_the_other_unit_and_each_is_told(world: World) -> None:
    below = add_unit(AddUnit("SC1", "一车间", world.units["SC"]), by=world.by("admin"), house=world.house)
    post = add_post(AddPost(world.units["SC"], "班长"), by=world.by("admin"), house=world.house)
    there = add_post(AddPost(world.units["KF"], "班长"), by=world.by("admin"), house=world.house)
    today = world.house.today()
    take_post(HoldPost(post, world.people["wang"], today), by=world.by("admin"), house=world.house)
    lead_units(
        LeadUnits(world.people["zhao"], (world.units["SC"],), today - timedelta(days=30)),
        by=world.by("admin"),
        house=world.house,
    )
    draft = world.draft("作业指导书", unit="SC")
    world.submitted(draft)
    kinds = {one.kind for one in open_in(world, "SC")}
    assert kinds == set(GoingKind) - {GoingKind.COPY}
    go(world, "SC", "KF")
    unit = row(world, Unit, world.units["SC"])
    assert unit.valid_until == today - timedelta(days=1)
    assert row(world, Unit, below).parent_id == world.units["KF"]
    assert row(world, Person, world.people["wang"]).unit_id == world.units["KF"]
    assert row(world, Post, post).unit_id == world.units["KF"]
    assert row(world, Post, post).name == "班长（生产部）"
    assert row(world, Post, there).name == "班长"
    assert world.document_of(draft).unit_id == world.units["KF"]
    assert open_in(world, "SC") == open_in(world, "SC")[:1]  # the keeper's role stays, records do
    (told,) = events(world, "unit.merged")
    assert '"SC"' in told.facts
    assert '"person":2' in told.facts
    for action in ("person.moved", "post.moved", "document.moved", "unit.took_over", "role.proposed"):
        assert events(world, action), action
    (led,) = events(world, "unit.leader_ended")
    assert (today - timedelta(days=1)).isoformat() in led.facts
    review_revision(world.signing(draft), by=world.by("ouyang"), house=world.house)
    approve_revision(world.signing(draft), by=world.by("zhao"), house=world.house)


def test_o_2_the_keeper_goes_on_keeping_and_is_proposed_for_the_new_unit(world: World) -> None:
    go(world, "SC", "KF")
    with world.house.uow.read() as session:
        grants = session.scalars(
            select(RoleGrant).where(RoleGrant.person_id == world.people["li"], RoleGrant.role == Role.KEEPER)
        ).all()
    states = {one.unit_id: (one.revoked_at, one.confirmed_at is not None) for one in grants}
    assert states == {world.units["SC"]: (None, True), world.units["KF"]: (None, False)}


def test_o_2_its_names_live_on_with_the_other_and_find_both(world: World) -> None:
    before = row(world, Unit, world.units["SC"]).name
    go(world, "SC", "KF")
    with world.house.uow.read() as session:
        known = names_in(session, "unit:x")["unit"][before]
        assert known == {"SC", "KF"}
        assert unit_named(session, before).code == "KF"
        assert unit_named(session, "SC").code == "SC"
        (name,) = [one for one in names_of(session, world.units["KF"]) if one.of]
    assert (name.name, name.of, name.until_on) == (before, "SC", None)
    cmd = EndUnitName(world.units["KF"], name.id)
    with pytest.raises(RuleRefused) as error:
        end_unit_name(cmd, by=world.by("admin"), house=world.house)
    assert error.value.refused.key == "O-2.former_stays"


def test_o_2_a_unit_that_is_there_again_and_goes_again_is_named_once(world: World) -> None:
    go(world, "SC", "KF")
    open_unit(OpenUnit(world.units["SC"], "误撤"), by=world.by("admin"), house=world.house)
    go(world, "SC", "KF")
    with world.house.uow.read() as session:
        assert [one.of for one in names_of(session, world.units["KF"])] == ["SC"]


def test_o_2_records_keep_the_unit_and_the_new_one_sees_them(world: World) -> None:
    record = filed(world, a_form(world), title="巡检记录")
    was = row(world, Record, record)
    assert (was.unit_id, seen_by(world, "zhang")) == (world.units["SC"], 0)
    go(world, "SC", "KF")
    now = row(world, Record, record)
    assert (now.unit_id, now.unit_name) == (was.unit_id, was.unit_name)
    assert seen_by(world, "zhang") == 1
    assert seen_by(world, "zhou") == 1  # the archive, as before
    assert seen_by(world, "chen") == 0


def test_o_2_lists_as_of_a_past_day_show_the_old_unit(world: World) -> None:
    issued = world.issued(world.draft("作业指导书", unit="SC"))
    day = world.house.today()
    world.clock.forward(days=5)
    go(world, "SC", "KF", from_on=day + timedelta(days=2))

    def owner(on: date | None, unit: str | None = None) -> list[str]:
        with world.house.uow.read() as session:
            actor = actor_of(session, world.people["chen"])
            wanted = RegisterFilter(as_of=on, unit_id=world.units[unit] if unit else None)
            found = document_register(session, actor, wanted, at=world.house.clock(), zone=world.house.zone)
        return [one.unit_name for one in found.rows if one.revision_id == issued]

    assert owner(day + timedelta(days=1)) == ["生产部"]
    assert owner(day + timedelta(days=2)) == ["客服部"]
    assert owner(None) == ["客服部"]
    assert owner(day + timedelta(days=1), "SC") == ["生产部"]
    assert owner(day + timedelta(days=1), "KF") == []
    assert owner(None, "SC") == []
    with world.house.uow.read() as session:
        then = {one.code for one in units(session, on=day + timedelta(days=1))}
        now = {one.code for one in units(session, on=day + timedelta(days=2))}
    assert "SC" in then
    assert "SC" not in now


def test_o_2_copies_are_called_back_and_the_new_unit_gets_its_own(world: World) -> None:
    revision = h.distributed(world, h.to_unit(world))
    (copy,) = h.copies(world, revision)
    with world.house.uow.read() as session:
        code = session.get_one(Unit, copy.unit_id).code
    other = "KF" if code != "KF" else "SC"
    go(world, code, other)
    old = row(world, ControlledCopy, copy.id)
    assert old.recall_reason == "机构调整"
    new = [one for one in h.copies(world, revision) if one.id != copy.id]
    assert [one.unit_id for one in new] == [world.units[other]]


def test_o_2_a_split_sends_each_thing_where_it_is_told(world: World) -> None:
    one = world.draft("甲规程", unit="SC")
    two = world.draft("乙规程", unit="SC")
    number = world.document_of(two).number
    go(world, "SC", "KF", "PZ", parts={number: "PZ", "wang": "PZ"})
    assert world.document_of(one).unit_id == world.units["KF"]
    assert world.document_of(two).unit_id == world.units["PZ"]
    assert row(world, Person, world.people["wang"]).unit_id == world.units["PZ"]
    assert row(world, Person, world.people["li"]).unit_id == world.units["KF"]
    assert events(world, "unit.split")
    with world.house.uow.read() as session:
        assert names_in(session, "unit:x")["unit"]["生产部"] == {"SC", "KF", "PZ"}


def test_o_2_a_part_may_go_and_the_unit_stays(world: World) -> None:
    draft = world.draft("甲规程", unit="SC")
    go(world, "SC", "KF", only=[world.document_of(draft).number], closes=False)
    assert world.document_of(draft).unit_id == world.units["KF"]
    assert row(world, Unit, world.units["SC"]).valid_until is None
    assert row(world, Person, world.people["wang"]).unit_id == world.units["SC"]
    assert events(world, "unit.parted")
    with world.house.uow.read() as session:
        assert names_in(session, "unit:x")["unit"]["生产部"] == {"SC"}


def test_o_2_nothing_is_left_behind_and_a_reason_is_needed(world: World) -> None:
    assert refused(world, "SC", "KF", without=["wang"]) == "O-2.left_behind"
    assert refused(world, "SC", "KF", reason=" ") == "O-2.reason_needed"
    assert refused(world, "SC", "KF", row_version=99) == "request.changed_meanwhile"
    assert refused(world, "SC", "KF", by="zhao") == "X-1.not_permitted"
    tomorrow = world.house.today() + timedelta(days=1)
    assert refused(world, "SC", "KF", from_on=tomorrow) == "O-2.day_to_come"
    assert refused(world, "ZH", "KF") == "O-2.into_below"
    go(world, "SC", "KF")
    assert refused(world, "SC", "KF") == "O-1.unit_closed"
    with world.house.uow.read() as session:
        assert session.scalar(select(Document.id).where(Document.unit_id == world.units["SC"])) is None


def test_o_2_who_owned_a_document_and_whose_name_it_was_stays_in_the_database(world: World) -> None:
    world.draft("甲规程", unit="SC")
    go(world, "SC", "KF")
    for guard, sql in (
        ("o_2_owner_change", "UPDATE document_owner SET until_on = '2020-01-01'"),
        ("o_2_owner_delete", "DELETE FROM document_owner"),
        ("o_2_unit_name_delete", "DELETE FROM unit_name WHERE from_unit_id IS NOT NULL"),
    ):
        assert guard_of(partial(statement, world, sql)) == guard
