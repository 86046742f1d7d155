"""Who answers for an entry of a list or a copy: person, post, head and keepers (D-1, O-3)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from docctl.domain.distribution import HolderKind, ListEntry
from docctl.domain.roles import Role
from docctl.models.distribution import Held
from docctl.models.organisation import Person, PostHolder, RoleGrant, Unit


def columns_of(entry: ListEntry) -> dict[str, UUID | None]:
    """Return the columns that name the holder of an entry."""
    return {
        "unit_id": entry.holder_id if entry.kind in {HolderKind.UNIT, HolderKind.PLACE} else None,
        "post_id": entry.holder_id if entry.kind is HolderKind.POST else None,
        "person_id": entry.holder_id if entry.kind is HolderKind.PERSON else None,
    }


def answer_for(session: Session, held: Held, *, today: date) -> frozenset[UUID]:
    """Return who acknowledges, returns or reports a copy: its person, who holds the post today,
    of a unit its head and its keepers (D-1).
    """
    if held.person_id is not None:
        return frozenset({held.person_id})
    if held.post_id is not None:
        return frozenset(session.scalars(in_post(PostHolder.post_id == held.post_id, today)))
    head = select(Unit.head_id).where(Unit.id == held.unit_id, Unit.head_id.is_not(None))
    keepers = select(RoleGrant.person_id).where(
        RoleGrant.role == Role.KEEPER,
        RoleGrant.unit_id == held.unit_id,
        RoleGrant.revoked_at.is_(None),
        RoleGrant.confirmed_at.is_not(None),
    )
    return frozenset(one for one in (*session.scalars(head), *session.scalars(keepers)) if one is not None)


def in_post(which: ColumnElement[bool], today: date) -> Select[UUID]:
    """Return the query for the people in a post on a day (O-3)."""
    return select(PostHolder.person_id).where(
        which,
        PostHolder.from_on <= today,
        or_(PostHolder.until_on.is_(None), PostHolder.until_on >= today),
    )


def readers_meant(session: Session, held: Held, *, today: date) -> frozenset[UUID]:
    """Return who is asked to read by an entry: everybody of the unit, in the post, or the person (D-4)."""
    if held.kind is HolderKind.PLACE:
        return frozenset()
    if held.kind is HolderKind.UNIT:
        which = Person.unit_id == held.unit_id
    elif held.kind is HolderKind.POST:
        which = Person.id.in_(in_post(PostHolder.post_id == held.post_id, today))
    else:
        which = Person.id == held.person_id
    return frozenset(session.scalars(select(Person.id).where(which, Person.disabled_at.is_(None))))
