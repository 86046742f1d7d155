"""The holds that cover a record, or once did, each with the key that lets it (R-5, S-7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.models.holding import coverings
from docctl.models.retention import Hold, HoldItem
from docctl.queries.held_keys import keys_that_hold


@dataclass(frozen=True, slots=True)
class HoldLine:
    """A hold that covers the record, or once did (R-5)."""

    id: UUID
    number: str
    name: str
    placed_at: datetime
    lifted_at: datetime | None
    #: The key that lets it cover the record, as kind and value; None of one named by its number (S-7).
    key: tuple[str, str] | None


def record_holds(session: Session, record_id: UUID, zone: tzinfo = UTC) -> tuple[HoldLine, ...]:
    """Return a record's holds in the order in which they were placed, lifted ones too (R-5)."""
    now = coverings([record_id]).subquery("now")
    ids = select(HoldItem.hold_id).where(HoldItem.item_id == record_id).union(select(now.c.hold_id))
    holds = session.scalars(select(Hold).where(Hold.id.in_(ids)).order_by(Hold.placed_at, Hold.number)).all()
    because = keys_that_hold(session, record_id) if holds else {}
    return tuple(
        HoldLine(
            one.id,
            one.number,
            one.name,
            one.placed_at.astimezone(zone),
            one.lifted_at.astimezone(zone) if one.lifted_at else None,
            because.get(one.id),
        )
        for one in holds
    )
