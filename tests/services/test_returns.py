"""Formal checks, returns with a list, ticks while mending, counts; what is signed anew after it (A-9)."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.roles import Role
from docctl.domain.verdicts import NotFound, RuleRefused
from docctl.models.trail import EventDetail, EventRow
from docctl.models.work import Step
from docctl.queries.inbox import inbox
from docctl.queries.return_register import ReturnFilter, return_register, return_sums, submissions
from docctl.services.revisions.returns import TickItems, tick_items
from docctl.services.revisions.revise import EditRevision, edit_revision
from docctl.services.revisions.sign import ReturnRevision, approve_revision, return_revision, review_revision
from tests.delegating import delegated, signing_for
from tests.returning import POINTS, check_routes, checked, page, returned, said
from tests.world import World


@pytest.fixture
def in_check(world: World) -> UUID:
    check_routes(world)
    return world.submitted(world.draft())


def events(world: World, action: str) -> list[tuple[dict[str, object], dict[str, object]]]:
    with world.house.uow.read() as session:
        rows = session.execute(
            select(EventRow.facts, EventDetail.bytes)
            .join(EventDetail, EventDetail.seq == EventRow.seq)
            .where(EventRow.action == action)
            .order_by(EventRow.seq)
        )
        return [(json.loads(facts), json.loads(detail)) for facts, detail in rows]


def tasks(world: World, who: str) -> list[tuple[str, int]]:
    with world.house.uow.read() as session:
        found = inbox(session, world.by(who).actor, at=world.clock(), zone=world.house.zone)
    return [(one.verb, one.times) for one in found.tasks]


def tick(
    world: World, revision_id: UUID, *, done: tuple[int, ...] = (), undone: tuple[int, ...] = ()
) -> None:
    items = {one.ordinal: one.id for one in page(world, revision_id).returns[0].items}
    cmd = TickItems(revision_id, tuple(items[one] for one in done), tuple(items[one] for one in undone))
    tick_items(cmd, by=world.by("chen"), house=world.house)


def test_a_9_a_formal_check_passes_with_all_points_in_order(world: World, in_check: UUID) -> None:
    assert tasks(world, "wang") == [("form_check", 0)]
    assert page(world, in_check, "wang").steps[0].points == POINTS
    for answers in ((True, True, False), (True, True, None), (True, True)):
        with pytest.raises(RuleRefused) as error:
            checked(world, in_check, *answers)
        assert error.value.refused.rule == "A-9"
    checked(world, in_check, True, True, True)
    assert tasks(world, "ouyang") == [("review", 0)]
    assert world.revision(in_check).reviewed_by is None  # a check of the form reviews nothing
    shown = page(world, in_check)
    assert [(one.meaning, one.weight) for one in shown.signatures] == [
        ("prepare", "checks"),
        ("form_check", "checks"),
    ]
    ((_, detail),) = events(world, "revision.form_checked")
    assert detail["points"] == list(POINTS)


def test_a_9_a_formal_check_returns_with_a_list_where_its_own_points_are_in_order(
    world: World, in_check: UUID
) -> None:
    returned(world, in_check, "wang", "", ("封面缺签字栏",), said(True, True, True))
    (back,) = page(world, in_check).returns
    assert [one.text for one in back.items] == ["封面缺签字栏"]


def test_a_9_a_formal_check_returns_with_what_is_missing(world: World, in_check: UUID) -> None:
    with pytest.raises(RuleRefused) as error:
        returned(world, in_check, "wang", "退回")  # not looked at
    assert error.value.refused.key == "A-9.points_open"
    with pytest.raises(RuleRefused) as error:
        returned(world, in_check, "wang", "退回", answers=said(True, True, True))
    assert error.value.refused.key == "A-9.nothing_missing"
    returned(world, in_check, "wang", "", ("封面签字栏",), said(True, False, False, remark="缺附件二"))
    assert world.revision(in_check).status is RevisionStatus.DRAFT
    (back,) = page(world, in_check).returns
    assert (back.ordinal, back.meaning, back.step, back.who) == (1, "form_check", "形式审查", "王强")
    assert [one.text for one in back.items] == [
        "附件齐全 — 缺附件二",
        "引用文件现行有效 — 缺附件二",
        "封面签字栏",
    ]
    ((facts, detail),) = events(world, "revision.returned")
    assert (facts["times"], facts["missing"]) == (1, 3)
    assert len(detail["to_mend"]) == 3  # type: ignore[arg-type]


def test_a_9_document_control_returns_without_answering_the_points(world: World, in_check: UUID) -> None:
    returned(world, in_check, "chen", "编制部门撤回")
    (back,) = page(world, in_check).returns
    assert (back.who, back.meaning, back.items) == ("陈静", "form_check", ())


def test_a_9_the_points_stay_as_they_were_submitted(world: World, in_check: UUID) -> None:
    with world.house.uow.read() as session:
        step = session.scalars(select(Step).where(Step.revision_id == in_check, Step.position == 1)).one()
    assert step.points == list(POINTS)


def test_a_9_a_return_has_a_reason_or_a_list(world: World) -> None:
    revision_id = world.submitted(world.draft())
    with pytest.raises(RuleRefused) as error:
        returned(world, revision_id, reason=" ")
    assert error.value.refused.key == "V-6.reason_needed"
    with pytest.raises(RuleRefused) as error:
        returned(world, revision_id, items=("x",) * 51)
    assert error.value.refused.key == "A-9.too_many_items"
    returned(world, revision_id, reason="", items=("页码",))
    (back,) = page(world, revision_id).returns
    assert (back.reason, [one.text for one in back.items]) == ("", ["页码"])


def test_a_9_returns_are_counted_and_told_where_it_waits(world: World) -> None:
    revision_id = world.submitted(world.draft())
    returned(world, revision_id, items=("页码", "签名栏"))
    assert tasks(world, "chen") == [("rework", 1)]
    world.submitted(revision_id)
    assert tasks(world, "ouyang") == [("review", 1)]
    world.clock.forward(hours=1)
    returned(world, revision_id, reason="仍有误")
    assert tasks(world, "chen") == [("rework", 2)]
    assert [(one.ordinal, one.reason) for one in page(world, revision_id).returns] == [
        (2, "仍有误"),
        (1, "页码有误"),
    ]
    assert page(world, revision_id, "ouyang").returns  # who signed knows it from inside


def test_a_9_what_is_done_is_ticked_and_shown_to_who_signs_next(world: World) -> None:
    revision_id = world.submitted(world.draft())
    returned(world, revision_id, items=("页码", "签名栏"))
    tick(world, revision_id, done=(1, 2))
    tick(world, revision_id, undone=(2,))
    tick(world, revision_id, done=(1,))  # is done already: nothing to tell
    told = [(facts["done"], facts["undone"]) for facts, _ in events(world, "revision.mended")]
    assert told == [(2, 0), (0, 1)]
    world.submitted(revision_id)
    (back,) = page(world, revision_id, "ouyang").returns
    assert [(one.text, one.done_by) for one in back.items] == [("页码", "陈静"), ("签名栏", "")]
    with pytest.raises(RuleRefused) as error:
        tick(world, revision_id, done=(2,))
    assert error.value.refused.key == "A-9.not_being_mended"
    first = back.items[0].id
    returned(world, revision_id, items=("附件",))
    with pytest.raises(RuleRefused) as error:
        tick_items(TickItems(revision_id, (first,)), by=world.by("chen"), house=world.house)
    assert error.value.refused.key == "A-9.not_the_last_return"


def test_a_9_only_who_edits_the_draft_ticks_and_only_its_own_items(world: World) -> None:
    revision_id = world.submitted(world.draft())
    returned(world, revision_id, items=("页码",))
    (item,) = page(world, revision_id).returns[0].items
    assert page(world, revision_id).may_mend
    assert not page(world, revision_id, "ouyang").may_mend
    cmd = TickItems(revision_id, (item.id,))
    with pytest.raises(RuleRefused) as error:
        tick_items(cmd, by=world.by("zhao"), house=world.house)
    assert error.value.refused.key == "X-1.not_permitted"
    with pytest.raises(NotFound):  # who does not see the draft learns nothing of it
        tick_items(cmd, by=world.by("wang"), house=world.house)
    with pytest.raises(NotFound):
        tick_items(TickItems(revision_id, (uuid4(),)), by=world.by("chen"), house=world.house)


def test_a_9_a_change_voids_the_signatures_and_asks_for_them_again(world: World) -> None:
    revision_id = world.submitted(world.draft())
    review_revision(world.signing(revision_id), by=world.by("ouyang"), house=world.house)
    with pytest.raises(RuleRefused):  # what is being signed does not change
        edit(world, revision_id)
    returned(world, revision_id, "zhao")
    edit(world, revision_id)
    assert [one.is_void for one in page(world, revision_id).signatures] == [True, True]
    world.submitted(revision_id)
    with pytest.raises(RuleRefused):  # the review of the content from before does not count
        approve_revision(world.signing(revision_id), by=world.by("zhao"), house=world.house)
    assert tasks(world, "ouyang") == [("review", 1)]
    review_revision(world.signing(revision_id), by=world.by("ouyang"), house=world.house)
    approve_revision(world.signing(revision_id), by=world.by("zhao"), house=world.house)
    shown = page(world, revision_id)
    assert [(one.round, one.is_void) for one in shown.signatures] == [
        (1, True),
        (1, True),
        (2, False),
        (2, False),
        (2, False),
    ]
    assert len({one.content_sha256 for one in shown.signatures}) == 2


def edit(world: World, revision_id: UUID) -> None:
    version = world.revision(revision_id).row_version
    cmd = EditRevision(revision_id, version, "记录控制程序（改）", "", "", "")
    edit_revision(cmd, by=world.by("chen"), house=world.house)


def test_a_9_what_was_approved_can_come_back_and_counts_too(world: World) -> None:
    revision_id = world.approved(world.draft())
    returned(world, revision_id, "chen", "客户要求变更")
    (back,) = page(world, revision_id).returns
    assert (back.ordinal, back.meaning, back.who) == (1, "", "陈静")


def test_a_9_who_stands_in_returns_for_who_has_the_step(world: World, in_check: UUID) -> None:
    delegated(world, "wang", "ouyang", roles=(Role.REVIEWER,))
    seen = signing_for(world, in_check, "wang")
    cmd = ReturnRevision(
        in_check, seen.row_version, "", seen.for_id, "", (), said(True, True, False, remark="已作废")
    )
    return_revision(cmd, by=world.by("ouyang"), house=world.house)
    (back,) = page(world, in_check).returns
    assert back.who == "欧阳雪（代 王强）"


def test_a_9_returns_of_a_period_are_listed_and_summed(world: World) -> None:
    first, second = world.submitted(world.draft()), world.submitted(world.draft("仓库管理"))
    returned(world, first, items=("页码", "签名栏"))
    day = world.house.today()
    world.clock.forward(days=2)
    world.submitted(first)
    returned(world, first)
    returned(world, second)

    def read(session: Session, who: str, wanted: ReturnFilter) -> tuple[int, list[tuple[object, ...]], int]:
        actor, zone = world.by(who).actor, world.house.zone
        sums = return_sums(session, actor, wanted, zone=zone)
        total = return_register(session, actor, wanted, zone=zone).total
        lines = [(one.unit, one.type_name, one.returns, one.revisions, one.again, one.items) for one in sums]
        return total, lines, submissions(session, actor, wanted, zone=zone)

    with world.house.uow.read() as session:
        everything = read(session, "chen", ReturnFilter())
        until_then = read(session, "chen", ReturnFilter(last=day))
        from_next = read(session, "chen", ReturnFilter(first=day + timedelta(days=1)))
        other_unit = read(session, "chen", ReturnFilter(unit_id=world.units["SC"]))
        stranger = read(session, "wang", ReturnFilter())
    assert everything == (3, [("品质部", "程序文件", 3, 2, 1, 2)], 3)
    assert until_then == (1, [("品质部", "程序文件", 1, 1, 0, 2)], 2)
    assert from_next == (2, [("品质部", "程序文件", 2, 2, 0, 0)], 1)
    assert other_unit == (0, [], 0)
    assert stranger == (0, [], 0)
