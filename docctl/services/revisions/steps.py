"""The open steps of a revision: found, closed, followed by those of the next stage (A-1, A-4)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.approval import ToSign, may_sign
from docctl.domain.verdicts import Refused, RuleRefused, require
from docctl.models.documents import Revision
from docctl.models.work import Step, StepStatus
from docctl.queries.step_rows import signed_in_round
from docctl.services.caller import Caller
from docctl.services.revisions.step_clocks import open_now


def open_step(session: Session, revision: Revision, by: Caller) -> Step:
    """Return the open step of the caller, else the first one; raise RuleRefused where none is."""
    query = select(Step).where(
        Step.revision_id == revision.id,
        Step.round == revision.round,
        Step.status == StepStatus.OPEN,
    )
    rows = session.scalars(query.order_by(Step.position)).all()
    if not rows:
        raise RuleRefused(Refused("A-4", "no_open_step"))
    return next((one for one in rows if one.assignee_id == by.actor.person_id), rows[0])


def check_signer(session: Session, revision: Revision, step: Step, by: Caller) -> None:
    """Raise RuleRefused where the caller may not sign this step (A-2)."""
    earlier = signed_in_round(session, revision.id, revision.round)
    to_sign = ToSign(step.meaning, step.is_separate)
    require(may_sign(to_sign, signer=by.person_id, authors=revision.authors(), signed=earlier))


def close_step(session: Session, step: Step, status: StepStatus, by: Caller, comment: str) -> None:
    """Close a step; after a signature open the next stage once all beside it are signed (A-1)."""
    step.status, step.closed_at, step.comment = status, by.at, comment
    rest = session.scalars(
        select(Step)
        .where(
            Step.revision_id == step.revision_id,
            Step.round == step.round,
            Step.status.in_((StepStatus.OPEN, StepStatus.WAITING)),
        )
        .order_by(Step.position)
    ).all()
    if status is not StepStatus.SIGNED:
        for row in rest:
            row.status = StepStatus.CANCELLED
            row.closed_at = by.at if row.opened_at else None
        return
    if any(row.status is StepStatus.OPEN for row in rest):
        return
    for row in rest:
        if row.stage == rest[0].stage:
            open_now(session, row, by)
