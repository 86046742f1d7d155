"""Delegations as they are read: given and received, on a day, with what they cover (A-2, A-8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.calendar_dates import midnight
from docctl.domain.permissions import Actor, Facts, allows
from docctl.domain.verdicts import NotFound
from docctl.domain.working_calendar import ONE_DAY
from docctl.models.delegations import Delegation, DelegationScope, ScopeKind
from docctl.models.documents import DocumentType
from docctl.models.organisation import Person, Unit
from docctl.queries.delegated_steps import runs_at
from docctl.queries.delegation_people import heads_above
from docctl.queries.paging import PAGE_SIZE, Paged, page_within
from docctl.queries.revision_views import names_of


@dataclass(frozen=True, slots=True)
class DelegationRow:
    """A delegation as it is listed; `state` is coming, running, over or ended."""

    id: UUID
    principal_id: UUID
    principal: str
    principal_username: str
    delegate_id: UUID
    delegate: str
    delegate_username: str
    from_on: date
    until_on: date
    state: str
    reason: str
    given_by: str
    given_at: datetime
    ended_at: datetime | None
    ended_by: str
    end_reason: str
    types: tuple[tuple[str, str, str], ...]
    units: tuple[str, ...]
    is_unseen: bool

    @property
    def lasts(self) -> bool:
        """Whether it can still be ended."""
        return self.state in {"coming", "running"}


@dataclass(frozen=True, slots=True)
class DelegationList(Paged):
    """A page of delegations, the latest first, with how many there are."""

    rows: tuple[DelegationRow, ...]
    total: int
    page: int


def delegations(
    session: Session,
    *,
    at: datetime,
    reader: UUID | None,
    person_id: UUID | None = None,
    running_at: datetime | None = None,
    only: UUID | None = None,
    between: tuple[UUID, UUID] | None = None,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> DelegationList:
    """Return delegations that a person gave, has or entered, or all; with an instant those that ran then.

    `between` a principal and a delegate asks for those that last: that run or are to come. `at` says what is
    over by now.
    """
    conditions: list[ColumnElement[bool]] = []
    if person_id is not None:
        parts = (Delegation.principal_id, Delegation.delegate_id, Delegation.given_by)
        conditions.append(or_(*(one == person_id for one in parts)))
    if running_at is not None:
        conditions.append(runs_at(running_at))
    if only is not None:
        conditions.append(Delegation.id == only)
    if between is not None:
        of, to = between
        lasts = Delegation.ends_at > at
        conditions += [Delegation.principal_id == of, Delegation.delegate_id == to, lasts]
    total = session.scalar(select(func.count()).select_from(Delegation).where(*conditions)) or 0
    page = page_within(page, total, size)
    principal, delegate = aliased(Person), aliased(Person)
    rows = session.execute(
        select(Delegation, principal, delegate)
        .join(principal, principal.id == Delegation.principal_id)
        .join(delegate, delegate.id == Delegation.delegate_id)
        .where(*conditions)
        .order_by(Delegation.begins_at.desc(), Delegation.id.desc())
        .limit(size)
        .offset((page - 1) * size)
    ).all()
    found = [one.Delegation for one in rows]
    names = names_of(session, [who for one in found for who in (one.given_by, one.ended_by)])
    types, units = _scopes(session, [one.id for one in found])
    return DelegationList(
        tuple(
            DelegationRow(
                id=row.id,
                principal_id=whose.id,
                principal=whose.name,
                principal_username=whose.username,
                delegate_id=who.id,
                delegate=who.name,
                delegate_username=who.username,
                from_on=row.from_on,
                until_on=row.until_on,
                state=_state(row, at),
                reason=row.reason,
                given_by=names.get(row.given_by, "") if row.given_by else "",
                given_at=row.given_at,
                ended_at=row.ended_at,
                ended_by=names.get(row.ended_by, "") if row.ended_by else "",
                end_reason=row.end_reason,
                types=tuple(types.get(row.id, ())),
                units=tuple(units.get(row.id, ())),
                is_unseen=_unseen(row, reader) and row.ends_at > at,
            )
            for row, whose, who in rows
        ),
        total,
        page,
    )


def _state(row: Delegation, at: datetime) -> str:
    if row.ended_at is not None:
        return "ended"
    if row.ends_at <= at:
        return "over"
    return "running" if row.begins_at <= at else "coming"


def _unseen(row: Delegation, reader: UUID | None) -> bool:
    return (row.principal_id == reader and row.principal_seen_at is None) or (
        row.delegate_id == reader and row.delegate_seen_at is None
    )


def _scopes(
    session: Session, ids: Sequence[UUID]
) -> tuple[dict[UUID, list[tuple[str, str, str]]], dict[UUID, list[str]]]:
    """Return to which types (code, name, English name) and units delegations are narrowed."""
    types: dict[UUID, list[tuple[str, str, str]]] = {}
    rows = session.execute(
        select(DelegationScope.delegation_id, DocumentType.code, DocumentType.name, DocumentType.name_en)
        .join(DocumentType, DocumentType.id == DelegationScope.of_id)
        .where(DelegationScope.delegation_id.in_(ids), DelegationScope.kind == ScopeKind.TYPE)
        .order_by(DocumentType.ordinal)
    )
    for key, code, name, name_en in rows:
        types.setdefault(key, []).append((code, name, name_en or name))
    units: dict[UUID, list[str]] = {}
    named = session.execute(
        select(DelegationScope.delegation_id, Unit.name)
        .join(Unit, Unit.id == DelegationScope.of_id)
        .where(DelegationScope.delegation_id.in_(ids), DelegationScope.kind == ScopeKind.UNIT)
        .order_by(Unit.code)
    )
    for key, name in named:
        units.setdefault(key, []).append(name)
    return types, units


def held_on(on: date | None, now: datetime, zone: tzinfo) -> datetime | None:
    """Return the instant for which a day is asked: now for today, else its end, also of one to come."""
    today = now.astimezone(zone).date()
    if on is None:
        return None
    if on in {today, date.max}:
        return now
    return midnight(on + ONE_DAY, zone) - timedelta(microseconds=1)


def delegation_at(session: Session, actor: Actor, delegation_id: UUID, *, at: datetime) -> DelegationRow:
    """Return a delegation for whoever may end it; raise NotFound for others (A-2)."""
    found = session.execute(
        select(Delegation.principal_id, Delegation.delegate_id, Person.unit_id)
        .join(Person, Person.id == Delegation.principal_id)
        .where(Delegation.id == delegation_id)
    ).first()
    if found is None:
        raise NotFound("delegation")
    assigned = {found.principal_id, found.delegate_id, *heads_above(session, found.unit_id)}
    if not allows(actor, "delegation.end", Facts(assignees=frozenset(assigned))):
        raise NotFound("delegation")
    return delegations(session, at=at, reader=actor.person_id, only=delegation_id).rows[0]


def running_of(person_id: UUID, at: datetime) -> ColumnElement[bool]:
    """Say in SQL which delegations of a person run or are to come (A-16)."""
    of = or_(Delegation.principal_id == person_id, Delegation.delegate_id == person_id)
    return and_(of, Delegation.ends_at > at)
