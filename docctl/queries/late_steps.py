"""Steps of a revision that were closed after their time, with the reason that was given (A-13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.models.organisation import Person
from docctl.models.work import Step


@dataclass(frozen=True, slots=True)
class LateLine:
    """A step closed late: whose it was, until when it ran, when it was closed, and why. Times in the zone."""

    meaning: str
    name: str
    assignee: str
    due_at: datetime
    closed_at: datetime
    reason: str
    round: int


def late_steps(session: Session, revision_id: UUID, zone: tzinfo) -> tuple[LateLine, ...]:
    """Return the steps of a revision that were closed late, of all rounds, in their order (A-13)."""
    rows = session.execute(
        select(Step, Person.name)
        .join(Person, Person.id == Step.assignee_id)
        .where(Step.revision_id == revision_id, Step.late_reason != "")
        .order_by(Step.closed_at, Step.position)
    )
    return tuple(
        LateLine(
            one.meaning.value,
            one.name,
            name,
            one.due_at.astimezone(zone),
            one.closed_at.astimezone(zone),
            one.late_reason,
            one.round,
        )
        for one, name in rows
        if one.due_at is not None and one.closed_at is not None
    )
