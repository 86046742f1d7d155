"""The register of what happened: filtered, newest first, details only to those who see the item (T-1).

A number by itself is no secret; what else is known of a hidden item stays hidden (X-3).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Final, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, literal, select
from sqlalchemy.orm import Session

from docctl.domain.calendar_dates import midnight
from docctl.domain.normal_form import normal
from docctl.domain.permissions import Actor, Facts, allows
from docctl.models.documents import Document
from docctl.models.numbers import Alias, NumberEntry
from docctl.models.organisation import Person
from docctl.models.records import Record
from docctl.models.retention import DisposalList, Hold
from docctl.models.trail import EventDetail, EventRow
from docctl.models.visibility import visible_sets
from docctl.queries.hold_names import known_facts, names_holds
from docctl.queries.number_holders import entity_written
from docctl.queries.revision_states import is_insider, readable_document
from docctl.queries.timeline import SIGNED

PAGE_SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What the trail is asked for; `before` is the event that ends the page above."""

    person_id: UUID | None = None
    action: str = ""
    item: str = ""
    day_from: date | None = None
    day_until: date | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One event; of a hidden item only its number, and neither facts nor detail (X-3)."""

    seq: int
    at: datetime
    recorded_at: datetime
    who: str
    is_system: bool
    on_behalf_of: str
    channel: str
    action: str
    kind: str
    item_id: UUID | None
    version: str
    number: str
    title: str
    is_hidden: bool
    is_signed: bool
    facts: Mapping[str, Any]
    detail: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class EventPage:
    """A page of the trail; `older` is the event before which the next page begins."""

    events: tuple[Event, ...]
    newest: int
    older: int | None


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person to filter by."""

    id: UUID
    name: str
    username: str


def event_register(
    session: Session, actor: Actor, wanted: EventFilter, *, at: datetime, zone: tzinfo
) -> EventPage:
    """Return a page of the trail, newest first; paging by number is stable while events are added (T-1)."""
    query = select(EventRow).where(*_conditions(session, wanted, zone))
    rows = session.scalars(query.order_by(EventRow.seq.desc()).limit(PAGE_SIZE + 1)).all()
    shown = rows[:PAGE_SIZE]
    newest = session.scalar(select(EventRow.seq).order_by(EventRow.seq.desc()).limit(1)) or 0
    items = _items(session, actor, shown, at)
    open_ones = [one.seq for one in shown if items.of(one).is_open]
    details = _details(session, open_ones)
    names = _names(session, {one.on_behalf_of for one in shown if one.on_behalf_of})
    named = names_holds(actor)
    return EventPage(
        tuple(_event(one, items.of(one), details, names, zone, named=named) for one in shown),
        newest,
        shown[-1].seq if len(rows) > PAGE_SIZE else None,
    )


def people_of_trail(session: Session) -> tuple[Somebody, ...]:
    """Return everybody who can have done something, by name."""
    found = session.execute(select(Person.id, Person.name, Person.username).order_by(Person.name))
    return tuple(Somebody(*one) for one in found)


def _conditions(session: Session, wanted: EventFilter, zone: tzinfo) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.person_id is not None:
        conditions.append(EventRow.actor_id == wanted.person_id)
    if wanted.action.endswith("."):
        conditions.append(EventRow.action.startswith(wanted.action, autoescape=True))
    elif wanted.action:
        conditions.append(EventRow.action == wanted.action)
    if wanted.item.strip():
        conditions.append(EventRow.subject_id.in_(_meant(session, wanted.item)))
    if wanted.day_from is not None:
        conditions.append(EventRow.recorded_at >= midnight(wanted.day_from, zone))
    if wanted.day_until is not None and wanted.day_until < date.max:
        conditions.append(EventRow.recorded_at < midnight(wanted.day_until + timedelta(days=1), zone))
    if wanted.before is not None:
        conditions.append(EventRow.seq < wanted.before)
    return conditions


def _meant(session: Session, item: str) -> list[UUID]:
    """Return the items whose number, former number or id was typed, its entity before it or not (N-10)."""
    try:
        return [UUID(item.strip())]
    except ValueError:
        form = normal(item)
    queries = (
        select(NumberEntry.item_id).where(NumberEntry.normal == form, NumberEntry.item_id.is_not(None)),
        select(Alias.item_id).where(Alias.normal == form),
        select(DisposalList.id).where(DisposalList.number == item.strip()),
        select(Hold.id).where(Hold.number == item.strip()),
    )
    meant = [found for query in queries for found in session.scalars(query) if found is not None]
    if meant or (place := entity_written(session, item)) is None:
        return meant
    of_entity = select(NumberEntry.item_id).where(
        NumberEntry.entity_id == place[0], NumberEntry.normal == place[1]
    )
    return [found for found in session.scalars(of_entity) if found is not None]


@dataclass(frozen=True, slots=True)
class _Item:
    number: str = ""
    title: str = ""
    is_hidden: bool = True
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class _Items:
    """The items of a page, as far as the person may know them."""

    found: Mapping[tuple[str, UUID | None], _Item]
    open_kinds: frozenset[str]

    def of(self, row: About) -> _Item:
        """Return the item of an event; what has no access set is open by its kind."""
        known = self.found.get((row.subject_kind, row.subject_id))
        is_open = row.subject_kind in self.open_kinds
        return known or _Item(is_hidden=not is_open, is_open=is_open)


class About(Protocol):
    """What an event is about."""

    @property
    def subject_kind(self) -> str:
        """The kind of its item."""

    @property
    def subject_id(self) -> UUID | None:
        """Its item."""


def open_subjects(
    session: Session, actor: Actor, rows: Sequence[About], at: datetime
) -> Callable[[About], bool]:
    """Return what says whether a person may know what an event says (X-3)."""
    if actor.is_operator:
        return lambda _row: True
    items = _items(session, actor, rows, at)
    return lambda row: items.of(row).is_open


def _items(session: Session, actor: Actor, rows: Iterable[About], at: datetime) -> _Items:
    ids: dict[str, set[UUID]] = {}
    for row in rows:
        if row.subject_id is not None:
            ids.setdefault(row.subject_kind, set()).add(row.subject_id)
    found: dict[tuple[str, UUID | None], _Item] = {}
    # Events of a document may be about a draft: what they say is for those who see drafts.
    queries = {
        "document": select(
            Document.id, Document.number, Document.title, readable_document(actor, at), is_insider(actor)
        ).where(Document.id.in_(ids.get("document", ()))),
        "record": select(Record.id, Record.number, Record.title, _sees(actor), _sees(actor)).where(
            Record.id.in_(ids.get("record", ()))
        ),
    }
    for kind, query in queries.items():
        if kind in ids:
            for item_id, number, title, is_seen, is_open in session.execute(query):
                found[kind, item_id] = _Item(number, title if is_seen else "", not is_seen, bool(is_open))
    for kind, permission, known in (
        ("disposal_list", "disposal.list", select(DisposalList.id, DisposalList.number, DisposalList.title)),
        ("hold", "hold.list", select(Hold.id, Hold.number, Hold.name)),
        ("number", "number.list", select(NumberEntry.id, NumberEntry.shown, literal(""))),
        ("person", "person.list", select(Person.id, literal(""), Person.name)),
    ):
        hidden = not allows(actor, permission, Facts())
        for item_id, number, title in _rows_of(session, known, kind, ids):
            shown = title if kind == "person" or not hidden else ""
            found[kind, item_id] = _Item(number, shown, hidden, not hidden)
    return _Items(found, frozenset({"audit", "entity", "epoch", "number", "setting", "unit"}))


def _sees(actor: Actor) -> ColumnElement[bool]:
    return Record.access_set_id.in_(visible_sets(actor))


def _rows_of(session: Session, query: Any, kind: str, ids: Mapping[str, set[UUID]]) -> list[Any]:
    if kind not in ids:
        return []
    key = query.selected_columns[0]
    return list(session.execute(query.where(key.in_(ids[kind]))))


def _details(session: Session, numbers: list[int]) -> dict[int, Mapping[str, Any]]:
    found = session.execute(select(EventDetail.seq, EventDetail.bytes).where(EventDetail.seq.in_(numbers)))
    return {seq: json.loads(text) for seq, text in found}


def _names(session: Session, people: set[UUID]) -> dict[UUID, str]:
    found = session.execute(select(Person.id, Person.name).where(Person.id.in_(people)))
    return dict(found.all())


def _event(
    row: EventRow,
    item: _Item,
    details: Mapping[int, Mapping[str, Any]],
    names: Mapping[UUID, str],
    zone: tzinfo,
    *,
    named: bool,
) -> Event:
    return Event(
        seq=row.seq,
        at=row.occurred_at.astimezone(zone),
        recorded_at=row.recorded_at.astimezone(zone),
        who=row.actor_name,
        is_system=row.actor_id is None,
        on_behalf_of=names.get(row.on_behalf_of, "") if row.on_behalf_of else "",
        channel=row.channel,
        action=row.action,
        kind=row.subject_kind,
        item_id=None if item.is_hidden else row.subject_id,
        version="" if item.is_hidden else row.subject_version,
        number=item.number,
        title=item.title,
        is_hidden=item.is_hidden,
        is_signed=row.action in SIGNED,
        facts=known_facts(row.action, json.loads(row.facts), named=named) if item.is_open else {},
        detail=details.get(row.seq, {}),
        hash=row.hash,
    )
