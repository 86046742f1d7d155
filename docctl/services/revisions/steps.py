"""The open step of a revision: found, closed, followed by the next; overdue ones go up (A-1, A-4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.approval import RouteStep, Signed, due_on, may_sign, route_from_data, step_of
from docctl.domain.calendar_dates import midnight
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import Refused, RuleRefused, require
from docctl.models.content import Signature
from docctl.models.documents import Document, DocumentType, Revision
from docctl.models.organisation import Person, Unit
from docctl.models.work import Step, StepStatus
from docctl.services.caller import Caller
from docctl.services.documents.load import lock_document
from docctl.services.jobs import due
from docctl.services.locks import Rank, lock
from docctl.services.registry import use_case
from docctl.services.revisions.insiders import let_in
from docctl.services.trail import Subject, record


def route_of(session: Session, document_id: UUID) -> tuple[RouteStep, ...]:
    """Return the route of a document's type (A-1)."""
    data = session.scalars(
        select(DocumentType.route)
        .join(Document, Document.type_id == DocumentType.id)
        .where(Document.id == document_id)
    ).one()
    return route_from_data(data)


def open_step(session: Session, revision: Revision) -> Step:
    """Return the open step; raise RuleRefused where none is."""
    row = session.scalars(
        select(Step).where(
            Step.revision_id == revision.id,
            Step.round == revision.round,
            Step.status == StepStatus.OPEN,
        )
    ).first()
    if row is None:
        raise RuleRefused(Refused("A-4", "no_open_step"))
    return row


def check_signer(session: Session, revision: Revision, step: Step, by: Caller) -> None:
    """Raise RuleRefused where the caller may not sign this step (A-2)."""
    earlier = [
        Signed(row.meaning, row.person_id, row.on_behalf_of)
        for row in session.scalars(
            select(Signature).where(Signature.subject_id == revision.id, Signature.round == revision.round)
        )
        if row.person_id is not None
    ]
    step_of_route = step_of(route_of(session, revision.document_id), step.meaning)
    require(may_sign(step_of_route, signer=by.person_id, authors=revision.authors(), signed=earlier))


def close_step(session: Session, step: Step, status: StepStatus, by: Caller, comment: str) -> None:
    """Close a step, and open the one that follows it after a signature."""
    step.status, step.closed_at, step.comment = status, by.at, comment
    rest = session.scalars(
        select(Step)
        .where(
            Step.revision_id == step.revision_id,
            Step.round == step.round,
            Step.status == StepStatus.WAITING,
        )
        .order_by(Step.position)
    ).all()
    if status is not StepStatus.SIGNED:
        for row in rest:
            row.status = StepStatus.CANCELLED
        return
    if rest:
        following = rest[0]
        following.status, following.opened_at = StepStatus.OPEN, by.at
        document_id = session.scalars(
            select(Revision.document_id).where(Revision.id == step.revision_id)
        ).one()
        route = route_of(session, document_id)
        following.due_on = due_on(by.today, step_of(route, following.meaning))
        escalation_due(session, following, by)


def escalation_due(session: Session, step: Step, by: Caller) -> None:
    """Put the step on the list of what falls due: the day after its last day (A-4)."""
    assert step.due_on is not None
    at = midnight(step.due_on + timedelta(days=1), by.zone)
    due(session, "step.escalate", subject_id=step.id, at=at)


@dataclass(frozen=True, slots=True)
class EscalateStep:
    """A step whose due day has passed."""

    step_id: UUID


@use_case("system.operate")
def escalate_step(session: Session, cmd: EscalateStep, by: Caller) -> bool:
    """Show an overdue step to the next level as well (处理逾期反应, A-4).

    The next level is the head of the signer's unit, or of the unit above where the signer is the head.
    """
    authorise(by.actor, "system.operate", Facts())
    found = session.execute(
        select(Revision.id, Revision.document_id)
        .join(Step, Step.revision_id == Revision.id)
        .where(Step.id == cmd.step_id)
    ).first()
    if found is None:
        return False
    loaded = lock_document(session, found.document_id)
    document, revision = loaded.document, loaded.revisions[found.id]
    (step,) = lock(session, Rank.ITEMS, select(Step).where(Step.id == cmd.step_id))
    if step.status is not StepStatus.OPEN or step.escalated_at is not None:
        return False
    superior = _superior(session, step.assignee_id)
    step.escalated_at, step.escalated_to = by.at, superior
    let_in(session, document)
    record(
        session,
        by,
        "step.escalated",
        Subject("document", document.id, str(revision.id)),
        facts={
            "number": document.number,
            "label": revision.label,
            "step": step.meaning,
            "due": step.due_on,
            "to": superior,
        },
    )
    return True


def _superior(session: Session, person_id: UUID) -> UUID | None:
    unit: Unit | None = session.get_one(Unit, session.get_one(Person, person_id).unit_id)
    seen: set[UUID] = set()
    while unit is not None and unit.id not in seen:
        seen.add(unit.id)
        if unit.head_id is not None and unit.head_id != person_id:
            return unit.head_id
        unit = session.get(Unit, unit.parent_id) if unit.parent_id else None
    return None
