"""The life of a revision through its use cases: A-2, A-3, N-1, V-2, V-3, V-6, V-7."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import Computed, RevisionStatus, revision_state
from docctl.domain.roles import Role
from docctl.domain.verdicts import Conflict, NotFound, Refused, RuleRefused
from docctl.models.organisation import RoleGrant
from docctl.models.trail import EventRow
from docctl.models.visibility import sees
from docctl.models.work import Step, StepStatus
from docctl.services.revisions import withdraw
from docctl.services.revisions.issue import IssueRevision, issue_revision
from docctl.services.revisions.revise import (
    DiscardRevision,
    EditRevision,
    ReviseDocument,
    discard_revision,
    edit_revision,
    revise_document,
)
from docctl.services.revisions.sign import (
    ReturnRevision,
    return_revision,
    review_revision,
)
from docctl.services.revisions.submit import SubmitRevision, submit_revision
from docctl.services.revisions.withdraw import (
    NoteEffective,
    WithdrawRevision,
    note_effective,
    withdraw_revision,
)
from tests.world import World


def refused(error: pytest.ExceptionInfo[RuleRefused]) -> str:
    return error.value.refused.key


def state(world: World, revision_id) -> RevisionStatus | Computed:
    return revision_state(world.revision(revision_id).dates(), world.clock())


def test_n_1_documents_get_consecutive_numbers_of_their_type(world: World) -> None:
    first, second = world.draft(), world.draft("文件控制程序")
    assert world.document_of(first).number == "QP-01"
    assert world.document_of(second).number == "QP-02"


def test_v_3_from_its_instant_the_new_revision_is_in_force_and_the_old_superseded(
    world: World,
) -> None:
    first = world.issued(world.draft())
    assert state(world, first) is Computed.IN_FORCE
    second = revise_document(
        ReviseDocument(
            document_id=world.document_of(first).id,
            change_what="增加电子记录",
            change_reason="换版",
            uploads=(world.upload("chen"),),
        ),
        by=world.by("chen"),
        house=world.house,
    )
    day = world.house.today() + timedelta(days=3)
    world.issued(second, on=day)
    assert state(world, second) is Computed.WAITING
    assert state(world, first) is Computed.IN_FORCE
    start = world.revision(second).effective_from
    assert start is not None
    world.clock.now = start - timedelta(microseconds=1)
    assert state(world, first) is Computed.IN_FORCE
    world.clock.now = start
    assert state(world, first) is Computed.SUPERSEDED
    assert state(world, second) is Computed.IN_FORCE
    assert world.revision(second).label == "A/1"


def test_a_2_nobody_reviews_their_own_work(world: World) -> None:
    revision_id = world.draft(author="chen")
    with pytest.raises(RuleRefused) as error:
        submit_revision(
            SubmitRevision(
                revision_id=revision_id,
                row_version=world.revision(revision_id).row_version,
                reviewer_id=world.people["chen"],
                approver_id=world.people["zhao"],
                seen_sha256=world.seen(revision_id),
            ),
            by=world.by("chen"),
            house=world.house,
        )
    assert refused(error) == "A-2.own_work"


def test_a_2_another_than_the_assignee_cannot_sign(world: World) -> None:
    revision_id = world.submitted(world.draft())
    with pytest.raises(RuleRefused) as error:
        review_revision(world.signing(revision_id), by=world.by("chen"), house=world.house)
    assert refused(error) == "A-2.own_work"
    with pytest.raises((RuleRefused, NotFound)):
        review_revision(world.signing(revision_id), by=world.by("wang"), house=world.house)


def test_a_3_a_wrong_password_signs_nothing(world: World) -> None:
    revision_id = world.submitted(world.draft())
    with pytest.raises(RuleRefused) as error:
        review_revision(
            world.signing(revision_id),
            by=world.by("ouyang", password="wrong one"),
            house=world.house,
        )
    assert refused(error) == "A-3.wrong_password"
    assert world.revision(revision_id).reviewed_by is None


def test_a_3_content_that_changed_after_it_was_shown_is_not_signed(world: World) -> None:
    revision_id = world.submitted(world.draft())
    cmd = replace(world.signing(revision_id), seen_sha256="0" * 64)
    with pytest.raises(RuleRefused) as error:
        review_revision(cmd, by=world.by("ouyang"), house=world.house)
    assert refused(error) == "A-3.content_changed"


def test_v_6_a_returned_revision_is_a_draft_again_and_old_signatures_do_not_count(
    world: World,
) -> None:
    revision_id = world.submitted(world.draft())
    return_revision(
        ReturnRevision(revision_id, world.revision(revision_id).row_version, "缺少职责"),
        by=world.by("ouyang"),
        house=world.house,
    )
    assert world.revision(revision_id).status is RevisionStatus.DRAFT
    world.issued(revision_id)
    assert world.revision(revision_id).round == 2


def test_v_7_a_day_before_the_issue_is_refused_and_today_is_allowed(world: World) -> None:
    revision_id = world.approved(world.draft())
    row = world.revision(revision_id)
    with pytest.raises(RuleRefused) as error:
        issue_revision(
            IssueRevision(revision_id, row.row_version, world.house.today() - timedelta(days=1)),
            by=world.by("chen"),
            house=world.house,
        )
    assert refused(error) == "V-7.effective_before_issue"
    issue_revision(
        IssueRevision(revision_id, row.row_version, world.house.today()),
        by=world.by("chen"),
        house=world.house,
    )
    assert state(world, revision_id) is Computed.IN_FORCE


def test_v_6_withdrawn_before_its_date_leaves_the_former_one_in_force(world: World) -> None:
    first = world.issued(world.draft())
    second = revise_document(
        ReviseDocument(
            document_id=world.document_of(first).id,
            change_what="x",
            change_reason="y",
            uploads=(world.upload("chen"),),
        ),
        by=world.by("chen"),
        house=world.house,
    )
    world.issued(second, on=date(2026, 6, 1))
    withdraw_revision(
        WithdrawRevision(second, world.revision(second).row_version, "有误"),
        by=world.by("chen"),
        house=world.house,
    )
    world.clock.forward(days=200)
    assert state(world, first) is Computed.IN_FORCE
    assert state(world, second) is RevisionStatus.WITHDRAWN


def test_a_repeated_request_gets_the_first_answer(world: World) -> None:
    from docctl.services.documents.create import CreateDocument, create_document

    cmd = CreateDocument(
        type_id=world.types["procedure"],
        title="重复的请求",
        unit_id=world.units["PZ"],
        uploads=(world.upload("chen"),),
    )
    first = create_document(cmd, by=world.by("chen", request_id="r-1"), house=world.house)
    again = create_document(cmd, by=world.by("chen", request_id="r-1"), house=world.house)
    assert first == again
    other = CreateDocument(type_id=cmd.type_id, title="另一个", unit_id=cmd.unit_id, uploads=cmd.uploads)
    with pytest.raises(Conflict):
        create_document(other, by=world.by("chen", request_id="r-1"), house=world.house)


def revised(world: World, former: UUID, *, on: date | None = None) -> UUID:
    """Start, sign and issue the next revision."""
    cmd = ReviseDocument(world.document_of(former).id, "什么", "为何", (world.upload("chen"),))
    return world.issued(revise_document(cmd, by=world.by("chen"), house=world.house), on=on)


def withdrawn(world: World, revision_id: UUID) -> None:
    cmd = WithdrawRevision(revision_id, world.revision(revision_id).row_version, "有误")
    withdraw_revision(cmd, by=world.by("chen"), house=world.house)


def edit(world: World, revision_id: UUID, username: str, **changes: object) -> UUID:
    row = world.revision(revision_id)
    cmd = replace(EditRevision(revision_id, row.row_version, row.title), **changes)
    return edit_revision(cmd, by=world.by(username), house=world.house)


def with_roles(world: World, username: str, *roles: Role) -> None:
    def work(session: Session) -> None:
        for role in roles:
            session.add(
                RoleGrant(
                    person_id=world.people[username],
                    role=role,
                    proposed_at=world.clock(),
                    confirmed_at=world.clock(),
                )
            )

    world.house.uow.write(work)


@pytest.mark.parametrize("step", ["review", "approve"])
def test_a_2_who_edited_a_draft_neither_reviews_nor_approves_it(world: World, step: str) -> None:
    with_roles(world, "ouyang", Role.AUTHOR, Role.APPROVER)
    with_roles(world, "zhao", Role.REVIEWER)
    revision_id = world.draft()
    edit(world, revision_id, "ouyang", title="记录控制程序（改）")
    assert world.revision(revision_id).authors() == {world.people["chen"], world.people["ouyang"]}
    reviewer, approver = ("ouyang", "zhao") if step == "review" else ("zhao", "ouyang")
    row = world.revision(revision_id)
    cmd = SubmitRevision(
        revision_id,
        row.row_version,
        world.people[reviewer],
        world.people[approver],
        world.seen(revision_id),
    )
    with pytest.raises(RuleRefused) as error:
        submit_revision(cmd, by=world.by("chen"), house=world.house)
    assert error.value.refused == Refused("A-2", "own_work", {"step": step})


def test_a_2_an_editor_put_into_the_step_past_the_rules_still_cannot_sign(world: World) -> None:
    with_roles(world, "li", Role.REVIEWER)
    with_roles(world, "ouyang", Role.AUTHOR)
    revision_id = world.draft()
    edit(world, revision_id, "ouyang", change_reason="改")
    row = world.revision(revision_id)
    cmd = SubmitRevision(
        revision_id, row.row_version, world.people["li"], world.people["zhao"], world.seen(revision_id)
    )
    submit_revision(cmd, by=world.by("chen"), house=world.house)
    world.house.uow.write(
        lambda s: s.execute(
            update(Step).where(Step.status == StepStatus.OPEN).values(assignee_id=world.people["ouyang"])
        )
    )
    with pytest.raises(RuleRefused) as error:
        review_revision(world.signing(revision_id), by=world.by("ouyang"), house=world.house)
    assert refused(error) == "A-2.own_work"


def test_a_2_the_editors_of_a_draft_stay_its_authors_after_a_return(world: World) -> None:
    with_roles(world, "li", Role.DOCUMENT_CONTROLLER)
    revision_id = world.draft()
    edit(world, revision_id, "li", change_reason="改")
    world.submitted(revision_id)
    cmd = ReturnRevision(revision_id, world.revision(revision_id).row_version, "缺少职责")
    return_revision(cmd, by=world.by("ouyang"), house=world.house)
    assert world.people["li"] in world.revision(revision_id).authors()


def test_v_2_a_draft_is_edited_by_its_unit_and_control_and_by_nobody_else(world: World) -> None:
    revision_id = world.draft()  # of the quality department
    with pytest.raises(NotFound):
        edit(world, revision_id, "li", title="别的部门")  # an author of another unit does not see it
    with pytest.raises(RuleRefused) as error:
        edit(world, revision_id, "ouyang", title="不是编制人")
    assert refused(error) == "X-1.not_permitted"


def test_v_2_new_files_alone_make_the_pages_of_others_old(world: World) -> None:
    revision_id = world.draft()
    before = world.revision(revision_id).row_version
    edit(world, revision_id, "chen", uploads=(world.upload("chen"),))
    with pytest.raises(Conflict):
        edit(world, revision_id, "chen", row_version=before, title="别的")


def test_v_2_a_change_of_the_team_is_part_of_what_is_signed(world: World) -> None:
    with_roles(world, "ouyang", Role.AUTHOR)
    revision_id = world.draft()
    before = world.seen(revision_id)
    edit(world, revision_id, "ouyang")
    assert world.seen(revision_id) != before


def test_v_3_withdrawing_the_middle_one_of_three_leaves_no_overlap(world: World) -> None:
    first = world.issued(world.draft())
    today = world.house.today()
    second = revised(world, first, on=today + timedelta(days=10))
    third = revised(world, second, on=today + timedelta(days=20))
    withdrawn(world, second)
    assert world.revision(first).effective_until == world.revision(third).effective_from
    withdrawn(world, third)
    assert world.revision(first).effective_until is None


def test_v_6_a_withdrawn_revision_does_not_come_back_with_the_next_ones_withdrawal(world: World) -> None:
    first = world.issued(world.draft())
    second = revised(world, first, on=world.house.today() + timedelta(days=10))
    withdrawn(world, first)
    withdrawn(world, second)
    world.clock.forward(days=11)
    assert state(world, first) is RevisionStatus.WITHDRAWN
    assert state(world, second) is RevisionStatus.WITHDRAWN


def test_n_1_a_number_voided_with_its_draft_is_not_used_again(world: World) -> None:
    revision_id = world.draft()
    cmd = DiscardRevision(revision_id, world.revision(revision_id).row_version, "不需要")
    discard_revision(cmd, by=world.by("chen"), house=world.house)
    again = ReviseDocument(world.document_of(revision_id).id, "什么", "为何", (world.upload("chen"),))
    with pytest.raises(RuleRefused) as error:
        revise_document(again, by=world.by("chen"), house=world.house)
    assert refused(error) == "N-1.number_voided"
    assert world.document_of(world.draft("别的")).number == "QP-02"


def test_x_3_who_signed_an_earlier_revision_keeps_sight_of_it(world: World) -> None:
    first = world.issued(world.draft(unit="SC", author="li"), author="li")
    second = ReviseDocument(world.document_of(first).id, "什么", "为何", (world.upload("chen"),))
    revise_document(second, by=world.by("chen"), house=world.house)
    with world.house.uow.read() as session:
        assert sees(session, world.by("ouyang").actor, world.document_of(first).insider_set_id)
        assert not sees(session, world.by("zhang").actor, world.document_of(first).insider_set_id)


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Do things in threads of their own; return how each ended."""
    ends: list[str] = []

    def run(act: Callable[[], object]) -> None:
        try:
            act()
        except RuleRefused as error:
            ends.append(error.refused.key)
        else:
            ends.append("done")

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return sorted(ends)


def test_v_3_two_issues_at_once_issue_once(world: World) -> None:
    revision_id = world.approved(world.draft())
    version, by = world.revision(revision_id).row_version, world.by("chen")

    def act() -> None:
        issue_revision(IssueRevision(revision_id, version, world.house.today()), by=by, house=world.house)

    assert at_once(act, act, act) == ["done", "request.changed_meanwhile", "request.changed_meanwhile"]


def test_a_3_of_a_signature_and_a_return_at_once_one_stands(world: World) -> None:
    revision_id = world.submitted(world.draft())
    cmd, by = world.signing(revision_id), world.by("ouyang")
    back = ReturnRevision(revision_id, cmd.row_version, "缺少职责")
    ends = at_once(
        lambda: review_revision(cmd, by=by, house=world.house),
        lambda: return_revision(back, by=by, house=world.house),
    )
    assert ends == ["done", "request.changed_meanwhile"]


def test_v_3_the_start_of_a_revision_is_told_once_and_not_before(world: World) -> None:
    first = world.issued(world.draft())
    second = revised(world, first, on=world.house.today() + timedelta(days=3))
    start = world.revision(second).effective_from
    assert start is not None

    def note() -> bool:
        return note_effective(NoteEffective(second), by=world.system(), house=world.house)

    world.clock.now = start - timedelta(microseconds=1)
    assert not note()
    world.clock.now = start
    assert note()
    assert not note()


def test_v_3_two_workers_at_once_tell_the_start_of_a_revision_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = world.issued(world.draft())
    second = revised(world, first, on=world.house.today() + timedelta(days=3))
    world.clock.now = world.revision(second).effective_from or world.clock.now
    both, crossed_off = threading.Barrier(2), withdraw.settled

    def together(*args: Any, **values: Any) -> bool:
        found = crossed_off(*args, **values)
        with suppress(threading.BrokenBarrierError):  # one has to wait for the other
            both.wait(0.5)
        return found

    monkeypatch.setattr(withdraw, "settled", together)
    cmd, by = NoteEffective(second), world.system()
    threads = [
        threading.Thread(target=lambda: note_effective(cmd, by=by, house=world.house)) for _ in range(2)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with world.house.uow.read() as session:
        told = session.scalars(select(EventRow.seq).where(EventRow.action == "revision.took_effect")).all()
    assert len(told) == 1


def test_t_1_every_step_of_a_revision_is_in_the_trail(world: World) -> None:
    first = world.issued(world.draft())
    second = revised(world, first, on=world.house.today() + timedelta(days=3))
    withdrawn(world, second)
    with world.house.uow.read() as session:
        told = session.scalars(
            select(EventRow.action)
            .where(EventRow.subject_id == world.document_of(first).id)
            .order_by(EventRow.seq)
        ).all()
    signed = ["revision.submitted", "revision.reviewed", "revision.approved", "revision.issued"]
    assert told == ["document.created", *signed, "revision.started", *signed, "revision.withdrawn"]
