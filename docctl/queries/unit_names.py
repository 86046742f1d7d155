"""What units are called today, were called on a day, and by which other names they are found (O-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from docctl.models.documents import Document, DocumentOwner
from docctl.models.names import name_key
from docctl.models.organisation import Unit, UnitName


@dataclass(frozen=True, slots=True)
class OtherUnitName:
    """Another name of a unit, or what it was called and the unit it stood under, until a day.

    `of` is the unit that went into it and was called so.
    """

    id: UUID
    name: str
    until_on: date | None
    parent: str
    reason: str
    of: str = ""
    of_id: UUID | None = None


def name_on(day: date) -> ColumnElement[str]:
    """Return what the joined unit was called on a day, for a column (O-2)."""
    former = aliased(UnitName)
    then = (
        select(former.name)
        .where(former.unit_id == Unit.id, former.until_on >= day)
        .order_by(former.until_on)
        .limit(1)
        .correlate(Unit)
        .scalar_subquery()
    )
    return func.coalesce(then, Unit.name)


def owner_on(day: date) -> ColumnElement[UUID]:
    """Return which unit owned the joined document on a day (O-2)."""
    then = (
        select(DocumentOwner.unit_id)
        .where(DocumentOwner.document_id == Document.id, DocumentOwner.until_on >= day)
        .order_by(DocumentOwner.until_on)
        .limit(1)
        .correlate(Document)
        .scalar_subquery()
    )
    return func.coalesce(then, Document.unit_id)


def called(text: str) -> ColumnElement[bool]:
    """Return the condition that a unit has a text as another name, or had it as its name (O-2)."""
    return Unit.id.in_(select(UnitName.unit_id).where(UnitName.normal == name_key(text)))


def names_of(session: Session, unit_id: UUID) -> tuple[OtherUnitName, ...]:
    """Return the other names of a unit, then what it was called before, newest first (O-2)."""
    parent, gone = aliased(Unit), aliased(Unit)
    rows = session.execute(
        select(UnitName, parent.name.label("parent"), gone.code.label("of"))
        .outerjoin(parent, parent.id == UnitName.parent_id)
        .outerjoin(gone, gone.id == UnitName.from_unit_id)
        .where(UnitName.unit_id == unit_id)
        .order_by(UnitName.until_on.is_not(None), UnitName.until_on.desc(), UnitName.name)
    )
    return tuple(
        OtherUnitName(one.id, one.name, one.until_on, under or "", one.reason, of or "", one.from_unit_id)
        for one, under, of in rows
    )


def goings(session: Session, day: date) -> list[tuple[UUID, UUID]]:
    """Return which units were gone into which others on a day; not those that are there again (O-2)."""
    rows = session.execute(
        select(UnitName.from_unit_id, UnitName.unit_id)
        .join(Unit, Unit.id == UnitName.from_unit_id)
        .where(Unit.valid_until < day)
        .distinct()
    )
    return [(gone, into) for gone, into in rows if gone is not None]


def since_when(session: Session, unit: Unit) -> date | None:
    """Return the first day on which a unit was as it is now; None where nobody knows (O-2)."""
    last = session.scalar(select(func.max(UnitName.until_on)).where(UnitName.unit_id == unit.id))
    return unit.valid_from if last is None else last + timedelta(days=1)
