"""The register of records: what a person may see of it, filtered, sorted, counted exactly (S-1, X-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.lifecycle import Computed, RecordStatus, record_state
from docctl.domain.normal_form import normal
from docctl.domain.permissions import Actor
from docctl.models.documents import Document, Revision
from docctl.models.numbers import Alias, NumberEntry
from docctl.models.organisation import Person
from docctl.models.records import Medium, Record, RecordKey
from docctl.models.retention import Hold, HoldItem, RetentionClassRow
from docctl.models.visibility import sets_of

PAGE_SIZE: Final = 50

#: What the register can be narrowed to: stored states, what follows from dates, and held.
STATES: Final = (
    "completed",
    "accepted",
    "due",
    "held",
    "on_list",
    "destroying",
    "stopped",
    "destroyed",
    "voided",
)


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """What a register of records is asked for; `sort` is one of the keys of SORTS."""

    text: str = ""
    form_id: UUID | None = None
    unit_id: UUID | None = None
    class_id: UUID | None = None
    filer_id: UUID | None = None
    state: str = ""
    medium: str = ""
    year: int | None = None
    late: bool = False
    sort: str = "filed"
    descending: bool = True
    page: int = 1


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


@dataclass(frozen=True, slots=True)
class RecordRegister:
    """One page of the register; the count is exact and of what the person may see."""

    rows: tuple[RecordRow, ...]
    total: int
    page: int

    @property
    def first(self) -> int:
        """The place of the page's first row, 0 where there is none."""
        return (self.page - 1) * PAGE_SIZE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The place of the page's last row."""
        return self.first + len(self.rows) - 1 if self.rows else 0

    @property
    def has_next(self) -> bool:
        """Whether more rows follow."""
        return self.last < self.total


SORTS: Final[dict[str, Any]] = {
    "filed": Record.filed_at,
    "occurred": Record.occurred_at,
    "number": Record.number,
    "title": Record.title,
    "keep": Record.keep_until,
}


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
    conditions = _conditions(session, actor, wanted, today, zone)
    total = session.scalar(select(func.count()).select_from(Record).where(*conditions)) or 0
    ids = select(Record.id).where(*conditions).order_by(*_order(wanted))
    page = 1
    if page_size is not None:
        page = min(max(wanted.page, 1), max(-(-total // page_size), 1))
        ids = ids.limit(page_size).offset((page - 1) * page_size)
    # The page's ids first: what each row shows beside is then looked up for fifty rows only.
    found = session.execute(_rows(ids).order_by(*_order(wanted)))
    return RecordRegister(tuple(_row(one, today, zone) for one in found), total, page)


def _conditions(
    session: Session, actor: Actor, wanted: RecordFilter, today: date, zone: tzinfo
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Record.access_set_id.in_(sorted(sets_of(session, actor)))]
    for column, value in (
        (Record.form_id, wanted.form_id),
        (Record.unit_id, wanted.unit_id),
        (Record.class_id, wanted.class_id),
        (Record.filed_by, wanted.filer_id),
    ):
        if value is not None:
            conditions.append(column == value)
    if wanted.state in STATES:
        conditions.append(in_state(wanted.state, today))
    if wanted.medium in set(Medium):
        conditions.append(Record.medium == Medium(wanted.medium))
    if wanted.late:
        conditions.append(Record.is_late.is_(True))
    if wanted.year is not None and 1900 <= wanted.year < 9999:
        first = datetime(wanted.year, 1, 1, tzinfo=zone).astimezone(UTC)
        after = datetime(wanted.year + 1, 1, 1, tzinfo=zone).astimezone(UTC)
        conditions += [Record.occurred_at >= first, Record.occurred_at < after]
    if text := wanted.text.strip():
        conditions.append(_matches(text))
    return conditions


def in_state(state: str, today: date) -> ColumnElement[bool]:
    """Return the condition for a state of the register; due follows from the date (F-17, R-4)."""
    if state == "held":
        return is_held()
    if state == Computed.DUE:
        return and_(Record.status == RecordStatus.ACCEPTED, Record.keep_until < today)
    if state == RecordStatus.ACCEPTED:
        undue = or_(Record.keep_until.is_(None), Record.keep_until >= today)
        return and_(Record.status == RecordStatus.ACCEPTED, undue)
    return Record.status == RecordStatus(state)


def is_held() -> ColumnElement[bool]:
    """Return the condition that at least one hold covers the record now (R-5)."""
    return exists(
        select(HoldItem.item_id)
        .join(Hold, Hold.id == HoldItem.hold_id)
        .where(HoldItem.item_id == Record.id, Hold.lifted_at.is_(None))
    )


def _matches(text: str) -> ColumnElement[bool]:
    """Find a text in the title, the number in any way of writing it, another number or a key (N-9, N-10)."""
    known: list[ColumnElement[bool]] = [Record.title.contains(text, autoescape=True)]
    if form := normal(text):
        entries = select(NumberEntry.item_id).where(
            NumberEntry.item_kind == "record", NumberEntry.normal.contains(form, autoescape=True)
        )
        others = select(Alias.item_id).where(
            Alias.item_kind == "record", Alias.normal.contains(form, autoescape=True)
        )
        keys = select(RecordKey.record_id).where(RecordKey.normal == form)
        known += [Record.id.in_(entries), Record.id.in_(others), Record.id.in_(keys)]
    return or_(*known)


def _order(wanted: RecordFilter) -> tuple[Any, ...]:
    leading = SORTS.get(wanted.sort, Record.filed_at)
    # Ids sort by the time they were made: filings of one instant keep their order.
    return (leading.desc(), Record.id.desc()) if wanted.descending else (leading, Record.id)


def _rows(ids: Select[UUID]) -> Select[*tuple[Any, ...]]:
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
            is_held().label("is_held"),
        )
        .join(Document, Document.id == Record.form_id)
        .join(Revision, Revision.id == Record.form_revision_id)
        .outerjoin(filer, filer.id == Record.filed_by)
        .where(Record.id.in_(ids))
    )


def _row(found: Any, today: date, zone: tzinfo) -> RecordRow:
    return RecordRow(
        record_id=found.id,
        number=found.number,
        title=found.title,
        state=record_state(found.status, found.keep_until, today).value,
        is_held=found.is_held,
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


def classes_to_filter(session: Session) -> tuple[Choice, ...]:
    """Return the retention classes in the schedule's order, each with its newest name (R-1)."""
    rows = session.execute(
        select(RetentionClassRow.id, RetentionClassRow.name, RetentionClassRow.revision).order_by(
            RetentionClassRow.ordinal, RetentionClassRow.revision
        )
    )
    return tuple(
        Choice(one.id, one.name if one.revision == 1 else f"{one.name} ({one.revision})") for one in rows
    )
