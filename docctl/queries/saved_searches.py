"""The searches that a person keeps (S-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Actor
from docctl.models.searches import SavedSearch


@dataclass(frozen=True, slots=True)
class Saved:
    """One of them; `address` is what stands behind the question mark."""

    id: UUID
    name: str
    address: str
    saved_at: datetime


def saved_searches(session: Session, actor: Actor) -> list[Saved]:
    """Return one's own searches by name; the operator of the machine has none."""
    if actor.person_id is None:
        return []
    rows = session.scalars(
        select(SavedSearch).where(SavedSearch.person_id == actor.person_id).order_by(SavedSearch.name)
    )
    return [Saved(one.id, one.name, one.address, one.saved_at) for one in rows]
