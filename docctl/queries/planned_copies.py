"""Whom a route tells of a document, with their names: nobody of an outside organisation (A-10, O-7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.units import OUTSIDE
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Person, Unit
from docctl.queries.document_choices import Choice
from docctl.queries.routes import Plan, plan_for


@dataclass(frozen=True, slots=True)
class PlannedCopy:
    """A copy-to step as it is shown: with which stage it begins, `with_issue` after all that sign (A-1)."""

    stage: int
    name: str
    people: tuple[Choice, ...]
    with_issue: bool


def planned_copies(session: Session, plan: Plan) -> tuple[PlannedCopy, ...]:
    """Return whom the copy-to steps of a plan tell, with their names."""
    ids = {one for told in plan.told for one in told}
    if not plan.taken.copies:
        return ()
    people = {
        one.id: Choice(one.id, one.name, one.name, one.unit)
        for one in session.execute(
            select(Person.id, Person.name, Unit.name.label("unit"))
            .join(Unit, Unit.id == Person.unit_id)
            .where(Person.id.in_(ids), Person.disabled_at.is_(None), Unit.kind.not_in(sorted(OUTSIDE)))
        )
    }
    last = max(stage for stage, _ in plan.taken.steps)
    return tuple(
        PlannedCopy(
            copy.stage,
            copy.name,
            tuple(sorted((people[one] for one in told if one in people), key=lambda one: one.name)),
            copy.stage > last,
        )
        for copy, told in zip(plan.taken.copies, plan.told, strict=True)
    )


def copies_planned(
    session: Session, revision_id: UUID, at: datetime, zone: tzinfo, *, author: UUID | None
) -> tuple[PlannedCopy, ...]:
    """Return whom the route of a draft tells that is about to be submitted by its author (A-10)."""
    revision = session.get_one(Revision, revision_id)
    document = session.get_one(Document, revision.document_id)
    authors = revision.authors() | ({author} if author else set())
    return planned_copies(session, plan_for(session, document, revision, at, zone, authors))
