"""The register of numbers, and who has one of them (N-1, N-3, N-6, X-3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from docctl.domain.entity_numbers import qualified
from docctl.domain.normal_form import normal
from docctl.domain.permissions import Actor
from docctl.models.documents import Document
from docctl.models.numbers import NumberEntry, NumberState
from docctl.models.organisation import Person, Unit
from docctl.models.records import Record
from docctl.models.visibility import visible_sets
from docctl.queries.number_holders import EntityName, Place, entity_names, entity_of
from docctl.queries.paging import PAGE_SIZE, Paged, page_within
from docctl.queries.revision_states import readable_document


@dataclass(frozen=True, slots=True)
class NumberFilter:
    """What the number register is asked for."""

    text: str = ""
    kind: str = ""
    state: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class NumberRow:
    """One number; of an item hidden from the reader only that it is taken, and whom to ask (X-3)."""

    shown: str
    kind: str
    state: str
    is_hidden: bool
    item_id: UUID | None
    title: str
    function: str
    reason: str
    taken_at: datetime
    taken_by: str
    #: Its legal entity, where there are several (O-4).
    entity: EntityName | None = None

    @property
    def written(self) -> str:
        """The number as it can be typed so that it alone is meant."""
        return qualified(self.entity.code if self.entity else "", self.shown)


@dataclass(frozen=True, slots=True)
class NumberRegister(Paged):
    """One page of the number register, with its exact count; `has_entities`: there are several."""

    rows: tuple[NumberRow, ...]
    total: int
    page: int
    has_entities: bool = False


def number_register(
    session: Session, actor: Actor, wanted: NumberFilter, *, at: datetime, zone: tzinfo
) -> NumberRegister:
    """Return a page of all numbers ever given; a number by itself is not secret (N-1, X-3)."""
    conditions = _conditions(wanted)
    total = session.scalar(select(func.count()).select_from(NumberEntry).where(*conditions)) or 0
    page = page_within(wanted.page, total, PAGE_SIZE)
    found = session.execute(
        _entries(actor, at)
        .where(*conditions)
        .order_by(NumberEntry.shown, NumberEntry.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    names = entity_names(session)
    rows = tuple(replace(_row(one, zone), entity=names.get(one.NumberEntry.entity_id)) for one in found)
    return NumberRegister(rows, total, page, has_entities=bool(names))


def _conditions(wanted: NumberFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if form := normal(wanted.text):
        conditions.append(NumberEntry.normal.contains(form, autoescape=True))
    if wanted.kind in {"document", "record"}:
        conditions.append(NumberEntry.kind == wanted.kind)
    if wanted.state in set(NumberState):
        conditions.append(NumberEntry.state == NumberState(wanted.state))
    return conditions


def _entries(actor: Actor, at: datetime) -> Select[*tuple[Any, ...]]:
    is_document = and_(Document.id == NumberEntry.item_id, NumberEntry.item_kind == "document")
    is_record = and_(Record.id == NumberEntry.item_id, NumberEntry.item_kind == "record")
    return (
        select(
            NumberEntry,
            func.coalesce(Document.title, Record.title, "").label("title"),
            func.coalesce(Unit.name, "").label("function"),
            func.coalesce(Person.name, "").label("taken_by"),
            or_(readable_document(actor, at), Record.access_set_id.in_(visible_sets(actor))).label("seen"),
        )
        .outerjoin(Document, is_document)
        .outerjoin(Record, is_record)
        .outerjoin(Unit, Unit.id == func.coalesce(Document.unit_id, Record.unit_id))
        .outerjoin(Person, Person.id == NumberEntry.taken_by)
    )


def _row(found: Any, zone: tzinfo) -> NumberRow:
    entry: NumberEntry = found.NumberEntry
    hidden = entry.item_id is not None and not found.seen
    return NumberRow(
        shown=entry.shown,
        kind=entry.kind,
        state=entry.state.value,
        is_hidden=hidden,
        item_id=None if hidden else entry.item_id,
        title="" if hidden else found.title,
        function=found.function,
        reason="" if hidden else entry.reason,
        taken_at=entry.taken_at.astimezone(zone),
        taken_by="" if hidden else found.taken_by,
    )


def holder_seen(
    session: Session, actor: Actor, place: Place, *, at: datetime, zone: tzinfo
) -> NumberRow | None:
    """Return who has a number in its entity, for the message of a clash: named unless hidden (N-6, X-3)."""
    entity_id, number = place
    query = _entries(actor, at).where(
        NumberEntry.entity_id == entity_id, NumberEntry.normal == normal(number)
    )
    found = session.execute(query).first()
    return _row(found, zone) if found is not None else None


def holder_for_unit(
    session: Session, actor: Actor, number: str, unit_id: UUID | None, *, at: datetime, zone: tzinfo
) -> NumberRow | None:
    """Return who has a number that an item of a unit shall have, None where it is free or nothing (N-6)."""
    entity_id = entity_of(session, unit_id) if number.strip() else None
    return holder_seen(session, actor, (entity_id, number), at=at, zone=zone) if entity_id else None
