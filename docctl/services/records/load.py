"""How a record is looked up for a use case: locked, and seen or not at all (X-3)."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts
from docctl.domain.verdicts import Conflict, NotFound, Refused
from docctl.models.records import Record
from docctl.models.retention import Hold, HoldItem
from docctl.services.access import sees
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock


def lock_record(session: Session, record_id: UUID) -> Record:
    """Lock a record; raise NotFound where there is none."""
    rows = lock(session, Rank.ITEMS, select(Record).where(Record.id == record_id))
    if not rows:
        raise NotFound("record")
    return rows[0]


def record_facts(session: Session, record: Record, by: Caller) -> Facts:
    """Return what permissions on a record depend on."""
    return Facts(
        unit_id=record.unit_id,
        author_id=record.filed_by,
        visible=sees(session, by.actor, record.access_set_id),
    )


def holds_on(session: Session, item_id: UUID) -> int:
    """Return how many holds cover an item now (R-5)."""
    return (
        session.scalar(
            select(func.count())
            .select_from(HoldItem)
            .join(Hold, Hold.id == HoldItem.hold_id)
            .where(HoldItem.item_id == item_id, Hold.lifted_at.is_(None))
        )
        or 0
    )


def holds_among(session: Session, item_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return how many holds cover each of these items now; one without is left out (R-5)."""
    query = (
        select(HoldItem.item_id, func.count().label("covering"))
        .join(Hold, Hold.id == HoldItem.hold_id)
        .where(HoldItem.item_id.in_(item_ids), Hold.lifted_at.is_(None))
        .group_by(HoldItem.item_id)
    )
    return {row.item_id: row.covering for row in session.execute(query)}


def unchanged(row: Record, row_version: int | None) -> None:
    """Raise Conflict where the record changed since the page was shown; None skips the question."""
    if row_version is not None and row.row_version != row_version:
        raise Conflict(Refused("request", "changed_meanwhile"))
