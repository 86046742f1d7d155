"""Delegations that are open with a person: given ones end, those they have go to another (A-16)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.delegation import SIGNED_FOR
from docctl.domain.leaving import OpenKind
from docctl.domain.roles import Role
from docctl.models.delegations import Delegation
from docctl.models.organisation import Person
from docctl.queries.delegations import running_of
from docctl.queries.open_item import OpenItem, Taker


def delegations_given(at: Any) -> Select[*tuple[Any, ...]]:
    """Return who gave a delegation that runs or is to come; a row for each."""
    return select(Delegation.principal_id).where(Delegation.ends_at > at)


def delegations_had(at: Any) -> Select[*tuple[Any, ...]]:
    """Return who has a delegation that runs or is to come; a row for each."""
    return select(Delegation.delegate_id).where(Delegation.ends_at > at)


def delegations_of(
    session: Session,
    person_id: UUID,
    people: tuple[Taker, ...],
    holding: Mapping[Role, frozenset[UUID]],
    at: datetime,
) -> Iterable[OpenItem]:
    """Yield the delegations of a person; who takes one over signs a step that its principal signs (A-15)."""
    principal, delegate = aliased(Person), aliased(Person)
    rows = session.execute(
        select(Delegation, principal.name, delegate.name)
        .join(principal, principal.id == Delegation.principal_id)
        .join(delegate, delegate.id == Delegation.delegate_id)
        .where(running_of(person_id, at))
        .order_by(Delegation.begins_at, Delegation.id)
    )
    for row, whose, who in rows:
        given = row.principal_id == person_id
        able = {
            one
            for role in SIGNED_FOR
            if row.principal_id in holding.get(role, frozenset())
            for one in holding.get(role, frozenset())
        } - {row.principal_id}
        yield OpenItem(
            OpenKind.DELEGATION,
            row.id,
            "delegation_given" if given else "delegation_had",
            "",
            f"{whose} → {who}",
            row.until_on,
            "",
            () if given else tuple(one for one in people if one.id in able),
        )
