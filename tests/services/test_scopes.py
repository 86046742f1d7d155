"""Where revisions apply: in what is signed, carried on, changed with a reason, asked for by unit (D-8)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import select

from docctl.domain.scope import Place, ScopeKind
from docctl.domain.verdicts import NotFound, RuleRefused
from docctl.models.organisation import Unit
from docctl.models.trail import EventRow
from docctl.queries.documents import RegisterFilter, document_register
from docctl.queries.scopes import scope_names, scope_page
from docctl.services.distribution.scope import ScopeDraft, ScopeIssued, scope_draft, scope_issued
from docctl.services.people.actors import actor_of
from docctl.services.people.closing import CloseUnit, close_unit
from docctl.services.people.posts import AddPost, add_post
from docctl.services.people.unit_changes import ChangeUnit, change_unit
from docctl.services.people.units import AddUnit, add_unit
from docctl.services.revisions.revise import ReviseDocument, revise_document
from tests.services.test_guards import guard_of, statement
from tests.services.test_merging import go
from tests.world import World


def unit(world: World, code: str) -> Place:
    return Place(ScopeKind.UNIT, world.units[code])


def scoped(world: World, revision: UUID, *places: Place, by: str = "chen") -> None:
    version = world.revision(revision).row_version
    scope_draft(ScopeDraft(revision, version, places), by=world.by(by), house=world.house)


def changed(world: World, revision: UUID, *places: Place, reason: str = "试点", by: str = "chen") -> None:
    version = world.revision(revision).row_version
    scope_issued(ScopeIssued(revision, version, places, reason), by=world.by(by), house=world.house)


def names(world: World, revision: UUID) -> tuple[str, ...]:
    with world.house.uow.read() as session:
        return scope_names(session, revision)


def listed(world: World, unit_id: UUID, on: date | None = None) -> set[UUID]:
    with world.house.uow.read() as session:
        actor = actor_of(session, world.people["wang"])
        wanted = RegisterFilter(applies_to=unit_id, as_of=on)
        found = document_register(session, actor, wanted, at=world.house.clock(), zone=world.house.zone)
    return {one.revision_id for one in found.rows}


def refused(call: object, *args: object, **given: object) -> str:
    with pytest.raises(RuleRefused) as error:
        call(*args, **given)  # type: ignore[operator]
    return error.value.refused.key


def test_d_8_the_scope_is_signed_with_the_revision_and_carried_to_the_next(world: World) -> None:
    draft = world.draft()
    before = world.seen(draft)
    scoped(world, draft, unit(world, "SC"), unit(world, "PZ"))
    assert world.seen(draft) != before
    world.issued(draft)
    manifest = json.loads(world.revision(draft).manifest or "")
    assert [one["name"] for one in manifest["facts"]["scope"]] == ["品质部", "生产部"]
    cmd = ReviseDocument(world.document_of(draft).id, "甲", "乙", (world.upload("chen"),))
    following = revise_document(cmd, by=world.by("chen"), house=world.house)
    assert names(world, following) == ("品质部", "生产部")
    assert refused(scoped, world, draft, unit(world, "KF")) == "D-8.not_a_draft"


def test_d_8_an_issued_scope_changes_with_a_reason_and_the_draft_follows(world: World) -> None:
    issued = world.draft()
    scoped(world, issued, unit(world, "SC"))
    world.issued(issued)
    cmd = ReviseDocument(world.document_of(issued).id, "甲", "乙", (world.upload("chen"),))
    draft = revise_document(cmd, by=world.by("chen"), house=world.house)
    assert refused(changed, world, issued, unit(world, "PZ"), reason=" ") == "D-2.reason_needed"
    assert refused(changed, world, issued, unit(world, "SC")) == "D-8.scope_same"
    changed(world, issued, unit(world, "PZ"))
    assert names(world, issued) == names(world, draft) == ("品质部",)
    with world.house.uow.read() as session:
        told = session.scalars(select(EventRow).where(EventRow.action == "distribution.scoped")).all()
        actor = actor_of(session, world.people["chen"])
        at, zone = world.house.clock(), world.house.zone
        page = scope_page(session, actor, issued, at=at, zone=zone)
        assert len(told) == 3
        assert [(one.name, one.removed_reason) for one in page.lines] == [("品质部", ""), ("生产部", "试点")]
        with pytest.raises(NotFound):
            scope_page(session, actor_of(session, world.people["zhou"]), issued, at=at, zone=zone)
    scoped(world, draft)
    changed(world, issued)
    assert names(world, issued) == ()


def test_d_8_two_who_change_an_issued_scope_do_not_overwrite_each_other(world: World) -> None:
    issued = world.issued(world.draft())
    seen = world.revision(issued).row_version
    first, second = (ScopeIssued(issued, seen, (unit(world, one),), "试点") for one in ("SC", "PZ"))
    scope_issued(first, by=world.by("chen"), house=world.house)
    assert world.revision(issued).row_version > seen
    assert (
        refused(scope_issued, second, by=world.by("chen"), house=world.house) == "request.changed_meanwhile"
    )
    assert names(world, issued) == ("生产部",)
    changed(world, issued, unit(world, "PZ"))


def revised(world: World, revision: UUID) -> UUID:
    cmd = ReviseDocument(world.document_of(revision).id, "甲", "乙", (world.upload("chen"),))
    return revise_document(cmd, by=world.by("chen"), house=world.house)


def a_unit(world: World, code: str, name: str) -> Place:
    added = add_unit(AddUnit(code, name, world.units["SC"]), by=world.by("admin"), house=world.house)
    world.units[code] = added
    return Place(ScopeKind.UNIT, added)


def test_d_8_a_unit_that_is_gone_gives_way_to_those_after_it_in_the_next_draft(world: World) -> None:
    issued = world.draft()
    scoped(world, issued, unit(world, "SC"))
    world.issued(issued)
    go(world, "SC", "PZ")
    world.clock.forward(days=2)
    go(world, "PZ", "KF", "ZH")
    draft = revised(world, issued)
    assert set(names(world, draft)) == {called(world, "KF"), called(world, "ZH")}
    changed(world, issued, unit(world, "KF"))  # the draft had the same, so it follows
    assert names(world, draft) == names(world, issued) == (called(world, "KF"),)


def test_d_8_a_scope_does_not_become_everywhere_where_its_only_unit_is_closed(world: World) -> None:
    closed = a_unit(world, "SC9", "试验线")
    issued = world.draft()
    scoped(world, issued, closed)
    world.issued(issued)
    cmd = CloseUnit(closed.holder_id, 1, world.house.today(), "停产")
    close_unit(cmd, by=world.by("admin"), house=world.house)
    draft = revised(world, issued)
    assert names(world, draft) == ("试验线",)
    with world.house.uow.read() as session:
        actor = actor_of(session, world.people["chen"])
        page = scope_page(session, actor, draft, at=world.house.clock(), zone=world.house.zone)
    assert set(page.chosen) <= {key for key, _ in page.choices}  # saving the page again loses nothing
    scoped(world, draft, closed, unit(world, "KF"))
    assert set(names(world, draft)) == {"试验线", called(world, "KF")}


def called(world: World, code: str) -> str:
    with world.house.uow.read() as session:
        return session.get_one(Unit, world.units[code]).name


def test_d_8_what_applies_to_a_unit_is_asked_for(world: World) -> None:
    below = add_unit(AddUnit("SC1", "一车间", world.units["SC"]), by=world.by("admin"), house=world.house)
    post = add_post(AddPost(world.units["KF"], "客服员"), by=world.by("admin"), house=world.house)
    everywhere = world.issued(world.draft("甲"))
    of_sc, of_post = world.draft("乙"), world.draft("丙")
    scoped(world, of_sc, unit(world, "SC"))
    scoped(world, of_post, Place(ScopeKind.POST, post))
    world.issued(of_sc)
    world.issued(of_post)
    assert listed(world, world.units["SC"]) == {everywhere, of_sc}
    assert listed(world, below) == {everywhere, of_sc}
    assert listed(world, world.units["KF"]) == {everywhere, of_post}
    assert listed(world, world.units["ZH"]) == {everywhere}
    go(world, "SC", "PZ")
    assert listed(world, world.units["PZ"]) == {everywhere, of_sc}


def test_d_8_what_applied_to_a_unit_applies_to_those_after_it_over_all_steps(world: World) -> None:
    of_sc = world.draft()
    scoped(world, of_sc, unit(world, "SC"))
    world.issued(of_sc)
    go(world, "SC", "PZ")
    world.clock.forward(days=2)
    go(world, "PZ", "KF")
    world.clock.forward(days=2)
    assert listed(world, world.units["KF"]) == {of_sc}
    assert listed(world, world.units["ZH"]) == set()
    go(world, "KF", "ZH")
    assert listed(world, world.units["ZH"]) == {of_sc}


def test_d_8_a_unit_that_is_called_as_the_one_before_it_still_comes_after_it(world: World) -> None:
    of_sc = world.draft()
    scoped(world, of_sc, unit(world, "SC"))
    world.issued(of_sc)
    same = add_unit(
        AddUnit("SC2", called(world, "SC"), world.units["ZH"]), by=world.by("admin"), house=world.house
    )
    world.units["SC2"] = same
    go(world, "SC", "SC2")
    assert listed(world, same) == {of_sc}


def test_d_8_as_of_a_day_the_tree_and_the_goings_of_that_day_count(world: World) -> None:
    below = a_unit(world, "SC1", "一车间")
    of_sc, of_kf = world.draft("甲"), world.draft("乙")
    scoped(world, of_sc, unit(world, "SC"))
    scoped(world, of_kf, unit(world, "KF"))
    world.issued(of_sc)
    world.issued(of_kf)
    day = world.house.today()
    world.clock.forward(days=5)
    moved_on = day + timedelta(days=2)
    cmd = ChangeUnit(below.holder_id, 1, "一车间", "department", world.units["KF"], moved_on, "机构调整")
    change_unit(cmd, by=world.by("admin"), house=world.house)
    assert listed(world, below.holder_id, day + timedelta(days=1)) == {of_sc}
    assert listed(world, below.holder_id, moved_on) == listed(world, below.holder_id) == {of_kf}
    gone_on = day + timedelta(days=4)
    go(world, "SC", "PZ", from_on=gone_on)
    assert listed(world, world.units["PZ"], day + timedelta(days=3)) == set()
    assert listed(world, world.units["PZ"], gone_on) == listed(world, world.units["PZ"]) == {of_sc}


def test_d_8_who_may_not_change_lists_changes_no_scope(world: World) -> None:
    draft = world.draft()
    assert refused(scoped, world, draft, unit(world, "SC"), by="ouyang").startswith("X-1")
    world.issued(draft)
    assert refused(changed, world, draft, unit(world, "SC"), by="zhao").startswith("X-1")


def test_d_8_what_was_signed_of_a_scope_stays_in_the_database(world: World) -> None:
    draft = world.draft()
    scoped(world, draft, unit(world, "SC"))
    statement(world, "UPDATE revision_scope SET removed_at = NULL")
    world.issued(draft)
    again = """INSERT INTO revision_scope (id, revision_id, kind, unit_id, name, added_at, added_by, reason,
        removed_reason) SELECT revision_id, revision_id, kind, unit_id, 'x', added_at, added_by, '', ''
        FROM revision_scope"""
    for guard, sql in (
        ("d_8_scope_delete", "DELETE FROM revision_scope"),
        ("d_8_scope_content", "UPDATE revision_scope SET name = 'x'"),
        ("d_8_scope_insert", again),
    ):
        assert guard_of(partial(statement, world, sql)) == guard
    changed(world, draft, unit(world, "PZ"))
    undo = "UPDATE revision_scope SET removed_reason = 'x' WHERE removed_at IS NOT NULL"
    assert guard_of(partial(statement, world, undo)) == "d_8_scope_removed"
