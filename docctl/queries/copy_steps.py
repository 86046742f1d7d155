"""Who was told of a revision by its route, who knows, and what that lets them see (A-10, X-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session

from docctl.domain.copy_to import TOLD_OF
from docctl.domain.permissions import Actor
from docctl.models.copy_steps import CopyStep
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Person
from docctl.queries.paging import PAGE_SIZE, Paged
from docctl.queries.revision_states import is_insider

Where = ColumnElement[bool]


def runs() -> Where:
    """Say in SQL whether a copy-to step has begun and counts, in a query that joins its revision."""
    return and_(
        CopyStep.opened_at.is_not(None),
        CopyStep.round == Revision.round,
        Revision.status.in_(TOLD_OF),
    )


def is_open() -> Where:
    """Say in SQL whether a copy-to step waits for somebody to say that they know (A-10)."""
    return and_(runs(), CopyStep.acknowledged_at.is_(None))


def told_of(actor: Actor) -> Where:
    """Say in SQL whether the person was told of a revision, and so sees this one and no other (A-10, X-3)."""
    if actor.person_id is None or actor.is_outside:
        return false()
    mine = and_(CopyStep.revision_id == Revision.id, CopyStep.person_id == actor.person_id)
    return exists(select(CopyStep.id).where(mine, runs()).correlate(Revision))


def told_of_document(actor: Actor) -> Where:
    """Say in SQL whether the person was told of a revision of a document."""
    return exists(select(Revision.id).where(Revision.document_id == Document.id, told_of(actor)))


def revisions_told(session: Session, actor: Actor, document_id: UUID) -> frozenset[UUID]:
    """Return the revisions of a document of which the person was told (A-10, X-3)."""
    rows = select(Revision.id).where(Revision.document_id == document_id, told_of(actor))
    return frozenset(session.scalars(rows))


def is_told(session: Session, actor: Actor, revision: Revision) -> bool:
    """Say whether the person was told of a revision, and so sees it (A-10, X-3)."""
    found = select(Revision.id).where(Revision.id == revision.id, told_of(actor))
    return session.scalar(found) is not None


def open_informs() -> Select[*tuple[Any, ...]]:
    """Return for whom a copy-to step is open; a row for each (A-16)."""
    return select(CopyStep.person_id).join(Revision, Revision.id == CopyStep.revision_id).where(is_open())


@dataclass(frozen=True, slots=True)
class CopyLine:
    """Somebody who is told; `opened_at` None while the route has not come so far. Times in the zone."""

    id: UUID
    name: str
    person: str
    unit_id: UUID
    opened_at: datetime | None
    acknowledged_at: datetime | None
    remark: str
    is_mine: bool
    round: int

    @property
    def is_open(self) -> bool:
        """Whether it waits for them."""
        return self.opened_at is not None and self.acknowledged_at is None


def copies_of(
    session: Session, revision: Revision, actor: Actor, zone: tzinfo, *, all_of_them: bool
) -> tuple[CopyLine, ...]:
    """Return whom the route of a revision tells in this round: all, or the person's own alone (A-10, X-3)."""
    if revision.status not in TOLD_OF:
        return ()
    rows = session.execute(
        select(CopyStep, Person.name, Person.unit_id)
        .join(Person, Person.id == CopyStep.person_id)
        .where(
            CopyStep.revision_id == revision.id,
            CopyStep.round == revision.round,
            *([] if all_of_them else [CopyStep.person_id == actor.person_id]),
        )
        .order_by(CopyStep.stage, CopyStep.position, Person.name)
    )
    return tuple(
        CopyLine(
            id=one.id,
            name=one.name,
            person=name,
            unit_id=unit_id,
            opened_at=one.opened_at.astimezone(zone) if one.opened_at else None,
            acknowledged_at=one.acknowledged_at.astimezone(zone) if one.acknowledged_at else None,
            remark=one.remark,
            is_mine=one.person_id == actor.person_id,
            round=one.round,
        )
        for one, name, unit_id in rows
    )


@dataclass(frozen=True, slots=True)
class OpenCopy:
    """An open copy-to step in the list of all: of which revision, with whom, since when."""

    revision_id: UUID
    number: str
    title: str
    label: str
    name: str
    person: str
    since: datetime


@dataclass(frozen=True, slots=True)
class OpenCopies(Paged):
    """A page of open copy-to steps."""

    rows: tuple[OpenCopy, ...]
    total: int
    page: int


def open_copies(
    session: Session, actor: Actor, *, zone: tzinfo, page: int = 1, page_size: int = PAGE_SIZE
) -> OpenCopies:
    """Return open copy-to steps, oldest first: of insiders all of a document, of others their own (X-3)."""
    query = (
        select(
            Revision.id,
            Document.number,
            Revision.title,
            Revision.label,
            CopyStep.name,
            Person.name.label("person"),
            CopyStep.opened_at,
        )
        .select_from(CopyStep)
        .join(Revision, Revision.id == CopyStep.revision_id)
        .join(Document, Document.id == Revision.document_id)
        .join(Person, Person.id == CopyStep.person_id)
        .where(is_open(), or_(CopyStep.person_id == actor.person_id, is_insider(actor)))
    )
    rows = session.execute(
        query.order_by(CopyStep.opened_at, Document.number, Person.name, CopyStep.id)
        .offset((page - 1) * page_size)
        .limit(page_size)
    )
    return OpenCopies(
        tuple(
            OpenCopy(one.id, one.number, one.title, one.label, one.name, one.person, _in(one.opened_at, zone))
            for one in rows
        ),
        session.scalar(select(func.count()).select_from(query.subquery())) or 0,
        page,
    )


def _in(at: datetime, zone: tzinfo) -> datetime:
    return at.astimezone(zone)
