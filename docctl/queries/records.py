"""The register of records: what a person may see of it, filtered, sorted, counted exactly (S-1, X-3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.lifecycle import record_state
from docctl.domain.partners import status_told
from docctl.domain.permissions import Actor
from docctl.models.documents import Document, Revision
from docctl.models.holding import HELD
from docctl.models.organisation import Person
from docctl.models.records import ORDERED, Record
from docctl.models.retention import RetentionClassRow
from docctl.models.schedule import classes_at
from docctl.models.visibility import sets_of
from docctl.queries.ordering import in_order
from docctl.queries.paging import PAGE_SIZE, Paged, page_within
from docctl.queries.record_choices import Answer, answering, answers_of
from docctl.queries.record_filter import STATES, RecordFilter, conditions
from docctl.queries.sql_terms import Unindexed


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One record in the register; `form_label` is the revision it was filled on (F-1)."""

    record_id: UUID
    number: str
    title: str
    state: str
    is_held: bool
    is_late: bool
    form_number: str
    form_label: str
    unit_name: str
    occurred_on: date
    filed_on: date
    filer: str
    medium: str
    keep_until: date | None
    is_permanent: bool
    #: What it says in the fields of its form, where that was asked for: see `with_answers`.
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordRegister(Paged):
    """One page of the register; the count is exact and of what the person may see."""

    rows: tuple[RecordRow, ...]
    total: int
    page: int


SORTS: Final[dict[str, Any]] = {
    "filed": Record.filed_at,
    **{name: getattr(Record, column) for name, column in ORDERED.items()},
}

#: From this many on, a page is found by walking the rows in their order; fewer are quicker sorted.
_MANY: Final = 5_000


def record_register(
    session: Session,
    actor: Actor,
    wanted: RecordFilter,
    *,
    today: date,
    zone: tzinfo,
    page_size: int | None = PAGE_SIZE,
) -> RecordRegister:
    """Return a page of the register; `page_size=None` returns all rows, for an export (S-1, X-3)."""
    narrowed = conditions(wanted, today=today, zone=zone, is_outside=actor.is_outside)
    if wanted.form_id is not None:
        narrowed += answering(session, wanted.form_id, wanted.choices)
    sets = sorted(sets_of(session, actor))
    visible = Record.access_set_id.in_(sets)
    ids = select(Record.id).where(visible, *narrowed)
    if wanted.text and page_size is not None and wanted.page <= 1:
        return _by_text(session, actor, ids.order_by(*_order(wanted)), wanted, page_size, today, zone)
    total = session.scalar(select(func.count()).select_from(Record).where(visible, *narrowed)) or 0
    if not total:
        return RecordRegister((), 0, 1)
    page = 1
    if page_size is not None:
        if total > _MANY and not wanted.text and (wanted.sort not in ORDERED or not narrowed):
            ids = select(Record.id).where(Unindexed(Record.access_set_id).in_(sets), *narrowed)
        page = page_within(wanted.page, total, page_size)
        ids = _cut(ids, wanted, first=(page - 1) * page_size, size=page_size, total=total)
    # The page's ids first: what each row shows beside is then looked up for fifty rows only.
    found = session.execute(_rows(ids).order_by(*_order(wanted)))
    return RecordRegister(tuple(_row(actor, one, today, zone) for one in found), total, page)


def with_answers(session: Session, found: RecordRegister) -> RecordRegister:
    """Return the page with what each record says in the fields of its form, for a list of them (S-3)."""
    said = answers_of(session, [one.record_id for one in found.rows])
    rows = (replace(one, answers=said.get(one.record_id, ())) for one in found.rows)
    return replace(found, rows=tuple(rows))


def _by_text(
    session: Session,
    actor: Actor,
    ids: Select[UUID],
    wanted: RecordFilter,
    page_size: int,
    today: date,
    zone: tzinfo,
) -> RecordRegister:
    """Return the first page of a text filter: every row is compared, so they are counted in the same pass."""
    firsts = session.execute(ids.add_columns(func.count().over()).limit(page_size)).all()
    if not firsts:
        return RecordRegister((), 0, 1)
    wanted_ids = [one[0] for one in firsts]
    found = session.execute(_rows(wanted_ids).order_by(*_order(wanted)))
    return RecordRegister(tuple(_row(actor, one, today, zone) for one in found), firsts[0][1], 1)


def _order(wanted: RecordFilter, *, backwards: bool = False) -> tuple[Any, ...]:
    leading = SORTS.get(wanted.sort, Record.filed_at)
    # Ids sort by the time they were made: filings of one instant keep their order.
    descending = wanted.descending is not backwards
    return in_order(leading, descending=descending), in_order(Record.id, descending=descending)


def _cut(ids: Select[UUID], wanted: RecordFilter, *, first: int, size: int, total: int) -> Select[UUID]:
    """Return one page's ids, walked to from the nearer end: the last page costs what the first does."""
    last = min(first + size, total)
    if first <= total - last:
        return ids.order_by(*_order(wanted)).limit(size).offset(first)
    return ids.order_by(*_order(wanted, backwards=True)).limit(last - first).offset(total - last)


def _rows(ids: Select[UUID] | list[UUID]) -> Select[*tuple[Any, ...]]:
    filer = aliased(Person)
    return (
        select(
            Record.id,
            Record.number,
            Record.title,
            Record.status,
            Record.is_late,
            Record.unit_name,
            Record.occurred_at,
            Record.filed_at,
            Record.medium,
            Record.keep_until,
            Record.is_permanent,
            Document.number.label("form_number"),
            Revision.label.label("form_label"),
            filer.name.label("filer"),
            HELD.label("is_held"),
        )
        .join(Document, Document.id == Record.form_id)
        .join(Revision, Revision.id == Record.form_revision_id)
        .outerjoin(filer, filer.id == Record.filed_by)
        .where(Record.id.in_(ids))
    )


def _row(actor: Actor, found: Any, today: date, zone: tzinfo) -> RecordRow:
    return RecordRow(
        record_id=found.id,
        number=found.number,
        title=found.title,
        state=record_state(
            status_told(found.status, is_outside=actor.is_outside), found.keep_until, today
        ).value,
        is_held=found.is_held and not actor.is_outside,
        is_late=found.is_late,
        form_number=found.form_number,
        form_label=found.form_label,
        unit_name=found.unit_name,
        occurred_on=found.occurred_at.astimezone(zone).date(),
        filed_on=found.filed_at.astimezone(zone).date(),
        filer=found.filer or "",
        medium=found.medium.value,
        keep_until=found.keep_until,
        is_permanent=found.is_permanent,
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter."""

    id: UUID
    words: str


def classes_to_filter(session: Session, at: datetime, *, chosen: UUID | None = None) -> tuple[Choice, ...]:
    """Return the retention classes in the schedule's order, each as it is called now (R-1).

    The one that is `chosen` goes by that id, also where an address kept the one of an earlier revision.
    """
    code = session.scalar(select(RetentionClassRow.code).where(RetentionClassRow.id == chosen))
    return tuple(
        Choice(chosen if chosen and one.code == code else one.id, one.name)
        for one in session.scalars(classes_at(at))
    )


__all__ = [
    "SORTS",
    "STATES",
    "Choice",
    "RecordFilter",
    "RecordRegister",
    "RecordRow",
    "classes_to_filter",
    "record_register",
    "with_answers",
]
