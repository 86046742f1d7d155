"""What a register of records is narrowed by, as SQL that one index answers alone (S-1, F-17, N-10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from docctl.domain.lifecycle import Computed, RecordStatus
from docctl.domain.normal_form import normal
from docctl.models.holding import held_records
from docctl.models.numbers import Alias, NumberEntry
from docctl.models.organisation import LegalEntity
from docctl.models.records import KEY_KINDS, Medium, Record, RecordKey
from docctl.models.retention import RetentionClassRow
from docctl.queries.shared_keys import is_of_key
from docctl.queries.sql_terms import Unindexed, containing

#: What nobody from outside is told of a record: that it is held, or on a disposal list (O-7).
UNTOLD: Final = frozenset({"held", "on_list"})

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
    #: Kind and value of a key: every record that bears it (S-7).
    key: tuple[str, str] | None = None
    #: Field and choice of the form by their keys: either of one field, and of each field (F-2, S-3).
    choices: tuple[tuple[str, str], ...] = ()
    sort: str = "filed"
    descending: bool = True
    page: int = 1


def conditions(
    wanted: RecordFilter, *, today: date, zone: tzinfo, is_outside: bool = False
) -> list[ColumnElement[bool]]:
    """Return what the filters ask for, without what the person may see (S-1)."""
    found: list[ColumnElement[bool]] = []
    for column, value in (
        (Record.form_id, wanted.form_id),
        (Record.unit_id, wanted.unit_id),
        (Record.filed_by, wanted.filer_id),
    ):
        if value is not None:
            found.append(Unindexed(column) == value)
    found += _of_class(wanted.class_id)
    if wanted.state in STATES:
        if is_outside:
            found += _in_state_told(wanted.state, today)
        else:
            found.append(in_state(wanted.state, today))
    if wanted.medium in set(Medium):
        found.append(Record.medium == Medium(wanted.medium))
    if wanted.late:
        found.append(Record.is_late.is_(True))
    if wanted.year is not None and 1900 <= wanted.year < 9999:
        first = datetime(wanted.year, 1, 1, tzinfo=zone).astimezone(UTC)
        after = datetime(wanted.year + 1, 1, 1, tzinfo=zone).astimezone(UTC)
        found += [Record.occurred_at >= first, Record.occurred_at < after]
    if wanted.key is not None:
        found.append(is_of_key(*wanted.key))
    if text := wanted.text.strip():
        found.append(_matches(text))
    return found


def _of_class(class_id: UUID | None) -> list[ColumnElement[bool]]:
    """Return the condition for a class in whichever of its revisions (R-3)."""
    if class_id is None:
        return []
    code = select(RetentionClassRow.code).where(RetentionClassRow.id == class_id).scalar_subquery()
    revisions = select(RetentionClassRow.id).where(RetentionClassRow.code == code)
    return [Unindexed(Record.class_id).in_(revisions)]


def in_state(state: str, today: date) -> ColumnElement[bool]:
    """Return the condition for a state of the register; due follows from the date (F-17, R-4)."""
    if state == "held":
        return is_held()
    status = Unindexed(Record.status)
    if state == Computed.DUE:
        return and_(status == RecordStatus.ACCEPTED, Record.keep_until < today)
    if state == RecordStatus.ACCEPTED:
        undue = or_(Record.keep_until.is_(None), Record.keep_until >= today)
        return and_(status == RecordStatus.ACCEPTED, undue)
    return status == RecordStatus(state)


def _in_state_told(state: str, today: date) -> list[ColumnElement[bool]]:
    """Return the condition for a state as somebody from outside is told it; none for what is not (O-7)."""
    if state in UNTOLD:
        return []
    if state not in {Computed.DUE, RecordStatus.ACCEPTED}:
        return [in_state(state, today)]
    accepted = Record.status.in_((RecordStatus.ACCEPTED, RecordStatus.ON_LIST))
    if state == Computed.DUE:
        return [accepted, Record.keep_until < today]
    return [accepted, or_(Record.keep_until.is_(None), Record.keep_until >= today)]


def is_held() -> ColumnElement[bool]:
    """Return the condition that at least one hold covers the record now (R-5)."""
    return Record.id.in_(held_records())


def _matches(text: str) -> ColumnElement[bool]:
    """Find a part of the title or number, or a whole number, alias or key however written (N-9, N-10)."""
    known: list[ColumnElement[bool]] = [containing(Record.title, text)]
    if form := normal(text):
        known += [
            containing(Record.number, form),
            Record.id.in_(select(NumberEntry.item_id).where(*_is_number(form))),
            Record.id.in_(select(Alias.item_id).where(Alias.item_kind == "record", Alias.normal == form)),
            Record.id.in_(
                select(RecordKey.record_id).where(RecordKey.kind.in_(KEY_KINDS), RecordKey.normal == form)
            ),
        ]
    return or_(*known)


def _is_number(form: str) -> tuple[ColumnElement[bool], ...]:
    entities = select(LegalEntity.id)
    return (
        NumberEntry.entity_id.in_(entities),
        NumberEntry.normal == form,
        NumberEntry.item_kind == "record",
    )
