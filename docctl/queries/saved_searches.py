"""The searches and views of registers that a person keeps (S-3, D-7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Actor
from docctl.models.searches import SavedSearch


@dataclass(frozen=True, slots=True)
class Saved:
    """One of them; `address` is what stands behind the question mark, `page` is empty for a search."""

    id: UUID
    name: str
    address: str
    saved_at: datetime
    page: str = ""


def saved_searches(session: Session, actor: Actor) -> list[Saved]:
    """Return one's own searches by name; the operator of the machine has none."""
    return _kept(session, actor, SavedSearch.page == "")


def saved_views(session: Session, actor: Actor, page: str = "") -> list[Saved]:
    """Return one's own views of a register by name, of all registers where none is named (D-7)."""
    return _kept(session, actor, SavedSearch.page == page if page else SavedSearch.page != "")


def _kept(session: Session, actor: Actor, of: ColumnElement[bool]) -> list[Saved]:
    if actor.person_id is None:
        return []
    rows = session.scalars(
        select(SavedSearch)
        .where(SavedSearch.person_id == actor.person_id, of)
        .order_by(SavedSearch.page, SavedSearch.name)
    )
    return [Saved(one.id, one.name, one.address, one.saved_at, one.page) for one in rows]
