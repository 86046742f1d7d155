"""Outside organisations with their people, what is shared with them and what is open there (O-7, X-3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.copy_states import OPEN
from docctl.domain.permissions import Actor
from docctl.domain.units import OUTSIDE
from docctl.domain.verdicts import NotFound
from docctl.models.distribution import ControlledCopy
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Person, Unit
from docctl.models.partners import PartnerBinding, PartnerShare
from docctl.models.records import Record
from docctl.models.visibility import visible_sets
from docctl.queries.revision_states import in_force_at


@dataclass(frozen=True, slots=True)
class Partner:
    """Somebody of an outside organisation: for what, until when; `state` is bound, over, or never."""

    id: UUID
    name: str
    username: str
    purpose: str
    until_on: date | None
    state: str


@dataclass(frozen=True, slots=True)
class Shared:
    """A document or record that is or was shared; number and title "" of what the reader does not see."""

    id: UUID
    kind: str
    item_id: UUID
    number: str
    title: str
    purpose: str
    until_on: date
    state: str


@dataclass(frozen=True, slots=True)
class OutsideRow:
    """An outside organisation in the list: people bound now, copies out, items shared, records filed."""

    id: UUID
    code: str
    name: str
    kind: str
    people: int
    until_on: date | None
    copies: int
    shared: int
    records: int


@dataclass(frozen=True, slots=True)
class HeldCopy:
    """A controlled copy with the organisation."""

    id: UUID
    number: str
    title: str
    copy: str


@dataclass(frozen=True, slots=True)
class OutsidePage:
    """One outside organisation with all that is open there."""

    id: UUID
    code: str
    name: str
    kind: str
    people: tuple[Partner, ...]
    shared: tuple[Shared, ...]
    copies: tuple[HeldCopy, ...]
    records: int

    def partner(self, person_id: UUID) -> Partner:
        """Return one of its people; raise NotFound for none."""
        for one in self.people:
            if one.id == person_id:
                return one
        raise NotFound("person")


def outside(session: Session, *, at: datetime) -> tuple[OutsideRow, ...]:
    """Return the outside organisations that are there, by code (O-7)."""
    units = session.scalars(
        select(Unit)
        .where(Unit.kind.in_(sorted(OUTSIDE)), Unit.valid_until.is_(None))
        .order_by(Unit.code, Unit.id)
    ).all()
    ids = [one.id for one in units]
    people = _partners(session, ids, at)
    copies = _counts(
        session,
        select(ControlledCopy.unit_id, func.count()).where(
            ControlledCopy.unit_id.in_(ids), ControlledCopy.status.in_(sorted(OPEN))
        ),
        ControlledCopy.unit_id,
    )
    shared = _counts(
        session,
        select(PartnerShare.unit_id, func.count()).where(
            PartnerShare.unit_id.in_(ids), PartnerShare.ended_at.is_(None), PartnerShare.ends_at > at
        ),
        PartnerShare.unit_id,
    )
    records = _counts(
        session, select(Record.unit_id, func.count()).where(Record.unit_id.in_(ids)), Record.unit_id
    )
    rows = []
    for one in units:
        bound = [each for each in people.get(one.id, ()) if each.state == "bound"]
        days = [each.until_on for each in bound if each.until_on]
        rows.append(
            OutsideRow(
                one.id,
                one.code,
                one.name,
                one.kind,
                len(bound),
                min(days) if days else None,
                copies.get(one.id, 0),
                shared.get(one.id, 0),
                records.get(one.id, 0),
            )
        )
    return tuple(rows)


def outside_page(session: Session, actor: Actor, unit_id: UUID, *, at: datetime) -> OutsidePage:
    """Return one outside organisation; raise NotFound for none (O-7)."""
    unit = session.get(Unit, unit_id)
    if unit is None or unit.kind not in OUTSIDE:
        raise NotFound("unit")
    return OutsidePage(
        id=unit.id,
        code=unit.code,
        name=unit.name,
        kind=unit.kind,
        people=tuple(_partners(session, [unit.id], at).get(unit.id, ())),
        shared=_shared(session, actor, unit.id, at),
        copies=_copies(session, unit.id),
        records=session.scalar(select(func.count()).where(Record.unit_id == unit.id)) or 0,
    )


def own_page(session: Session, actor: Actor, *, at: datetime) -> OutsidePage:
    """Return what was granted to the organisation of somebody from outside, and nothing else (O-7, X-3)."""
    if actor.unit_id is None:
        raise NotFound("unit")
    page = outside_page(session, actor, actor.unit_id, at=at)
    own = tuple(one for one in page.people if one.id == actor.person_id)
    active = tuple(one for one in page.shared if one.state == "shared")
    return OutsidePage(page.id, page.code, page.name, page.kind, own, active, page.copies, page.records)


def _partners(session: Session, unit_ids: Iterable[UUID], at: datetime) -> dict[UUID, list[Partner]]:
    people = session.scalars(
        select(Person)
        .where(Person.unit_id.in_(list(unit_ids)), Person.disabled_at.is_(None))
        .order_by(Person.name, Person.username)
    ).all()
    newest: dict[UUID, PartnerBinding] = {}
    rows = session.scalars(
        select(PartnerBinding)
        .where(PartnerBinding.person_id.in_([one.id for one in people]))
        .order_by(PartnerBinding.bound_at, PartnerBinding.id)
    )
    for one in rows:
        newest[one.person_id] = one
    found: dict[UUID, list[Partner]] = {}
    for person in people:
        bound = newest.get(person.id)
        state = "never" if bound is None else "bound" if bound.ends_at > at else "over"
        found.setdefault(person.unit_id, []).append(
            Partner(
                person.id,
                person.name,
                person.username,
                bound.purpose if bound else "",
                bound.until_on if bound else None,
                state,
            )
        )
    return found


def _shared(session: Session, actor: Actor, unit_id: UUID, at: datetime) -> tuple[Shared, ...]:
    rows = session.scalars(
        select(PartnerShare)
        .where(PartnerShare.unit_id == unit_id)
        .order_by(PartnerShare.ended_at.is_not(None), PartnerShare.until_on.desc(), PartnerShare.id)
    ).all()
    sets = visible_sets(actor)
    of_documents = [one.item_id for one in rows if one.item_kind == "document"]
    of_records = [one.item_id for one in rows if one.item_kind == "record"]
    known: dict[UUID, tuple[str, str]] = {}
    documents = (
        select(Document.id, Document.number, Revision.title)
        .join(Revision, Revision.document_id == Document.id)
        .where(
            Document.id.in_(of_documents),
            in_force_at(at),
            Document.access_set_id.in_(sets) | Document.insider_set_id.in_(sets),
        )
    )
    records = select(Record.id, Record.number, Record.title).where(
        Record.id.in_(of_records), Record.access_set_id.in_(sets)
    )
    for query in (documents, records):
        for one in session.execute(query):
            known[one.id] = (one.number, one.title)
    return tuple(
        Shared(
            one.id,
            one.item_kind,
            one.item_id,
            *known.get(one.item_id, ("", "")),
            one.purpose,
            one.until_on,
            "ended" if one.ended_at else "shared" if one.ends_at > at else "over",
        )
        for one in rows
    )


def _copies(session: Session, unit_id: UUID) -> tuple[HeldCopy, ...]:
    rows = session.execute(
        select(ControlledCopy.id, Document.number, Revision.title, ControlledCopy.number.label("copy"))
        .join(Document, Document.id == ControlledCopy.document_id)
        .join(Revision, Revision.id == ControlledCopy.revision_id)
        .where(ControlledCopy.unit_id == unit_id, ControlledCopy.status.in_(sorted(OPEN)))
        .order_by(Document.number, ControlledCopy.sequence)
    )
    return tuple(HeldCopy(one.id, one.number, one.title, one.copy) for one in rows)


def _counts(session: Session, query: Any, column: Any) -> dict[UUID, int]:
    return {key: count for key, count in session.execute(query.group_by(column))}  # noqa: C416  # rows, not pairs
