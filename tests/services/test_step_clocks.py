"""Steps run by the working calendar, are reminded of, and counted again where it changes (A-4, W-2)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.calendar_content import shipped_calendar
from docctl.domain.route_content import shipped_routes
from docctl.jobs.due import SETTLED, work_due
from docctl.models.trail import EventRow
from docctl.models.work import Step, StepStatus
from docctl.queries.inbox import Task, inbox
from docctl.services.recount import TOGETHER, RecountSteps, recount_steps
from docctl.services.revisions.sign import review_revision
from tests import rules
from tests.world import World

TICK = timedelta(microseconds=1)


def at(text: str) -> datetime:
    """Return an instant of the company's time."""
    return (datetime.fromisoformat(text) - timedelta(hours=8)).replace(tzinfo=UTC)


def step_of(world: World, revision_id: UUID, meaning: str = "review") -> Step:
    with world.house.uow.read() as session:
        return session.scalars(
            select(Step).where(Step.revision_id == revision_id, Step.meaning == meaning)
        ).one()


def told(world: World, action: str) -> list[dict[str, Any]]:
    query = select(EventRow).where(EventRow.action == action).order_by(EventRow.seq)
    with world.house.uow.read() as session:
        return [json.loads(one.facts) for one in session.scalars(query)]


def tasks(world: World, who: str) -> list[Task]:
    with world.house.uow.read() as session:
        return list(inbox(session, world.by(who).actor, at=world.clock(), zone=world.house.zone).tasks)


def worked(world: World) -> None:
    while work_due(world.house):
        pass


def limited(world: World, amount: int, unit: str) -> None:
    """Let every step have this limit from now on."""
    content = shipped_routes()
    for step in content["routes"][0]["steps"]:
        step["limit"] = {"amount": amount, "unit": unit}
    rules.approved(world, json.dumps(content), kind="routes")


def test_w_1_a_step_counts_working_days_by_the_calendar_in_force(world: World) -> None:
    world.clock.now = at("2026-09-30 16:00")
    step = step_of(world, world.submitted(world.draft()))
    assert (str(step.due_on), step.due_at) == ("2026-10-10", at("2026-10-11 00:00"))  # 调休
    assert step.calendar.startswith("calendar 1 ")
    assert (step.limit_amount, step.limit_unit, step.is_provisional) == (3, "working_days", False)
    (task,) = tasks(world, "ouyang")
    assert (task.calendar, task.is_provisional, str(task.until)) == (1, False, "2026-10-10")


def test_w_2_an_end_in_a_year_not_announced_is_shown_as_provisional(world: World) -> None:
    world.clock.now = at("2026-12-29 16:00")
    assert step_of(world, world.submitted(world.draft())).is_provisional
    (task,) = tasks(world, "ouyang")
    assert task.is_provisional


@pytest.mark.parametrize(
    ("unit", "until", "calendar"),
    [
        ("working_hours", "2026-03-02 11:01", 1),
        ("hours", "2026-03-02 11:01", None),
        ("days", "2026-03-05 00:00", None),
        ("weeks", "2026-03-17 00:00", None),
    ],
)
def test_w_1_a_limit_may_be_of_hours_days_or_weeks(
    world: World, unit: str, until: str, calendar: int | None
) -> None:
    limited(world, 2, unit)
    step = step_of(world, world.submitted(world.draft()))
    assert step.due_at == at(until)
    (task,) = tasks(world, "ouyang")
    assert task.calendar == calendar
    world.clock.now = at(until) - TICK
    assert not tasks(world, "ouyang")[0].is_overdue
    world.clock.now = at(until)
    assert tasks(world, "ouyang")[0].is_overdue
    worked(world)
    assert len(told(world, "step.escalated")) == 1


def test_a_4_a_step_is_reminded_of_once_with_the_working_day_before(world: World) -> None:
    revision_id = world.submitted(world.draft())  # Monday, due on Thursday
    world.clock.now = at("2026-03-04 00:00") - TICK
    worked(world)
    assert told(world, "step.reminded") == []
    assert not tasks(world, "ouyang")[0].is_reminded
    world.clock.now = at("2026-03-04 00:00")
    worked(world)
    worked(world)
    (facts,) = told(world, "step.reminded")
    assert (facts["step"], facts["due"], facts["to"]) == (
        "review",
        "2026-03-05",
        str(world.people["ouyang"]),
    )
    assert tasks(world, "ouyang")[0].is_reminded
    assert step_of(world, revision_id).escalated_at is None


def test_a_4_who_signed_or_is_late_is_not_reminded(world: World) -> None:
    signed = world.submitted(world.draft())
    review_revision(world.signing(signed), by=world.by("ouyang"), house=world.house)
    world.clock.forward(days=30)
    worked(world)
    assert told(world, "step.reminded") == []
    assert [one["step"] for one in told(world, "step.escalated")] == ["approve"]


def test_a_4_where_nobody_heads_the_unit_above_the_leader_sees_it(world: World) -> None:
    from docctl.models.organisation import Unit

    def headless(session: Session) -> None:
        for unit in session.scalars(select(Unit)):
            unit.head_id = None

    world.house.uow.write(headless)
    revision_id = world.submitted(world.draft())
    world.clock.now = at("2026-03-06 00:00")
    worked(world)
    assert step_of(world, revision_id).escalated_to == world.people["zhao"]


def test_w_2_a_calendar_that_begins_gives_running_steps_a_new_end_and_says_so(world: World) -> None:
    running = world.submitted(world.draft())
    ended = world.submitted(world.draft("文件控制程序"))
    review_revision(world.signing(ended), by=world.by("ouyang"), house=world.house)
    closed = step_of(world, ended)
    begins = at("2026-03-03 00:00")
    rules.approved(world, rules.changed("2026-03-04"), wanted_from=begins)
    world.clock.now = begins - TICK
    worked(world)
    assert told(world, "step.recounted") == []
    world.clock.now = begins
    worked(world)
    step = step_of(world, running)
    assert (str(step.due_on), step.due_at) == ("2026-03-06", at("2026-03-07 00:00"))
    assert step.calendar.startswith("calendar 2 ")
    facts = told(world, "step.recounted")
    assert {(one["step"], one["old_due"], one["due"]) for one in facts} == {
        ("review", "2026-03-05", "2026-03-06"),
        ("approve", "2026-03-05", "2026-03-06"),
    }
    assert {(one["old_calendar"][:11], one["calendar"][:11]) for one in facts} == {
        ("calendar 1 ", "calendar 2 ")
    }
    again = step_of(world, ended)
    assert (again.due_at, again.calendar, again.row_version) == (
        closed.due_at,
        closed.calendar,
        closed.row_version,
    )
    # It is due, reminded of and passed on by its new end.
    world.clock.now = at("2026-03-06 23:59")
    worked(world)
    assert told(world, "step.escalated") == []
    world.clock.now = at("2026-03-07 00:00")
    worked(world)
    assert len(told(world, "step.escalated")) == 2


def test_w_2_a_step_that_is_late_no_more_leaves_the_superior_s_inbox(world: World) -> None:
    revision_id = world.submitted(world.draft())
    world.clock.now = at("2026-03-06 09:00")
    worked(world)
    assert [one.verb for one in tasks(world, "zhao")] == ["chase"]
    rules.approved(world, rules.changed("2026-03-05"))
    worked(world)
    assert str(step_of(world, revision_id).due_on) == "2026-03-06"
    assert tasks(world, "zhao") == []
    world.clock.now = at("2026-03-07 00:00")
    worked(world)
    assert [one.verb for one in tasks(world, "zhao")] == ["chase"]
    assert len(told(world, "step.escalated")) == 2


def test_w_2_a_withdrawn_calendar_changes_nothing(world: World) -> None:
    from docctl.services.settings.decide import DecideSetting, withdraw_setting

    revision_id = world.submitted(world.draft())
    begins = at("2026-03-03 00:00")
    ordinal = rules.approved(world, rules.changed("2026-03-04"), wanted_from=begins)
    cmd = DecideSetting("calendar", ordinal, rules.page(world, "zhao", ordinal).row_version, "不用了")
    withdraw_setting(cmd, by=world.by("zhao"), house=world.house)
    world.clock.now = begins + SETTLED
    worked(world)
    assert told(world, "step.recounted") == []
    assert step_of(world, revision_id).calendar.startswith("calendar 1 ")


def test_w_2_a_step_opened_by_the_old_calendar_in_a_slow_transaction_is_found_a_little_later(
    world: World,
) -> None:
    rules.approved(world, rules.changed("2026-03-04"))
    worked(world)
    world.clock.forward(minutes=1)
    revision_id = world.submitted(world.draft())

    def by_the_old_one(session: Session) -> None:
        step = session.get_one(Step, step_of(world, revision_id).id)
        step.calendar = "calendar 1 " + "0" * 12

    world.house.uow.write(by_the_old_one)
    world.clock.forward(seconds=SETTLED.total_seconds())
    worked(world)
    assert step_of(world, revision_id).calendar.startswith("calendar 2 ")


def test_w_2_a_calendar_by_which_nothing_ends_leaves_a_clock_as_it_is(world: World) -> None:
    limited(world, 1_000, "working_hours")
    revision_id = world.submitted(world.draft())
    before = step_of(world, revision_id)
    rules.approved(world, rules.changed(hours=[["08:00", "08:01"]]))
    worked(world)
    after = step_of(world, revision_id)
    assert (after.due_at, after.calendar) == (before.due_at, before.calendar)
    assert told(world, "step.recounted") == []


def test_w_2_many_steps_are_counted_again_in_small_transactions(world: World) -> None:
    revision_id = world.submitted(world.draft())
    first = step_of(world, revision_id)

    def more(session: Session) -> None:
        for position in range(10, 10 + 2 * TOGETHER):
            session.add(
                Step(
                    revision_id=revision_id,
                    round=first.round,
                    position=position,
                    meaning=first.meaning,
                    assignee_id=first.assignee_id,
                    status=StepStatus.OPEN,
                    opened_at=first.opened_at,
                    limit_amount=3,
                    limit_unit="working_days",
                    calendar=first.calendar,
                    due_at=first.due_at,
                    due_on=first.due_on,
                )
            )

    world.house.uow.write(more)
    rules.approved(world, rules.changed("2026-03-04"))
    last, rounds = None, 0
    while (last := recount_steps(RecountSteps(last), by=world.system(), house=world.house)) is not None:
        rounds += 1
    assert rounds == 3
    assert len(told(world, "step.recounted")) == 2 * TOGETHER + 1


def test_a_4_w_2_the_approval_of_a_rule_has_a_due_day_too(world: World) -> None:
    ordinal = rules.submitted(world, '{"sets": [["螺丝", "螺钉"]]}', kind="synonyms")
    (task,) = tasks(world, "zhao")
    assert (task.verb, str(task.due_on), task.calendar) == ("approve_setting", "2026-03-05", 1)
    rules.approved(world, rules.changed("2026-03-04"))
    worked(world)
    (task,) = tasks(world, "zhao")
    assert (str(task.due_on), task.calendar) == ("2026-03-06", 2)
    (facts,) = told(world, "setting.recounted")
    assert (facts["kind"], facts["old_due"], facts["due"]) == ("synonyms", "2026-03-05", "2026-03-06")
    world.clock.now = at("2026-03-07 00:00")
    assert tasks(world, "zhao")[0].is_overdue
    shown = rules.page(world, "zhao", ordinal, "synonyms").shown
    assert (str(shown.due_on), shown.is_overdue, shown.calendar) == ("2026-03-06", True, 2)
    from docctl.services.settings.decide import approve_setting

    approve_setting(rules.approval(world, ordinal, "synonyms"), by=world.by("zhao"), house=world.house)
    assert rules.page(world, "zhao", ordinal, "synonyms").shown.due_on is None


def test_w_2_the_shipped_calendar_is_the_first(world: World) -> None:
    assert rules.page(world).content == shipped_calendar()
