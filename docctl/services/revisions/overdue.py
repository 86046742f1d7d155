"""Steps that wait too long: their signer is reminded, then the next level sees them too (A-4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts, authorise
from docctl.domain.roles import Role
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Person, Unit
from docctl.models.work import Step, StepStatus
from docctl.services.caller import Caller
from docctl.services.documents.load import lock_document
from docctl.services.locks import Rank, lock
from docctl.services.people.actors import holders
from docctl.services.registry import use_case
from docctl.services.revisions.insiders import let_in
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class RemindStep:
    """A step that will be due soon."""

    step_id: UUID


@use_case("system.operate")
def remind_step(session: Session, cmd: RemindStep, by: Caller) -> bool:
    """Remind who has an open step, once, before it is due (催办, A-4)."""
    authorise(by.actor, "system.operate", Facts())
    found = _locked(session, cmd.step_id)
    if found is None:
        return False
    document, revision, step = found
    if step.status is not StepStatus.OPEN or step.reminded_at is not None or _is_over(step, by):
        return False
    step.reminded_at = by.at
    _tell(session, by, "step.reminded", document, revision, step, {"to": step.assignee_id})
    return True


@dataclass(frozen=True, slots=True)
class EscalateStep:
    """A step whose time is over."""

    step_id: UUID


@use_case("system.operate")
def escalate_step(session: Session, cmd: EscalateStep, by: Caller) -> bool:
    """Show an overdue step to the next level as well (处理逾期反应, A-4).

    The next level is the head of the signer's unit, or of the unit above where the signer is the head;
    above the last head it is the approving leader.
    """
    authorise(by.actor, "system.operate", Facts())
    found = _locked(session, cmd.step_id)
    if found is None:
        return False
    document, revision, step = found
    if step.status is not StepStatus.OPEN or step.escalated_at is not None or not _is_over(step, by):
        return False
    superior = _superior(session, step.assignee_id)
    step.escalated_at, step.escalated_to = by.at, superior
    let_in(session, document)
    _tell(session, by, "step.escalated", document, revision, step, {"to": superior})
    return True


def _locked(session: Session, step_id: UUID) -> tuple[Document, Revision, Step] | None:
    found = session.execute(
        select(Revision.id, Revision.document_id)
        .join(Step, Step.revision_id == Revision.id)
        .where(Step.id == step_id)
    ).first()
    if found is None:
        return None
    loaded = lock_document(session, found.document_id)
    (step,) = lock(session, Rank.ITEMS, select(Step).where(Step.id == step_id))
    return loaded.document, loaded.revisions[found.id], step


def _is_over(step: Step, by: Caller) -> bool:
    """Say whether its time is over now: it may have got a later end meanwhile (W-2)."""
    return step.due_at is not None and by.at >= step.due_at


def _tell(
    session: Session,
    by: Caller,
    action: str,
    document: Document,
    revision: Revision,
    step: Step,
    more: dict[str, Any],
) -> None:
    facts = {
        "number": document.number,
        "label": revision.label,
        "step": step.meaning,
        "due": step.due_on,
        "calendar": step.calendar,
    }
    record(session, by, action, Subject("document", document.id, str(revision.id)), facts={**facts, **more})


def _superior(session: Session, person_id: UUID) -> UUID | None:
    unit: Unit | None = session.get_one(Unit, session.get_one(Person, person_id).unit_id)
    seen: set[UUID] = set()
    while unit is not None and unit.id not in seen:
        seen.add(unit.id)
        if unit.head_id is not None and unit.head_id != person_id:
            return unit.head_id
        unit = session.get(Unit, unit.parent_id) if unit.parent_id else None
    leaders = (one.id for one in holders(session, Role.LEADER) if one.id != person_id)
    return next(leaders, None)
