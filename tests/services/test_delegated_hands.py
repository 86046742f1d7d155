"""What hands do for others: not one's own work, not twice, and the step that may be signed (A-2, A-8)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, select

from docctl.checks import ready
from docctl.domain.leaving import OpenKind
from docctl.domain.reasons import LONGEST
from docctl.domain.roles import Role
from docctl.domain.verdicts import Conflict, NotFound, RuleRefused
from docctl.models.work import Step
from docctl.queries.by_name import revision_named
from docctl.queries.compare_revisions import compared
from docctl.queries.history import revision_history
from docctl.queries.number_found import find_number
from docctl.services.content.open import open_content
from docctl.services.people.accounts import DisablePerson, disable_person
from docctl.services.people.hand_over import Handed, HandOver, hand_over
from docctl.services.revisions.revise import ReviseDocument, revise_document
from docctl.services.revisions.sign import (
    ReturnRevision,
    approve_revision,
    return_revision,
    review_revision,
)
from tests.delegating import delegated, may_sign, signature, signing_for
from tests.queries.test_plans import plan
from tests.services.test_delegations import end, page, refused, review_for, to_sign
from tests.services.test_external_signatures import vouched
from tests.services.test_leaving import found
from tests.services.test_revisions import revised
from tests.services.test_routes import REST, routes, submit
from tests.world import World


def returning(world: World, revision: UUID, principal: str = "") -> ReturnRevision:
    return ReturnRevision(
        revision,
        world.revision(revision).row_version,
        "缺少附表",
        world.people[principal] if principal else None,
    )


def test_a_8_nobody_stands_in_for_a_signature_that_is_void(world: World) -> None:
    delegated(world, "ouyang", "wang")
    revision = world.submitted(world.draft())
    review_for(world, revision, "ouyang", "wang")
    assert page(world, revision, "chen").revision.reviewed[0] == "王强（代 欧阳雪）"
    return_revision(returning(world, revision), by=world.by("zhao"), house=world.house)
    assert page(world, revision, "chen").revision.reviewed == ("", None)
    with world.house.uow.read() as session:
        told = revision_history(
            session,
            world.by("chen").actor,
            world.document_of(revision).id,
            at=world.clock(),
            zone=world.house.zone,
        )
    assert told.lines[0].reviewed_by == ""


def test_v_5_the_comparison_says_for_whom_it_was_signed(world: World) -> None:
    delegated(world, "ouyang", "wang")
    first = world.submitted(world.draft())
    review_for(world, first, "ouyang", "wang")
    with world.house.uow.read() as session:
        actor = world.by("chen").actor
        both = compared(session, actor, first, first, at=world.clock(), zone=world.house.zone)
    (line,) = [one for one in both.facts if one.name == "reviewed"]
    assert line.before.startswith("王强（代 欧阳雪） 20")


@pytest.mark.parametrize(
    ("who", "key"),
    [
        pytest.param("chen", "A-2.own_work", id="its author"),
        pytest.param("wang", "", id="somebody else"),
    ],
)
def test_a_2_an_author_who_stands_in_does_not_return_their_own_work(world: World, who: str, key: str) -> None:
    delegated(world, "ouyang", who)
    revision = world.submitted(world.draft())  # 陈静 wrote it
    cmd = returning(world, revision, "ouyang")
    if key:
        assert refused(lambda: return_revision(cmd, by=world.by(who), house=world.house)) == key
        assert world.revision(revision).status == "in_review"
        assert page(world, revision, who).behalf is None
        review = page(world, revision, who).action("review")
        assert review is not None
        assert review.refused is not None
        assert review.refused.key == key
    else:
        return_revision(cmd, by=world.by(who), house=world.house)
        assert world.revision(revision).status == "draft"


def test_a_2_document_control_returns_as_itself_and_for_nobody(world: World) -> None:
    revision = world.submitted(world.draft())
    may_sign(world, "li", Role.DOCUMENT_CONTROLLER)
    cmd = returning(world, revision, "ouyang")
    assert refused(lambda: return_revision(cmd, by=world.by("li"), house=world.house)) == (
        "A-8.stands_in_for_nobody"
    )
    return_revision(returning(world, revision), by=world.by("li"), house=world.house)


def test_a_2_the_inbox_offers_no_step_that_the_hand_has_signed_before(world: World) -> None:
    both = (Role.REVIEWER, Role.APPROVER)
    delegated(world, "ouyang", "wang", roles=both)
    delegated(world, "zhao", "wang", roles=both)
    delegated(world, "zhao", "zhang", roles=both)
    revision = world.submitted(world.draft())
    assert to_sign(world, "wang") == [("review", "欧阳雪")]
    review_for(world, revision, "ouyang", "wang")
    cmd = signing_for(world, revision, "zhao")
    assert refused(lambda: approve_revision(cmd, by=world.by("wang"), house=world.house)) == (
        "A-2.same_person"
    )
    assert to_sign(world, "wang") == []
    assert to_sign(world, "zhang") == [("approve", "赵敏")]


def test_a_2_a_step_that_need_not_be_separate_is_offered_to_the_same_hand(world: World) -> None:
    both = (Role.REVIEWER, Role.APPROVER)
    line = "review | role reviewer | 3 working_days"
    routes(world, f"# 程序 | type procedure\n{line}\napprove | role approver | 3 days | may_repeat\n\n{REST}")
    delegated(world, "ouyang", "wang", roles=both)
    delegated(world, "zhao", "wang", roles=both)
    revision = submit(world, world.draft(author="li"), "ouyang", "zhao")
    review_for(world, revision, "ouyang", "wang")
    assert to_sign(world, "wang") == [("approve", "赵敏")]
    approve_revision(signing_for(world, revision, "zhao"), by=world.by("wang"), house=world.house)


def test_a_8_of_two_open_steps_of_one_person_the_one_that_may_be_signed_is_signed(world: World) -> None:
    never = "review 工艺会签 | person ouyang | 3 working_days | may_repeat | delegate never"
    free = "& review 设备会签 | person ouyang | 3 working_days | may_repeat"
    routes(world, f"# 程序 | type procedure\n{never}\n{free}\napprove | role approver\n\n{REST}")
    delegated(world, "ouyang", "wang")
    revision = submit(world, world.draft(author="li"), None, "zhao")
    assert to_sign(world, "wang") == [("review", "欧阳雪")]
    review_for(world, revision, "ouyang", "wang")
    with world.house.uow.read() as session:
        rows = session.scalars(select(Step).where(Step.revision_id == revision).order_by(Step.position))
        assert [(one.name, one.status.value) for one in rows][:2] == [
            ("工艺会签", "open"),
            ("设备会签", "signed"),
        ]
    assert signature(world, revision, "review").principal_name == "欧阳雪"
    assert refused(lambda: review_for(world, revision, "ouyang", "wang")) in {
        "A-8.delegate_never",
        "request.changed_meanwhile",
    }


def test_s_7_steps_to_sign_are_looked_up_by_who_has_them(world: World) -> None:
    delegated(world, "ouyang", "wang")
    world.submitted(world.draft())
    from docctl.queries.inbox import _counting, _moment
    from docctl.queries.stand_ins import stand_in

    other, ids = stand_in(world.by("wang").actor)
    counting = _counting(other)
    assert counting is not None
    given = {**_moment(world.clock(), world.house.zone), **counting.filled(ids)}
    told = plan(world, lambda session: session.execute(counting.query, given).all())
    assert "ix_step_running" not in told
    assert "ix_step_assignee (assignee_id=? AND status=?)" in told


@pytest.mark.parametrize("length", [pytest.param(LONGEST, id="as long as may be"), LONGEST + 1])
def test_a_15_why_an_account_is_closed_has_a_bound(world: World, length: int) -> None:
    delegated(world, "ouyang", "wang")
    cmd = DisablePerson(world.people["ouyang"], (), "因" * length)
    if length > LONGEST:
        key = refused(lambda: disable_person(cmd, by=world.by("admin"), house=world.house))
        assert key == "A-16.reason_too_long"
        cmd = replace(cmd, reason=" ")  # nothing to say
    disable_person(cmd, by=world.by("admin"), house=world.house)


def test_x_3_who_stands_in_sees_the_same_on_the_page_and_in_the_files(world: World) -> None:
    first = world.issued(world.draft())
    world.clock.forward(days=1)
    second = revised(world, first)
    world.clock.forward(days=1)
    cmd = ReviseDocument(world.document_of(second).id, "什么", "为何", (world.upload("chen"),))
    third = world.submitted(revise_document(cmd, by=world.by("chen"), house=world.house))
    delegated(world, "ouyang", "wang")
    shown = page(world, third, "wang")
    assert {one.label for one in shown.revisions if one.can_open} == {"A/0", "A/1", "A/2"}
    for one in shown.revisions:  # the obsolete one as well: what changed is read beside it
        open_content(one.id, by=world.by("wang"), house=world.house)
    with pytest.raises((NotFound, RuleRefused)):
        open_content(first, by=world.by("zhang"), house=world.house)


def test_a_5_who_merely_stands_in_vouches_for_nobody(world: World) -> None:
    key = delegated(world, "ouyang", "wang")
    one, other = world.submitted(world.draft()), world.submitted(world.draft("仓库管理"))
    assert page(world, one, "wang").action("external") is None
    assert refused(lambda: vouched(world, one, who="wang")) == "X-1.not_permitted"
    review_for(world, one, "ouyang", "wang")  # by which they have had a part
    vouched(world, one, who="wang")
    end(world, key, "ouyang")
    with pytest.raises(NotFound):
        vouched(world, other, who="wang")


def test_s_7_readers_to_whom_nobody_delegated_pay_one_small_question(world: World) -> None:
    revision = world.issued(world.draft())
    asked: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(re.sub(r"%\(\w+\)s(::[A-Z ]+)?", "?", statement))  # PostgreSQL names and casts each

    engine = world.house.uow.engine
    for who in ("zhou", "wang"):
        if who == "wang":
            delegated(world, "ouyang", "wang")
        asked.clear()
        event.listen(engine, "before_cursor_execute", listen)
        try:
            page(world, revision, who)
            with world.house.uow.read() as session:
                actor, document = world.by(who).actor, world.document_of(revision)
                revision_named(session, actor, document.id, "", at=world.clock())
                find_number(session, actor, document.number, at=world.clock())
        finally:
            event.remove(engine, "before_cursor_execute", listen)
        about = [one for one in asked if "delegation.delegate_id" in one]
        assert about
        assert max(map(len, about)) < 250 if who == "zhou" else max(map(len, about)) > 1000


def test_a_16_who_is_listed_to_take_a_step_over_may_take_it(world: World) -> None:
    both = (Role.REVIEWER, Role.APPROVER)
    line = "review | role reviewer | 3 working_days | may_repeat"
    routes(world, f"# 程序 | type procedure\n{line}\napprove | role approver | 3 working_days\n\n{REST}")
    delegated(world, "ouyang", "wang", roles=both)
    revision = submit(world, world.draft(author="li"), "ouyang", "zhao")
    review_for(world, revision, "ouyang", "wang")  # a step that need not be of another person
    (step,) = [one for one in found(world, "zhao").items if one.kind is OpenKind.STEP]
    assert world.people["wang"] in {one.id for one in step.takers}
    take = Handed(OpenKind.STEP, step.id, world.people["wang"])
    hand_over(HandOver(world.people["zhao"], (take,), "调岗"), by=world.by("admin"), house=world.house)


def test_s_7_checks_of_the_machine_read_where_reading_is_declared(world: World) -> None:
    asked: list[object] = []
    engine = world.house.uow.engine

    def listen(connection: Any) -> None:
        options = connection.get_execution_options()
        asked.append(options.get("docctl_mode") or options.get("postgresql_readonly"))

    event.listen(engine, "begin", listen)
    try:
        assert ready._schema(world.house)
    finally:
        event.remove(engine, "begin", listen)
    assert asked
    assert set(asked) <= {"read", True}


def test_x_3_only_to_whom_a_step_was_delegated_learns_that_it_was_signed_meanwhile(world: World) -> None:
    delegated(world, "ouyang", "wang")
    delegated(world, "ouyang", "zhang", type_ids=(world.types["form"],))
    revision = world.submitted(world.draft())
    cmd = signing_for(world, revision, "ouyang")
    review_revision(world.signing(revision), by=world.by("ouyang"), house=world.house)
    with pytest.raises(Conflict):
        review_revision(cmd, by=world.by("wang"), house=world.house)
    with pytest.raises(NotFound):  # their delegation is of other documents
        review_revision(cmd, by=world.by("zhang"), house=world.house)
    with pytest.raises(NotFound):  # and nothing was to be approved
        approve_revision(cmd, by=world.by("wang"), house=world.house)
