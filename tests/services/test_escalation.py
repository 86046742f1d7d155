"""An overdue step also shows to the next level, from the day after its last day (A-4, X-3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from docctl.jobs.due import work_due
from docctl.models.trail import EventRow
from docctl.models.work import DueJob, Step, StepStatus
from docctl.queries.inbox import inbox
from docctl.services.revisions.overdue import EscalateStep, escalate_step
from docctl.services.revisions.sign import ReturnRevision, return_revision, review_revision
from tests.world import World

TICK = timedelta(microseconds=1)
#: Submitted on 2 March, three days: the review step's last day is 5 March.
MIDNIGHT = datetime(2026, 3, 5, 16, tzinfo=UTC)


def step_of(world: World, revision_id: UUID) -> Step:
    with world.house.uow.read() as session:
        return session.scalars(
            select(Step).where(Step.revision_id == revision_id, Step.opened_at.is_not(None))
        ).one()


def escalations(world: World) -> list[EventRow]:
    with world.house.uow.read() as session:
        return list(
            session.scalars(
                select(EventRow).where(EventRow.action == "step.escalated").order_by(EventRow.seq)
            )
        )


@pytest.mark.parametrize(
    ("at", "escalated"),
    [(MIDNIGHT - TICK, False), (MIDNIGHT, True)],
    ids=["the last instant of the due day", "midnight of the company"],
)
def test_a_4_a_step_escalates_at_midnight_after_its_last_day(
    world: World, at: datetime, escalated: bool
) -> None:
    revision_id = world.submitted(world.draft())
    world.clock.now = at
    work_due(world.house)
    step = step_of(world, revision_id)
    assert step.due_on is not None
    assert step.due_on.isoformat() == "2026-03-05"
    # 欧阳雪 heads her own unit, so the next level is the head of the unit above.
    assert step.escalated_to == (world.people["zhao"] if escalated else None)
    assert step.status is StepStatus.OPEN
    assert len(escalations(world)) == escalated


def test_a_4_the_superior_has_it_in_the_inbox_and_may_look_at_it(world: World) -> None:
    # The head of the reviewer's unit is nobody who sees this draft otherwise.
    world.house.uow.write(
        lambda session: session.execute(
            text("UPDATE unit SET head_id = :head WHERE code = 'PZ'"), {"head": world.people["zhang"].hex}
        )
    )
    revision_id = world.submitted(world.draft())
    document_id = world.document_of(revision_id).id
    world.clock.now = MIDNIGHT
    zhang = world.by("zhang").actor
    assert not _sees(world, zhang, document_id)
    work_due(world.house)
    assert step_of(world, revision_id).escalated_to == world.people["zhang"]
    assert _sees(world, zhang, document_id)
    with world.house.uow.read() as session:
        found = inbox(session, zhang, at=world.clock(), zone=world.house.zone)
    assert [(one.verb, one.whose) for one in found.tasks] == [("chase", "欧阳雪")]


def _sees(world: World, actor, document_id: UUID) -> bool:
    from docctl.models.documents import Document
    from docctl.models.visibility import sees

    with world.house.uow.read() as session:
        return sees(session, actor, session.get_one(Document, document_id).insider_set_id)


def test_a_4_days_off_are_caught_up_in_order(world: World) -> None:
    first = world.submitted(world.draft())
    world.clock.forward(days=1)
    second = world.submitted(world.draft("文件控制程序"))
    world.clock.forward(days=30)
    while work_due(world.house):
        pass
    told = [UUID(one.subject_version) for one in escalations(world)]
    assert told == [first, second]


@pytest.mark.parametrize("act", ["signed", "returned"])
def test_a_4_a_step_that_is_done_does_not_escalate(world: World, act: str) -> None:
    revision_id = world.submitted(world.draft())
    if act == "signed":
        review_revision(world.signing(revision_id), by=world.by("ouyang"), house=world.house)
    else:
        cmd = ReturnRevision(revision_id, world.revision(revision_id).row_version, "缺少职责")
        return_revision(cmd, by=world.by("ouyang"), house=world.house)
    world.clock.now = MIDNIGHT
    work_due(world.house)
    assert '"step":"review"' not in "".join(one.facts for one in escalations(world))


def test_a_4_the_next_step_has_a_day_of_its_own(world: World) -> None:
    revision_id = world.submitted(world.draft())
    world.clock.forward(days=2)
    review_revision(world.signing(revision_id), by=world.by("ouyang"), house=world.house)
    # Three working days from Wednesday on: the last one is Monday.
    world.clock.now = MIDNIGHT + timedelta(days=4) - TICK
    work_due(world.house)
    assert escalations(world) == []
    world.clock.now += TICK
    work_due(world.house)
    (event,) = escalations(world)
    assert '"step":"approve"' in event.facts


def test_a_4_a_step_escalates_once(world: World) -> None:
    revision_id = world.submitted(world.draft())
    world.clock.now = MIDNIGHT
    cmd = EscalateStep(step_of(world, revision_id).id)
    assert escalate_step(cmd, by=world.system(), house=world.house)
    assert not escalate_step(cmd, by=world.system(), house=world.house)
    work_due(world.house)
    assert len(escalations(world)) == 1
    with world.house.uow.read() as session:
        job = session.scalars(select(DueJob).where(DueJob.kind == "step.escalate")).one()
    assert job.done_at is not None
