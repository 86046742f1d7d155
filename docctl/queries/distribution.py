"""The page of a distribution: list, copies, readers of a revision, and where all copies are (D-2, D-8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from docctl.domain.calendar_dates import instant_as_of
from docctl.domain.copy_states import RECALLED
from docctl.domain.distribution import Reconciled, may_change_list
from docctl.domain.lifecycle import RevisionStatus, in_force, revision_state
from docctl.domain.permissions import Actor, Facts, allows
from docctl.domain.reading import may_remind
from docctl.domain.validity import last_day
from docctl.domain.verdicts import NotFound, Refused
from docctl.models.distribution import ControlledCopy, DistributionEntry, ReadTask
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Person, Unit
from docctl.models.visibility import visible_sets
from docctl.queries.copy_register import CopyFilter, CopyRow, copy_register
from docctl.queries.copy_states import COPY_STATES
from docctl.queries.distribution_changes import ListChanges, list_changes
from docctl.queries.document_actions import Offered
from docctl.queries.holder_names import names_of_holders

#: So many copies are shown on the page of a revision; the register has all.
MOST_COPIES = 500


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry of the list; `reason` and `added_on` of one that was added after issue.

    `is_gone`: whoever is named is not there any more, and gets no copy (A-16).
    """

    entry_id: UUID
    kind: str
    holder: str
    medium: str
    copies: int
    reads: bool
    added_on: date
    reason: str
    removed_on: date | None
    removed_reason: str
    is_gone: bool


@dataclass(frozen=True, slots=True)
class ReaderLine:
    """Somebody who was asked to read, and when they said that they have, or why they need not any more."""

    name: str
    unit: str
    asked_at: datetime
    acknowledged_at: datetime | None
    ended_on: date | None
    ended_reason: str
    #: The last day for reading, whether it is over unread, when they were reminded.
    due_on: date | None = None
    is_late: bool = False
    reminded_on: date | None = None


@dataclass(frozen=True, slots=True)
class DistributionPage:
    """All that the page shows; times in the company's zone. `as_of`: a past day, else None."""

    document_id: UUID
    revision_id: UUID
    row_version: int
    number: str
    title: str
    label: str
    state: str
    unit_name: str
    entries: tuple[EntryLine, ...]
    copies: tuple[CopyRow, ...]
    copies_total: int
    readers: tuple[ReaderLine, ...]
    #: Of this revision, and of the document with all its revisions.
    here: Reconciled
    whole: Reconciled
    as_of: date | None
    #: Add and remove: as a draft's, with a reason, or refused.
    is_draft: bool
    change: Offered | None
    #: Until it is issued: how the list differs from that of the revision before.
    differs: ListChanges | None
    #: Reminding who has not read, where the person may; with the reason where it may not be now.
    remind: Offered | None

    @property
    def read(self) -> int:
        """How many readers have acknowledged."""
        return sum(one.acknowledged_at is not None for one in self.readers)


def distribution_page(
    session: Session,
    actor: Actor,
    revision_id: UUID,
    *,
    at: datetime,
    zone: tzinfo,
    as_of: date | None = None,
) -> DistributionPage:
    """Return the page; raise NotFound for who does not know the document from inside (X-3)."""
    found = session.execute(
        select(Document, Revision, Unit.name)
        .join(Revision, Revision.document_id == Document.id)
        .join(Unit, Unit.id == Document.unit_id)
        .where(Revision.id == revision_id, Document.insider_set_id.in_(visible_sets(actor)))
    ).first()
    if found is None:
        raise NotFound("revision")
    document, revision, unit_name = found
    moment = instant_as_of(as_of, at, zone)
    wanted = CopyFilter(revision_id=revision.id, as_of=as_of)
    copies = copy_register(session, actor, wanted, at=at, zone=zone, page_size=MOST_COPIES)
    facts = Facts(
        unit_id=document.unit_id,
        author_id=revision.created_by,
        visible=True,
        published=in_force(revision.dates(), at),
        insider=True,
    )
    readers = readers_of(session, revision.id, moment, zone)
    return DistributionPage(
        document_id=document.id,
        revision_id=revision.id,
        row_version=revision.row_version,
        number=document.number,
        title=revision.title,
        label=revision.label,
        state=revision_state(revision.dates(), at).value,
        unit_name=unit_name,
        entries=_entries(session, revision.id, moment, zone),
        copies=copies.rows,
        copies_total=copies.total,
        readers=readers,
        here=reconciled(session, moment, revision_id=revision.id),
        whole=reconciled(session, moment, document_id=document.id),
        as_of=as_of if moment < at else None,
        is_draft=revision.status is RevisionStatus.DRAFT,
        change=_change(actor, document, revision, facts, at),
        differs=list_changes(session, revision),
        remind=_remind(actor, revision, facts, readers, at, zone),
    )


def reconciled(
    session: Session,
    moment: datetime,
    *,
    revision_id: UUID | None = None,
    document_id: UUID | None = None,
) -> Reconciled:
    """Return where the copies of a revision or document were at an instant (D-2)."""

    def number(*names: str) -> Any:
        return func.coalesce(func.sum(case(*((COPY_STATES[name](moment), 1) for name in names), else_=0)), 0)

    query: Select[*tuple[Any, ...]] = (
        select(
            func.count(),
            number("returned"),
            number("destroyed"),
            number("lost"),
            number("issued", "received", RECALLED),
            number(RECALLED),
        )
        .select_from(ControlledCopy)
        .join(Revision, Revision.id == ControlledCopy.revision_id)
        .where(ControlledCopy.issued_at <= moment)
    )
    if revision_id is not None:
        query = query.where(ControlledCopy.revision_id == revision_id)
    if document_id is not None:
        query = query.where(ControlledCopy.document_id == document_id)
    return Reconciled(*map(int, session.execute(query).one()))


def _change(
    actor: Actor, document: Document, revision: Revision, facts: Facts, at: datetime
) -> Offered | None:
    if revision.status is RevisionStatus.DRAFT:
        return Offered("change") if allows(actor, "distribution.draft", facts) else None
    if not allows(actor, "distribution.change", facts):
        return None
    verdict = may_change_list(revision.status, over_since=revision.over_since(document), at=at)
    return Offered("change", verdict if isinstance(verdict, Refused) else None)


def _remind(
    actor: Actor,
    revision: Revision,
    facts: Facts,
    readers: tuple[ReaderLine, ...],
    at: datetime,
    zone: tzinfo,
) -> Offered | None:
    waiting = [one for one in readers if one.acknowledged_at is None and one.ended_on is None]
    if not waiting or not allows(actor, "reading.remind", facts):
        return None
    last = max((one.reminded_on for one in waiting if one.reminded_on), default=None)
    today = at.astimezone(zone).date()
    verdict = may_remind(revision.dates(), still_open=len(waiting), reminded_on=last, at=at, today=today)
    return Offered("remind", verdict if isinstance(verdict, Refused) else None)


def _entries(session: Session, revision_id: UUID, moment: datetime, zone: tzinfo) -> tuple[EntryLine, ...]:
    rows = session.scalars(
        select(DistributionEntry)
        .where(DistributionEntry.revision_id == revision_id, DistributionEntry.added_at <= moment)
        .order_by(DistributionEntry.ordinal)
    ).all()
    there = names_of_holders(session, [one.entry() for one in rows])
    return tuple(
        EntryLine(
            entry_id=one.id,
            kind=one.kind.value,
            holder=one.holder,
            medium=one.medium.value,
            copies=one.copies,
            reads=one.reads,
            added_on=one.added_at.astimezone(zone).date(),
            reason=one.reason,
            removed_on=one.removed_at.astimezone(zone).date()
            if one.removed_at and one.removed_at <= moment
            else None,
            removed_reason=one.removed_reason if one.removed_at and one.removed_at <= moment else "",
            is_gone=one.holder_id not in there,
        )
        for one in rows
    )


def readers_of(session: Session, revision_id: UUID, moment: datetime, zone: tzinfo) -> tuple[ReaderLine, ...]:
    """Return who had been asked and who had read it by then, open ones first (D-4)."""
    done = case((ReadTask.acknowledged_at <= moment, 1), else_=0)
    found = session.execute(
        select(Person.name, Unit.name.label("unit"), ReadTask)
        .join(Person, Person.id == ReadTask.person_id)
        .join(Unit, Unit.id == Person.unit_id)
        .where(ReadTask.revision_id == revision_id, ReadTask.asked_at <= moment)
        .order_by(done, Unit.code, Person.name)
    )
    return tuple(_reader(one.name, one.unit, one.ReadTask, moment, zone) for one in found)


def _reader(name: str, unit: str, task: ReadTask, moment: datetime, zone: tzinfo) -> ReaderLine:
    read, ended = task.acknowledged_at, task.ended_at
    is_read, is_over = read is not None and read <= moment, ended is not None and ended <= moment
    return ReaderLine(
        name,
        unit,
        task.asked_at.astimezone(zone),
        read.astimezone(zone) if read is not None and is_read else None,
        ended.astimezone(zone).date() if ended is not None and is_over else None,
        task.ended_reason if is_over else "",
        last_day(task.due_at, zone),
        not (is_read or is_over) and task.due_at is not None and task.due_at <= moment,
        task.reminded_at.astimezone(zone).date() if task.reminded_at and task.reminded_at <= moment else None,
    )


def asked_to_read(session: Session, actor: Actor, revision_id: UUID) -> bool:
    """Say whether the person was asked to read a revision and has not said that they have (D-4)."""
    found = session.scalar(
        select(ReadTask.id).where(
            ReadTask.revision_id == revision_id,
            ReadTask.person_id == actor.person_id,
            ReadTask.acknowledged_at.is_(None),
            ReadTask.ended_at.is_(None),
        )
    )
    return found is not None
