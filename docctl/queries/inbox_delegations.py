"""Delegations of which a person is told, until they have seen them (A-2)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, or_
from sqlalchemy.orm import aliased

from docctl.domain.permissions import Actor
from docctl.models.delegations import Delegation
from docctl.models.organisation import Person
from docctl.queries.inbox_copies import AT
from docctl.queries.inbox_row import work


def delegation_work(actor: Actor) -> dict[str, Select[*tuple[Any, ...]]]:
    """Return delegations that others entered, for both whom they are about, while they last (A-2)."""
    principal, delegate = aliased(Person), aliased(Person)
    unseen = or_(
        and_(Delegation.principal_id == actor.person_id, Delegation.principal_seen_at.is_(None)),
        and_(Delegation.delegate_id == actor.person_id, Delegation.delegate_seen_at.is_(None)),
    )
    found = (
        work(
            "delegation",
            Delegation.id,
            title=principal.name + " → " + delegate.name,
            since=Delegation.given_at,
            whose=principal.name,
        )
        .select_from(Delegation)
        .join(principal, principal.id == Delegation.principal_id)
        .join(delegate, delegate.id == Delegation.delegate_id)
        .where(unseen, Delegation.ends_at > AT)
    )
    return {"see_delegation": found}
