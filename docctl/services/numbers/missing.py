"""Where a number is missing in a series, by the schemes in force or by those of before (N-5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.number_series import Place, place_of
from docctl.models.documents import Document
from docctl.models.numbers import NumberEntry
from docctl.models.records import Record
from docctl.queries.rules_in_force import all_number_rules


@dataclass(frozen=True, slots=True)
class Gap:
    """A place in a series at which nothing stands, and the first entry after it."""

    place: Place
    later: NumberEntry


def gap_at(session: Session, number: str, entity_id: UUID, at: datetime) -> Gap | None:
    """Return where a number is missing; None where it is not, also where it is still to come (N-5)."""
    seen: set[str] = set()
    for rules in all_number_rules(session, at):
        for scheme in rules.schemes.values():
            place = place_of(scheme, number, str(entity_id))
            if place is None or place.scope in seen:
                continue
            seen.add(place.scope)
            later = _from(session, place)
            if later and later.sequence != place.sequence and later.begins_after < place.sequence:
                return Gap(place, later)
    return None


def unit_explaining(session: Session, gap: Gap) -> UUID | None:
    """Return the unit that explains a gap: that of the first item after it (N-5)."""
    item = (
        select(NumberEntry.item_id)
        .where(
            NumberEntry.scope == gap.place.scope,
            NumberEntry.sequence > gap.place.sequence,
            NumberEntry.item_id.is_not(None),
        )
        .order_by(NumberEntry.sequence)
        .limit(1)
        .scalar_subquery()
    )
    document = select(Document.unit_id).where(Document.id == item).scalar_subquery()
    filed = select(Record.unit_id).where(Record.id == item).scalar_subquery()
    return session.scalar(select(func.coalesce(document, filed)))


def _from(session: Session, place: Place) -> NumberEntry | None:
    """Return the first entry at or after a place."""
    return session.scalars(
        select(NumberEntry)
        .where(NumberEntry.scope == place.scope, NumberEntry.sequence >= place.sequence)
        .order_by(NumberEntry.sequence)
        .limit(1)
    ).first()
