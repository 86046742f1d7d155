"""The holds that cover a record, or once did, each with the key that lets it (R-5, S-7)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.i18n import Translator
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
    found = hold_lines(session, {(record_id, one) for one in session.scalars(ids)}, zone)
    return found.get(record_id, ())


def standing_holds(session: Session, record_ids: Collection[UUID]) -> dict[UUID, tuple[HoldLine, ...]]:
    """Return the holds in place on some records; one without is left out (R-5)."""
    if not record_ids:
        return {}
    pairs = {(record_id, hold_id) for hold_id, record_id in session.execute(coverings(record_ids))}
    return hold_lines(session, pairs)


def hold_lines(
    session: Session, pairs: Collection[tuple[UUID, UUID]], zone: tzinfo = UTC
) -> dict[UUID, tuple[HoldLine, ...]]:
    """Return by record the holds of some pairs of record and hold, in the order in which they were placed."""
    if not pairs:
        return {}
    because = keys_that_hold(session, {record_id for record_id, _ in pairs})
    wanted = select(Hold).where(Hold.id.in_({hold_id for _, hold_id in pairs}))
    found: dict[UUID, tuple[HoldLine, ...]] = {}
    for one in session.scalars(wanted.order_by(Hold.placed_at, Hold.number)):
        for record_id in sorted(record_id for record_id, hold_id in pairs if hold_id == one.id):
            line = HoldLine(
                one.id,
                one.number,
                one.name,
                one.placed_at.astimezone(zone),
                one.lifted_at.astimezone(zone) if one.lifted_at else None,
                because.get((record_id, one.id)),
            )
            found[record_id] = (*found.get(record_id, ()), line)
    return found


def held_words(words: Translator, holds: Iterable[HoldLine], *, is_held: bool) -> list[str]:
    """Return a sentence for each hold in place, with the key it comes by; one for who may not know them."""
    found = []
    for one in holds:
        told: dict[str, Any] = {"hold": one.number, "name": one.name, "since": one.placed_at}
        if one.key is None:
            found.append(words.t("because.held", **told))
        else:
            kind, value = one.key
            found.append(words.t("because.held_by_key", **told, words=f"{words.t(f'fields.{kind}')} {value}"))
    return found or ([words.t("because.held_unnamed")] if is_held else [])
