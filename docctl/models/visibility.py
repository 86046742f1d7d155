"""Which access sets let a person see, as SQL, so that no page counts what is hidden (X-1, X-3)."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Actor
from docctl.domain.roles import reader_tokens
from docctl.models.access import AccessDenied, AccessSet, AccessToken


def visible_sets(actor: Actor) -> Select[UUID]:
    """Return the query for the sets that let this person see, for `access_set_id IN (…)`."""
    if actor.is_operator:
        return select(AccessSet.id)
    assert actor.person_id is not None
    return _sets_with(actor.person_id, tokens_of(actor))


def tokens_of(actor: Actor) -> frozenset[str]:
    """Return the tokens of a person; the system has none, and sees everything."""
    if actor.person_id is None:
        return frozenset()
    return reader_tokens(
        actor.person_id, actor.unit_id, actor.roles, is_outside=actor.is_outside, shares=actor.shares
    )


@lru_cache(maxsize=1024)
def _sets_with(person_id: UUID, tokens: frozenset[str]) -> Select[UUID]:
    """Return the query, the same one each time: pages ask several times, and building it takes longer."""
    denied = select(AccessDenied.set_id).where(AccessDenied.person_id == person_id)
    return (
        select(AccessToken.set_id)
        .where(AccessToken.token.in_(sorted(tokens)), AccessToken.set_id.not_in(denied))
        .distinct()
    )


def lets_see(set_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Return whether a set lets the person `person_id` see who bears `tokens`, for a statement built once."""
    bears = exists().where(
        AccessToken.set_id == set_id, AccessToken.token.in_(bindparam("tokens", expanding=True))
    )
    denied = exists().where(AccessDenied.set_id == set_id, AccessDenied.person_id == bindparam("person_id"))
    return and_(bears, ~denied)


def sets_of(session: Session, actor: Actor) -> frozenset[UUID]:
    """Return the ids of the sets that let this person see."""
    return frozenset(session.scalars(visible_sets(actor)))


def sees(session: Session, actor: Actor, set_id: UUID) -> bool:
    """Say whether this set lets the person see."""
    if actor.is_operator:
        return True
    return session.scalar(visible_sets(actor).where(AccessToken.set_id == set_id)) is not None
