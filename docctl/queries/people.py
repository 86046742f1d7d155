"""People as pages show them: the frame's facts, the register of people, a person, own account (A-15)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from docctl.domain.accounts import RESET_SHOWN, AccountFacts
from docctl.domain.permissions import Actor
from docctl.domain.roles import SIGNING, GrantFacts, Role
from docctl.domain.verdicts import NotFound
from docctl.models.organisation import LegalEntity, OneTimeLink, Person, RoleGrant, SessionRow, Unit

PAGE = 50


@dataclass(frozen=True, slots=True)
class FrameFacts:
    """What the frame of every page says of the company and of the person's unit."""

    company: str
    is_demo: bool
    unit: str


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held or proposed, with who proposed and who confirmed; names are "" for the founding."""

    id: UUID
    role: Role
    unit: str
    proposed_by: str
    proposed_at: datetime
    confirmed_by: str
    confirmed_at: datetime | None
    facts: GrantFacts

    @property
    def is_waiting(self) -> bool:
        """Say whether a second person must still confirm it."""
        return not self.facts.confirmed


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A line of the register of people."""

    id: UUID
    username: str
    name: str
    unit: str
    roles: tuple[Grant, ...]
    state: str
    waiting: int


@dataclass(frozen=True, slots=True)
class People:
    """One page of the register, with the exact count."""

    rows: tuple[PersonRow, ...]
    total: int
    first: int


@dataclass(frozen=True, slots=True)
class PersonPage:
    """A person as their page shows them."""

    id: UUID
    username: str
    name: str
    name_en: str
    email: str
    unit_id: UUID
    unit: str
    state: str
    created_at: datetime
    password_set_at: datetime | None
    disabled_at: datetime | None
    reset_at: datetime | None
    reset_by: str
    link_until: datetime | None
    grants: tuple[Grant, ...]
    account: AccountFacts


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A browser in which the person is signed in."""

    token_hash: str
    created_at: datetime
    last_seen_at: datetime
    address: str


@dataclass(frozen=True, slots=True)
class ResetNotice:
    """A reset that concerns the reader: their own, or of somebody in a unit they head (A-15)."""

    person_id: UUID
    name: str
    at: datetime
    by: str
    confirm_needed: bool


def frame_facts(session: Session, actor: Actor | None) -> FrameFacts:
    """Return the company and the person's unit; who has none sees the company that was set up first."""
    unit = session.get(Unit, actor.unit_id) if actor and actor.unit_id else None
    first = select(LegalEntity).order_by(LegalEntity.id)
    entity = session.get(LegalEntity, unit.entity_id) if unit else session.scalars(first).first()
    company, is_demo = (entity.name, entity.is_demo) if entity else ("", False)
    return FrameFacts(company=company, is_demo=is_demo, unit=unit.name if unit else "")


def people(session: Session, *, text: str = "", only: str = "", page: int = 1) -> People:
    """Return a page of the register, by unit and name; `only` is active, disabled or waiting."""
    query = select(Person, Unit.name).join(Unit, Unit.id == Person.unit_id)
    for condition in _conditions(text, only):
        query = query.where(condition)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    page = max(1, min(page, -(-total // PAGE) or 1))
    found = session.execute(
        query.order_by(Unit.code, Person.name, Person.id).limit(PAGE).offset((page - 1) * PAGE)
    ).all()
    grants = _grants(session, [person.id for person, _ in found])
    rows = tuple(
        PersonRow(
            id=person.id,
            username=person.username,
            name=person.name,
            unit=unit,
            roles=tuple(one for one in grants if one.facts.person_id == person.id),
            state=_state(person),
            waiting=_waits(person, grants),
        )
        for person, unit in found
    )
    return People(rows, total, (page - 1) * PAGE + 1)


def person_page(session: Session, person_id: UUID) -> PersonPage:
    """Return a person with their roles; raise NotFound for nobody."""
    found = session.execute(
        select(Person, Unit.name).join(Unit, Unit.id == Person.unit_id).where(Person.id == person_id)
    ).one_or_none()
    if found is None:
        raise NotFound("person")
    person, unit = found
    link_until = session.scalar(
        select(func.max(OneTimeLink.expires_at)).where(
            OneTimeLink.person_id == person_id, OneTimeLink.used_at.is_(None)
        )
    )
    names = _names(session, [person.reset_by])
    return PersonPage(
        id=person.id,
        username=person.username,
        name=person.name,
        name_en=person.name_en,
        email=person.email,
        unit_id=person.unit_id,
        unit=unit,
        state=_state(person),
        created_at=person.created_at,
        password_set_at=person.password_set_at,
        disabled_at=person.disabled_at,
        reset_at=person.reset_at,
        reset_by=names.get(person.reset_by, ""),
        link_until=link_until,
        grants=tuple(_grants(session, [person_id])),
        account=AccountFacts(
            person_id=person.id,
            disabled=person.disabled_at is not None,
            has_password=person.password_hash is not None,
            reset_by=person.reset_by,
            confirm_needed=person.reset_confirm_needed,
        ),
    )


def open_sessions(
    session: Session, person_id: UUID, *, at: datetime, idle_since: datetime
) -> list[OpenSession]:
    """Return the sessions of a person that still last, the latest first."""
    rows = session.scalars(
        select(SessionRow)
        .where(
            SessionRow.person_id == person_id,
            SessionRow.revoked_at.is_(None),
            SessionRow.expires_at > at,
            SessionRow.last_seen_at > idle_since,
        )
        .order_by(SessionRow.last_seen_at.desc())
    )
    return [OpenSession(one.token_hash, one.created_at, one.last_seen_at, one.address) for one in rows]


def reset_notices(session: Session, actor: Actor, *, at: datetime) -> list[ResetNotice]:
    """Return the resets of the last 30 days that the person is told of, the newest first (A-15)."""
    headed = select(Unit.id).where(Unit.head_id == actor.person_id)
    rows = session.scalars(
        select(Person)
        .where(
            Person.reset_at > at - RESET_SHOWN,
            or_(Person.id == actor.person_id, Person.unit_id.in_(headed)),
        )
        .order_by(Person.reset_at.desc())
    ).all()
    names = _names(session, [one.reset_by for one in rows])
    return [
        ResetNotice(one.id, one.name, one.reset_at, names.get(one.reset_by, ""), one.reset_confirm_needed)
        for one in rows
        if one.reset_at is not None
    ]


def _conditions(text: str, only: str) -> Iterable[ColumnElement[bool]]:
    if text.strip():
        like = f"%{_escaped(text.strip())}%"
        yield or_(
            Person.name.ilike(like, escape="\\"),
            Person.username.ilike(like, escape="\\"),
            Person.name_en.ilike(like, escape="\\"),
            Unit.name.ilike(like, escape="\\"),
        )
    if only == "disabled":
        yield Person.disabled_at.is_not(None)
    elif only in {"active", "waiting"}:
        yield Person.disabled_at.is_(None)
    if only == "waiting":
        waiting = select(RoleGrant.person_id).where(
            RoleGrant.revoked_at.is_(None),
            RoleGrant.confirmed_at.is_(None),
            RoleGrant.role.in_(list(SIGNING)),
        )
        yield or_(Person.reset_confirm_needed, Person.id.in_(waiting))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _grants(session: Session, person_ids: list[UUID]) -> list[Grant]:
    """Return the roles of these people that were not taken back, in the order of the roles."""
    rows = session.execute(
        select(RoleGrant, Unit.name)
        .outerjoin(Unit, Unit.id == RoleGrant.unit_id)
        .where(RoleGrant.person_id.in_(person_ids), RoleGrant.revoked_at.is_(None))
    ).all()
    names = _names(session, [who for row, _ in rows for who in (row.proposed_by, row.confirmed_by)])
    order = list(Role)
    found = [
        Grant(
            id=row.id,
            role=row.role,
            unit=unit or "",
            proposed_by=names.get(row.proposed_by, ""),
            proposed_at=row.proposed_at,
            confirmed_by=names.get(row.confirmed_by, ""),
            confirmed_at=row.confirmed_at,
            facts=GrantFacts(
                person_id=row.person_id,
                role=row.role,
                proposed_by=row.proposed_by or row.person_id,
                confirmed=row.confirmed_at is not None or row.role not in SIGNING,
                revoked=False,
            ),
        )
        for row, unit in rows
    ]
    return sorted(found, key=lambda one: (order.index(one.role), one.unit))


def _names(session: Session, ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    if not (wanted := {one for one in ids if one is not None}):
        return {}
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def _state(person: Person) -> str:
    if person.disabled_at is not None:
        return "disabled"
    return "active" if person.password_hash is not None else "invited"


def _waits(person: Person, grants: Iterable[Grant]) -> int:
    waiting = sum(one.is_waiting for one in grants if one.facts.person_id == person.id)
    return waiting + int(person.reset_confirm_needed and person.disabled_at is None)
