"""The register of numbers, and which item a written number means (N-1, N-3, N-10, X-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from docctl.domain.normal_form import normal, resolve
from docctl.domain.permissions import Actor
from docctl.domain.verdicts import NotFound
from docctl.models.documents import Document
from docctl.models.numbers import Alias, NumberEntry, NumberState
from docctl.models.organisation import Person, Unit
from docctl.models.records import Record
from docctl.models.visibility import visible_sets
from docctl.queries.number_holders import Place, entity_of
from docctl.queries.other_names import keys_of
from docctl.queries.paging import PAGE_SIZE, Paged
from docctl.queries.revision_states import readable_document

#: More candidates than this are no answer; the person writes more of the number.
MOST_CANDIDATES: Final = 20


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


@dataclass(frozen=True, slots=True)
class NumberRegister(Paged):
    """One page of the number register, with its exact count."""

    rows: tuple[NumberRow, ...]
    total: int
    page: int

    @property
    def has_next(self) -> bool:
        """Whether more rows follow."""
        return self.last < self.total


def number_register(
    session: Session, actor: Actor, wanted: NumberFilter, *, at: datetime, zone: tzinfo
) -> NumberRegister:
    """Return a page of all numbers ever given; a number by itself is not secret (N-1, X-3)."""
    conditions = _conditions(wanted)
    total = session.scalar(select(func.count()).select_from(NumberEntry).where(*conditions)) or 0
    page = min(max(wanted.page, 1), max(-(-total // PAGE_SIZE), 1))
    found = session.execute(
        _entries(actor, at)
        .where(*conditions)
        .order_by(NumberEntry.shown)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    return NumberRegister(tuple(_row(one, zone) for one in found), total, page)


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


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that a written number may mean; `former` where it is found by another name (N-9)."""

    item_kind: str
    item_id: UUID
    number: str
    title: str
    former: str = ""


def find_number(session: Session, actor: Actor, text: str, *, at: datetime) -> tuple[Candidate, ...]:
    """Return the item that a number means, or all that it may mean (N-9, N-10).

    The exact number comes first, then another name of an item, then a tail. Raises NotFound where
    there is none, or none that the person may see (X-3).
    """
    form = normal(text)
    if not form:
        raise NotFound("number")
    exact = _visible(session, actor, at, NumberEntry.normal == form)
    if exact:
        return tuple(exact)
    if named := _by_alias(session, actor, at, keys_of(text)):
        return named
    ending = _visible(session, actor, at, NumberEntry.normal.endswith(form, autoescape=True))
    meant = set(resolve(text, [one.former or one.number for one in ending]))
    found: dict[UUID, Candidate] = {}
    for one in sorted(ending, key=lambda each: bool(each.former)):  # the number that it has goes first
        if (one.former or one.number) in meant:
            found.setdefault(one.item_id, one)
    if not found:
        raise NotFound("number")
    return tuple(found.values())[:MOST_CANDIDATES]


def _visible(session: Session, actor: Actor, at: datetime, which: ColumnElement[bool]) -> list[Candidate]:
    documents = session.execute(
        select(Document.id, Document.number, Document.title, NumberEntry.shown)
        .join(NumberEntry, NumberEntry.item_id == Document.id)
        .where(which, NumberEntry.item_kind == "document", readable_document(actor, at))
        .order_by(NumberEntry.shown)
        .limit(200)
    )
    records = session.execute(
        select(Record.id, Record.number, Record.title, NumberEntry.shown)
        .join(NumberEntry, NumberEntry.item_id == Record.id)
        .where(which, NumberEntry.item_kind == "record", Record.access_set_id.in_(visible_sets(actor)))
        .order_by(NumberEntry.shown)
        .limit(200)
    )
    return [
        Candidate(kind, item_id, number, title, shown if shown != number else "")
        for kind, rows in (("document", documents), ("record", records))
        for item_id, number, title, shown in rows
    ]


def _by_alias(session: Session, actor: Actor, at: datetime, keys: set[str]) -> tuple[Candidate, ...]:
    documents = session.execute(
        select(Document.id, Document.number, Document.title, Alias.text)
        .join(Alias, Alias.item_id == Document.id)
        .where(Alias.normal.in_(keys), Alias.item_kind == "document", readable_document(actor, at))
        .order_by(Document.number)
        .limit(MOST_CANDIDATES)
    )
    records = session.execute(
        select(Record.id, Record.number, Record.title, Alias.text)
        .join(Alias, Alias.item_id == Record.id)
        .where(
            Alias.normal.in_(keys),
            Alias.item_kind == "record",
            Record.access_set_id.in_(visible_sets(actor)),
        )
        .order_by(Record.number)
        .limit(MOST_CANDIDATES)
    )
    return (
        *(Candidate("document", *one) for one in documents),
        *(Candidate("record", *one) for one in records),
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
