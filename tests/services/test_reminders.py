"""Who watches sees all open steps, reminds under a number, and what that counts up to (A-13)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select, update

from docctl.domain.verdicts import NotFound, RuleRefused
from docctl.domain.watch_content import read_watchers
from docctl.models.reminders import Reminder
from docctl.models.work import Step
from docctl.queries.inbox import inbox
from docctl.queries.open_clocks import ClockFilter, OpenClock, open_clocks
from docctl.queries.reminders import LateCount, ReminderPage, late_counts, reminder_page
from docctl.services.revisions.remind import IssueReminder, issue_reminder
from docctl.services.revisions.sign import review_revision
from tests import rules
from tests.services.test_guards import guard_of, statement
from tests.services.test_late_steps import TICK, overdue, signing
from tests.services.test_leaving import step_of
from tests.world import World

#: 周明 watches procedures; nobody watches the rest.
WATCHED = "procedure | person zhou"


def watch(world: World, text: str = WATCHED) -> None:
    rules.approved(world, json.dumps(read_watchers({"lines": text})), kind="watchers", reason="督办")


def clocks(world: World, who: str, **more: object) -> list[OpenClock]:
    with world.house.uow.read() as session:
        actor = world.by(who).actor
        wanted = ClockFilter(**more)  # type: ignore[arg-type]
        found = open_clocks(session, actor, wanted, at=world.clock(), zone=world.house.zone)
        return list(found.rows)


def remind(world: World, revision: UUID, who: str = "zhou", note: str = "") -> UUID:
    cmd = IssueReminder(step_of(world, revision, "review").id, note)
    return issue_reminder(cmd, by=world.by(who), house=world.house)


def page(world: World, reminder: UUID, who: str) -> ReminderPage:
    with world.house.uow.read() as session:
        actor = world.by(who).actor
        return reminder_page(session, actor, reminder, at=world.clock(), zone=world.house.zone)


def counts(world: World, who: str, first: date, last: date) -> list[LateCount]:
    with world.house.uow.read() as session:
        actor = world.by(who).actor
        return list(late_counts(session, actor, first, last, at=world.clock(), zone=world.house.zone))


def tasks(world: World, who: str) -> list[tuple[str, str]]:
    with world.house.uow.read() as session:
        found = inbox(session, world.by(who).actor, at=world.clock(), zone=world.house.zone)
        return [(one.verb, one.kind) for one in found.tasks]


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(RuleRefused) as error:
        call()
    return error.value.refused.key


def test_a_13_who_watches_sees_the_open_steps_of_those_types_and_no_others(world: World) -> None:
    first = overdue(world)
    world.submitted(world.draft("检验作业指导书", kind="instruction"))
    assert clocks(world, "zhou") == []
    watch(world)
    (one,) = clocks(world, "zhou")
    assert (one.person, one.unit, one.is_late, one.days_late, one.can_open) == (
        "欧阳雪",
        "品质部",
        True,
        0,
        False,
    )
    assert one.revision_id == first
    assert [each.is_late for each in clocks(world, "chen")] == [True, False]  # document control
    assert len(clocks(world, "chen", late=True)) == 1
    assert clocks(world, "wang") == []
    assert clocks(world, "zhou", text="没有的") == []


def test_a_13_a_reminder_has_the_next_number_of_the_year_and_the_how_manieth_it_is(world: World) -> None:
    watch(world)
    revision = overdue(world)
    first = page(world, remind(world, revision), "ouyang")
    second = page(world, remind(world, revision, "chen", "客户在等"), "zhou")
    year = world.house.today().year
    assert [(one.number, one.ordinal) for one in (first, second)] == [
        (f"CB-{year}-001", 1),
        (f"CB-{year}-002", 2),
    ]
    assert (second.person, second.unit, second.issued_by, second.note) == (
        "欧阳雪",
        "品质部",
        "陈静",
        "客户在等",
    )
    assert ("see_reminder", "reminder") in tasks(world, "ouyang")
    assert tasks(world, "ouyang").count(("see_reminder", "reminder")) == 1  # the newest alone
    assert clocks(world, "zhou")[0].reminders == 2
    review_revision(signing(world, revision, "出差"), by=world.by("ouyang"), house=world.house)
    assert ("see_reminder", "reminder") not in tasks(world, "ouyang")
    assert refused(lambda: remind(world, revision)) == "A-13.step_closed"


def test_a_13_nobody_is_reminded_before_the_time_is_over(world: World) -> None:
    watch(world)
    revision = overdue(world, by=-TICK)
    assert refused(lambda: remind(world, revision)) == "A-13.not_overdue"
    world.clock.now += TICK
    assert remind(world, revision)


def test_a_13_who_took_the_step_over_reads_its_reminder(world: World) -> None:
    watch(world)
    revision = overdue(world)
    reminder = remind(world, revision)
    with pytest.raises(NotFound):
        page(world, reminder, "li")
    taken = update(Step).where(Step.id == step_of(world, revision, "review").id)
    world.house.uow.write(lambda session: session.execute(taken.values(assignee_id=world.people["li"])))
    assert page(world, reminder, "li").number == page(world, reminder, "zhou").number


def test_a_13_who_does_not_watch_neither_reminds_nor_reads_reminders(world: World) -> None:
    revision = overdue(world)
    with pytest.raises(NotFound):
        remind(world, revision, "zhou")
    assert refused(lambda: remind(world, revision, "ouyang")) == "X-1.not_permitted"
    reminder = remind(world, revision, "chen")
    with pytest.raises(NotFound):
        page(world, reminder, "zhou")
    with pytest.raises(NotFound):
        page(world, reminder, "wang")


def test_a_13_reminders_and_late_closings_are_counted_per_department(world: World) -> None:
    watch(world)
    revision = overdue(world)
    today = world.house.today()
    remind(world, revision)
    remind(world, revision)
    review_revision(signing(world, revision, "出差"), by=world.by("ouyang"), house=world.house)
    assert counts(world, "zhou", today, today) == [LateCount("品质部", 2, 1)]
    assert counts(world, "chen", date(2026, 1, 1), today) == [LateCount("品质部", 2, 1)]
    assert counts(world, "wang", today, today) == []
    world.clock.forward(days=1)
    tomorrow = world.house.today()
    assert counts(world, "zhou", tomorrow, tomorrow) == []


@pytest.mark.parametrize(
    ("sql", "guard"),
    [
        ("UPDATE reminder SET note = '别的'", "a_13_reminder_update"),
        ("DELETE FROM reminder", "a_13_reminder_delete"),
    ],
)
def test_a_13_a_reminder_stays_as_it_was_issued(world: World, sql: str, guard: str) -> None:
    remind(world, overdue(world), "chen")
    assert guard_of(lambda: statement(world, sql)) == guard
    with world.house.uow.read() as session:
        assert len(list(session.scalars(select(Reminder)))) == 1
