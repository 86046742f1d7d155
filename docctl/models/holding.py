"""Which records a hold covers, as SQL: those named, and those that bear one of its keys (R-5, S-7).

What is covered by a key is never looked up in a list made before: a record that is filed with the key is
covered from its commit on, whoever has noted it by then. One that is being destroyed no longer is.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, exists, or_, select

from docctl.models.records import Record, RecordKey
from docctl.models.retention import Hold, HoldItem, HoldKey

_STANDS: Final = Hold.lifted_at.is_(None)
_BEARS: Final = and_(RecordKey.kind == HoldKey.kind, RecordKey.normal == HoldKey.normal)


def coverings(record_ids: Collection[UUID] | None = None) -> CompoundSelect[UUID, UUID]:
    """Return the query for hold and record of what holds in place cover, each pair once.

    `record_ids`: of these records alone.
    """
    named = (
        select(HoldItem.hold_id, HoldItem.item_id.label("record_id"))
        .join(Hold, Hold.id == HoldItem.hold_id)
        .where(_STANDS)
    )
    borne = (
        select(HoldKey.hold_id, RecordKey.record_id)
        .join(Hold, Hold.id == HoldKey.hold_id)
        .join(RecordKey, _BEARS)
        .join(Record, Record.id == RecordKey.record_id)
        .where(_STANDS, Record.destroying_since.is_(None))
    )
    if record_ids is not None:
        named = named.where(HoldItem.item_id.in_(record_ids))
        borne = borne.where(RecordKey.record_id.in_(record_ids))
    return named.union(borne)


def held_records() -> Select[UUID]:
    """Return the query for all records that at least one hold covers, for `id IN (…)`."""
    return select(coverings().subquery("covered").c.record_id)


#: At least one hold covers the record; for statements over few rows of `record`.
HELD: Final[ColumnElement[bool]] = or_(
    exists().where(HoldItem.item_id == Record.id, HoldItem.hold_id == Hold.id, _STANDS),
    and_(
        Record.destroying_since.is_(None),
        exists().where(RecordKey.record_id == Record.id, _BEARS, HoldKey.hold_id == Hold.id, _STANDS),
    ),
)


def bears_key_of(hold_id: UUID | Any) -> ColumnElement[bool]:
    """Return the condition that a record bears a key of the hold, and can still be held."""
    bearing = select(RecordKey.record_id).join(HoldKey, _BEARS).where(HoldKey.hold_id == hold_id)
    return and_(
        Record.destroying_since.is_(None),
        # The hold may be that of a statement two levels up, which is not found by itself.
        Record.id.in_(bearing.correlate(Hold)),
    )


def is_noted_of(hold_id: UUID | Any) -> ColumnElement[bool]:
    """Return the condition that a record stands in the list of those that the hold covers."""
    return Record.id.in_(select(HoldItem.item_id).where(HoldItem.hold_id == hold_id).correlate(Hold))
