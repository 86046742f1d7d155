"""What falls due as of a day, and why a record is kept until its date (R-1, R-4, R-10, X-3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import CorrectionStatus, RecordStatus
from docctl.domain.normal_form import normal
from docctl.domain.permissions import Actor
from docctl.domain.verdicts import NotFound
from docctl.i18n import Translator
from docctl.models.numbers import NumberEntry
from docctl.models.organisation import Unit
from docctl.models.records import Correction, Record
from docctl.models.retention import Hold, HoldItem, RetentionClassRow
from docctl.models.visibility import sets_of

PAGE_SIZE: Final = 50


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
class DueList:
    """One page of the due list with exact counts of what the person may see."""

    on: date
    rows: tuple[DueRow, ...]
    total: int
    held: int
    page: int
    classes: tuple[Group, ...]
    units: tuple[Group, ...]

    @property
    def first(self) -> int:
        """The place of the page's first row, 0 where there is none."""
        return (self.page - 1) * PAGE_SIZE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The place of the page's last row."""
        return self.first + len(self.rows) - 1 if self.rows else 0

    def as_json(self) -> dict[str, Any]:
        """Return what `retention due --json` prints."""
        return {
            "on": self.on.isoformat(),
            "total": self.total,
            "records": [one.as_json() for one in self.rows],
        }


HELD: Final = exists().where(
    HoldItem.item_id == Record.id, HoldItem.hold_id == Hold.id, Hold.lifted_at.is_(None)
)
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
    everything = [
        Record.status == RecordStatus.ACCEPTED,
        Record.keep_until < wanted.on,
        Record.access_set_id.in_(sorted(sets_of(session, actor))),
    ]
    classes, units = _groups(session, everything)
    shown = list(everything)
    if wanted.class_code:
        codes = select(RetentionClassRow.id).where(RetentionClassRow.code == wanted.class_code)
        shown.append(Record.class_id.in_(codes))
    if wanted.unit_id is not None:
        shown.append(Record.unit_id == wanted.unit_id)
    total = session.scalar(select(func.count()).select_from(Record).where(*shown)) or 0
    held = session.scalar(select(func.count()).select_from(Record).where(*shown, HELD)) or 0
    ids = select(Record.id).where(*shown).order_by(Record.keep_until, Record.number)
    page = 1
    if page_size is not None:
        page = min(max(wanted.page, 1), max(-(-total // page_size), 1))
        ids = ids.limit(page_size).offset((page - 1) * page_size)
    return DueList(wanted.on, _rows(session, Record.id.in_(ids)), total, held, page, classes, units)


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


def _groups(
    session: Session, conditions: list[ColumnElement[bool]]
) -> tuple[tuple[Group, ...], tuple[Group, ...]]:
    classes = session.execute(
        select(RetentionClassRow.code, RetentionClassRow.name, func.count())
        .join(Record, Record.class_id == RetentionClassRow.id)
        .where(*conditions)
        .group_by(RetentionClassRow.code, RetentionClassRow.name)
        .order_by(func.min(RetentionClassRow.ordinal), RetentionClassRow.code)
    )
    units = session.execute(
        select(Unit.id, Unit.name, func.count())
        .join(Record, Record.unit_id == Unit.id)
        .where(*conditions)
        .group_by(Unit.id, Unit.name)
        .order_by(Unit.name)
    )
    return (
        tuple(Group(code, name, count) for code, name, count in classes),
        tuple(Group(str(unit_id), name, count) for unit_id, name, count in units),
    )


@dataclass(frozen=True, slots=True)
class Explanation:
    """Until when a record is kept, by which class, and each step of the reason (R-1, R-10)."""

    number: str
    title: str
    keep_until: date | None
    is_permanent: bool
    class_name: str
    basis: str
    trigger: str
    trigger_on: date | None
    because: tuple[Mapping[str, Any], ...]

    def sentences(self, words: Translator) -> list[str]:
        """Return the steps of the reason in words."""
        return [words.t(f"because.{one['code']}", **_params(one["params"])) for one in self.because]

    def as_json(self, words: Translator) -> dict[str, Any]:
        """Return what `retention explain --json` prints."""
        return {
            "number": self.number,
            "keep_until": self.keep_until.isoformat() if self.keep_until else None,
            "class": self.class_name,
            "basis": self.basis,
            "trigger": self.trigger,
            "because": self.sentences(words),
        }


def explain_record(session: Session, actor: Actor, number: str) -> Explanation:
    """Return why the record with this number, in any way of writing it, is kept so long (R-10, N-10).

    Raises NotFound where there is none that the person may see (X-3).
    """
    form = normal(number)
    ids = select(NumberEntry.item_id).where(NumberEntry.item_kind == "record", NumberEntry.normal == form)
    return _explained(session, actor, Record.id.in_(ids) | (Record.number == number.strip()))


def explain_record_id(session: Session, actor: Actor, record_id: UUID) -> Explanation:
    """Return why a record is kept so long; raise NotFound where it may not be seen (R-10, X-3)."""
    return _explained(session, actor, Record.id == record_id)


def _explained(session: Session, actor: Actor, condition: ColumnElement[bool]) -> Explanation:
    found = session.execute(
        select(Record, RetentionClassRow)
        .join(RetentionClassRow, RetentionClassRow.id == Record.class_id)
        .where(condition, Record.access_set_id.in_(sorted(sets_of(session, actor))))
        .order_by(Record.number)
        .limit(1)
    ).first()
    if found is None:
        raise NotFound("record")
    kept, cls = found
    return Explanation(
        number=kept.number,
        title=kept.title,
        keep_until=kept.keep_until,
        is_permanent=kept.is_permanent,
        class_name=cls.name,
        basis=cls.basis,
        trigger=_trigger(cls.data["trigger"]),
        trigger_on=kept.trigger_on,
        because=tuple(kept.keep_because),
    )


def _trigger(data: Mapping[str, Any]) -> str:
    return str(data["event"] or data["kind"])


def _params(params: Mapping[str, Any]) -> dict[str, Any]:
    """Name the trigger as the translations do: no kind before an event, no month after a year."""
    shown = dict(params)
    if isinstance(trigger := shown.get("trigger"), str):
        kind, _, rest = trigger.partition(":")
        shown["trigger"] = rest if kind == "event" and rest else kind
    return shown
