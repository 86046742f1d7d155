"""Findings of a draft's text are mended or answered before it is approved at last, and issued (D-12)."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from sqlalchemy import select, text

from docctl.domain.draft_checks import Check
from docctl.domain.permissions import PERMISSIONS
from docctl.domain.verdicts import Conflict, NotFound, RuleRefused
from docctl.models.checks import TextCheck
from docctl.models.trail import EventRow
from docctl.services.content.texts import KeptText, Texts
from docctl.services.readings import NoteReading, note_reading
from docctl.services.revisions.checks import AnswerChecks, answer_checks
from docctl.services.revisions.issue import IssueRevision, issue_revision
from docctl.services.revisions.revise import ReviseDocument, revise_document
from docctl.services.revisions.sign import approve_revision, review_revision
from tests.beginnings import outcome_of, settings_after
from tests.findings import TEXT, answer, drafted, found, must_answer, of, put_in, read
from tests.services.test_annex_forms import added
from tests.services.test_annexes import annex, arranged
from tests.world import World, as_owner

draft = outcome_of(drafted)
settings = settings_after(draft=drafted)


def test_d_12_a_text_shows_what_is_to_be_mended(world: World, draft: UUID) -> None:
    assert found(world, draft) == {
        "not_listed": {"采购控制程序"},
        "not_cited": {"文件控制程序"},
        "clause_missing": {"4.3"},
        "named_absent": {"附录B"},
        "vague_time": {"及时"},
    }


def test_d_12_a_finding_quotes_its_sentence_with_the_words_in_it(world: World, draft: UUID) -> None:
    (one,) = [each for each in of(world, draft).findings if each.check is Check.VAGUE_TIME]
    assert one.parts == ("4.1 各部门应", "及时", "填写记录。")
    assert (one.clause, one.is_open, one.must) == ("4.1", True, False)


def test_d_12_shown_findings_hold_nothing_back(world: World, draft: UUID) -> None:
    assert of(world, draft).refused is None
    assert world.issued(draft) == draft
    assert not of(world, draft).is_checked  # once it is issued its findings are history


def test_d_12_the_last_approval_waits_until_all_is_answered(world: World, draft: UUID) -> None:
    must_answer(world, Check.VAGUE_TIME, Check.NAMED_ABSENT)
    world.submitted(draft)
    review_revision(world.signing(draft), by=world.by("ouyang"), house=world.house)
    with pytest.raises(RuleRefused) as refused:
        approve_revision(world.signing(draft), by=world.by("zhao"), house=world.house)
    assert refused.value.refused.key == "D-12.checks_open"
    assert refused.value.refused.params == {"count": 2, "checks": "named_absent, vague_time"}

    holding = [one for one in of(world, draft).open if one.must]
    assert answer(world, draft, *holding) == 2
    assert approve_revision(world.signing(draft), by=world.by("zhao"), house=world.house) == draft


def test_d_12_the_issue_waits_where_checks_came_after_the_approval(world: World, draft: UUID) -> None:
    world.approved(draft)
    must_answer(world, Check.VAGUE_TIME)
    row = world.revision(draft)
    cmd = IssueRevision(draft, row.row_version, world.house.today())
    with pytest.raises(RuleRefused) as refused:
        issue_revision(cmd, by=world.by("chen"), house=world.house)
    assert refused.value.refused.key == "D-12.checks_open"
    answer(world, draft, *(one for one in of(world, draft).open if one.must))
    assert issue_revision(cmd, by=world.by("chen"), house=world.house) == draft


def test_d_12_a_text_that_was_not_read_yet_holds_back_only_where_checks_do(world: World) -> None:
    free = world.draft("采购控制程序")
    assert of(world, free).is_pending
    assert of(world, free).refused is None
    must_answer(world)
    refused = of(world, free).refused
    assert refused is not None
    assert refused.key == "D-12.checks_pending"
    read(world)
    assert not of(world, free).is_pending


def test_d_12_a_text_that_cannot_be_read_is_answered_like_any_finding(world: World, draft: UUID) -> None:
    must_answer(world, Check.UNREAD)
    with world.house.uow.read() as session:
        (row,) = session.scalars(select(TextCheck))
    kept = _nothing(world, draft, row.file_id)
    note_reading(NoteReading(row.file_id, kept, (), "no_text"), by=world.system(), house=world.house)
    (one,) = of(world, draft).findings
    assert (one.check, one.must, one.is_open) == (Check.UNREAD, True, True)
    answer(world, draft, one)
    assert of(world, draft).refused is None


def _nothing(world: World, draft: UUID, file_id: UUID) -> KeptText:
    return Texts(world.house.keys).kept(draft, file_id, "", None)


def test_d_12_the_answer_goes_with_the_finding_into_the_next_file(world: World, draft: UUID) -> None:
    (word,) = [one for one in of(world, draft).findings if one.check is Check.VAGUE_TIME]
    answer(world, draft, word)
    put_in(world, draft, TEXT.replace("4.2 见附录B。", "4.2 已改。"))
    (again,) = [one for one in of(world, draft).findings if one.check is Check.VAGUE_TIME]
    assert again.answer is not None
    assert (again.answer.by, again.answer.reason, again.answer.at) == (
        "陈静",
        "按客户要求保留",
        again.answer.at,
    )
    put_in(world, draft, TEXT.replace("及时填写", "及时送交"))
    (other,) = [one for one in of(world, draft).findings if one.check is Check.VAGUE_TIME]
    assert other.is_open


def test_d_12_what_was_mended_is_found_no_longer(world: World, draft: UUID) -> None:
    before = of(world, draft).findings
    put_in(world, draft, TEXT.replace("及时填写", "在当天填写"))
    assert Check.VAGUE_TIME not in {one.check for one in of(world, draft).findings}
    (word,) = [one for one in before if one.check is Check.VAGUE_TIME]
    with pytest.raises(Conflict) as refused:
        answer(world, draft, word)
    assert refused.value.refused.key == "D-12.found_no_longer"


def test_d_12_an_answer_is_an_event_without_the_words_of_the_text(world: World, draft: UUID) -> None:
    (word,) = [one for one in of(world, draft).findings if one.check is Check.VAGUE_TIME]
    answer(world, draft, word)
    with world.house.uow.read() as session:
        event = session.scalars(select(EventRow).where(EventRow.action == "revision.checks_answered")).one()
    assert json.loads(event.facts) == {
        "number": "QP-01",
        "label": "A/0",
        "checks": {"vague_time": 1},
        "findings": [word.name],
    }


def test_d_12_an_answer_can_be_opened_again(world: World, draft: UUID) -> None:
    word = of(world, draft).findings[0]
    answer(world, draft, word)
    answer(world, draft, word, reopens=True)
    assert of(world, draft).findings[0].is_open
    with pytest.raises(RuleRefused) as refused:
        answer(world, draft, word, reopens=True)
    assert refused.value.refused.key == "D-12.open_already"


@pytest.mark.parametrize(("reason", "code"), [("  ", "reason_needed"), ("长" * 1_001, "reason_too_long")])
def test_d_12_an_answer_has_a_reason(world: World, draft: UUID, reason: str, code: str) -> None:
    word = of(world, draft).findings[0]
    cmd = AnswerChecks(draft, (word.name,), reason)
    with pytest.raises(RuleRefused) as refused:
        answer_checks(cmd, by=world.by("chen"), house=world.house)
    assert refused.value.refused.key == f"D-12.{code}"


def test_d_12_strangers_and_readers_answer_nothing(world: World, draft: UUID) -> None:
    word = of(world, draft).findings[0]
    with pytest.raises(NotFound):
        answer(world, draft, word, who="zhang")
    world.submitted(draft)
    with pytest.raises(RuleRefused):
        answer(world, draft, word, who="ouyang")  # who signs it sees the answers, and gives none
    assert PERMISSIONS["revision.answer"]


def test_d_12_types_are_left_out_by_the_setting(world: World, draft: UUID) -> None:
    must_answer(world, without=("procedure",))
    assert not of(world, draft).is_checked


def test_d_12_findings_lie_sealed(world: World, draft: UUID) -> None:
    with world.house.uow.read() as session:
        (row,) = session.scalars(select(TextCheck))
    assert (row.found, row.sealed_found is None) == ("", False)


@pytest.mark.parametrize(
    ("guard", "statement"),
    [
        ("d_12_answer_change", "UPDATE check_answer SET reason = 'x'"),
        ("d_12_answer_delete", "DELETE FROM check_answer"),
    ],
)
def test_d_12_answers_stay(world: World, draft: UUID, guard: str, statement: str) -> None:
    answer(world, draft, of(world, draft).findings[0])
    with pytest.raises(RuleRefused) as refused:
        as_owner(world.house).write(lambda session: session.execute(text(statement)))
    assert guard in str(refused.value.__cause__)


def test_d_12_the_register_is_asked_when_it_is_shown(world: World, draft: UUID) -> None:
    assert "other_title" not in found(world, draft)
    put_in(world, draft, "1 目的\n按 QP-02《采购控制程序》执行。")
    other = world.draft("采购管理程序")  # takes QP-02
    assert world.document_of(other).number == "QP-02"
    assert found(world, draft)["other_title"] == {"QP-02 采购控制程序"}


def test_d_12_a_superseded_edition_is_told(world: World, draft: UUID) -> None:
    first = world.issued(world.draft("采购控制程序"))
    put_in(world, draft, "1 目的\n按《采购控制程序》（A/0版）执行。")
    assert "replaced" not in found(world, draft)
    world.clock.forward(days=2)
    second = revise_document(
        ReviseDocument(
            document_id=world.document_of(first).id,
            change_what="职责",
            change_reason="机构调整",
            uploads=(world.upload("chen"),),
        ),
        by=world.by("chen"),
        house=world.house,
    )
    world.issued(second)
    world.clock.forward(minutes=1)
    (one,) = [each for each in of(world, draft).findings if each.check is Check.REPLACED]
    assert (one.code, one.said["more"]) == ("replaced_edition", "QP-02 A/1")


def test_d_12_two_documents_with_one_name_are_told(world: World, draft: UUID) -> None:
    world.draft("记录控制程序")
    world.draft("记录管理办法")
    told = found(world, draft)
    assert told["same_name"] == {"QP-02 记录控制程序"}
    assert told["near_name"] == {"QP-03 记录管理办法"}


def test_d_12_an_annex_that_lies_beside_the_text_is_not_missing(world: World) -> None:
    text = "4 要求\n4.1 见附件1、附件2和附件3，用语见附录C。"
    draft = arranged(
        world, world.draft(text=text), [annex(world, "流程图"), annex(world, "用语", title="附录C 用语")]
    )
    read(world)
    assert found(world, draft)["named_absent"] == {"附件3"}


def test_d_12_an_annex_that_is_a_form_of_its_own_is_not_missing(world: World) -> None:
    draft = world.draft(text="4 要求\n4.1 见附表1、附表2和附表3，用语见附录C。")
    for title in ("检验记录表", "抽样表"):
        added(world, draft, title)
    read(world)
    assert found(world, draft)["named_absent"] == {"附表3", "附录C"}
