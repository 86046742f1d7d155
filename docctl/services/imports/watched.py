"""Where the files of a watched folder go: a unit and a type that the setting names (I-1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from docctl.domain.imports import Watched
from docctl.domain.verdicts import Refused
from docctl.models.documents import DocumentType
from docctl.models.organisation import Unit


@dataclass(frozen=True, slots=True)
class GoesTo:
    """The unit and type of what lies in a watched folder that says nothing of its own."""

    unit_id: UUID
    type_id: UUID


def goes_to(session: Session, watched: Watched) -> GoesTo | Refused:
    """Return where the files of a folder go, or why none is taken: no such unit or type (I-1)."""
    known = select(Unit).where(or_(Unit.code == watched.unit, Unit.name == watched.unit))
    unit = session.scalars(known.where(Unit.valid_until.is_(None)).order_by(Unit.code)).first()
    if unit is None:
        return Refused("I-1", "watched_unit", {"folder": watched.path.name, "unit": watched.unit[:60]})
    named = or_(
        DocumentType.code == watched.type,
        DocumentType.name == watched.type,
        DocumentType.name_en == watched.type,
    )
    kind = session.scalars(select(DocumentType).where(named).order_by(DocumentType.ordinal)).first()
    if kind is None:
        return Refused("I-1", "watched_type", {"folder": watched.path.name, "type": watched.type[:60]})
    if not watched.path.is_dir():
        return Refused("I-1", "watched_gone", {"folder": watched.path.name})
    return GoesTo(unit.id, kind.id)


def not_taken_from(session: Session, watched: Iterable[Watched]) -> list[Refused]:
    """Return why folders are not taken from, for those that are not."""
    return [found for one in watched if isinstance(found := goes_to(session, one), Refused)]
