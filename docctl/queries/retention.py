"""What falls due as of a day, by class and unit, with what is held (R-4, R-5, R-6, X-3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import CorrectionStatus, RecordStatus
from docctl.domain.permissions import Actor
from docctl.models.holding import HELD, held_records
from docctl.models.organisation import Unit
from docctl.models.records import Correction, Record
from docctl.models.retention import RetentionClassRow
from docctl.models.visibility import sets_of
from docctl.queries.explanation import Explanation, explain_record_id
from docctl.queries.paging import PAGE_SIZE, Paged, page_within
from docctl.queries.sql_terms import Unindexed

__all__ = [
    "PAGE_SIZE",
    "DueFilter",
    "DueList",
    "DueRow",
    "Explanation",
    "Group",
    "due_list",
    "due_records",
    "explain_record_id",
]


@dataclass(frozen=True, slots=True)
class DueFilter:
    """What the due list is asked for; `on` may be a day to come."""

    on: date
    class_code: str = ""
    unit_id: UUID | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class DueRow:
    """A record whose time is over; `due` is the first day on which it is."""

    record_id: UUID
    number: str
    title: str
    class_code: str
    class_name: str
    basis: str
    unit_name: str
    keep_until: date
    action: str
    is_held: bool
    is_under_correction: bool

    @property
    def due(self) -> date:
        """The day after the last day it must be kept (R-4)."""
        return self.keep_until + timedelta(days=1)

    def as_json(self) -> dict[str, Any]:
        """Return what `retention due --json` prints of it."""
        return {
            "number": self.number,
            "title": self.title,
            "class": self.class_name,
            "basis": self.basis,
            "due": self.due.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Group:
    """How many due records a class or a unit has; `key` is a class code or a unit id."""

    key: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class DueList(Paged):
    """One page of the due list with exact counts of what the person may see."""

    on: date
    rows: tuple[DueRow, ...]
    total: int
    held: int
    page: int
    classes: tuple[Group, ...]
    units: tuple[Group, ...]

    def as_json(self) -> dict[str, Any]:
        """Return what `retention due --json` prints."""
        return {
            "on": self.on.isoformat(),
            "total": self.total,
            "records": [one.as_json() for one in self.rows],
        }


UNDER_CORRECTION: Final = exists().where(
    Correction.record_id == Record.id,
    Correction.status.in_((CorrectionStatus.PENDING, CorrectionStatus.NOTED)),
)


def due_list(
    session: Session, actor: Actor, wanted: DueFilter, *, page_size: int | None = PAGE_SIZE
) -> DueList:
    """Return what is due on a day: kept until before it, accepted, on no list yet (R-4, R-6).

    Held records are due too and are shown as held. `page_size=None` returns all rows.
    """
    seen = sets_of(session, actor)
    everything = [
        Record.status == RecordStatus.ACCEPTED,
        Record.keep_until < wanted.on,
        Record.access_set_id.in_(sorted(seen)),
    ]
    counts = _counts(session, everything)
    shown = list(everything)
    if wanted.class_code:
        codes = select(RetentionClassRow.id).where(RetentionClassRow.code == wanted.class_code)
        shown.append(Record.class_id.in_(codes))
    if wanted.unit_id is not None:
        shown.append(Record.unit_id == wanted.unit_id)
    total = sum(
        one.count
        for one in counts
        if wanted.class_code in {"", one.class_code} and wanted.unit_id in {None, one.unit_id}
    )
    ids = select(Record.id).where(*shown).order_by(Record.keep_until, Record.number)
    page = 1
    if page_size is not None:
        page = page_within(wanted.page, total, page_size)
        ids = ids.limit(page_size).offset((page - 1) * page_size)
    return DueList(
        on=wanted.on,
        rows=_rows(session, Record.id.in_(ids)),
        total=total,
        held=_held(session, wanted, seen),
        page=page,
        classes=_groups((one.class_code, one.class_name, one.count) for one in counts),
        units=_groups((str(one.unit_id), one.unit_name, one.count) for one in counts),
    )


def due_records(session: Session, actor: Actor, records: Sequence[UUID]) -> tuple[DueRow, ...]:
    """Return the accepted records with these ids that the person may see, for a list about to be made."""
    return _rows(
        session,
        Record.id.in_(records)
        & (Record.status == RecordStatus.ACCEPTED)
        & Record.keep_until.is_not(None)
        & Record.access_set_id.in_(sorted(sets_of(session, actor))),
    )


def _rows(session: Session, condition: ColumnElement[bool]) -> tuple[DueRow, ...]:
    found = session.execute(
        select(
            Record.id,
            Record.number,
            Record.title,
            Record.unit_name,
            Record.keep_until,
            RetentionClassRow.code,
            RetentionClassRow.name,
            RetentionClassRow.basis,
            RetentionClassRow.data,
            HELD.label("held"),
            UNDER_CORRECTION.label("corrected"),
        )
        .join(RetentionClassRow, RetentionClassRow.id == Record.class_id)
        .where(condition)
        .order_by(Record.keep_until, Record.number)
    )
    return tuple(
        DueRow(
            record_id=one.id,
            number=one.number,
            title=one.title,
            class_code=one.code,
            class_name=one.name,
            basis=one.basis,
            unit_name=one.unit_name,
            keep_until=one.keep_until,
            action=one.data["action"],
            is_held=one.held,
            is_under_correction=one.corrected,
        )
        for one in found
    )


@dataclass(frozen=True, slots=True)
class _Count:
    """How many due records a class has in a unit."""

    class_code: str
    class_name: str
    unit_id: UUID
    unit_name: str
    count: int


def _counts(session: Session, conditions: list[ColumnElement[bool]]) -> list[_Count]:
    """Count once by class and unit: total, filters and chips all follow from it."""
    counted = (
        select(Record.class_id, Record.unit_id, func.count().label("count"))
        .where(*conditions)
        .group_by(Record.class_id, Record.unit_id)
        .subquery()
    )
    found = session.execute(
        select(RetentionClassRow.code, RetentionClassRow.name, Unit.id, Unit.name, counted.c.count)
        .join(counted, counted.c.class_id == RetentionClassRow.id)
        .join(Unit, Unit.id == counted.c.unit_id)
        .order_by(RetentionClassRow.ordinal, RetentionClassRow.code, Unit.name)
    )
    return [_Count(*one) for one in found]


def _held(session: Session, wanted: DueFilter, seen: frozenset[UUID]) -> int:
    """Count from the holds: the database would rather walk all that is due."""
    covered = held_records().distinct().subquery("held")
    shown = [
        Unindexed(Record.status) == RecordStatus.ACCEPTED,
        Unindexed(Record.keep_until) < wanted.on,
        Unindexed(Record.access_set_id).in_(sorted(seen)),
    ]
    if wanted.class_code:
        codes = select(RetentionClassRow.id).where(RetentionClassRow.code == wanted.class_code)
        shown.append(Unindexed(Record.class_id).in_(codes))
    if wanted.unit_id is not None:
        shown.append(Unindexed(Record.unit_id) == wanted.unit_id)
    query = select(func.count()).select_from(covered).join(Record, Record.id == covered.c.record_id)
    return session.scalar(query.where(*shown)) or 0


def _groups(counts: Iterable[tuple[str, str, int]]) -> tuple[Group, ...]:
    groups: dict[str, Group] = {}
    for key, name, count in counts:
        before = groups[key].count if key in groups else 0
        groups[key] = Group(key, name, before + count)
    return tuple(groups.values())
