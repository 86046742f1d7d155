"""Delegations of somebody who moves or leaves: given ones end, those they have go to another (A-2, A-16)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.verdicts import Refused, RuleRefused
from docctl.models.delegations import Delegation, DelegationScope, ScopeKind
from docctl.models.organisation import Person
from docctl.services.caller import Caller
from docctl.services.people.delegations import GiveDelegation, end, give, running_of
from docctl.services.people.handing import Giving, Handed, changed


def hand_delegations(session: Session, giving: Giving, items: Sequence[Handed], by: Caller) -> None:
    """End delegations; one that the person has goes on with another for the days that are left (A-16)."""
    if not items:
        return
    rows = {one.id: one for one in running_of(session, [giving.person.id], by)}
    ids = {one for row in rows.values() for one in (row.principal_id, row.delegate_id)}
    people = {one.id: one for one in session.scalars(select(Person).where(Person.id.in_(ids)))}
    names = {key: one.name for key, one in people.items()}
    for item in items:
        if (row := rows.get(item.id)) is None or row.ended_at is not None:
            raise changed()
        taker = giving.taker(item.to)
        if taker is not None and row.principal_id == giving.person.id:
            raise RuleRefused(Refused("A-16", "delegation_ends", {"name": giving.person.name}))
        end(session, row, names, giving.reason, by)
        session.flush()  # it no longer stands beside the one that follows
        if taker is not None:
            cmd = _following(session, row, taker.id, giving.reason, by)
            give(session, cmd, people[row.principal_id], taker, by)


def _following(session: Session, row: Delegation, to: UUID, reason: str, by: Caller) -> GiveDelegation:
    scopes = session.scalars(select(DelegationScope).where(DelegationScope.delegation_id == row.id)).all()
    return GiveDelegation(
        row.principal_id,
        to,
        max(by.today, row.from_on),
        row.until_on,
        reason,
        tuple(one.of_id for one in scopes if one.kind is ScopeKind.TYPE),
        tuple(one.of_id for one in scopes if one.kind is ScopeKind.UNIT),
    )
