"""What holders of copies are called now, and which of them are not there any more (D-1, D-8, O-3)."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.distribution import HolderKind, ListEntry
from docctl.models.organisation import Person, Post, Unit


def names_of_holders(session: Session, entries: Iterable[ListEntry]) -> dict[UUID, str]:
    """Return the name now of each holder that is there, by id: three questions for however many.

    Left out are closed accounts, closed units and their posts. A place is named by `holder_name`.
    """
    ids: dict[HolderKind, set[UUID]] = {}
    for one in entries:
        kind = HolderKind.UNIT if one.kind is HolderKind.PLACE else one.kind
        ids.setdefault(kind, set()).add(one.holder_id)
    found: dict[UUID, str] = {}
    if people := ids.get(HolderKind.PERSON):
        rows = select(Person.id, Person.name).where(Person.id.in_(people), Person.disabled_at.is_(None))
        found |= {row.id: row.name for row in session.execute(rows)}
    if posts := ids.get(HolderKind.POST):
        rows_ = (
            select(Post.id, Unit.name.label("unit"), Post.name)
            .join(Unit, Unit.id == Post.unit_id)
            .where(Post.id.in_(posts), Unit.valid_until.is_(None))
        )
        found |= {row.id: f"{row.unit} {row.name}" for row in session.execute(rows_)}
    if units := ids.get(HolderKind.UNIT):
        rows = select(Unit.id, Unit.name).where(Unit.id.in_(units), Unit.valid_until.is_(None))
        found |= {row.id: row.name for row in session.execute(rows)}
    return found


def holder_name(entry: ListEntry, name: str) -> str:
    """Return how an entry's holder is written: a place with the unit that looks after it."""
    return f"{entry.place}（{name}）" if entry.kind is HolderKind.PLACE else name
