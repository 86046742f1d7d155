"""Temporary changes: written, signed at the level of the document, in force for some days, revoked (V-14)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from docctl.domain.leaving import OpenKind
from docctl.domain.roles import Role
from docctl.domain.temporary_changes import LONGEST, Wording
from docctl.domain.verdicts import Conflict, NotFound, RuleRefused
from docctl.models.changes import TemporaryChange
from docctl.models.content import Signature
from docctl.models.organisation import RoleGrant
from docctl.models.trail import EventRow
from docctl.queries.change_page import ChangePage, change_page
from docctl.queries.changes import ChangeFilter, change_register, changes_beside
from docctl.queries.inbox import inbox
from docctl.queries.open_work import open_count, open_work
from docctl.queries.package import content_line
from docctl.services.changes.sign import (
    ApproveChange,
    ReturnChange,
    SubmitChange,
    approve_change,
    return_change,
    submit_change,
)
from docctl.services.changes.write import (
    EditChange,
    EndChange,
    WriteChange,
    discard_change,
    edit_change,
    revoke_change,
    write_change,
)
from docctl.services.content.open import open_content
from docctl.services.people.grant import RevokeRole, revoke_role
from docctl.services.people.hand_over import Handed, HandOver, hand_over
from docctl.services.revisions.revise import ReviseDocument, revise_document
from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision
from tests.beginnings import outcome_of, settings_after
from tests.services.test_leaving import grant
from tests.world import World, as_owner


def worded(world: World, *, first: int = 0, last: int = 9, **words: str) -> Wording:
    today = world.house.today()
    said = {"place": "4.2.3", "text": "将“每周”改为“每日”。", "reason": "设备检修", "basis": "", **words}
    return Wording(**said, first_day=today + timedelta(days=first), last_day=today + timedelta(days=last))


def written(world: World, revision: UUID, who: str = "chen", **words: object) -> UUID:
    cmd = WriteChange(revision, worded(world, **words))  # type: ignore[arg-type]
    return write_change(cmd, by=world.by(who), house=world.house)


def page(world: World, change: UUID, who: str = "chen") -> ChangePage:
    with world.house.uow.read() as session:
        return change_page(session, world.by(who).actor, change, at=world.clock(), zone=world.house.zone)


def submitted(world: World, change: UUID, who: str = "chen", approver: str = "zhao") -> UUID:
    shown = page(world, change, who)
    cmd = SubmitChange(change, shown.row.row_version, world.people[approver], shown.sha256)
    return submit_change(cmd, by=world.by(who), house=world.house)


def approved(world: World, change: UUID, who: str = "zhao") -> UUID:
    shown = page(world, change, who)
    cmd = ApproveChange(change, shown.row.row_version, shown.sha256)
    return approve_change(cmd, by=world.by(who), house=world.house)


def in_force(world: World, revision: UUID, **words: object) -> UUID:
    return approved(world, submitted(world, written(world, revision, **words)))


def state(world: World, change: UUID) -> str:
    return page(world, change).row.state


def beside(world: World, revision: UUID) -> list[tuple[int, str]]:
    with world.house.uow.read() as session:
        found = changes_beside(session, revision, at=world.clock(), zone=world.house.zone)
    return [(one.ordinal, one.state) for one in found]


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(RuleRefused) as error:
        call()
    return error.value.refused.key


def issued(world: World) -> UUID:
    return world.issued(world.draft("记录控制程序", number="QP-01"))


revision = outcome_of(issued)
settings = settings_after(revision=issued)


def test_v_14_a_change_holds_from_its_signature_until_the_end_of_its_last_day(
    world: World, revision: UUID
) -> None:
    change = written(world, revision, last=2)
    assert (state(world, change), beside(world, revision)) == ("draft", [])
    submitted(world, change)
    assert (state(world, change), beside(world, revision)) == ("in_review", [])
    approved(world, change)
    assert (state(world, change), beside(world, revision)) == ("in_force", [(1, "in_force")])
    with world.house.uow.read() as session:
        end = session.get_one(TemporaryChange, change).valid_until
    assert end is not None
    assert end.astimezone(world.house.zone).date() == world.house.today() + timedelta(days=3)
    world.clock.forward(seconds=(end - world.clock()).total_seconds() - 1)
    assert beside(world, revision) == [(1, "in_force")]
    world.clock.forward(seconds=1)
    assert (state(world, change), beside(world, revision)) == ("ended", [])


def test_v_14_one_for_later_waits_for_its_first_day(world: World, revision: UUID) -> None:
    change = in_force(world, revision, first=1, last=1)
    assert (state(world, change), beside(world, revision)) == ("waiting", [(1, "waiting")])
    with world.house.uow.read() as session:
        start = session.get_one(TemporaryChange, change).valid_from
    assert start is not None
    world.clock.forward(seconds=(start - world.clock()).total_seconds() - 1)
    assert state(world, change) == "waiting"
    world.clock.forward(seconds=1)
    assert state(world, change) == "in_force"


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ({"place": " "}, "V-14.place_needed"),
        ({"text": " "}, "V-14.text_needed"),
        ({"reason": ""}, "V-14.reason_needed"),
        ({"place": "条" * 201}, "V-14.place_too_long"),
        ({"text": "改" * 4001}, "V-14.text_too_long"),
        ({"reason": "因" * 501}, "V-14.reason_too_long"),
        ({"basis": "据" * 501}, "V-14.basis_too_long"),
        ({"first": 3, "last": 2}, "V-14.ends_before_start"),
        ({"first": -1, "last": 3}, "V-14.starts_in_the_past"),
        ({"first": 367, "last": 368}, "V-14.too_far"),
        ({"last": LONGEST.days}, "V-14.too_long"),
    ],
)
def test_v_14_what_cannot_be_written_is_refused(
    world: World, revision: UUID, words: dict[str, object], key: str
) -> None:
    assert refused(lambda: written(world, revision, **words)) == key


@pytest.mark.parametrize(
    "words",
    [
        {"place": "条" * 200, "text": "改" * 4000, "reason": "因" * 500, "basis": "据" * 500},
        {"first": 0, "last": 0},
        {"first": 366, "last": 366},
        {"last": LONGEST.days - 1},
    ],
)
def test_v_14_what_just_fits_is_written(world: World, revision: UUID, words: dict[str, object]) -> None:
    assert state(world, written(world, revision, **words)) == "draft"


def test_v_14_only_a_revision_in_force_is_changed(world: World, revision: UUID) -> None:
    draft = world.draft("别的程序", number="QP-02")
    assert refused(lambda: written(world, draft)) == "V-14.nothing_in_force"
    waiting = submitted(world, written(world, revision))
    shown = page(world, waiting, "zhao")
    withdraw_revision(
        WithdrawRevision(revision, world.revision(revision).row_version, "不再需要"),
        by=world.by("chen"),
        house=world.house,
    )
    world.clock.forward(seconds=1)
    cmd = ApproveChange(waiting, shown.row.row_version, shown.sha256)
    with pytest.raises(RuleRefused) as error:
        approve_change(cmd, by=world.by("zhao"), house=world.house)
    assert error.value.refused.key == "V-14.nothing_in_force"


def test_v_14_a_change_ends_with_the_revision_that_it_changes(world: World, revision: UUID) -> None:
    change = in_force(world, revision)
    document = world.document_of(revision).id
    cmd = ReviseDocument(document, "4.2.3", "纳入临时更改", (world.upload("chen"),))
    following = revise_document(cmd, by=world.by("chen"), house=world.house)
    assert beside(world, revision) == [(1, "in_force")]
    world.issued(following, on=world.house.today() + timedelta(days=1))
    assert beside(world, revision) == [(1, "in_force")]
    world.clock.forward(days=2)
    assert (state(world, change), beside(world, revision), beside(world, following)) == ("ended", [], [])


def test_v_14_a_change_whose_days_are_over_is_not_approved_any_more(world: World, revision: UUID) -> None:
    change = submitted(world, written(world, revision, last=0))
    world.clock.forward(days=1)
    assert refused(lambda: approved(world, change)) == "V-14.over"
    assert page(world, change, "zhao").action("approve").refused.key == "V-14.over"  # type: ignore[union-attr]


def test_a_16_the_approval_of_a_change_is_handed_over_to_whom_the_route_finds(
    world: World, revision: UUID
) -> None:
    change = submitted(world, written(world, revision))

    def open_with(who: str) -> list[tuple[UUID, list[str]]]:
        at, today = world.clock(), world.house.today()
        with world.house.uow.read() as session:
            found = open_work(session, world.by("admin").actor, world.people[who], at=at, today=today)
            assert open_count(session, world.people[who], at, today) == len(found.items)
        return [
            (one.id, [each.words for each in one.takers])
            for one in found.items
            if one.kind is OpenKind.CHANGE
        ]

    def give(to: str) -> None:
        handed = Handed(OpenKind.CHANGE, change, world.people[to])
        hand_over(HandOver(world.people["zhao"], (handed,), "离任"), by=world.by("admin"), house=world.house)

    assert open_with("zhao") == [(change, [])]
    assert refused(lambda: give("wang")) == "A-1.not_a_holder"
    grant(world, "zhang", Role.APPROVER)
    grant(world, "chen", Role.APPROVER)
    assert len(open_with("zhao")[0][1]) == 1  # not to who prepared it
    assert refused(lambda: give("chen")) == "A-1.not_a_holder"
    give("zhang")
    assert (open_with("zhao"), open_with("zhang")[0][0]) == ([], change)
    assert refused(lambda: give("zhang")) == "request.changed_meanwhile"
    assert [one.id for one in _waiting(world, "zhang")] == [change]
    approved(world, change, "zhang")


def test_a_2_nobody_approves_a_change_of_their_own(world: World, revision: UUID) -> None:
    change = written(world, revision)
    assert refused(lambda: submitted(world, change, approver="chen")) == "A-2.own_work"
    assert world.people["chen"] not in {one.id for one in page(world, change).approvers}


def test_v_9_it_is_approved_by_who_may_approve_the_document(world: World, revision: UUID) -> None:
    change = written(world, revision)
    assert [one.name for one in page(world, change).approvers] == ["赵敏"]
    assert refused(lambda: submitted(world, change, approver="ouyang")) == "A-1.not_a_holder"
    shown = page(world, change)
    cmd = SubmitChange(change, shown.row.row_version, None, shown.sha256)
    with pytest.raises(RuleRefused) as error:
        submit_change(cmd, by=world.by("chen"), house=world.house)
    assert error.value.refused.key == "V-14.approver_needed"
    submitted(world, change)
    with pytest.raises((NotFound, RuleRefused)):
        approved(world, change, "ouyang")
    approved(world, change)


def test_a_3_what_is_signed_is_what_was_seen(world: World, revision: UUID) -> None:
    change = written(world, revision)
    seen = page(world, change)
    edit_change(
        EditChange(change, seen.row.row_version, worded(world, text="另一种说法")),
        by=world.by("chen"),
        house=world.house,
    )
    old = SubmitChange(change, page(world, change).row.row_version, world.people["zhao"], seen.sha256)
    with pytest.raises(RuleRefused) as error:
        submit_change(old, by=world.by("chen"), house=world.house)
    assert error.value.refused.rule == "A-3"
    with pytest.raises(Conflict):
        edit_change(
            EditChange(change, seen.row.row_version, worded(world)), by=world.by("chen"), house=world.house
        )


def test_a_9_a_returned_change_is_worded_anew_and_its_signatures_are_void(
    world: World, revision: UUID
) -> None:
    change = submitted(world, written(world, revision))

    def give_back(reason: str) -> UUID:
        cmd = ReturnChange(change, page(world, change, "zhao").row.row_version, reason)
        return return_change(cmd, by=world.by("zhao"), house=world.house)

    assert refused(lambda: give_back(" ")) == "V-14.reason_needed"
    give_back("依据不明")
    shown = page(world, change)
    assert (shown.row.state, shown.row.returned_reason) == ("draft", "依据不明")
    assert [one.is_void for one in shown.signatures] == [True]
    assert [one.verb for one in _waiting(world, "chen")] == ["rework_change"]
    edit_change(
        EditChange(change, shown.row.row_version, worded(world, basis="检修通知")),
        by=world.by("chen"),
        house=world.house,
    )
    approved(world, submitted(world, change))
    assert [one.is_void for one in page(world, change).signatures] == [True, False, False]


def _waiting(world: World, who: str) -> list:  # type: ignore[type-arg]
    with world.house.uow.read() as session:
        found = inbox(session, world.by(who).actor, at=world.clock(), zone=world.house.zone)
    return [one for one in found.tasks if one.verb.endswith("_change")]


def test_a_4_it_waits_in_the_inbox_of_its_approver_until_its_first_day(world: World, revision: UUID) -> None:
    change = submitted(world, written(world, revision, first=4))
    (task,) = _waiting(world, "zhao")
    assert (task.id, task.verb, task.number, task.whose) == (change, "approve_change", "QP-01", "陈静")
    assert task.due_on == world.house.today() + timedelta(days=4)
    assert _waiting(world, "ouyang") == []
    approved(world, change)
    assert _waiting(world, "zhao") == []


def test_v_14_a_change_is_revoked_with_a_reason_by_control(world: World, revision: UUID) -> None:
    change = in_force(world, revision)

    def revoke(who: str, reason: str = "检修提前结束") -> UUID:
        cmd = EndChange(change, page(world, change).row.row_version, reason)
        return revoke_change(cmd, by=world.by(who), house=world.house)

    assert refused(lambda: revoke("zhao")) == "X-1.not_permitted"
    assert refused(lambda: revoke("chen", " ")) == "V-14.reason_needed"
    revoke("chen")
    assert (state(world, change), beside(world, revision)) == ("revoked", [])
    assert refused(lambda: revoke("chen")) == "V-14.not_revoke"
    assert page(world, change).action("revoke") is None
    with world.house.uow.read() as session:
        actions = session.scalars(
            select(EventRow.action).where(EventRow.action.like("change.%")).order_by(EventRow.seq)
        ).all()
    assert actions == ["change.written", "change.submitted", "change.approved", "change.revoked"]


def test_v_14_what_is_over_by_itself_is_not_revoked_any_more(world: World, revision: UUID) -> None:
    change = in_force(world, revision, last=0)
    with world.house.uow.read() as session:
        end = session.get_one(TemporaryChange, change).valid_until
    assert end is not None
    world.clock.forward(seconds=(end - world.clock()).total_seconds() - 1)
    assert page(world, change).action("revoke").refused is None  # type: ignore[union-attr]
    world.clock.forward(seconds=1)
    assert page(world, change).action("revoke").refused.key == "V-14.already_over"  # type: ignore[union-attr]
    cmd = EndChange(change, page(world, change).row.row_version, "太迟")
    with pytest.raises(RuleRefused) as error:
        revoke_change(cmd, by=world.by("chen"), house=world.house)
    assert error.value.refused.key == "V-14.already_over"


def test_v_14_one_approved_after_its_first_day_says_from_when_it_really_holds(
    world: World, revision: UUID
) -> None:
    change = submitted(world, written(world, revision, last=9))
    world.clock.forward(days=2)
    approved(world, change)
    assert page(world, change).row.first_day == world.house.today()
    with world.house.uow.read() as session:
        (beside_it,) = changes_beside(session, revision, at=world.clock(), zone=world.house.zone)
    assert beside_it.first_day == world.house.today()


def test_a_2_who_worded_it_anew_does_not_approve_it_either(world: World, revision: UUID) -> None:
    grant(world, "chen", Role.APPROVER)
    grant(world, "ouyang", Role.AUTHOR)
    change = written(world, revision, who="ouyang")
    edit_change(
        EditChange(change, None, worded(world, text="全由文控改写")), by=world.by("chen"), house=world.house
    )
    assert refused(lambda: submitted(world, change, "ouyang", "chen")) == "A-2.own_work"
    submitted(world, change, "ouyang")
    assert refused(lambda: approved(world, change, "chen")) == "A-2.own_work"
    approved(world, change)


def test_v_9_who_lost_the_right_meanwhile_does_not_approve(world: World, revision: UUID) -> None:
    change = submitted(world, written(world, revision))
    shown = page(world, change, "zhao")
    with world.house.uow.read() as session:
        grant_id = session.scalars(
            select(RoleGrant.id).where(
                RoleGrant.person_id == world.people["zhao"], RoleGrant.role == Role.APPROVER
            )
        ).one()
    revoke_role(RevokeRole(grant_id), by=world.by("admin"), house=world.house)
    cmd = ApproveChange(change, shown.row.row_version, shown.sha256)
    with pytest.raises(RuleRefused) as error:
        approve_change(cmd, by=world.by("zhao"), house=world.house)
    assert error.value.refused.rule in {"X-1", "A-1"}


def test_x_3_who_is_asked_sees_what_is_to_be_changed_and_keeps_seeing_what_they_signed(
    world: World, revision: UUID
) -> None:
    grant(world, "wang", Role.APPROVER)
    change = submitted(world, written(world, revision), approver="wang")
    open_content(revision, by=world.by("wang"), house=world.house)
    approved(world, change, "wang")
    assert page(world, change, "wang").row.state == "in_force"
    withdraw_revision(
        WithdrawRevision(revision, world.revision(revision).row_version, "不再需要"),
        by=world.by("chen"),
        house=world.house,
    )
    world.clock.forward(seconds=1)
    assert page(world, change, "wang").row.state == "ended"


def test_x_3_readers_of_a_past_day_see_no_change_of_what_is_obsolete_now(
    world: World, revision: UUID
) -> None:
    in_force(world, revision)
    world.clock.forward(days=2)
    withdraw_revision(
        WithdrawRevision(revision, world.revision(revision).row_version, "不再需要"),
        by=world.by("chen"),
        house=world.house,
    )
    world.clock.forward(days=1)
    wanted = ChangeFilter(as_of=world.house.today() - timedelta(days=2))

    def total(who: str) -> int:
        with world.house.uow.read() as session:
            actor, zone = world.by(who).actor, world.house.zone
            return change_register(session, actor, wanted, at=world.clock(), zone=zone).total

    assert (total("chen"), total("wang")) == (1, 0)


def test_d_7_a_past_day_knows_nothing_of_a_later_revocation(world: World, revision: UUID) -> None:
    change = in_force(world, revision)
    world.clock.forward(days=3)
    cmd = EndChange(change, page(world, change).row.row_version, "提前结束")
    revoke_change(cmd, by=world.by("chen"), house=world.house)
    wanted = ChangeFilter(as_of=world.house.today() - timedelta(days=2))
    with world.house.uow.read() as session:
        found = change_register(
            session, world.by("chen").actor, wanted, at=world.clock(), zone=world.house.zone
        )
    (row,) = found.rows
    assert (row.state, row.end_reason, row.ended_at, row.ended_by) == ("in_force", "", None, "")
    assert page(world, change).row.end_reason == "提前结束"


def test_a_4_what_nobody_approved_before_its_first_day_comes_to_head_and_control(
    world: World, revision: UUID
) -> None:
    change = submitted(world, written(world, revision, first=1))

    def late(who: str) -> list[UUID]:
        return [one.id for one in _waiting(world, who) if one.verb == "chase_change"]

    world.clock.forward(days=1)
    assert (late("chen"), late("ouyang")) == ([], [])
    world.clock.forward(days=1)
    assert (late("chen"), late("ouyang"), late("wang"), late("zhao")) == ([change], [change], [], [])
    approved(world, change)
    assert (late("chen"), late("ouyang")) == ([], [])


def test_t_2_an_audit_package_holds_what_was_signed(world: World, revision: UUID) -> None:
    change = in_force(world, revision)
    with world.house.uow.read() as session:
        row = session.get_one(TemporaryChange, change)
        signatures = session.scalars(select(Signature).where(Signature.subject_id == change)).all()
        lines = [content_line(session, one) for one in signatures]
    assert len(lines) == 2
    assert all(one is not None and row.content_sha256 in one and "每日" in one for one in lines)


def test_v_14_a_discarded_draft_keeps_its_count(world: World, revision: UUID) -> None:
    first = written(world, revision)
    cmd = EndChange(first, page(world, first).row.row_version, "改用换版")
    discard_change(cmd, by=world.by("chen"), house=world.house)
    assert state(world, first) == "discarded"
    assert page(world, written(world, revision)).row.ordinal == 2
    assert refused(lambda: submitted(world, first)) == "V-14.not_submit"


def test_x_3_readers_see_what_holds_and_no_drafts(world: World, revision: UUID) -> None:
    change = written(world, revision)
    with pytest.raises(NotFound):
        page(world, change, "wang")
    cmd = EndChange(change, page(world, change).row.row_version, "无权")
    with pytest.raises(NotFound):
        discard_change(cmd, by=world.by("wang"), house=world.house)
    approved(world, submitted(world, change))
    assert page(world, change, "wang").row.state == "in_force"
    assert page(world, change, "wang").actions == ()


def test_d_7_the_register_tells_what_held_on_a_past_day(world: World, revision: UUID) -> None:
    in_force(world, revision, last=1)
    later = in_force(world, revision, first=0, last=20)
    world.clock.forward(days=5)
    revoke_change(
        EndChange(later, page(world, later).row.row_version, "结束"), by=world.by("chen"), house=world.house
    )
    world.clock.forward(days=1)

    def listed(back: int, **wanted: object) -> list[tuple[int, str]]:
        day = world.house.today() - timedelta(days=back) if back else None
        with world.house.uow.read() as session:
            found = change_register(
                session,
                world.by("chen").actor,
                ChangeFilter(as_of=day, **wanted),  # type: ignore[arg-type]
                at=world.clock(),
                zone=world.house.zone,
            )
        assert found.total == len(found.rows)
        return [(one.ordinal, one.state) for one in found.rows]

    assert sorted(listed(0)) == [(1, "ended"), (2, "revoked")]
    assert sorted(listed(6)) == [(1, "in_force"), (2, "in_force")]
    assert sorted(listed(2)) == [(1, "ended"), (2, "in_force")]
    assert listed(2, state="in_force") == [(2, "in_force")]
    assert listed(7) == []
    assert listed(0, text="QP-01 每日") == [(2, "revoked"), (1, "ended")]
    assert listed(0, text="没有") == []


def test_v_14_the_database_keeps_why_a_change_ended(world: World, revision: UUID) -> None:
    change = in_force(world, revision)
    cmd = EndChange(change, page(world, change).row.row_version, "结束")
    revoke_change(cmd, by=world.by("chen"), house=world.house)
    what = text("UPDATE temporary_change SET end_reason = '伪造'")
    with pytest.raises(RuleRefused) as error:
        as_owner(world.house).write(lambda session: session.execute(what))
    assert error.value.refused.params["guard"] == "v_14_change_ended"


@pytest.mark.parametrize(
    ("what", "guard"),
    [
        ("UPDATE temporary_change SET text = '伪造'", "v_14_change_signed"),
        ("UPDATE temporary_change SET last_day = '2031-01-01'", "v_14_change_signed"),
        ("UPDATE temporary_change SET valid_until = '2031-01-01 00:00:00'", "v_14_change_time"),
        ("UPDATE temporary_change SET content = '{}'", "v_14_change_content"),
        ("UPDATE temporary_change SET ordinal = 7", "v_14_change_of"),
        ("UPDATE temporary_change SET status = 'discarded'", "v_14_change_moves"),
        ("DELETE FROM temporary_change", "v_14_change_delete"),
        ("UPDATE temporary_change SET editors = '[1]'", "v_14_change_signed"),
    ],
)
def test_v_14_the_database_keeps_what_was_signed(world: World, revision: UUID, what: str, guard: str) -> None:
    in_force(world, revision)
    owner = as_owner(world.house)
    with pytest.raises(RuleRefused) as error:
        owner.write(lambda session: session.execute(text(what)))
    assert error.value.refused.params["guard"] == guard
