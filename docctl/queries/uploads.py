"""Uploads that wait for their form, as the form shows them again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Actor
from docctl.domain.uploads import MOST_FILES
from docctl.models.content import Upload


@dataclass(frozen=True, slots=True)
class Staged:
    """An upload of the person's own that still waits."""

    id: UUID
    name: str
    size: int


def staged(session: Session, actor: Actor, ids: Iterable[UUID], *, at: datetime) -> list[Staged]:
    """Return the person's own uploads among these that have not expired, in the order asked for."""
    wanted = list(ids)[:MOST_FILES]
    if not wanted:
        return []
    rows = session.scalars(
        select(Upload).where(
            Upload.id.in_(wanted), Upload.owner_id == actor.person_id, Upload.expires_at > at
        )
    )
    found = {row.id: Staged(row.id, row.name, row.size) for row in rows}
    return [found[one] for one in wanted if one in found]
