"""Delegations as they are read: given and received, on a day, with what they cover (A-2, A-8)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.calendar_dates import midnight
from docctl.domain.delegation import SIGNED_FOR
from docctl.domain.permissions import Actor, Facts, allows
from docctl.domain.roles import Role
from docctl.domain.units import OUTSIDE
from docctl.domain.verdicts import NotFound
from docctl.domain.working_calendar import ONE_DAY
from docctl.models.delegations import Delegation, DelegationScope, ScopeKind
from docctl.models.documents import DocumentType
from docctl.models.organisation import Person, RoleGrant, Unit
from docctl.queries.delegated_steps import runs_at
from docctl.queries.document_choices import Choice
from docctl.queries.entities import unit_keys

#: So many are listed at once.
PAGE: Final = 50


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
class DelegationList:
    """Some delegations, the latest first, with how many there are."""

    rows: tuple[DelegationRow, ...]
    total: int
    first: int


@dataclass(frozen=True, slots=True)
class DelegationChoices:
    """For whom somebody may enter a delegation, who may stand in, and to what it can be narrowed."""

    whose: tuple[Choice, ...]
    people: tuple[Choice, ...]
    types: tuple[tuple[UUID, str, str], ...]
    units: tuple[tuple[UUID, str], ...]


def delegations(
    session: Session,
    *,
    at: datetime,
    reader: UUID | None,
    person_id: UUID | None = None,
    running_at: datetime | None = None,
    only: UUID | None = None,
    page: int = 1,
) -> DelegationList:
    """Return delegations that a person gave, has or entered, or all; with an instant those that ran then.

    `at` says what is over by now.
    """
    conditions: list[ColumnElement[bool]] = []
    if person_id is not None:
        parts = (Delegation.principal_id, Delegation.delegate_id, Delegation.given_by)
        conditions.append(or_(*(one == person_id for one in parts)))
    if running_at is not None:
        conditions.append(runs_at(running_at))
    if only is not None:
        conditions.append(Delegation.id == only)
    total = session.scalar(select(func.count()).select_from(Delegation).where(*conditions)) or 0
    page = max(1, min(page, -(-total // PAGE) or 1))
    principal, delegate = aliased(Person), aliased(Person)
    rows = session.execute(
        select(Delegation, principal, delegate)
        .join(principal, principal.id == Delegation.principal_id)
        .join(delegate, delegate.id == Delegation.delegate_id)
        .where(*conditions)
        .order_by(Delegation.begins_at.desc(), Delegation.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    found = [one.Delegation for one in rows]
    names = _names(session, [who for one in found for who in (one.given_by, one.ended_by)])
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
        (page - 1) * PAGE + 1,
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


def _names(session: Session, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    wanted = {one for one in ids if one is not None}
    return {
        one.id: one.name
        for one in session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    }


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


def delegation_choices(session: Session, actor: Actor) -> DelegationChoices:
    """Return for whom somebody may enter a delegation: themselves, whom they head, as administrator anybody;
    and who may stand in: whoever signs steps.
    """
    held = roles_that_sign(session, None)
    units = {one.id: one for one in session.execute(select(Unit.id, Unit.parent_id, Unit.head_id))}
    rows = session.execute(
        select(Person.id, Person.username, Person.name, Person.unit_id, Unit.name.label("unit"))
        .join(Unit, Unit.id == Person.unit_id)
        .where(Person.disabled_at.is_(None), Person.id.in_(held))
        .order_by(Person.name, Person.id)
    ).all()
    choices = {one.id: Choice(one.id, one.name, one.username, one.unit) for one in rows}
    for_all = actor.has(Role.ADMINISTRATOR)
    whose = [
        choices[one.id]
        for one in rows
        if for_all or one.id == actor.person_id or actor.person_id in _heads(units, one.unit_id)
    ]
    types = session.execute(
        select(DocumentType.id, DocumentType.name, DocumentType.name_en).order_by(DocumentType.ordinal)
    )
    keys = unit_keys(session)
    open_units = session.execute(
        select(Unit.id, Unit.name)
        .where(Unit.valid_until.is_(None), Unit.kind.not_in(OUTSIDE))
        .order_by(Unit.code, Unit.id)
    )
    return DelegationChoices(
        tuple(sorted(whose, key=lambda one: one.id != actor.person_id)),
        tuple(choices.values()),
        tuple((one.id, one.name, one.name_en or one.name) for one in types),
        tuple((one.id, f"{keys[one.id]} {one.name}") for one in open_units),
    )


def roles_that_sign(session: Session, people: Collection[UUID] | None) -> dict[UUID, frozenset[Role]]:
    """Return which roles of those who sign steps people hold; of everybody where none are named (A-15)."""
    conditions = [] if people is None else [RoleGrant.person_id.in_(people)]
    rows = session.execute(
        select(RoleGrant.person_id, RoleGrant.role).where(
            RoleGrant.role.in_(sorted(SIGNED_FOR)),
            RoleGrant.unit_id.is_(None),
            RoleGrant.revoked_at.is_(None),
            RoleGrant.confirmed_at.is_not(None),
            *conditions,
        )
    )
    found: dict[UUID, set[Role]] = {one: set() for one in people or ()}
    for person_id, role in rows:
        found.setdefault(person_id, set()).add(Role(role))
    return {key: frozenset(one) for key, one in found.items()}


def heads_above(session: Session, unit_id: UUID) -> frozenset[UUID]:
    """Return who heads a unit, or one of those above it."""
    units = {one.id: one for one in session.execute(select(Unit.id, Unit.parent_id, Unit.head_id))}
    return _heads(units, unit_id)


def _heads(units: Mapping[UUID, Any], unit_id: UUID) -> frozenset[UUID]:
    found: set[UUID] = set()
    seen: set[UUID] = set()
    at: UUID | None = unit_id
    while at is not None and at not in seen:
        seen.add(at)
        found |= {units[at].head_id} - {None}
        at = units[at].parent_id
    return frozenset(found)


def running_of(person_id: UUID, at: datetime) -> ColumnElement[bool]:
    """Say in SQL which delegations of a person run or are to come (A-16)."""
    of = or_(Delegation.principal_id == person_id, Delegation.delegate_id == person_id)
    return and_(of, Delegation.ends_at > at)
