"""Issuing a numbered reminder for a step whose time is over (催办单, A-13)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.lateness import PREFIX, may_remind
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.permissions import authorise
from docctl.domain.verdicts import NotFound, require
from docctl.models.base import new_id
from docctl.models.organisation import Person
from docctl.models.reminders import Reminder
from docctl.models.work import Step, StepStatus
from docctl.queries.open_clocks import types_watched
from docctl.services.caller import Caller
from docctl.services.documents.load import facts_of, lock_revision
from docctl.services.locks import Rank, lock
from docctl.services.numbers.count import next_of_year
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class IssueReminder:
    """Remind who has an overdue step, under a number; a note is optional."""

    step_id: UUID
    note: str = ""


@use_case("step.remind")
def issue_reminder(session: Session, cmd: IssueReminder, by: Caller) -> UUID:
    """Issue the next reminder of a step under the next number of the year; return its id (A-13, N-3)."""
    revision_id = session.scalar(select(Step.revision_id).where(Step.id == cmd.step_id))
    if revision_id is None:
        raise NotFound("step")
    loaded, revision = lock_revision(session, revision_id)
    document = loaded.document
    (step,) = lock(session, Rank.ITEMS, select(Step).where(Step.id == cmd.step_id))
    facts = facts_of(session, document, revision, by)
    watches = document.type_id in types_watched(session, by.actor, at=by.at, today=by.today)
    own = frozenset({by.actor.person_id} if watches and by.actor.person_id else ())
    authorise(by.actor, "step.remind", replace(facts, assignees=own, visible=facts.visible or watches))
    running = step.status is StepStatus.OPEN and step.round == revision.round
    is_open = running and revision.status is RevisionStatus.IN_REVIEW
    require(may_remind(is_open=is_open, due_at=step.due_at, at=by.at, note=cmd.note))
    assert step.due_at is not None
    there = select(func.count()).select_from(Reminder).where(Reminder.step_id == step.id)
    reminder = Reminder(
        id=new_id(),
        number=next_of_year(session, PREFIX, by.today),
        step_id=step.id,
        ordinal=(session.scalar(there) or 0) + 1,
        person_id=step.assignee_id,
        unit_id=session.get_one(Person, step.assignee_id).unit_id,
        due_at=step.due_at,
        issued_by=by.person_id,
        issued_at=by.at,
        note=cmd.note.strip(),
    )
    session.add(reminder)
    record(
        session,
        by,
        "step.chased",
        Subject("document", document.id, str(revision.id)),
        facts={
            "number": document.number,
            "label": revision.label,
            "reminder": reminder.number,
            "ordinal": reminder.ordinal,
            "step": step.meaning,
            "due": step.due_on,
            "to": step.assignee_id,
        },
        detail={"note": reminder.note} if reminder.note else {},
    )
    return reminder.id
