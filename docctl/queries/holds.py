"""Legal holds as registers and pages show them; hidden records stand there as a number only (R-5, X-3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.lifecycle import RecordStatus
from docctl.domain.normal_form import normal
from docctl.domain.permissions import Actor, Facts, allows
from docctl.domain.roles import Role
from docctl.domain.verdicts import NotFound, Refused
from docctl.models.numbers import NumberEntry
from docctl.models.organisation import Person
from docctl.models.records import Record
from docctl.models.retention import Hold, HoldItem
from docctl.models.visibility import sets_of
from docctl.queries.document_actions import Offered
from docctl.queries.paging import PAGE_SIZE, Paged


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
    covered = (
        select(func.count())
        .select_from(HoldItem)
        .where(HoldItem.hold_id == Hold.id)
        .correlate(Hold)
        .scalar_subquery()
    )
    query = (
        select(Hold, placer.name.label("placer"), covered.label("covered"))
        .join(placer, placer.id == Hold.placed_by)
        .where(shown)
        .order_by(Hold.placed_at.desc(), Hold.number.desc())
    )
    if page_size is not None:
        page = min(max(page, 1), max(-(-total // page_size), 1))
        query = query.limit(page_size).offset((page - 1) * page_size)
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
        )
        for one in session.execute(query)
    )
    return HoldList(rows, total, session.scalar(standing) or 0, page)


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """A record under a hold; of a hidden one only the number is known (X-3)."""

    record_id: UUID | None
    number: str
    title: str
    state: str


@dataclass(frozen=True, slots=True)
class HoldPage:
    """A hold with what it covers and what the person may do with it."""

    hold_id: UUID
    row_version: int
    number: str
    name: str
    reason: str
    owner_role: str
    placed_by: str
    placed_at: datetime
    lifted_by: str
    lifted_at: datetime | None
    lift_reason: str
    records: tuple[HeldRecord, ...]
    hidden: int
    lift: Offered | None


def hold_page(session: Session, actor: Actor, hold_id: UUID) -> HoldPage:
    """Return a hold's page; raise NotFound where there is none (R-5)."""
    placer, lifter = aliased(Person), aliased(Person)
    found = session.execute(
        select(Hold, placer.name.label("placer"), lifter.name.label("lifter"))
        .join(placer, placer.id == Hold.placed_by)
        .outerjoin(lifter, lifter.id == Hold.lifted_by)
        .where(Hold.id == hold_id)
    ).first()
    if found is None:
        raise NotFound("hold")
    hold = found.Hold
    records = _records(session, actor, hold_id)
    return HoldPage(
        hold_id=hold.id,
        row_version=hold.row_version,
        number=hold.number,
        name=hold.name,
        reason=hold.reason,
        owner_role=hold.owner_role,
        placed_by=found.placer,
        placed_at=hold.placed_at,
        lifted_by=found.lifter or "",
        lifted_at=hold.lifted_at,
        lift_reason=hold.lift_reason,
        records=records,
        hidden=sum(one.record_id is None for one in records),
        lift=_lifting(actor, hold),
    )


def _records(session: Session, actor: Actor, hold_id: UUID) -> tuple[HeldRecord, ...]:
    seen = sets_of(session, actor)
    found = session.execute(
        select(Record.id, Record.number, Record.title, Record.status, Record.access_set_id)
        .join(HoldItem, HoldItem.item_id == Record.id)
        .where(HoldItem.hold_id == hold_id)
        .order_by(Record.number)
    )
    return tuple(
        HeldRecord(one.id, one.number, one.title, one.status.value)
        if one.access_set_id in seen
        else HeldRecord(None, one.number, "", "")
        for one in found
    )


def _lifting(actor: Actor, hold: Hold) -> Offered | None:
    if hold.lifted_at is not None or not allows(actor, "hold.lift", Facts()):
        return None
    if not actor.has(Role(hold.owner_role)):
        return Offered("lift", Refused("R-5", "owners_role_lifts", {"role": hold.owner_role}))
    return Offered("lift")


@dataclass(frozen=True, slots=True)
class Named:
    """What numbers typed by a person stand for; `unknown` are those of nothing the person may see."""

    records: tuple[HeldRecord, ...]
    unknown: tuple[str, ...]

    @property
    def ids(self) -> tuple[UUID, ...]:
        """The ids of the records found."""
        return tuple(one.record_id for one in self.records if one.record_id is not None)


def records_numbered(session: Session, actor: Actor, numbers: Iterable[str]) -> Named:
    """Return the records with these numbers, in any way of writing them; hidden ones are unknown (X-3)."""
    wanted = {normal(one): one.strip() for one in numbers if one.strip()}
    found = session.execute(
        select(NumberEntry.normal, Record.id, Record.number, Record.title, Record.status)
        .join(Record, Record.id == NumberEntry.item_id)
        .where(
            NumberEntry.item_kind == "record",
            NumberEntry.normal.in_(sorted(wanted)),
            Record.access_set_id.in_(sorted(sets_of(session, actor))),
        )
        .order_by(Record.number)
    ).all()
    there = {one.normal for one in found}
    return Named(
        tuple(HeldRecord(one.id, one.number, one.title, one.status.value) for one in found),
        tuple(text for form, text in wanted.items() if form not in there),
    )


def numbers_of(session: Session, actor: Actor, records: Collection[UUID]) -> tuple[str, ...]:
    """Return the numbers of records that were selected elsewhere, as far as the person may see them."""
    return tuple(
        session.scalars(
            select(Record.number)
            .where(
                Record.id.in_(records),
                Record.access_set_id.in_(sorted(sets_of(session, actor))),
                Record.status != RecordStatus.DESTROYED,
            )
            .order_by(Record.number)
        )
    )
