"""The life of a revision through its use cases: A-2, A-3, N-1, V-2, V-3, V-6, V-7."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from docctl.domain.lifecycle import Computed, RevisionStatus, revision_state
from docctl.domain.verdicts import Conflict, NotFound, RuleRefused
from docctl.services.revisions.issue import IssueRevision, issue_revision
from docctl.services.revisions.revise import ReviseDocument, revise_document
from docctl.services.revisions.sign import (
    ReturnRevision,
    return_revision,
    review_revision,
)
from docctl.services.revisions.submit import SubmitRevision, submit_revision
from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision
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
    from dataclasses import replace

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
    other = CreateDocument(
        type_id=cmd.type_id, title="另一个", unit_id=cmd.unit_id, uploads=cmd.uploads
    )
    with pytest.raises(Conflict):
        create_document(other, by=world.by("chen", request_id="r-1"), house=world.house)
