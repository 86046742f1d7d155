"""What the form of a distribution list offers: units that exist today and their posts (D-8, O-3)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.distribution import HolderKind
from docctl.models.organisation import Post, Unit


def holder_choices(session: Session) -> tuple[tuple[str, str], ...]:
    """Return (`kind:id`, name) of each unit, its posts after it."""
    found: list[tuple[str, str, str]] = []
    for code, key, name in session.execute(
        select(Unit.code, Unit.id, Unit.name).where(Unit.valid_until.is_(None))
    ):
        found.append((f"{code} ", f"{HolderKind.UNIT.value}:{key}", name))
    for code, key, unit, post in session.execute(
        select(Unit.code, Post.id, Unit.name, Post.name)
        .join(Unit, Unit.id == Post.unit_id)
        .where(Unit.valid_until.is_(None))
    ):
        found.append((f"{code} {post}", f"{HolderKind.POST.value}:{key}", f"{unit} {post}"))
    return tuple((value, label) for _, value, label in sorted(found))
