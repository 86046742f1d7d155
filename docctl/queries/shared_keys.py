"""Keys that records share, such as a batch or an order: who bears them, what else they bear (S-7)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import RecordStatus
from docctl.domain.normal_form import normal
from docctl.domain.permissions import Actor
from docctl.models.records import KEY_KINDS, Record, RecordKey
from docctl.models.visibility import visible_sets

#: So many other keys are shown beside the records of one, and so many offered while one is typed.
_MOST_BESIDE: Final = 24
_MOST_OFFERED: Final = 4


@dataclass(frozen=True, slots=True)
class SharedKey:
    """A key as it was first written, and how many records bear it that the person may see."""

    kind: str
    value: str
    records: int


def is_of_key(kind: str, value: str) -> ColumnElement[bool]:
    """Return the condition that a record bears a key, however it is written (N-10, S-7)."""
    return Record.id.in_(
        select(RecordKey.record_id).where(RecordKey.kind == kind, RecordKey.normal == normal(value))
    )


def keys_of(session: Session, record_ids: Collection[UUID]) -> dict[UUID, list[tuple[str, str]]]:
    """Return the keys of some records, each as kind and value."""
    found: dict[UUID, list[tuple[str, str]]] = {}
    if not record_ids:
        return found
    rows = session.execute(
        select(RecordKey.record_id, RecordKey.kind, RecordKey.value)
        .where(RecordKey.record_id.in_(record_ids), RecordKey.normal != "")
        .order_by(RecordKey.record_id, RecordKey.kind, RecordKey.value)
    )
    for record_id, kind, value in rows:
        found.setdefault(record_id, []).append((kind, value))
    return found


def keys_beside(session: Session, actor: Actor, kind: str, value: str) -> tuple[SharedKey, ...]:
    """Return the other keys of the records of one: where a batch went, what made an order up (S-7, X-3)."""
    rows = session.execute(
        _counted(actor)
        .where(is_of_key(kind, value), ~((RecordKey.kind == kind) & (RecordKey.normal == normal(value))))
        .order_by(func.count().desc(), RecordKey.kind, RecordKey.normal)
        .limit(_MOST_BESIDE)
    )
    return tuple(SharedKey(*row) for row in rows)


def keys_beginning(session: Session, actor: Actor, typed: str) -> tuple[SharedKey, ...]:
    """Return keys that begin as typed, of records that the person may see (S-3, S-7, X-3)."""
    if len(form := normal(typed)) < 2:
        return ()
    after = f"{form}\U0010ffff"  # which ends the stretch of the index: both databases sort by code points
    rows = session.execute(
        _counted(actor)
        .where(RecordKey.kind.in_(KEY_KINDS), RecordKey.normal >= form, RecordKey.normal < after)
        .order_by(RecordKey.normal, RecordKey.kind)
        .limit(_MOST_OFFERED)
    )
    return tuple(SharedKey(*row) for row in rows)


def _counted(actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(RecordKey.kind, func.min(RecordKey.value), func.count(Record.id.distinct()))
        .join(Record, Record.id == RecordKey.record_id)
        .where(
            RecordKey.normal != "",
            Record.status != RecordStatus.VOIDED,
            Record.access_set_id.in_(visible_sets(actor)),
        )
        .group_by(RecordKey.kind, RecordKey.normal)
    )


__all__ = ["KEY_KINDS", "SharedKey", "is_of_key", "keys_beginning", "keys_beside", "keys_of"]
