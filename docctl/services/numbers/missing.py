"""Where a number is missing in a series, by the schemes in force or by those of before (N-5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.number_series import Place, place_of
from docctl.models.blanks import BlankPrint
from docctl.models.documents import Document
from docctl.models.numbers import Counter, NumberEntry
from docctl.models.records import Record
from docctl.queries.blank_gaps import kept_by_prints, used_by
from docctl.queries.rules_in_force import all_number_rules


@dataclass(frozen=True, slots=True)
class Gap:
    """A place in a series at which nothing stands, of which kind, and the next place at which something does.

    Up to `begins_after` nothing is missing before what stands there. `unit_id` is who used the number, where
    it is of a printed blank (D-10).
    """

    place: Place
    kind: str
    begins_after: int
    beyond: int
    unit_id: UUID | None = None


def gap_at(session: Session, number: str, entity_id: UUID, at: datetime) -> Gap | None:
    """Return where a number is missing; None where it is not, also where it is still to come (N-5)."""
    seen: set[str] = set()
    for rules in all_number_rules(session, at):
        for scheme in rules.schemes.values():
            place = place_of(scheme, number, str(entity_id))
            if place is None or place.scope in seen:
                continue
            seen.add(place.scope)
            if gap := _gap(session, place):
                return gap
    return None


def _gap(session: Session, place: Place) -> Gap | None:
    later = _from(session, place)
    if later and later.sequence == place.sequence:
        return None
    if unit := used_by(session, place.scope, place.sequence):
        return Gap(place, "record", _begins(session, place), place.sequence + 1, unit)
    if kept_by_prints(session, place.scope, [place.sequence]):
        return None
    if later and later.sequence and later.begins_after < place.sequence:
        return Gap(place, later.kind, later.begins_after, later.sequence)
    return _before_print(session, place)


def _before_print(session: Session, place: Place) -> Gap | None:
    """Return the gap that the next print of blanks leaves before it, where nothing else comes after it."""
    first = session.scalar(
        select(func.min(BlankPrint.first)).where(
            BlankPrint.scope == place.scope, BlankPrint.first > place.sequence
        )
    )
    if first is None:
        return None
    begins = _begins(session, place)
    return Gap(place, "record", begins, first) if begins < place.sequence else None


def _begins(session: Session, place: Place) -> int:
    return session.scalar(select(Counter.begins_after).where(Counter.scope == place.scope)) or 0


def unit_explaining(session: Session, gap: Gap) -> UUID | None:
    """Return the unit that explains a gap: who used the number, or that of the first item after it (N-5)."""
    if gap.unit_id is not None:
        return gap.unit_id
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
