"""Copy-to steps of a revision: begun with their stage, answered by who was told, never in the way (A-10)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.leaving import OpenKind
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.verdicts import NotFound, RuleRefused
from docctl.models.copy_steps import CopyStep
from docctl.models.organisation import Post, PostHolder
from docctl.queries.copy_steps import open_copies
from docctl.queries.document_page import DocumentPage, document_page
from docctl.services.content.open import open_content
from docctl.services.people.hand_over import Handed
from docctl.services.revisions.copy_steps import AcknowledgeCopy, acknowledge_copy
from docctl.services.revisions.issue import IssueRevision, issue_revision
from docctl.services.revisions.revise import ReviseDocument, revise_document
from docctl.services.revisions.sign import ReturnRevision, approve_revision, return_revision
from tests.delegating import delegated
from tests.services.test_guards import guard_of, statement
from tests.services.test_leaving import found, give
from tests.services.test_routes import REST, review, routes, submit, submitted_event, tasks
from tests.world import World

COPIED = (
    "# 程序 | type procedure\n"
    "review | role reviewer | 3 working_days\n"
    "& inform | person wang\n"
    "approve | role approver | 3 working_days\n"
    "inform 抄报 | person zhang\n\n" + REST
)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(RuleRefused) as error:
        call()
    return error.value.refused.key


def copied(world: World, text: str = COPIED) -> UUID:
    """Return a submitted revision of 生产部 that its route copies to 王强, and to 张伟 with its issue."""
    routes(world, text)
    return submit(world, world.draft(author="li", unit="SC"), "ouyang", "zhao")


def know(world: World, revision: UUID, who: str, remark: str = "") -> UUID:
    return acknowledge_copy(AcknowledgeCopy(revision, remark), by=world.by(who), house=world.house)


def page(world: World, revision: UUID, who: str) -> DocumentPage:
    with world.house.uow.read() as session:
        actor = world.by(who).actor
        return document_page(session, actor, at=world.clock(), zone=world.house.zone, revision_id=revision)


def told(world: World, revision: UUID) -> list[tuple[str, bool, bool]]:
    return [
        (one.person, one.opened_at is not None, one.acknowledged_at is not None)
        for one in page(world, revision, "chen").copies
    ]


def listed(world: World, who: str) -> list[str]:
    with world.house.uow.read() as session:
        rows = open_copies(session, world.by(who).actor, zone=world.house.zone).rows
    return [one.person for one in rows]


def approve(world: World, revision: UUID) -> None:
    review(world, revision, "ouyang")
    approve_revision(world.signing(revision), by=world.by("zhao"), house=world.house)


def issue(world: World, revision: UUID) -> None:
    cmd = IssueRevision(revision, world.revision(revision).row_version, world.house.today())
    issue_revision(cmd, by=world.by("chen"), house=world.house)


def test_a_10_a_copy_holds_back_neither_approval_nor_issue(world: World) -> None:
    revision = copied(world)
    assert told(world, revision) == [("王强", True, False), ("张伟", False, False)]
    assert "take_note" in tasks(world, "wang")
    assert "take_note" not in tasks(world, "zhang")
    approve(world, revision)
    assert told(world, revision)[1] == ("张伟", False, False)
    issue(world, revision)
    assert world.revision(revision).status is RevisionStatus.ISSUED
    assert told(world, revision) == [("王强", True, False), ("张伟", True, False)]
    assert "take_note" in tasks(world, "wang")
    assert "take_note" in tasks(world, "zhang")
    assert sorted(listed(world, "chen")) == ["张伟", "王强"]
    assert listed(world, "zhang") == ["张伟"]  # no insider


def test_a_10_it_is_no_signature(world: World) -> None:
    revision = copied(world)
    know(world, revision, "wang", "知道了")
    shown = page(world, revision, "chen")
    assert [one.name for one in shown.signatures] == ["李秀兰"]
    assert [one.assignee for one in shown.steps] == ["欧阳雪"]
    assert [(one.person, one.remark) for one in shown.copies] == [("王强", "知道了"), ("张伟", "")]
    assert "take_note" not in tasks(world, "wang")


def test_a_10_it_is_acknowledged_once(world: World) -> None:
    revision = copied(world)
    know(world, revision, "wang")
    assert refused(lambda: know(world, revision, "wang")) == "A-10.acknowledged_already"


def test_a_10_nobody_else_acknowledges_it(world: World) -> None:
    revision = copied(world)
    assert refused(lambda: know(world, revision, "chen")) == "A-10.not_told"
    with pytest.raises(NotFound):
        know(world, revision, "zhou")
    with pytest.raises(NotFound):
        know(world, revision, "zhang")  # told with the issue, and not before


def test_a_10_a_delegation_is_for_signatures_alone(world: World) -> None:
    revision = copied(world, COPIED.replace("inform | person wang", "inform | person ouyang"))
    delegated(world, "ouyang", "chen")
    assert refused(lambda: know(world, revision, "chen")) == "A-10.not_by_delegation"
    assert know(world, revision, "ouyang") == revision


def test_a_10_who_is_copied_sees_that_revision_and_no_other(world: World) -> None:
    revision = copied(world)
    assert page(world, revision, "wang").revision.id == revision  # of its unit, an insider as ever
    with pytest.raises(NotFound):
        page(world, revision, "zhang")
    approve(world, revision)
    issue(world, revision)
    know(world, revision, "zhang")
    world.clock.forward(days=1)
    cmd = ReviseDocument(world.document_of(revision).id, "改", "改", (world.upload("li"),))
    next_one = revise_document(cmd, by=world.by("li"), house=world.house)
    with pytest.raises(NotFound):
        page(world, next_one, "zhang")


def test_a_10_who_is_copied_under_way_reads_it_and_is_no_insider(world: World) -> None:
    revision = copied(world, COPIED.replace("person wang", "person zhang"))
    shown = page(world, revision, "zhang")
    assert (shown.is_insider, [one.is_mine for one in shown.copies]) == (False, [True, True])
    assert open_content(revision, by=world.by("zhang"), house=world.house).number == shown.number
    with pytest.raises(NotFound):
        page(world, revision, "zhou")
    cmd = ReturnRevision(revision, world.revision(revision).row_version, "缺少职责")
    return_revision(cmd, by=world.by("ouyang"), house=world.house)
    with pytest.raises(NotFound):  # back with its author, it is nobody's but theirs
        page(world, revision, "zhang")
    assert "take_note" not in tasks(world, "zhang")
    with pytest.raises(NotFound):
        know(world, revision, "zhang")


def test_a_10_after_a_return_the_round_is_over_also_for_insiders(world: World) -> None:
    revision = copied(world)
    cmd = ReturnRevision(revision, world.revision(revision).row_version, "缺少职责")
    return_revision(cmd, by=world.by("ouyang"), house=world.house)
    assert refused(lambda: know(world, revision, "wang")) == "A-10.not_running"
    submit(world, revision, "ouyang", "zhao")
    assert know(world, revision, "wang") == revision


def test_a_10_all_of_a_post_are_told_and_a_vacant_one_is_no_hindrance(world: World) -> None:
    def work(session: Session) -> None:
        post, vacant = (Post(unit_id=world.units["KF"], name=one) for one in ("客服", "空缺"))
        session.add_all([post, vacant])
        session.flush()
        for who in ("zhang", "wang"):
            session.add(
                PostHolder(
                    post_id=post.id,
                    person_id=world.people[who],
                    from_on=world.house.today() - timedelta(days=1),
                )
            )

    world.house.uow.write(work)
    text = (
        "# 程序 | type procedure\nreview | role reviewer\n& inform | post KF/客服\n& inform | post KF/空缺\n"
        f"approve | role approver\n\n{REST}"
    )
    revision = copied(world, text)
    assert told(world, revision) == [("张伟", True, False), ("王强", True, False)]
    assert submitted_event(world)[1]["told_nobody"] == [{"step": "inform", "of": "KF/空缺"}]


def test_a_10_what_is_open_goes_to_another_when_somebody_leaves(world: World) -> None:
    revision = copied(world)
    (item,) = [one for one in found(world, "wang").items if one.kind is OpenKind.INFORM]
    give(world, "wang", Handed(OpenKind.INFORM, item.id, world.people["zhou"]))
    assert told(world, revision)[0] == ("周明", True, False)
    assert page(world, revision, "zhou").revision.id == revision
    assert refused(lambda: know(world, revision, "wang")) == "A-10.not_told"
    know(world, revision, "zhou")
    assert not [one for one in found(world, "zhou").items if one.kind is OpenKind.INFORM]


def test_a_10_nobody_is_told_twice_by_one_step_nor_takes_it_themselves(world: World) -> None:
    revision = copied(world, COPIED.replace("person wang", "head PZ"))
    with world.house.uow.read() as session:
        step = session.scalars(select(CopyStep).where(CopyStep.revision_id == revision)).first()
        assert step is not None
    to_who = Handed(OpenKind.INFORM, step.id, world.people["admin"])
    assert refused(lambda: give(world, "ouyang", to_who)) == "A-16.own_hands"
    nobody = Handed(OpenKind.INFORM, step.id, None)
    assert refused(lambda: give(world, "ouyang", nobody)) == "A-16.successor_needed"


@pytest.mark.parametrize(
    ("sql", "guard"),
    [
        ("UPDATE copy_step SET remark = '别的'", "a_10_copy_answered"),
        ("UPDATE copy_step SET acknowledged_at = NULL, remark = ''", "a_10_copy_answered"),
        ("UPDATE copy_step SET opened_at = NULL WHERE opened_at IS NOT NULL", "a_10_copy_begun"),
        ("UPDATE copy_step SET name = '别的'", "a_10_copy_content"),
        ("DELETE FROM copy_step", "a_10_copy_delete"),
    ],
)
def test_a_10_who_was_told_and_what_was_answered_stays(world: World, sql: str, guard: str) -> None:
    know(world, copied(world, COPIED.replace("\ninform 抄报 | person zhang", "")), "wang", "知道了")
    assert guard_of(lambda: statement(world, sql)) == guard
