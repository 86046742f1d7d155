"""What a revision waits for, with whom, and for whom the reader may sign it (A-1, A-4, A-8)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Actor
from docctl.domain.step_limits import revision_of_calendar, until_in_zone
from docctl.models.documents import Revision
from docctl.models.organisation import Person, Post
from docctl.models.work import Step, StepStatus
from docctl.queries.standing_in import Standing


@dataclass(frozen=True, slots=True)
class OpenStep:
    """What the revision waits for (A-4)."""

    meaning: str
    #: How the route calls it; "" by its meaning.
    name: str
    assignee_id: UUID
    assignee: str
    due_on: date | None
    is_overdue: bool
    is_mine: bool
    is_separate: bool
    #: Until when, to the instant; by which revision of the calendar (W-2); whether that may still move.
    due_at: datetime | None
    calendar: int | None
    is_provisional: bool
    #: To whom it may be delegated, holders of which post (A-8); whether the person signs it for who has it.
    delegable: str = "free"
    delegable_post: str = ""
    stands_in: Standing | None = None
    #: Of a formal check what it asks (A-9).
    points: tuple[str, ...] = ()

    @property
    def until(self) -> datetime | date | None:
        """The last day, or the instant of an end within it (W-1)."""
        return until_in_zone(self.due_at, self.due_on) if self.due_at and self.due_on else self.due_on


def open_steps(
    session: Session,
    revision: Revision,
    actor: Actor,
    at: datetime,
    zone: tzinfo,
    standing: Collection[Standing] = (),
) -> tuple[OpenStep, ...]:
    """Return the steps that the revision waits for, with whom: the person's own first, then those that they
    may sign for others (A-1, A-4, A-8).
    """
    by_step = {one.step_id: one for one in standing}
    rows = session.execute(
        select(Step, Person.name, Post.name)
        .join(Person, Person.id == Step.assignee_id)
        .outerjoin(Post, Post.id == Step.delegable_post_id)
        .where(
            Step.revision_id == revision.id,
            Step.round == revision.round,
            Step.status == StepStatus.OPEN,
        )
        .order_by(Step.position)
    )
    found = [
        OpenStep(
            meaning=step.meaning.value,
            name=step.name,
            assignee_id=step.assignee_id,
            assignee=name,
            due_on=step.due_on,
            is_overdue=step.due_at is not None and at >= step.due_at,
            is_mine=step.assignee_id == actor.person_id,
            is_separate=step.is_separate,
            due_at=step.due_at.astimezone(zone) if step.due_at else None,
            calendar=revision_of_calendar(step.calendar),
            is_provisional=step.is_provisional,
            delegable=step.delegable,
            delegable_post=post or "",
            stands_in=by_step.get(step.id),
            points=tuple(step.points),
        )
        for step, name, post in rows
    ]
    return tuple(sorted(found, key=_own_first))


def _own_first(one: OpenStep) -> int:
    if one.is_mine:
        return 0
    return 1 if one.stands_in and one.stands_in.verdict else 2
