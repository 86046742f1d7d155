"""The open step of a revision: found, closed, followed by the next (A-1, A-4)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.approval import RouteStep, Signed, may_sign, route_from_data, step_of
from docctl.domain.verdicts import Refused, RuleRefused, require
from docctl.models.content import Signature
from docctl.models.documents import Document, DocumentType, Revision
from docctl.models.work import Step, StepStatus
from docctl.services.caller import Caller
from docctl.services.revisions.step_clocks import open_now


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
        document_id = session.scalars(
            select(Revision.document_id).where(Revision.id == step.revision_id)
        ).one()
        route = route_of(session, document_id)
        open_now(session, following, step_of(route, following.meaning).limit, by)
