"""The register of legal holds, and which records numbers typed by a person stand for (R-5, X-3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from docctl.domain.entity_numbers import qualified
from docctl.domain.lifecycle import RecordStatus
from docctl.domain.normal_form import normal
from docctl.domain.permissions import Actor
from docctl.models.holding import bears_key_of, is_noted_of
from docctl.models.numbers import NumberEntry
from docctl.models.organisation import Person
from docctl.models.records import Record
from docctl.models.retention import Hold, HoldItem
from docctl.models.visibility import sets_of
from docctl.queries.held_keys import HeldKey, keys_of_holds
from docctl.queries.hold_page import HeldRecord
from docctl.queries.number_found import require_one
from docctl.queries.number_holders import Place, entity_names, entity_written
from docctl.queries.paging import PAGE_SIZE, Paged, page_within


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold in the register."""

    hold_id: UUID
    number: str
    name: str
    owner_role: str
    placed_by: str
    placed_at: datetime
    lifted_at: datetime | None
    records: int
    keys: tuple[HeldKey, ...]


@dataclass(frozen=True, slots=True)
class HoldList(Paged):
    """A page of the register of holds, newest first."""

    rows: tuple[HoldRow, ...]
    total: int
    open: int
    page: int


def hold_list(
    session: Session,
    *,
    lifted: bool = False,
    page: int = 1,
    page_size: int | None = PAGE_SIZE,
) -> HoldList:
    """Return the holds that stand, or with `lifted` those that were lifted (R-5)."""
    shown = Hold.lifted_at.is_not(None) if lifted else Hold.lifted_at.is_(None)
    total = session.scalar(select(func.count()).select_from(Hold).where(shown)) or 0
    standing = select(func.count()).select_from(Hold).where(Hold.lifted_at.is_(None))
    placer = aliased(Person)
    noted = (
        select(func.count())
        .select_from(HoldItem)
        .where(HoldItem.hold_id == Hold.id)
        .correlate(Hold)
        .scalar_subquery()
    )
    on_the_way = (  # of a large key; where it was lifted meanwhile they are on no list any more
        select(func.count())
        .select_from(Record)
        .where(Hold.lifted_at.is_(None), bears_key_of(Hold.id), ~is_noted_of(Hold.id))
        .correlate(Hold)
        .scalar_subquery()
    )
    query = (
        select(Hold, placer.name.label("placer"), (noted + on_the_way).label("covered"))
        .join(placer, placer.id == Hold.placed_by)
        .where(shown)
        .order_by(Hold.placed_at.desc(), Hold.number.desc())
    )
    if page_size is not None:
        page = page_within(page, total, page_size)
        query = query.limit(page_size).offset((page - 1) * page_size)
    found = session.execute(query).all()
    keys = keys_of_holds(session, [one.Hold.id for one in found])
    rows = tuple(
        HoldRow(
            hold_id=one.Hold.id,
            number=one.Hold.number,
            name=one.Hold.name,
            owner_role=one.Hold.owner_role,
            placed_by=one.placer,
            placed_at=one.Hold.placed_at,
            lifted_at=one.Hold.lifted_at,
            records=one.covered,
            keys=keys.get(one.Hold.id, ()),
        )
        for one in found
    )
    return HoldList(rows, total, session.scalar(standing) or 0, page)


@dataclass(frozen=True, slots=True)
class Named:
    """What numbers typed by a person stand for; `unknown` are those of nothing the person may see."""

    records: tuple[HeldRecord, ...]
    unknown: tuple[str, ...]

    @property
    def ids(self) -> tuple[UUID, ...]:
        """The ids of the records found."""
        return tuple(one.record_id for one in self.records if one.record_id is not None)


_OF_RECORD: Final = (Record.id, Record.number, Record.title, Record.status)


def records_numbered(session: Session, actor: Actor, numbers: Iterable[str]) -> Named:
    """Return the records with these numbers, in any way of writing them; hidden ones are unknown (X-3).

    Raises RuleRefused where records of several legal entities have one of them: which is meant must be said.
    """
    wanted = {normal(one): one.strip() for one in numbers if one.strip()}
    places = {form: place for form, text in wanted.items() if (place := entity_written(session, text))}
    found = session.execute(
        select(NumberEntry.normal, NumberEntry.entity_id, NumberEntry.shown, *_OF_RECORD)
        .join(Record, Record.id == NumberEntry.item_id)
        .where(
            NumberEntry.item_kind == "record",
            or_(
                NumberEntry.normal.in_(sorted(wanted)),
                tuple_(NumberEntry.entity_id, NumberEntry.normal).in_(sorted(places.values())),
            ),
            Record.access_set_id.in_(sorted(sets_of(session, actor))),
        )
        .order_by(Record.number)
    ).all()
    there: dict[str, set[Place]] = defaultdict(set)
    for one in found:
        there[one.normal].add((one.entity_id, one.shown))
    for form, text in wanted.items():
        if form not in places:
            require_one(session, text, there[form])
    known = {form for form, seen in there.items() if seen}
    known |= {form for form, (_, of_entity) in places.items() if of_entity in known}
    return Named(
        tuple(HeldRecord(one.id, one.number, one.title, one.status.value) for one in found),
        tuple(text for form, text in wanted.items() if form not in known),
    )


def numbers_of(session: Session, actor: Actor, records: Collection[UUID]) -> tuple[str, ...]:
    """Return the numbers of records that were selected elsewhere, as far as the person may see them.

    Where there are several legal entities each is written with its own, so that it alone is meant (O-4).
    """
    names = entity_names(session)
    found = session.execute(
        select(Record.number, Record.entity_id)
        .where(
            Record.id.in_(records),
            Record.access_set_id.in_(sorted(sets_of(session, actor))),
            Record.status != RecordStatus.DESTROYED,
        )
        .order_by(Record.number)
    )
    return tuple(
        qualified(names[entity_id].code if entity_id in names else "", number) for number, entity_id in found
    )
