"""Who a person is at this instant: roles held, unit, tokens (X-1, A-15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import and_, bindparam, or_, select, true
from sqlalchemy.orm import Session

from docctl.domain.permissions import Actor
from docctl.domain.roles import SIGNING, Role
from docctl.domain.units import OUTSIDE
from docctl.domain.verdicts import NotFound
from docctl.models.base import table_of
from docctl.models.organisation import Person, RoleGrant, Unit
from docctl.models.trail import AuditHead
from docctl.queries.epochs import is_waiting
from docctl.services.people.admitting import admitted
from docctl.services.rows import AnyRow, ask


@dataclass(frozen=True, slots=True)
class Standing:
    """What must still hold of a person when the transaction runs."""

    actor: Actor
    password_version: int
    may_sign: bool


@dataclass(frozen=True, slots=True)
class Moment:
    """What the trail and the epochs say when the transaction runs: the newest event, and whether all wait."""

    newest: datetime
    waits: bool


_PERSON: Final = table_of(Person)
_GRANT: Final = table_of(RoleGrant)
_UNIT: Final = table_of(Unit)
_HEAD: Final = table_of(AuditHead)
_STANDING: Final = (
    select(
        _PERSON.c.name,
        _PERSON.c.username,
        _PERSON.c.unit_id.label("own_unit"),
        _UNIT.c.kind.label("unit_kind"),
        _PERSON.c.password_version,
        _PERSON.c.reset_confirm_needed,
        _PERSON.c.disabled_at,
        _GRANT.c.role,
        _GRANT.c.unit_id,
        _GRANT.c.confirmed_at,
    )
    .select_from(_PERSON)
    .join(_UNIT, _UNIT.c.id == _PERSON.c.unit_id)
    .outerjoin(_GRANT, and_(_GRANT.c.person_id == _PERSON.c.id, _GRANT.c.revoked_at.is_(None)))
    .where(_PERSON.c.id == bindparam("person_id"))
)
_MOMENT: Final = select(_HEAD.c.recorded_at, is_waiting().label("waits"))
_BOTH: Final = _STANDING.join(_HEAD, true()).add_columns(*_MOMENT.selected_columns)


def standing_of(session: Session, person_id: UUID) -> Standing:
    """Return a person with the roles in force; raise NotFound for one who is disabled (A-15).

    A role that signs counts only once a second person has confirmed it.
    """
    return _standing(person_id, ask(session, _STANDING, person_id=person_id).all())


def moment_of(session: Session) -> Moment:
    """Return what the trail and the epochs say."""
    newest, waits = ask(session, _MOMENT).one()
    return Moment(newest, bool(waits))


def both_of(session: Session, person_id: UUID) -> tuple[Moment, Standing | None]:
    """Return what the trail says, and a person's standing; None for one who is disabled or nobody."""
    rows = ask(session, _BOTH, person_id=person_id).all()
    if not rows:
        return moment_of(session), None
    moment = Moment(rows[0].recorded_at, bool(rows[0].waits))
    return moment, None if rows[0].disabled_at else _standing(person_id, rows)


def _standing(person_id: UUID, rows: Sequence[AnyRow]) -> Standing:
    if not rows or rows[0].disabled_at is not None:
        raise NotFound("person")
    person = rows[0]
    actor = Actor(
        person_id=person_id,
        name=person.name,
        username=person.username,
        unit_id=person.own_unit,
        roles=frozenset((Role(one.role), one.unit_id) for one in rows if one.role and _counts(one)),
        is_outside=person.unit_kind in OUTSIDE,
    )
    return Standing(actor, person.password_version, may_sign=not person.reset_confirm_needed)


def _counts(grant: AnyRow) -> bool:
    return grant.confirmed_at is not None or grant.role not in SIGNING


def actor_of(session: Session, person_id: UUID, at: datetime | None = None) -> Actor:
    """Return a person as an actor; raise NotFound for one who is disabled.

    Somebody of an outside organisation is admitted with the instant alone, and not once it is over (O-7).
    """
    actor = standing_of(session, person_id).actor
    return actor if at is None else admitted(session, actor, at)


def holders(session: Session, role: Role, unit_id: UUID | None = None) -> list[Person]:
    """Return the people who hold a role, company-wide or for the unit, by name."""
    query = (
        select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            RoleGrant.role == role,
            RoleGrant.revoked_at.is_(None),
            Person.disabled_at.is_(None),
            or_(RoleGrant.confirmed_at.is_not(None), RoleGrant.role.not_in(list(SIGNING))),
        )
        .order_by(Person.name)
        .distinct()
    )
    if unit_id is not None:
        query = query.where(or_(RoleGrant.unit_id.is_(None), RoleGrant.unit_id == unit_id))
    return list(session.scalars(query))
