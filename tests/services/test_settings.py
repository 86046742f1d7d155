"""Rules that are data change by revisions of two people, and history stays (V-2, V-3, A-2, W-2)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import SettingStatus
from docctl.domain.limits import Limit, LimitUnit, recount, start_clock
from docctl.domain.verdicts import Conflict, NotFound, RuleRefused
from docctl.models.content import Signature
from docctl.models.controlled import SettingRevision
from docctl.models.trail import EventRow
from docctl.queries.calendar import calendar_at
from docctl.queries.controlled import setting_at
from docctl.queries.inbox import inbox
from docctl.services.settings.decide import (
    DecideSetting,
    approve_setting,
    return_setting,
    withdraw_setting,
)
from docctl.services.settings.draft import (
    DiscardSetting,
    SaveSetting,
    SubmitSetting,
    discard_setting,
    save_setting,
    submit_setting,
)
from tests.rules import KIND, approval, approved, changed, page, rows, saved, submitted
from tests.world import START, World, as_owner

TICK = timedelta(microseconds=1)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(RuleRefused) as error:
        call()
    return error.value.refused.key


def decide(world: World, ordinal: int, reason: str = "x") -> DecideSetting:
    return DecideSetting(KIND, ordinal, page(world, "zhao", ordinal).row_version, reason)


def verbs(world: World, who: str) -> list[tuple[str, str]]:
    with world.house.uow.read() as session:
        found = inbox(session, world.by(who).actor, at=world.clock(), zone=world.house.zone)
    return [(one.verb, one.number) for one in found.tasks if one.kind == "setting"]


def test_w_2_o_4_a_company_starts_with_the_shipped_calendar(world: World) -> None:
    (row,) = rows(world)
    assert (row.ordinal, row.status.value, row.effective_from, row.approved_by) == (
        1,
        "approved",
        START,
        None,
    )
    with world.house.uow.read() as session:
        assert setting_at(session, KIND, START).ordinal == 1
        with pytest.raises(NotFound):
            setting_at(session, KIND, START - TICK)
        with pytest.raises(NotFound):
            setting_at(session, "poetry", START)


def test_v_2_a_2_one_prepares_another_approves_and_it_is_in_force_from_then(world: World) -> None:
    ordinal = submitted(world)
    assert verbs(world, "zhao") == [("approve_setting", "2")]
    assert verbs(world, "chen") == []
    world.clock.forward(hours=1)
    approve_setting(approval(world, ordinal), by=world.by("zhao"), house=world.house)
    assert verbs(world, "zhao") == []
    with world.house.uow.read() as session:
        assert setting_at(session, KIND, world.clock()).ordinal == 2
        assert setting_at(session, KIND, world.clock() - TICK).ordinal == 1
        (signature,) = session.scalars(select(Signature))
        events = session.scalars(select(EventRow).where(EventRow.subject_kind == "setting")).all()
    second = rows(world)[1]
    assert (signature.content_sha256, signature.round) == (second.manifest_sha256, 2)
    assert [one.action for one in events] == ["setting.saved", "setting.submitted", "setting.approved"]
    for one in events:
        facts = json.loads(one.facts)
        assert (facts["kind"], facts["revision"], facts["content"]) == (KIND, 2, second.content_sha256)
        assert one.subject_version == "2"
    shown = page(world)
    assert (shown.shown.ordinal, shown.against, shown.in_force) == (2, 1, 2)
    assert [(one.field, one.old, one.new) for one in shown.changes] == [
        ("own_days_off", "", "2026-03-05 盘点")
    ]
    assert [(one.ordinal, one.state) for one in shown.history] == [(2, "in_force"), (1, "superseded")]


def test_v_3_v_7_a_future_revision_waits_for_its_instant(world: World) -> None:
    begins = world.clock() + timedelta(days=3)
    approved(world, wanted_from=begins)
    assert [one.state for one in page(world).history] == ["waiting", "in_force"]
    world.clock.now = begins - TICK
    assert page(world).in_force == 1
    world.clock.now = begins
    assert [one.state for one in page(world).history] == ["in_force", "superseded"]


def test_v_3_the_next_begins_after_the_one_that_waits_or_that_one_is_withdrawn(world: World) -> None:
    begins = world.clock() + timedelta(days=3)
    approved(world, wanted_from=begins)
    sooner = saved(world, changed("2026-04-01"), wanted_from=begins - timedelta(days=1))
    cmd = SubmitSetting(KIND, sooner, page(world, "chen", sooner).row_version)
    key = refused(lambda: submit_setting(cmd, by=world.by("chen"), house=world.house))
    assert key == "V-3.setting_not_after_newest"
    assert page(world, "chen", sooner).actions[0].refused is not None  # said before the click
    withdrawing = decide(world, 2)
    assert refused(
        lambda: withdraw_setting(replace(withdrawing, reason=" "), by=world.by("zhao"), house=world.house)
    ) == ("V-2.setting_reason_needed")
    withdraw_setting(withdrawing, by=world.by("zhao"), house=world.house)
    submit_setting(cmd, by=world.by("chen"), house=world.house)
    approve_setting(approval(world, sooner), by=world.by("zhao"), house=world.house)
    assert [(one.ordinal, one.state) for one in page(world).history] == [
        (3, "waiting"),
        (2, "withdrawn"),
        (1, "in_force"),
    ]


def test_v_3_what_has_begun_is_not_withdrawn(world: World) -> None:
    ordinal = approved(world)
    cmd = decide(world, ordinal)
    key = refused(lambda: withdraw_setting(cmd, by=world.by("zhao"), house=world.house))
    assert key == "V-3.setting_has_begun"


def test_v_7_what_was_to_begin_before_its_approval_is_refused(world: World) -> None:
    begins = world.clock() + timedelta(hours=1)
    ordinal = submitted(world, wanted_from=begins)
    world.clock.now = begins + TICK
    (offer, *_) = page(world, "zhao", ordinal).actions
    assert offer.refused is not None
    cmd = approval(world, ordinal)
    key = refused(lambda: approve_setting(cmd, by=world.by("zhao"), house=world.house))
    assert key == offer.refused.key == "V-7.setting_begins_before_approval"
    world.clock.now = begins
    approve_setting(cmd, by=world.by("zhao"), house=world.house)


def test_a_2_nobody_approves_what_they_worked_on(world: World) -> None:
    saved(world, changed("2026-03-05"))
    world.house.uow.write(  # a leader who is a records manager as well
        lambda session: session.execute(
            text("UPDATE role_grant SET role = 'records_manager' WHERE role = 'approver'")
        )
    )
    ordinal = submitted(world, changed("2026-03-06"), who="zhao")
    assert verbs(world, "zhao") == []
    assert page(world, "zhao", ordinal).actions[0].refused is not None
    cmd = approval(world, ordinal)
    assert refused(lambda: approve_setting(cmd, by=world.by("zhao"), house=world.house)) == "A-2.own_setting"


@pytest.mark.parametrize("who", ["wang", "zhang", "li", "qian", "ouyang"])
def test_x_1_who_has_no_part_in_it_neither_prepares_nor_approves(world: World, who: str) -> None:
    assert page(world, who).edit is None
    cmd = SaveSetting(KIND, changed(), "x", None, 0)
    assert refused(lambda: save_setting(cmd, by=world.by(who), house=world.house)) == "X-1.not_permitted"
    ordinal = submitted(world)
    world.clock.forward(minutes=1)
    for call in (
        lambda: approve_setting(approval(world, ordinal), by=world.by(who), house=world.house),
        lambda: return_setting(decide(world, ordinal), by=world.by(who), house=world.house),
        lambda: withdraw_setting(decide(world, ordinal), by=world.by(who), house=world.house),
    ):
        assert refused(call) == "X-1.not_permitted"


def test_a_3_what_is_signed_is_what_was_seen(world: World) -> None:
    ordinal = submitted(world)
    world.clock.forward(minutes=1)
    cmd = approval(world, ordinal)
    wrong = replace(cmd, seen_sha256="0" * 64)
    assert refused(lambda: approve_setting(wrong, by=world.by("zhao"), house=world.house)) == (
        "A-3.content_changed"
    )
    by = world.by("zhao", password="wrong")
    assert refused(lambda: approve_setting(cmd, by=by, house=world.house)) == "A-3.wrong_password"


def test_a_9_what_is_returned_is_a_draft_again_and_can_be_changed(world: World) -> None:
    ordinal = submitted(world)
    cmd = SaveSetting(KIND, changed("2026-03-09"), "x", None, page(world, "chen", ordinal).row_version)
    key = refused(lambda: save_setting(cmd, by=world.by("chen"), house=world.house))
    assert key == "V-2.setting_in_review"
    edit = page(world, "chen").edit
    assert edit is not None
    assert edit.refused is not None
    return_setting(decide(world, ordinal, "少了国庆"), by=world.by("zhao"), house=world.house)
    shown = page(world, "chen", ordinal)
    assert (shown.shown.state, shown.shown.returned_reason, shown.manifest_sha256) == (
        "draft",
        "少了国庆",
        "",
    )
    assert verbs(world, "chen") == [("rework_setting", "2")]
    assert submitted(world, changed("2026-03-09")) == ordinal
    assert rows(world)[1].returned_reason == ""


def test_v_6_n_1_a_discarded_draft_keeps_its_number(world: World) -> None:
    ordinal = saved(world)
    version = page(world, "chen", ordinal).row_version
    cmd = DiscardSetting(KIND, ordinal, version, " ")
    key = refused(lambda: discard_setting(cmd, by=world.by("chen"), house=world.house))
    assert key == "V-2.setting_reason_needed"
    discard_setting(replace(cmd, reason="不需要"), by=world.by("chen"), house=world.house)
    assert page(world, "chen", ordinal).shown.state == "discarded"
    assert saved(world) == 3


def test_v_2_what_changes_nothing_or_has_no_reason_is_not_submitted(world: World) -> None:
    for content, reason, key in (
        (changed(own_days_off={}), "x", "V-2.setting_unchanged"),
        (changed(), "", "V-2.setting_reason_needed"),
    ):
        ordinal = saved(world, content, reason=reason)
        shown = page(world, "chen", ordinal)
        offer = shown.actions[0]
        assert offer.refused is not None
        cmd = SubmitSetting(KIND, ordinal, shown.row_version)
        said = refused(lambda: submit_setting(cmd, by=world.by("chen"), house=world.house))  # noqa: B023
        assert said == offer.refused.key == key


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ("", "V-2.file_no_json"),
        ("no JSON", "V-2.file_no_json"),
        ("9" * 5_000, "V-2.file_no_json"),
        ("[" * 100_000, "V-2.file_no_json"),
        ("[]", "W-2.content_unfit"),
        ('{"week": [1]}', "W-2.content_unfit"),
    ],
)
def test_w_2_a_content_that_is_none_is_refused_and_leaves_nothing(
    world: World, content: str, key: str
) -> None:
    cmd = SaveSetting(KIND, content, "x", None, 0)
    assert refused(lambda: save_setting(cmd, by=world.by("chen"), house=world.house)) == key
    assert len(rows(world)) == 1


def test_a_lost_update_is_refused(world: World) -> None:
    ordinal = saved(world)
    version = page(world, "chen", ordinal).row_version
    saved(world, changed("2026-03-10"))
    for stale in (version, 0):
        cmd = SaveSetting(KIND, changed(), "x", None, stale)
        with pytest.raises(Conflict):
            save_setting(cmd, by=world.by("chen"), house=world.house)


def test_two_who_begin_a_draft_at_once_get_one(world: World) -> None:
    answers: list[object] = []

    def begin(day: str, who: str) -> None:
        try:
            cmd = SaveSetting(KIND, changed(day), "x", None, 0)
            answers.append(save_setting(cmd, by=world.by(who), house=world.house))
        except Conflict as error:
            answers.append(error.refused.key)

    threads = [
        threading.Thread(target=begin, args=one) for one in (("2026-03-05", "chen"), ("2026-03-06", "zhou"))
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(map(str, answers)) == ["2", "request.changed_meanwhile"]


def test_w_2_a_clock_names_its_calendar_and_one_that_ended_keeps_its_time(world: World) -> None:
    zone = world.house.zone
    limit = Limit(3, LimitUnit.WORKING_DAYS)
    with world.house.uow.read() as session:
        name, calendar = calendar_at(session, world.clock())
    running = start_clock(limit, world.clock(), calendar, name, zone)
    assert running.until == datetime(2026, 3, 6, tzinfo=zone)
    ended = replace(running, ended_at=world.clock() + timedelta(days=2))
    approved(world, changed("2026-03-05"))
    with world.house.uow.read() as session:
        newer, edited = calendar_at(session, world.clock())
    assert newer.startswith("calendar 2 ")
    assert recount(ended, edited, newer, zone) == ended
    assert recount(running, edited, newer, zone).until == datetime(2026, 3, 7, tzinfo=zone)


REFUSED = (
    ("v_2_setting_delete", "DELETE FROM controlled_setting"),
    ("v_2_setting_update", "UPDATE controlled_setting SET kind = 'x'"),
    ("v_2_setting_revision_delete", "DELETE FROM setting_revision"),
    ("v_6_setting_moves", "UPDATE setting_revision SET status = 'draft' WHERE ordinal = 2"),
    ("v_2_setting_identity", "UPDATE setting_revision SET ordinal = 9 WHERE ordinal = 3"),
    ("v_2_setting_content", "UPDATE setting_revision SET content = '{}' WHERE ordinal = 2"),
    ("v_2_setting_approved", "UPDATE setting_revision SET effective_from = NULL WHERE ordinal = 2"),
    ("v_2_setting_approved", "UPDATE setting_revision SET approved_at = NULL WHERE ordinal = 2"),
)
ALLOWED = (
    "UPDATE setting_revision SET content = '{}' WHERE ordinal = 3",
    "UPDATE setting_revision SET status = 'in_review' WHERE ordinal = 3",
    "UPDATE setting_revision SET effective_from = effective_from WHERE ordinal = 2",
)


@pytest.fixture
def with_history(world: World) -> World:
    approved(world)
    saved(world, changed("2026-03-20"))
    return world


@pytest.mark.parametrize(("guard", "statement"), REFUSED)
def test_v_2_the_database_itself_keeps_history(with_history: World, guard: str, statement: str) -> None:
    with pytest.raises(RuleRefused) as error:
        as_owner(with_history.house).write(lambda session: session.execute(text(statement)))
    assert error.value.refused.params["guard"] == guard


@pytest.mark.parametrize("statement", ALLOWED)
def test_v_2_the_database_lets_a_draft_change(with_history: World, statement: str) -> None:
    as_owner(with_history.house).write(lambda session: session.execute(text(statement)))


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("approved_by = created_by", id="the same person twice"),
        pytest.param("approved_at = '2030-01-02', effective_from = '2030-01-01'", id="before its approval"),
        pytest.param("status = 'approved'", id="approved by nobody, from nowhere"),
        pytest.param("setting_id = setting_id, status = 'poetry'", id="a state that there is not"),
    ],
)
def test_a_2_v_7_the_database_itself_keeps_the_two_people_and_the_order(
    with_history: World, statement: str
) -> None:
    def change() -> None:
        sql = text(f"UPDATE setting_revision SET {statement} WHERE ordinal = 3")
        as_owner(with_history.house).write(lambda session: session.execute(sql))

    with pytest.raises((IntegrityError, RuleRefused)):
        change()


def test_v_2_why_a_draft_was_given_up_stays(with_history: World) -> None:
    cmd = DiscardSetting(KIND, 3, page(with_history, "chen", 3).row_version, "不需要")
    discard_setting(cmd, by=with_history.by("chen"), house=with_history.house)
    statement = text("UPDATE setting_revision SET end_reason = 'x' WHERE ordinal = :ordinal")
    with pytest.raises(RuleRefused) as error:
        as_owner(with_history.house).write(lambda session: session.execute(statement, {"ordinal": 3}))
    assert error.value.refused.params["guard"] == "v_2_setting_ended"
    as_owner(with_history.house).write(lambda session: session.execute(statement, {"ordinal": 2}))


def test_v_3_the_database_itself_keeps_one_draft_and_one_beginning(with_history: World) -> None:
    _, second, third = rows(with_history)

    def another(**values: object) -> None:
        def add(session: Session) -> None:
            session.add(
                SettingRevision(
                    setting_id=second.setting_id,
                    ordinal=4,
                    content="{}",
                    content_sha256="",
                    created_at=START,
                    **values,
                )
            )

        as_owner(with_history.house).write(add)

    with pytest.raises(IntegrityError):
        another(status=SettingStatus.DRAFT)
    with pytest.raises(IntegrityError):
        another(
            status=SettingStatus.APPROVED,
            created_by=with_history.people["chen"],
            approved_by=with_history.people["zhao"],
            effective_from=second.effective_from,
        )
    assert third.status is SettingStatus.DRAFT
