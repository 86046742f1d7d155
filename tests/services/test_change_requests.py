"""Change requests: who asks, who decides, which revision answers them, what the database keeps (V-2)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from docctl.domain.change_requests import DECIDED_WITHIN, Asked, RequestAction, RequestKind
from docctl.domain.leaving import OpenKind
from docctl.domain.verdicts import Conflict, NotFound, RuleRefused
from docctl.models.base import new_id
from docctl.models.content import ItemFile
from docctl.models.requests import ChangeRequest
from docctl.models.trail import EventRow
from docctl.queries.document_page import document_page
from docctl.queries.fixity import fixity_state
from docctl.queries.inbox import inbox
from docctl.queries.open_work import open_count, open_work
from docctl.queries.request_page import answers_for
from docctl.queries.requests import RequestFilter, open_requests, request_register
from docctl.services.documents.create import CreateDocument, create_document
from docctl.services.people.hand_over import Handed, HandOver, hand_over
from docctl.services.requests.ask import (
    AskForChange,
    SubmitRequest,
    TakeBackRequest,
    ask_for_change,
    submit_request,
    take_back_request,
)
from docctl.services.requests.decide import DecideRequest, SeeRequest, decide_request, see_request
from docctl.services.requests.read import open_request_file
from docctl.services.revisions.revise import (
    DiscardRevision,
    EditRevision,
    discard_revision,
    edit_revision,
)
from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision
from tests import rules
from tests.requests import ASKED, asked, decided, page, revised, state
from tests.services.test_guards import guard_of, statement
from tests.world import World


@pytest.fixture
def revision(world: World) -> UUID:
    return world.issued(world.draft("记录控制程序", number="QP-01"))


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(RuleRefused) as error:
        call()
    return error.value.refused.key


def waiting(world: World, who: str) -> dict[str, int]:
    with world.house.uow.read() as session:
        found = inbox(session, world.by(who).actor, at=world.clock(), zone=world.house.zone)
    return {verb: count for verb, count in found.counts.items() if verb.endswith("_request")}


def submitted(world: World, cmd: SubmitRequest, who: str = "wang") -> UUID:
    return submit_request(cmd, by=world.by(who), house=world.house)


def followed(world: World, draft: UUID) -> UUID:
    """Issue a next revision, a day after the one before."""
    world.clock.forward(days=1)
    return world.issued(draft)


def taken_back(world: World, request: UUID, who: str = "wang") -> UUID:
    cmd = TakeBackRequest(request, None, "不需要了")
    return take_back_request(cmd, by=world.by(who), house=world.house)


def discarded(world: World, revision: UUID) -> None:
    cmd = DiscardRevision(revision, world.revision(revision).row_version, "不改了")
    discard_revision(cmd, by=world.by("chen"), house=world.house)


def test_v_2_whoever_reads_a_document_asks_and_requests_are_numbered_through_the_year(
    world: World, revision: UUID
) -> None:
    first, second = asked(world, revision), asked(world, revision, "zhang")
    assert [page(world, one).row.number for one in (first, second)] == ["GG-2026-001", "GG-2026-002"]
    assert page(world, first, "wang").row.title == "记录控制程序"
    with pytest.raises(NotFound):  # somebody else's is no business of a reader
        page(world, first, "zhang")


def test_v_2_nobody_asks_about_what_they_may_not_see(world: World, revision: UUID) -> None:
    hidden = world.draft("在编", number="QP-02")
    with pytest.raises(NotFound):
        asked(world, hidden, "wang")
    assert refused(lambda: asked(world, hidden, "chen")) == "V-2.request_nothing_in_force"
    with pytest.raises(NotFound):
        ask_for_change(
            AskForChange(RequestKind.CHANGE, ASKED, new_id()), by=world.by("wang"), house=world.house
        )


def test_v_2_what_was_left_out_is_told_and_no_number_is_taken(world: World, revision: UUID) -> None:
    today = world.house.today()
    for said, key in (
        (Asked("", "为何"), "request_what_needed"),
        (Asked("改", " "), "reason_needed"),
        (Asked("改", "为何", wanted_on=today - timedelta(days=1)), "request_day_passed"),
        (Asked("改", "为何", wanted_on=today + timedelta(days=367)), "request_day_too_far"),
    ):
        assert refused(lambda said=said: asked(world, revision, said=said)) == f"V-2.{key}"
    assert (
        page(world, asked(world, revision, said=Asked("改", "为何", wanted_on=today))).row.number
        == "GG-2026-001"
    )


def test_a_4_the_owner_decides_within_days_or_by_when_it_is_wanted(world: World, revision: UUID) -> None:
    today = world.house.today()
    soon = today + timedelta(days=3)
    assert page(world, asked(world, revision)).row.due_on == today + DECIDED_WITHIN
    assert page(world, asked(world, revision, said=replace(ASKED, wanted_on=soon))).row.due_on == soon


def test_a_4_it_waits_for_the_head_and_once_late_for_control(world: World, revision: UUID) -> None:
    request = asked(world, revision)
    assert waiting(world, "ouyang") == {"decide_request": 1}  # heads 品质部
    assert waiting(world, "chen") == {}
    world.clock.forward(days=DECIDED_WITHIN.days)
    assert waiting(world, "chen") == {}
    world.clock.forward(days=1)
    assert waiting(world, "chen") == {"decide_request": 1}
    assert page(world, request).row.is_late
    world.let_head(None)
    assert waiting(world, "ouyang") == {}


def test_a_4_where_no_head_can_decide_control_does(world: World, revision: UUID) -> None:
    asked(world, revision, "ouyang")
    assert (waiting(world, "ouyang"), waiting(world, "chen")) == ({}, {"decide_request": 1})
    world.let_head(None)
    asked(world, revision)
    assert waiting(world, "chen") == {"decide_request": 2}


def test_a_2_nobody_decides_their_own_request(world: World, revision: UUID) -> None:
    request = asked(world, revision, "chen")
    assert refused(lambda: decided(world, request)) == "A-2.own_request"
    offered = page(world, request).action("decide")
    assert offered is not None
    assert offered.refused is not None
    decided(world, request, who="ouyang")
    assert state(world, request) == "accepted"


def test_x_1_who_neither_owns_nor_controls_it_decides_nothing(world: World, revision: UUID) -> None:
    request = asked(world, revision)
    with pytest.raises(NotFound):
        decided(world, request, who="zhang")
    assert refused(lambda: decided(world, request, who="wang")) == "X-1.not_permitted"
    assert refused(lambda: decided(world, request, who="qian")) == "X-1.not_permitted"


@pytest.mark.parametrize(
    ("action", "then"), [("accept", "accepted"), ("decline", "declined"), ("return", "returned")]
)
def test_v_2_a_decision_needs_its_reason_and_the_asker_is_told(
    world: World, revision: UUID, action: str, then: str
) -> None:
    request = asked(world, revision)
    bare = DecideRequest(request, None, RequestAction(action), " ")
    assert (
        refused(lambda: decide_request(bare, by=world.by("ouyang"), house=world.house)) == "V-2.reason_needed"
    )
    decided(world, request, RequestAction(action), "ouyang")
    row = page(world, request, "wang").row
    assert (row.state, row.decision, row.decided_by) == (then, "同意安排", "欧阳雪")
    assert waiting(world, "wang") == ({"rework_request": 1} if then == "returned" else {"see_request": 1})
    see_request(SeeRequest(request), by=world.by("wang"), house=world.house)
    assert waiting(world, "wang") == ({"rework_request": 1} if then == "returned" else {})


def test_v_2_what_is_over_is_not_decided_again_and_old_pages_conflict(world: World, revision: UUID) -> None:
    request = asked(world, revision)
    version = page(world, request).row.row_version
    decided(world, request, RequestAction.DECLINE)
    assert refused(lambda: decided(world, request)) == "V-2.request_not_accept"
    assert refused(lambda: taken_back(world, request)) == "V-2.request_not_take_back"
    old = DecideRequest(request, version, RequestAction.ACCEPT, "同意")
    with pytest.raises(Conflict):
        decide_request(old, by=world.by("chen"), house=world.house)


def test_a_9_a_returned_request_is_worded_anew_under_its_number(world: World, revision: UUID) -> None:
    request = asked(world, revision)
    again = SubmitRequest(request, None, replace(ASKED, what="4.3 也改"))
    assert (
        refused(lambda: submit_request(again, by=world.by("wang"), house=world.house))
        == "V-2.request_not_submit"
    )
    decided(world, request, RequestAction.RETURN)
    assert (
        refused(lambda: submit_request(again, by=world.by("chen"), house=world.house)) == "X-1.not_permitted"
    )
    submitted(world, again)
    row = page(world, request).row
    assert (row.state, row.number, row.what, row.round) == ("submitted", "GG-2026-001", "4.3 也改", 2)
    assert waiting(world, "ouyang") == {"decide_request": 1}


def test_v_2_only_the_asker_takes_it_back_before_a_revision_answers_it(world: World, revision: UUID) -> None:
    request = decided(world, asked(world, revision))
    assert refused(lambda: taken_back(world, request, "chen")) == "X-1.not_permitted"
    revised(world, revision, request)
    assert refused(lambda: taken_back(world, request)) == "V-2.request_not_take_back"
    other = decided(world, asked(world, revision))
    taken_back(world, other)
    assert (state(world, other), waiting(world, "wang").get("see_request")) == ("taken_back", None)


def test_v_2_one_revision_answers_several_and_its_issue_closes_them(world: World, revision: UUID) -> None:
    first, second = (decided(world, asked(world, revision, who)) for who in ("wang", "zhang"))
    assert waiting(world, "ouyang") == {"answer_request": 2}
    draft = revised(world, revision, first, second)
    assert (state(world, first), page(world, first, "wang").row.revision_id) == ("answering", None)
    assert waiting(world, "ouyang") == {}
    followed(world, draft)
    for one, who in ((first, "wang"), (second, "zhang")):
        row = page(world, one, who).row
        assert (row.state, row.label, row.revision_id) == ("done", "A/1", draft)
        assert waiting(world, who) == {"see_request": 1}
    with world.house.uow.read() as session:
        done = session.scalars(
            select(EventRow.facts).where(EventRow.action == "request.done").order_by(EventRow.seq)
        ).all()
    assert [json.loads(one)["request"] for one in done] == ["GG-2026-001", "GG-2026-002"]


def test_v_2_a_discarded_draft_opens_its_requests_again(world: World, revision: UUID) -> None:
    request = decided(world, asked(world, revision))
    discarded(world, revised(world, revision, request))
    assert (state(world, request), page(world, request).row.label) == ("accepted", "")
    assert waiting(world, "ouyang") == {"answer_request": 1}
    followed(world, revised(world, revision, request))
    assert state(world, request) == "done"


def test_v_2_only_accepted_requests_for_this_very_document_are_answered(world: World, revision: UUID) -> None:
    submitted = asked(world, revision)
    assert refused(lambda: revised(world, revision, submitted)) == "V-2.request_not_answer"
    ends = decided(world, asked(world, revision, kind=RequestKind.WITHDRAWAL))
    assert refused(lambda: revised(world, revision, ends)) == "V-2.request_of_another"
    other = world.issued(world.draft("检验程序", number="QP-02"))
    of_other = decided(world, asked(world, other))
    with pytest.raises(NotFound):
        revised(world, revision, of_other)
    with pytest.raises(NotFound):
        revised(world, revision, new_id())


def test_v_2_a_draft_takes_up_what_was_accepted_meanwhile_and_lets_go_of_another(
    world: World, revision: UUID
) -> None:
    first = decided(world, asked(world, revision))
    draft = revised(world, revision, first)
    second = decided(world, asked(world, revision))

    def edited(*ids: UUID) -> None:
        row = world.revision(draft)
        cmd = EditRevision(draft, row.row_version, row.title, "改", "申请", request_ids=ids)
        edit_revision(cmd, by=world.by("chen"), house=world.house)

    edited(second)
    assert (state(world, first), state(world, second)) == ("accepted", "answering")
    edited(first, second)
    assert (state(world, first), state(world, second)) == ("answering", "answering")
    row = world.revision(draft)  # what says nothing about requests leaves them
    edit_revision(
        EditRevision(draft, row.row_version, row.title, "改", "申请"), by=world.by("chen"), house=world.house
    )
    assert (state(world, first), state(world, second)) == ("answering", "answering")


def test_x_3_a_draft_saved_by_somebody_else_keeps_the_request_they_may_not_see(world: World) -> None:
    cmd = AskForChange(RequestKind.NEW, Asked("x", "y", title="留样"), unit_id=world.units["KF"])
    request = decided(world, ask_for_change(cmd, by=world.by("zhang"), house=world.house))
    with pytest.raises(NotFound):
        page(world, request, "li")
    made = CreateDocument(
        world.types["procedure"], "留样", world.units["SC"], (world.upload("chen"),), request_ids=(request,)
    )
    draft = create_document(made, by=world.by("chen"), house=world.house)
    for who, told in (("li", "answering"), ("chen", "accepted")):
        edit = EditRevision(draft, world.revision(draft).row_version, "留样", request_ids=())
        edit_revision(edit, by=world.by(who), house=world.house)
        assert state(world, request) == told


def test_v_2_the_words_of_requests_begin_the_revision_each_line_once(world: World, revision: UUID) -> None:
    first = decided(world, asked(world, revision))
    second = decided(world, asked(world, revision, said=Asked("5：删去", ASKED.reason)))
    with world.house.uow.read() as session:
        found = answers_for(session, world.by("chen").actor, world.document_of(revision).id, at=world.clock())
    words = found.words([first, second])
    assert (words.what, words.reason, words.basis) == (f"{ASKED.what}\n5：删去", ASKED.reason, ASKED.basis)


def test_v_2_a_new_document_is_asked_for_and_its_first_issue_is_the_answer(world: World) -> None:
    said = Asked("规定留样", "客户要求", title="留样管理规定")
    cmd = AskForChange(RequestKind.NEW, said, unit_id=world.units["PZ"], type_id=world.types["procedure"])
    request = ask_for_change(cmd, by=world.by("wang"), house=world.house)
    assert page(world, request, "ouyang").row.unit == "品质部"
    with pytest.raises(NotFound):
        page(world, request, "zhang")
    decided(world, request, who="ouyang")
    made = CreateDocument(
        world.types["procedure"],
        "留样管理规定",
        world.units["PZ"],
        (world.upload("chen"),),
        number="QP-09",
        request_ids=(request,),
    )
    draft = create_document(made, by=world.by("chen"), house=world.house)
    assert (state(world, request), page(world, request).row.document_number) == ("answering", "QP-09")
    world.issued(draft)
    assert (state(world, request), page(world, request, "wang").row.revision_id) == ("done", draft)
    unnamed = replace(cmd, asked=replace(said, title=" "))
    assert refused(lambda: ask_for_change(unnamed, by=world.by("wang"), house=world.house)) == (
        "V-2.request_title_needed"
    )


def test_v_2_a_request_for_a_document_opens_again_with_its_first_draft(world: World, revision: UUID) -> None:
    cmd = AskForChange(RequestKind.NEW, Asked("x", "y", title="留样"), unit_id=world.units["PZ"])
    request = decided(world, ask_for_change(cmd, by=world.by("wang"), house=world.house))
    assert refused(lambda: revised(world, revision, request)) == "V-2.request_of_another"
    made = CreateDocument(
        world.types["procedure"], "留样", world.units["PZ"], (world.upload("chen"),), request_ids=(request,)
    )
    discarded(world, create_document(made, by=world.by("chen"), house=world.house))
    assert state(world, request) == "accepted"


def test_v_2_a_withdrawal_answers_the_accepted_request_for_it(world: World, revision: UUID) -> None:
    accepted = decided(world, asked(world, revision, kind=RequestKind.WITHDRAWAL))
    submitted = asked(world, revision, "zhang", kind=RequestKind.WITHDRAWAL)
    cmd = WithdrawRevision(revision, world.revision(revision).row_version, "停产")
    withdraw_revision(cmd, by=world.by("chen"), house=world.house)
    assert (state(world, accepted), state(world, submitted)) == ("done", "submitted")
    assert page(world, accepted, "wang").row.title == "记录控制程序"  # what they asked about, they knew


def needing(world: World, *types: str) -> None:
    rules.approved(world, json.dumps({"types": list(types)}), kind="requests", reason="更改须申请")
    world.clock.forward(minutes=1)


def offered(world: World, revision: UUID) -> str | None:
    with world.house.uow.read() as session:
        shown = document_page(
            session, world.by("chen").actor, at=world.clock(), zone=world.house.zone, revision_id=revision
        )
    action = shown.action("revise")
    return action.refused.key if action and action.refused is not None else None


def test_v_2_by_rule_a_type_is_revised_only_on_an_accepted_request_and_the_page_says_so(
    world: World, revision: UUID
) -> None:
    form = world.issued(world.draft("登记表", kind="form", number="QR-1"))
    assert offered(world, revision) is None
    discarded(world, revised(world, revision))
    needing(world, "procedure")
    assert offered(world, revision) == "V-2.request_needed"
    assert refused(lambda: revised(world, revision)) == "V-2.request_needed"
    request = asked(world, revision)
    assert offered(world, revision) == "V-2.request_needed"
    decided(world, request)
    assert offered(world, revision) is None
    draft = revised(world, revision, request)
    row = world.revision(draft)
    without = EditRevision(draft, row.row_version, row.title, "改", "申请", request_ids=())
    assert (
        refused(lambda: edit_revision(without, by=world.by("chen"), house=world.house))
        == "V-2.request_needed"
    )
    revised(world, form)  # another type


def test_v_2_the_rule_names_types_that_are_there(world: World) -> None:
    assert refused(lambda: needing(world, "letter")) == "V-2.type_unknown"
    assert refused(lambda: needing(world, "a b")) == "V-2.type_unfit"


def test_f_3_files_of_a_request_are_taken_by_who_sees_it_and_stay(world: World, revision: UUID) -> None:
    uploads = (world.upload("wang", b"4.2", "x.txt"), world.upload("wang", name="b.docx"))
    request = asked(world, revision, uploads=uploads)
    files = page(world, request).files
    assert [(one.name, len(one.sha256)) for one in files] == [("x.txt", 64), ("b.docx", 64)]
    found = open_request_file(request, files[0].id, by=world.by("ouyang"), house=world.house)
    with found.open() as source:
        assert source.read() == b"4.2"
    for who, file in (("zhang", files[0].id), ("ouyang", new_id())):
        with pytest.raises(NotFound):
            open_request_file(request, file, by=world.by(who), house=world.house)
    decided(world, request, RequestAction.RETURN)
    more = SubmitRequest(request, None, ASKED, (world.upload("wang", name="c.docx"),))
    submit_request(more, by=world.by("wang"), house=world.house)
    assert [one.name for one in page(world, request).files] == ["x.txt", "b.docx", "c.docx"]
    many = tuple(world.upload("wang", f"{n}".encode(), f"{n}.txt") for n in range(18))
    decided(world, request, RequestAction.RETURN)
    too_many = SubmitRequest(request, None, ASKED, many)
    assert refused(lambda: submit_request(too_many, by=world.by("wang"), house=world.house)) == (
        "V-2.request_too_many_files"
    )
    with world.house.uow.read() as session:
        taken = select(EventRow).where(EventRow.action == "request.file_taken")
        assert len(session.scalars(taken).all()) == 1


def test_t_3_a_damaged_file_of_a_request_is_told_by_its_number(world: World, revision: UUID) -> None:
    request = asked(world, revision, uploads=(world.upload("wang"),))

    def damage(session: object) -> None:
        row = session.scalars(select(ItemFile).where(ItemFile.owner_id == request)).one()  # type: ignore[attr-defined]
        row.problem = "damaged"

    world.house.uow.write(damage)
    with world.house.uow.read() as session:
        (found,) = fixity_state(
            session, world.by("qian").actor, at=world.clock(), every=timedelta(days=30)
        ).listed
    assert (found.kind, found.number, found.name) == ("change_request", "GG-2026-001", "")


def test_d_7_the_register_is_filtered_and_sorted_and_hides_what_is_not_theirs(
    world: World, revision: UUID
) -> None:
    for who in ("wang", "zhang"):
        asked(world, revision, who)
    new = AskForChange(RequestKind.NEW, Asked("x", "y", title="留样"), unit_id=world.units["KF"])
    third = decided(world, ask_for_change(new, by=world.by("wang"), house=world.house))

    def listed(who: str = "chen", **wanted: object) -> list[str]:
        with world.house.uow.read() as session:
            found = request_register(
                session,
                world.by(who).actor,
                RequestFilter(**wanted),  # type: ignore[arg-type]
                at=world.clock(),
                zone=world.house.zone,
            )
        assert found.total == len(found.rows)
        return [one.number[-1] for one in found.rows]

    assert listed() == ["3", "2", "1"]
    assert listed(sort="number", descending=False) == ["1", "2", "3"]
    assert sorted(listed(sort="document", descending=False)) == ["1", "2", "3"]
    assert listed(state="accepted") == ["3"]
    assert listed(state="open", kind="change") == ["2", "1"]
    assert listed(unit_id=world.units["KF"]) == ["3"]
    assert listed(text="留样") == ["3"]
    assert listed(document_id=world.document_of(revision).id) == ["2", "1"]
    assert listed("wang") == listed("wang", mine=True) == ["3", "1"]
    assert listed("zhang") == ["3", "2"]  # of their unit, and their own
    assert page(world, third).row.document_id is None


def test_v_2_the_page_of_the_document_names_the_open_ones(world: World, revision: UUID) -> None:
    request = asked(world, revision)
    document = world.document_of(revision).id

    def there(who: str) -> int:
        with world.house.uow.read() as session:
            return len(
                open_requests(session, world.by(who).actor, document, at=world.clock(), zone=world.house.zone)
            )

    assert (there("chen"), there("wang"), there("zhang")) == (1, 1, 0)
    taken_back(world, request)
    assert there("chen") == 0


def test_a_16_who_leaves_lets_another_one_speak_for_their_requests(world: World, revision: UUID) -> None:
    request = asked(world, revision)
    over = asked(world, revision)
    decided(world, over, RequestAction.DECLINE)
    with world.house.uow.read() as session:
        admin, today = world.by("admin").actor, world.house.today()
        found = open_work(session, admin, world.people["wang"], at=world.clock(), today=today)
        assert open_count(session, world.people["wang"], world.clock(), today) == len(found.items)
    (item,) = [one for one in found.items if one.kind is OpenKind.REQUEST]
    assert (item.id, item.number, item.title, item.may_go) == (request, "GG-2026-001", "", False)
    handed = (Handed(OpenKind.REQUEST, request, world.people["zhang"]),)
    hand_over(HandOver(world.people["wang"], handed, "调离"), by=world.by("admin"), house=world.house)
    row = page(world, request, "zhang").row
    assert (row.asked_by, row.keeper) == ("王强", "张伟")
    decided(world, request, RequestAction.RETURN)
    assert waiting(world, "zhang") == {"rework_request": 1}
    with pytest.raises(Conflict):
        hand_over(HandOver(world.people["wang"], handed, "调离"), by=world.by("admin"), house=world.house)
    assert refused(lambda: taken_back(world, request)) == "X-1.not_permitted"


@pytest.mark.parametrize(
    ("change", "guard"),
    [
        ("DELETE FROM change_request", "v_2_request_delete"),
        ("UPDATE change_request SET what = 'x'", "v_2_request_said"),
        ("UPDATE change_request SET number = 'GG-1'", "v_2_request_of"),
        ("UPDATE change_request SET status = 'accepted'", "v_2_request_moves"),
        ("UPDATE change_request SET decision = 'x'", "v_2_request_decided"),
        ("UPDATE change_request SET done_at = NULL", "v_2_request_answered"),
    ],
)
def test_v_2_the_database_keeps_what_was_asked_and_decided(
    world: World, revision: UUID, change: str, guard: str
) -> None:
    request = decided(world, asked(world, revision))
    followed(world, revised(world, revision, request))
    assert guard_of(lambda: statement(world, change)) == guard


def test_v_2_the_database_takes_no_file_of_a_decided_request(world: World, revision: UUID) -> None:
    request = asked(world, revision, uploads=(world.upload("wang"),))
    decided(world, request)
    names = ", ".join(one.name for one in ItemFile.__table__.columns if one.name not in {"id", "object_key"})
    again = f"INSERT INTO item_file (id, object_key, {names}) SELECT :id, 'x', {names} FROM item_file"
    of_it = f"{again} WHERE owner_id = :owner"
    added = guard_of(lambda: statement(world, of_it, id=new_id().hex, owner=request.hex))
    assert added == "v_2_request_file_insert"


def test_v_2_a_request_is_about_one_document_or_a_new_one(world: World, revision: UUID) -> None:
    request = asked(world, revision)
    with world.house.uow.read() as session:
        row = session.get_one(ChangeRequest, request)
        assert (row.unit_id, row.access_set_id, row.type_id) == (None, None, None)
