"""How a transaction asks for something that happens after it, once: deliveries and due jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.models.base import new_id
from docctl.models.work import Delivery, DueJob


@dataclass(frozen=True, slots=True)
class Wish:
    """An outside effect; `key` names something made in this transaction, for which nobody can have asked."""

    kind: str
    key: str
    payload: dict[str, Any]
    at: datetime


def row_of(wish: Wish) -> dict[str, Any]:
    """Return the row of a wish, for `write_together`."""
    return {
        "id": new_id(),
        "kind": wish.kind,
        "key": f"{wish.kind}:{wish.key}",
        "payload": wish.payload,
        "created_at": wish.at,
        "next_at": wish.at,
    }


def want(session: Session, kind: str, *, key: str, payload: dict[str, Any], at: datetime) -> None:
    """Ask for an outside effect once; `key` names it, so that a repeat of the wish adds nothing."""
    full = f"{kind}:{key}"
    if session.scalar(select(Delivery.id).where(Delivery.key == full)) is None:
        session.add(Delivery(kind=kind, key=full, payload=payload, created_at=at, next_at=at))


def due(session: Session, kind: str, *, subject_id: UUID, at: datetime) -> None:
    """Put something on the list of what falls due at an instant; a later wish moves it."""
    row = session.scalars(select(DueJob).where(DueJob.kind == kind, DueJob.subject_id == subject_id)).first()
    if row is None:
        session.add(DueJob(kind=kind, subject_id=subject_id, due_at=at))
    else:
        row.due_at, row.done_at = at, None
        row.tries, row.last_error, row.next_at = 0, "", None


def due_first(session: Session, kind: str, wanted: Mapping[UUID, datetime]) -> None:
    """Put subjects on the list, each for its instant, unless they stand there for an earlier one."""
    query = select(DueJob).where(DueJob.kind == kind, DueJob.subject_id.in_(wanted))
    there = {one.subject_id: one for one in session.scalars(query)}
    for subject_id, at in wanted.items():
        row = there.get(subject_id)
        if row is None:
            session.add(DueJob(kind=kind, subject_id=subject_id, due_at=at))
        elif row.done_at is not None or at < row.due_at:
            row.due_at, row.done_at = at, None
            row.tries, row.last_error, row.next_at = 0, "", None


def settled(session: Session, kind: str, *, subject_id: UUID, at: datetime) -> bool:
    """Cross something off the list in the transaction that does it; False where it was done before."""
    row = session.scalars(
        select(DueJob).where(DueJob.kind == kind, DueJob.subject_id == subject_id, DueJob.done_at.is_(None))
    ).first()
    if row is None:
        return False
    row.done_at = at
    return True
