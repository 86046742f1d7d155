"""Numbered reminders as they are shown and printed, and what they count up to per department (A-13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.calendar_dates import midnight
from docctl.domain.permissions import Actor
from docctl.domain.verdicts import NotFound
from docctl.models.documents import Document, Revision
from docctl.models.organisation import LegalEntity, Person, Unit
from docctl.models.reminders import Reminder
from docctl.models.work import Step, StepStatus
from docctl.queries.open_clocks import is_watched, types_watched
from docctl.queries.revision_states import is_insider


@dataclass(frozen=True, slots=True)
class ReminderPage:
    """A slip: what it reminds of, since when that is late, to whom, by whom; times in the company's zone."""

    reminder_id: UUID
    revision_id: UUID
    company: str
    number: str
    ordinal: int
    document: str
    title: str
    label: str
    meaning: str
    name: str
    person: str
    unit: str
    due_at: datetime
    issued_by: str
    issued_at: datetime
    note: str
    #: When the step was closed; None while it is open.
    closed_at: datetime | None
    can_open: bool


def reminder_page(
    session: Session, actor: Actor, reminder_id: UUID, *, at: datetime, zone: tzinfo
) -> ReminderPage:
    """Return a reminder for who got it, has its step, issued it or watches; else raise NotFound (X-3)."""
    types = types_watched(session, actor, at=at, today=at.astimezone(zone).date())
    issuer = aliased(Person)
    own = (
        Reminder.person_id == actor.person_id,
        Reminder.issued_by == actor.person_id,
        Step.assignee_id == actor.person_id,  # to whom the step was handed over since
    )
    found = session.execute(
        select(
            Reminder,
            Step,
            Revision.title,
            Revision.label,
            Document.number,
            LegalEntity.name.label("company"),
            Person.name.label("person"),
            Unit.name.label("unit"),
            issuer.name.label("issuer"),
            or_(is_insider(actor), Step.assignee_id == actor.person_id).label("seen"),
        )
        .select_from(Reminder)
        .join(Step, Step.id == Reminder.step_id)
        .join(Revision, Revision.id == Step.revision_id)
        .join(Document, Document.id == Revision.document_id)
        .join(LegalEntity, LegalEntity.id == Document.entity_id)
        .join(Person, Person.id == Reminder.person_id)
        .join(Unit, Unit.id == Reminder.unit_id)
        .join(issuer, issuer.id == Reminder.issued_by)
        .where(Reminder.id == reminder_id, or_(*own, is_watched(actor, types)))
    ).first()
    if found is None:
        raise NotFound("reminder")
    row, step = found.Reminder, found.Step
    return ReminderPage(
        reminder_id=row.id,
        revision_id=step.revision_id,
        company=found.company,
        number=row.number,
        ordinal=row.ordinal,
        document=found.number,
        title=found.title,
        label=found.label,
        meaning=step.meaning.value,
        name=step.name,
        person=found.person,
        unit=found.unit,
        due_at=row.due_at.astimezone(zone),
        issued_by=found.issuer,
        issued_at=row.issued_at.astimezone(zone),
        note=row.note,
        closed_at=step.closed_at.astimezone(zone) if step.closed_at else None,
        can_open=bool(found.seen),
    )


@dataclass(frozen=True, slots=True)
class LateCount:
    """What counts against a department in a time: reminders it got, steps that its people closed late."""

    unit: str
    reminders: int
    closed_late: int


def late_counts(
    session: Session, actor: Actor, first: date, last: date, *, at: datetime, zone: tzinfo
) -> tuple[LateCount, ...]:
    """Return the counts per department from one day to another, both counted in, of what the person watches.

    A department is the one of who had the step then (A-13, X-3).
    """
    types = types_watched(session, actor, at=at, today=at.astimezone(zone).date())
    since, until = midnight(first, zone), midnight(last + timedelta(days=1), zone)

    def counted(unit: Any, when: Any, *where: Any) -> dict[UUID, int]:
        query = (
            select(unit, func.count())
            .select_from(Step)
            .join(Revision, Revision.id == Step.revision_id)
            .join(Document, Document.id == Revision.document_id)
            .where(when >= since, when < until, is_watched(actor, types), *where)
            .group_by(unit)
        )
        if unit is Reminder.unit_id:
            query = query.join(Reminder, Reminder.step_id == Step.id)
        return {one[0]: one[1] for one in session.execute(query)}

    reminded = counted(Reminder.unit_id, Reminder.issued_at)
    closed = (StepStatus.SIGNED, StepStatus.RETURNED)
    late = counted(Step.late_unit_id, Step.closed_at, Step.late_reason != "", Step.status.in_(closed))
    units = select(Unit.id, Unit.name).where(Unit.id.in_({*reminded, *late})).order_by(Unit.code, Unit.id)
    return tuple(
        LateCount(one.name, reminded.get(one.id, 0), late.get(one.id, 0)) for one in session.execute(units)
    )
