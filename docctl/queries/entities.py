"""The legal entities with what they were called, and how their units are written (O-2, O-4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.entities import written_units
from docctl.domain.verdicts import NotFound
from docctl.models.documents import Document
from docctl.models.organisation import EntityNameRow, LegalEntity, Unit


@dataclass(frozen=True, slots=True)
class FormerName:
    """What a legal entity was called until a day, and why no more."""

    name: str
    until_on: date
    reason: str


@dataclass(frozen=True, slots=True)
class EntityRow:
    """A legal entity; `since` is the first day of its name, None where nobody knows."""

    id: UUID
    code: str
    name: str
    units: int
    documents: int
    since: date | None
    former: tuple[FormerName, ...]


def entities(session: Session) -> tuple[EntityRow, ...]:
    """Return the legal entities, the one that was founded first before the others (O-4)."""
    units, documents = _counted(session, Unit), _counted(session, Document)
    former: dict[UUID, list[FormerName]] = {}
    for one in session.scalars(select(EntityNameRow).order_by(EntityNameRow.until_on.desc())):
        former.setdefault(one.entity_id, []).append(FormerName(one.name, one.until_on, one.reason))
    return tuple(
        EntityRow(
            one.id,
            one.code,
            one.name,
            units.get(one.id, 0),
            documents.get(one.id, 0),
            former[one.id][0].until_on + timedelta(days=1) if one.id in former else None,
            tuple(former.get(one.id, ())),
        )
        for one in session.scalars(select(LegalEntity).order_by(LegalEntity.id))
    )


def entity_row(session: Session, entity_id: UUID) -> EntityRow:
    """Return one legal entity; raise NotFound for none."""
    for one in entities(session):
        if one.id == entity_id:
            return one
    raise NotFound("entity")


def entity_coded(session: Session, text: str) -> EntityRow:
    """Return the legal entity with this code or name; raise NotFound for none."""
    for one in entities(session):
        if text.strip().upper() == one.code.upper() or text.strip() == one.name:
            return one
    raise NotFound("entity")


def entity_since(session: Session, entity_id: UUID) -> date | None:
    """Return the first day on which a legal entity was called as it is; None where nobody knows."""
    last = session.scalar(
        select(func.max(EntityNameRow.until_on)).where(EntityNameRow.entity_id == entity_id)
    )
    return None if last is None else last + timedelta(days=1)


def unit_keys(session: Session) -> dict[UUID, str]:
    """Return how routes and conditions write each unit: its code, unless an earlier one has it (O-4)."""
    rows = session.execute(
        select(Unit.id, Unit.code, LegalEntity.code.label("entity"))
        .join(LegalEntity, LegalEntity.id == Unit.entity_id)
        .order_by(Unit.entity_id, Unit.code)
    )
    return written_units((one.id, one.code, one.entity) for one in rows)


def _counted(session: Session, of: type[Unit] | type[Document]) -> dict[UUID, int]:
    rows = session.execute(select(of.entity_id, func.count()).group_by(of.entity_id))
    return {entity_id: count for entity_id, count in rows}  # noqa: C416  # rows, not pairs
