"""Holds on keys as pages show them: which keys, what each holds or would cover (R-5, S-7)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from docctl.domain.normal_form import normal
from docctl.domain.permissions import Actor
from docctl.models.records import Record, RecordKey
from docctl.models.retention import Hold, HoldKey
from docctl.models.visibility import visible_sets
from docctl.queries.shared_keys import is_of_key

#: So many records of a key are shown before a hold is placed on it; the register of the key has all.
SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A key of a hold, and how many of its records were being destroyed already when it was placed."""

    kind: str
    value: str
    too_late: int


def keys_of_holds(session: Session, hold_ids: Collection[UUID]) -> dict[UUID, tuple[HeldKey, ...]]:
    """Return the keys of some holds; one without is left out."""
    found: dict[UUID, tuple[HeldKey, ...]] = {}
    rows = session.execute(
        select(HoldKey.hold_id, HoldKey.kind, HoldKey.value, HoldKey.too_late)
        .where(HoldKey.hold_id.in_(hold_ids))
        .order_by(HoldKey.hold_id, HoldKey.kind, HoldKey.normal)
    )
    for hold_id, kind, value, too_late in rows:
        found[hold_id] = (*found.get(hold_id, ()), HeldKey(kind, value, too_late))
    return found


def keys_that_hold(
    session: Session, record_ids: Collection[UUID]
) -> dict[tuple[UUID, UUID], tuple[str, str]]:
    """Return by record and hold because of which key, as kind and value, it is or was covered (R-5, S-7)."""
    rows = session.execute(
        select(RecordKey.record_id, HoldKey.hold_id, HoldKey.kind, HoldKey.value)
        .join(HoldKey, and_(RecordKey.kind == HoldKey.kind, RecordKey.normal == HoldKey.normal))
        .where(RecordKey.record_id.in_(record_ids))
        .order_by(HoldKey.kind.desc(), HoldKey.normal.desc())
    )
    return {(record_id, hold_id): (kind, value) for record_id, hold_id, kind, value in rows}


@dataclass(frozen=True, slots=True)
class Standing:
    """A hold in place on a key."""

    hold_id: UUID
    number: str
    name: str


def holds_on_key(session: Session, kind: str, value: str) -> tuple[Standing, ...]:
    """Return the holds in place on a key, for who may know holds by name (R-5)."""
    rows = session.execute(
        select(Hold.id, Hold.number, Hold.name)
        .join(HoldKey, HoldKey.hold_id == Hold.id)
        .where(Hold.lifted_at.is_(None), HoldKey.kind == kind, HoldKey.normal == normal(value))
        .order_by(Hold.placed_at, Hold.number)
    )
    return tuple(Standing(*row) for row in rows)


@dataclass(frozen=True, slots=True)
class Bearing:
    """A record that bears a key; `since` when it is being destroyed, and can no longer be held."""

    record_id: UUID
    number: str
    title: str
    state: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a hold on a key would cover of what the person sees; all others are covered too (X-3)."""

    kind: str
    value: str
    covered: int
    rows: tuple[Bearing, ...]
    too_late: tuple[Bearing, ...]
    standing: tuple[Standing, ...]

    @property
    def more(self) -> int:
        """How many records are covered beside those shown."""
        return self.covered - len(self.rows)


def preview(session: Session, actor: Actor, kind: str, value: str) -> Preview:
    """Return what a hold on this key would cover now, as far as the person sees it (R-5, S-7, X-3)."""
    if not normal(value):
        return Preview(kind, value, 0, (), (), ())
    seen = (is_of_key(kind, value), Record.access_set_id.in_(visible_sets(actor)))
    open_ones, late = Record.destroying_since.is_(None), Record.destroyed_at.is_(None)
    columns = select(Record.id, Record.number, Record.title, Record.status, Record.destroying_since)
    first = session.execute(columns.where(*seen, open_ones).order_by(Record.number).limit(SHOWN))
    gone = session.execute(columns.where(*seen, ~open_ones, late).order_by(Record.number).limit(SHOWN))
    return Preview(
        kind,
        value,
        session.scalar(select(func.count()).select_from(Record).where(*seen, open_ones)) or 0,
        tuple(Bearing(*one[:3], one.status.value, one.destroying_since) for one in first),
        tuple(Bearing(*one[:3], one.status.value, one.destroying_since) for one in gone),
        holds_on_key(session, kind, value),
    )
