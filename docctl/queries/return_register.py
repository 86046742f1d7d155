"""Returns of a period, one by one and counted by department and type (A-9, D-7, X-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.approval import Meaning
from docctl.domain.calendar_dates import midnight
from docctl.domain.delegation import for_whom
from docctl.domain.permissions import Actor
from docctl.domain.working_calendar import ONE_DAY
from docctl.models.content import Signature
from docctl.models.documents import Document, DocumentType, Revision
from docctl.models.organisation import Person, Unit
from docctl.models.returns import ReturnItem, RevisionReturn
from docctl.queries.paging import PAGE_SIZE, Paged, page_within
from docctl.queries.revision_states import is_insider, number_then

Where = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class ReturnFilter:
    """Which returns are asked for: those of the days from `first` to `last`, of a unit, of a type."""

    first: date | None = None
    last: date | None = None
    unit_id: UUID | None = None
    type_id: UUID | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """A return as a line; `times` is the how manieth of its revision, `meaning` "" where none was open."""

    revision_id: UUID
    number: str
    title: str
    label: str
    unit: str
    type_name: str
    type_name_en: str
    times: int
    meaning: str
    step: str
    who: str
    at: datetime
    reason: str
    items: int
    done: int


@dataclass(frozen=True, slots=True)
class ReturnRegister(Paged):
    """A page of the returns that the person may see; the count is exact (X-3)."""

    rows: tuple[ReturnRow, ...]
    total: int
    page: int


@dataclass(frozen=True, slots=True)
class ReturnSum:
    """What was returned of a department's documents of a type in the period: times, and how many revisions.

    `again` counts the revisions that were returned more than once.
    """

    unit: str
    type_name: str
    type_name_en: str
    returns: int
    revisions: int
    again: int
    items: int


def return_register(
    session: Session,
    actor: Actor,
    wanted: ReturnFilter,
    *,
    zone: tzinfo,
    page_size: int = PAGE_SIZE,
) -> ReturnRegister:
    """Return a page of the returns of documents that one knows from inside, the newest first (A-9, X-3)."""
    conditions = _conditions(actor, wanted, zone)
    total = session.scalar(_joined(select(func.count())).where(*conditions)) or 0
    page = page_within(wanted.page, total, page_size)
    behalf = aliased(Person)
    query = (
        _joined(
            select(
                RevisionReturn,
                Revision.title,
                Revision.label,
                number_then().label("number"),
                Unit.name.label("unit"),
                DocumentType.name.label("type_name"),
                DocumentType.name_en.label("type_name_en"),
                Person.name.label("who"),
                behalf.name.label("behalf"),
                _items().label("items"),
                _items(ReturnItem.done_at.is_not(None)).label("done"),
            )
        )
        .join(Person, Person.id == RevisionReturn.returned_by)
        .outerjoin(behalf, behalf.id == RevisionReturn.on_behalf_of)
        .where(*conditions)
        .order_by(RevisionReturn.returned_at.desc(), RevisionReturn.id.desc())
        .limit(page_size)
        .offset((page - 1) * page_size)
    )
    return ReturnRegister(tuple(_row(one, zone) for one in session.execute(query)), total, page)


def return_sums(
    session: Session, actor: Actor, wanted: ReturnFilter, *, zone: tzinfo
) -> tuple[ReturnSum, ...]:
    """Return the returns of a period by department and type, most often returned first (A-9, X-3)."""
    of_revision = (
        _joined(
            select(
                Document.unit_id.label("unit_id"),
                Document.type_id.label("type_id"),
                RevisionReturn.revision_id.label("revision_id"),
                func.count().label("times"),
                func.sum(_items()).label("missing"),
            )
        )
        .where(*_conditions(actor, wanted, zone))
        .group_by(Document.unit_id, Document.type_id, RevisionReturn.revision_id)
        .subquery()
    )
    returns = func.sum(of_revision.c.times)
    rows = session.execute(
        select(
            Unit.name,
            DocumentType.name.label("type_name"),
            DocumentType.name_en.label("type_name_en"),
            returns.label("returns"),
            func.count().label("revisions"),
            func.count().filter(of_revision.c.times > 1).label("again"),
            func.sum(of_revision.c.missing).label("missing"),
        )
        .select_from(of_revision)
        .join(Unit, Unit.id == of_revision.c.unit_id)
        .join(DocumentType, DocumentType.id == of_revision.c.type_id)
        .group_by(Unit.id, Unit.name, DocumentType.id, DocumentType.name, DocumentType.name_en)
        .order_by(returns.desc(), Unit.name, DocumentType.ordinal, DocumentType.id)
    )
    return tuple(
        ReturnSum(
            one.name,
            one.type_name,
            one.type_name_en or one.type_name,
            int(one.returns),
            one.revisions,
            one.again,
            int(one.missing),
        )
        for one in rows
    )


def submissions(session: Session, actor: Actor, wanted: ReturnFilter, *, zone: tzinfo) -> int:
    """Return how often documents were submitted in the period, for the share that was returned (A-9, X-3)."""
    query = (
        select(func.count())
        .select_from(Signature)
        .join(Revision, Revision.id == Signature.subject_id)
        .join(Document, Document.id == Revision.document_id)
        .where(
            Signature.subject_kind == "revision",
            Signature.meaning == Meaning.PREPARE,
            *_of_documents(actor, wanted),
            *_within(Signature.signed_at, wanted, zone),
        )
    )
    return session.scalar(query) or 0


def _joined(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        query.select_from(RevisionReturn)
        .join(Revision, Revision.id == RevisionReturn.revision_id)
        .join(Document, Document.id == Revision.document_id)
        .join(DocumentType, DocumentType.id == Document.type_id)
        .join(Unit, Unit.id == Document.unit_id)
    )


def _items(*which: Where) -> ColumnElement[int]:
    return (
        select(func.count())
        .select_from(ReturnItem)
        .where(ReturnItem.return_id == RevisionReturn.id, *which)
        .correlate(RevisionReturn)
        .scalar_subquery()
    )


def _conditions(actor: Actor, wanted: ReturnFilter, zone: tzinfo) -> list[Where]:
    return [*_of_documents(actor, wanted), *_within(RevisionReturn.returned_at, wanted, zone)]


def _of_documents(actor: Actor, wanted: ReturnFilter) -> list[Where]:
    found = [is_insider(actor)]
    if wanted.unit_id is not None:
        found.append(Document.unit_id == wanted.unit_id)
    if wanted.type_id is not None:
        found.append(Document.type_id == wanted.type_id)
    return found


def _within(at: Any, wanted: ReturnFilter, zone: tzinfo) -> list[Where]:
    """Return the period in SQL: whole days in the company's zone, the last one included."""
    found = []
    if wanted.first is not None:
        found.append(at >= midnight(wanted.first, zone))
    if wanted.last is not None:
        found.append(at < midnight(wanted.last + ONE_DAY, zone))
    return found


def _row(one: Any, zone: tzinfo) -> ReturnRow:
    back: RevisionReturn = one.RevisionReturn
    return ReturnRow(
        revision_id=back.revision_id,
        number=one.number,
        title=one.title,
        label=one.label,
        unit=one.unit,
        type_name=one.type_name,
        type_name_en=one.type_name_en or one.type_name,
        times=back.ordinal,
        meaning=back.meaning.value if back.meaning else "",
        step=back.step_name,
        who=for_whom(one.who, one.behalf or ""),
        at=back.returned_at.astimezone(zone),
        reason=back.reason,
        items=one.items,
        done=one.done,
    )
