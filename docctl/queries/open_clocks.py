"""All open steps of what a person watches, with until when they run and who has them (A-4, A-13)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.lateness import is_late
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.permissions import Actor
from docctl.domain.roles import Role
from docctl.domain.watch_content import watchers_of
from docctl.models.documents import Document, DocumentType, Revision
from docctl.models.organisation import Person, Unit
from docctl.models.reminders import Reminder
from docctl.models.work import Step, StepStatus
from docctl.queries.controlled import setting_at
from docctl.queries.paging import PAGE_SIZE, Paged
from docctl.queries.revision_states import is_insider
from docctl.queries.routes import company_now
from docctl.queries.sql_terms import containing

Where = ColumnElement[bool]

#: By what the list is sorted: until when, of which document, with whom.
ORDERS: Final = ("due", "number", "person")


@dataclass(frozen=True, slots=True)
class ClockFilter:
    """What the list of open steps is asked for."""

    text: str = ""
    unit_id: UUID | None = None
    type_id: UUID | None = None
    late: bool = False
    order: str = "due"
    page: int = 1


@dataclass(frozen=True, slots=True)
class OpenClock:
    """An open step: of which revision, with whom, until when; times in the company's zone.

    `reminders` is how many were issued; `days_late` counts whole days since it was due. `can_open`: the
    person sees the revision, which who watches does not by that alone (X-3).
    """

    step_id: UUID
    revision_id: UUID
    number: str
    title: str
    label: str
    type_name: str
    type_name_en: str
    meaning: str
    name: str
    person_id: UUID
    person: str
    unit: str
    opened_at: datetime | None
    due_at: datetime | None
    due_on: date | None
    is_late: bool
    days_late: int
    reminders: int
    last_reminder: UUID | None
    can_open: bool


@dataclass(frozen=True, slots=True)
class OpenClocks(Paged):
    """A page of open steps; `late` is how many of all are late."""

    rows: tuple[OpenClock, ...]
    total: int
    page: int
    late: int


def documents_of(session: Session, revisions: Collection[UUID]) -> frozenset[UUID]:
    """Return the documents to which revisions belong."""
    return frozenset(session.scalars(select(Revision.document_id).where(Revision.id.in_(revisions))))


def types_watched(session: Session, actor: Actor, *, at: datetime, today: date) -> frozenset[UUID]:
    """Return the types of documents that the person watches by the setting in force (A-13)."""
    content = setting_at(session, "watchers", at).content
    if actor.person_id is None or actor.is_outside or not content["watchers"]:
        return frozenset()
    company = company_now(session, today)
    rows = session.execute(select(DocumentType.id, DocumentType.code))
    return frozenset(one.id for one in rows if actor.person_id in watchers_of(content, company, one.code))


def is_watched(actor: Actor, types: frozenset[UUID]) -> Where:
    """Say in SQL whether the person sees the clocks of a document: who watches its type, and document control
    from inside (A-13, X-3).
    """
    watched = Document.type_id.in_(types) if types else false()
    return or_(watched, is_insider(actor)) if actor.has(Role.DOCUMENT_CONTROLLER) else watched


def running() -> Where:
    """Say in SQL whether a step is open, in a query that joins its revision."""
    return and_(
        Step.status == StepStatus.OPEN,
        Step.round == Revision.round,
        Revision.status == RevisionStatus.IN_REVIEW,
    )


def open_clocks(
    session: Session,
    actor: Actor,
    wanted: ClockFilter,
    *,
    at: datetime,
    zone: tzinfo,
    page_size: int = PAGE_SIZE,
) -> OpenClocks:
    """Return the open steps that the person watches, by default the one that is due first (A-13)."""
    types = types_watched(session, actor, at=at, today=at.astimezone(zone).date())
    of_person, last = aliased(Unit), aliased(Reminder)
    reminders = (
        select(func.count()).select_from(Reminder).where(Reminder.step_id == Step.id).scalar_subquery()
    )
    query = (
        select(
            Step,
            Revision.title,
            Revision.label,
            Document.number,
            DocumentType.name.label("type_name"),
            DocumentType.name_en,
            Person.name.label("person"),
            of_person.name.label("unit"),
            reminders.label("reminders"),
            last.id.label("last_reminder"),
            is_insider(actor).label("seen"),
        )
        .select_from(Step)
        .join(Revision, Revision.id == Step.revision_id)
        .join(Document, Document.id == Revision.document_id)
        .join(DocumentType, DocumentType.id == Document.type_id)
        .join(Person, Person.id == Step.assignee_id)
        .outerjoin(last, and_(last.step_id == Step.id, last.ordinal == reminders))
        .join(of_person, of_person.id == Person.unit_id)
        .where(running(), is_watched(actor, types), *_narrowed(wanted))
    )
    late = query.where(Step.due_at <= at)
    chosen = late if wanted.late else query
    rows = session.execute(
        _ordered(chosen, wanted.order).offset((wanted.page - 1) * page_size).limit(page_size)
    )
    return OpenClocks(
        tuple(_row(one, at, zone) for one in rows),
        _count(session, chosen),
        wanted.page,
        _count(session, late),
    )


def _narrowed(wanted: ClockFilter) -> list[Where]:
    found: list[Where] = []
    if wanted.text:
        found.append(
            or_(
                *(
                    containing(column, wanted.text)
                    for column in (Document.number, Revision.title, Person.name)
                )
            )
        )
    if wanted.unit_id:
        found.append(Person.unit_id == wanted.unit_id)
    if wanted.type_id:
        found.append(Document.type_id == wanted.type_id)
    return found


def _ordered(query: Select[*tuple[Any, ...]], order: str) -> Select[*tuple[Any, ...]]:
    first = {"number": Document.number, "person": Person.name}.get(order, Step.due_at)
    return query.order_by(first, Step.due_at, Document.number, Step.id)


def _count(session: Session, query: Select[*tuple[Any, ...]]) -> int:
    return session.scalar(select(func.count()).select_from(query.with_only_columns(Step.id).subquery())) or 0


def _row(one: Any, at: datetime, zone: tzinfo) -> OpenClock:
    step = one.Step
    late = is_late(step.due_at, at)
    return OpenClock(
        step_id=step.id,
        revision_id=step.revision_id,
        number=one.number,
        title=one.title,
        label=one.label,
        type_name=one.type_name,
        type_name_en=one.name_en or one.type_name,
        meaning=step.meaning.value,
        name=step.name,
        person_id=step.assignee_id,
        person=one.person,
        unit=one.unit,
        opened_at=step.opened_at.astimezone(zone) if step.opened_at else None,
        due_at=step.due_at.astimezone(zone) if step.due_at else None,
        due_on=step.due_on,
        is_late=late,
        days_late=(at - step.due_at).days if late else 0,
        reminders=one.reminders,
        last_reminder=one.last_reminder,
        can_open=bool(one.seen),
    )
