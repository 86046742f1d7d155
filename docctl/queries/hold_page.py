"""A hold's page: why, who, which keys, what it covers; of hidden records the number alone (R-5, X-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.permissions import Actor, Facts, allows
from docctl.domain.roles import Role
from docctl.domain.verdicts import NotFound, Refused
from docctl.models.holding import bears_key_of, is_noted_of
from docctl.models.organisation import Person
from docctl.models.records import Record
from docctl.models.retention import Hold
from docctl.models.visibility import sets_of, visible_sets
from docctl.queries.document_actions import Offered
from docctl.queries.held_keys import HeldKey, keys_of_holds
from docctl.queries.paging import PAGE_SIZE, Paged, page_within


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """A record under a hold; of a hidden one only the number is known (X-3)."""

    record_id: UUID | None
    number: str
    title: str
    state: str


@dataclass(frozen=True, slots=True)
class HoldPage(Paged):
    """A hold with a page of what it covers, and what the person may do with it."""

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
    keys: tuple[HeldKey, ...]
    rows: tuple[HeldRecord, ...]
    total: int
    page: int
    hidden: int
    lift: Offered | None

    @property
    def too_late(self) -> int:
        """How many records of its keys were being destroyed already when it was placed."""
        return sum(one.too_late for one in self.keys)


def hold_page(session: Session, actor: Actor, hold_id: UUID, *, page: int = 1) -> HoldPage:
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
    covered = _covered(hold)
    counted = select(func.count()).select_from(Record).where(covered)
    total = session.scalar(counted) or 0
    hidden = session.scalar(counted.where(Record.access_set_id.not_in(visible_sets(actor)))) or 0
    page = page_within(page, total, PAGE_SIZE)
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
        keys=keys_of_holds(session, [hold.id]).get(hold.id, ()),
        rows=_records(session, actor, covered, page),
        total=total,
        page=page,
        hidden=hidden,
        lift=_lifting(actor, hold),
    )


def _covered(hold: Hold) -> ColumnElement[bool]:
    """Return the condition for what a hold covers, or covered to its end."""
    borne = bears_key_of(hold.id)
    if hold.lifted_at is not None:
        borne = and_(borne, Record.filed_at <= hold.lifted_at)
    return or_(is_noted_of(hold.id), borne)


def _records(
    session: Session, actor: Actor, covered: ColumnElement[bool], page: int
) -> tuple[HeldRecord, ...]:
    seen = sets_of(session, actor)
    found = session.execute(
        select(Record.id, Record.number, Record.title, Record.status, Record.access_set_id)
        .where(covered)
        .order_by(Record.number)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
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
