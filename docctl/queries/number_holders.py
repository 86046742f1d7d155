"""Who has written numbers, each in its legal entity: what another one has is free here (N-6, N-10, O-4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.entity_numbers import parted
from docctl.domain.normal_form import normal
from docctl.models.documents import Document
from docctl.models.numbers import Alias, NumberEntry, NumberState
from docctl.models.organisation import LegalEntity, Unit
from docctl.models.records import Record
from docctl.services.imports.grouping import in_pieces

#: A number where it is unique: the legal entity, and the normal form.
Place = tuple[UUID, str]


@dataclass(frozen=True, slots=True)
class Holder:
    """What has a number: how the register writes it, what became of it, and of which kind it is."""

    shown: str
    state: NumberState
    kind: str
    item_id: UUID | None

    def is_free_for(self, kind: str) -> bool:
        """Whether an item of a kind may take it: it was reserved for one (N-3)."""
        return self.state is NumberState.RESERVED and self.kind == kind


def holders_of(session: Session, wanted: Iterable[Place]) -> dict[Place, Holder]:
    """Return who has these numbers, each in its entity; asked in pieces, never a number each (N-6)."""
    places = _places(wanted)
    found: dict[Place, Holder] = {}
    for some in in_pieces({form for _, form in places}):
        rows = session.execute(
            select(
                NumberEntry.entity_id,
                NumberEntry.normal,
                NumberEntry.shown,
                NumberEntry.state,
                NumberEntry.kind,
                NumberEntry.item_id,
            ).where(NumberEntry.normal.in_(some))
        )
        for entity_id, form, shown, state, kind, item_id in rows:
            if (entity_id, form) in places:
                found[entity_id, form] = Holder(shown, state, kind, item_id)
    return found


def documents_of(session: Session, wanted: Iterable[Place]) -> dict[Place, UUID]:
    """Return the documents that have these numbers in their entities, now or as another name (N-9)."""
    places = _places(wanted)
    found = {
        place: holder.item_id
        for place, holder in holders_of(session, places).items()
        if holder.item_id is not None and holder.kind == "document"
    }
    for some in in_pieces({form for _, form in places}):
        rows = session.execute(
            select(Document.entity_id, Alias.normal, Document.id)
            .join(Alias, Alias.item_id == Document.id)
            .where(Alias.normal.in_(some), Alias.item_kind == "document")
            .order_by(Alias.id)
        )
        for entity_id, form, document_id in rows:
            if (entity_id, form) in places:
                found.setdefault((entity_id, form), document_id)
    return found


def entity_of(session: Session, unit_id: UUID | None) -> UUID | None:
    """Return the legal entity of a unit; without a unit the only one there is, None where there are more."""
    if unit_id is not None:
        return session.scalar(select(Unit.entity_id).where(Unit.id == unit_id))
    found = session.scalars(select(LegalEntity.id).limit(2)).all()
    return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class EntityName:
    """What a legal entity is called beside a number that several have: a code to type, a name to read."""

    code: str
    name: str


def entity_names(session: Session) -> Mapping[UUID, EntityName]:
    """Return what the legal entities are called, by id; one alone needs no name and is not among them."""
    rows = session.execute(select(LegalEntity.id, LegalEntity.code, LegalEntity.name)).all()
    return {one.id: EntityName(one.code, one.name) for one in rows} if len(rows) > 1 else {}


def entities_of_items(session: Session, items: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of the legal entities of documents and records; one alone needs no name."""
    names, ids = entity_names(session), sorted(set(items))
    if not names:
        return {}
    found: dict[UUID, str] = {}
    for item in (Document, Record):
        rows = session.execute(select(item.id, item.entity_id).where(item.id.in_(ids)))
        found.update((item_id, names[entity_id].name) for item_id, entity_id in rows)
    return found


def entity_written(session: Session, text: str) -> tuple[UUID, str] | None:
    """Return the entity and normal form of a number written with its entity's code, None for others."""
    parts = parted(text)
    if parts is None:
        return None
    code, form = parts
    known = session.execute(select(LegalEntity.id, LegalEntity.code))
    return next(((one.id, form) for one in known if normal(one.code) == code), None)


def where_meant(session: Session, number: str) -> tuple[list[UUID], str]:
    """Return the entities in which a written number is looked for, and its normal form there."""
    if (place := entity_written(session, number)) is not None:
        return [place[0]], place[1]
    return list(session.scalars(select(LegalEntity.id).order_by(LegalEntity.id))), normal(number)


def _places(wanted: Iterable[Place]) -> set[Place]:
    return {(entity_id, form) for entity_id, number in wanted if (form := normal(number))}
