"""How a record is looked up for a use case: locked, and seen or not at all (X-3)."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts
from docctl.domain.verdicts import Conflict, NotFound, Refused
from docctl.models.holding import coverings
from docctl.models.records import Record
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
    return holds_among(session, [item_id]).get(item_id, 0)


def holds_among(session: Session, item_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return how many holds cover each of these items now; one without is left out (R-5)."""
    return {item_id: len(holds) for item_id, holds in covering(session, item_ids).items()}


def covering(session: Session, item_ids: Collection[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """Return which holds cover each of these items now; one without is left out (R-5)."""
    found: dict[UUID, tuple[UUID, ...]] = {}
    for hold_id, item_id in session.execute(coverings(item_ids)):
        found[item_id] = (*found.get(item_id, ()), hold_id)
    return found


def held_by(session: Session, hold_id: UUID) -> int:
    """Return how many records a hold in place covers (R-5)."""
    found = coverings().subquery("covered")
    return session.scalar(select(func.count()).select_from(found).where(found.c.hold_id == hold_id)) or 0


def unchanged(row: Record, row_version: int | None) -> None:
    """Raise Conflict where the record changed since the page was shown; None skips the question."""
    if row_version is not None and row.row_version != row_version:
        raise Conflict(Refused("request", "changed_meanwhile"))
