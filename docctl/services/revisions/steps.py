"""The open steps of a revision: found, closed, followed by those of the next stage (A-1, A-4)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.approval import Meaning, ToSign, may_sign
from docctl.domain.verdicts import Refused, RuleRefused, require
from docctl.models.documents import Document, Revision
from docctl.models.work import Step, StepStatus
from docctl.queries.standing_in import Standing, limits_of_both, other_hands, standings
from docctl.queries.step_rows import signed_in_round
from docctl.services.caller import Caller
from docctl.services.revisions.copy_steps import tell
from docctl.services.revisions.step_clocks import open_now


@dataclass(frozen=True, slots=True)
class Hand:
    """An open step, and the delegation under which the caller signs it for who has it; None for their own."""

    step: Step
    standing: Standing | None = None

    @property
    def principal(self) -> UUID | None:
        """For whom it is signed."""
        return self.standing.principal_id if self.standing else None


def hand_at(
    session: Session,
    document: Document,
    revision: Revision,
    for_id: UUID | None,
    by: Caller,
    *,
    meaning: Meaning | None = None,
) -> Hand:
    """Return the caller's open step, or that of whom they stand in for, named by `for_id` (A-8).

    Whoever has an open step themselves signs that, unless they name another; whoever stands in says for whom.
    Of several open steps of one person it is one that may be signed, and of the `meaning` that is wanted.
    """
    own = by.actor.person_id
    step = open_step(session, revision, by, meaning=meaning)
    if for_id is None and step.assignee_id == own:
        return Hand(step)
    found = standings(session, document, revision, own, at=by.at, today=by.today)
    if for_id is None:
        if can := next((one for one in found if one.verdict), None):
            raise RuleRefused(Refused("A-8", "say_for_whom", {"name": can.principal}))
        return Hand(step)
    fitting = [one for one in found if one.principal_id == for_id]
    if not fitting:
        raise RuleRefused(Refused("A-8", "stands_in_for_nobody"))
    standing = min(fitting, key=lambda one: (not one.verdict, one.meaning is not meaning))
    require(standing.verdict)
    return Hand(session.get_one(Step, standing.step_id), standing)


def open_step(session: Session, revision: Revision, by: Caller, *, meaning: Meaning | None = None) -> Step:
    """Return the open step of the caller, of the `meaning` that is wanted where they have several; else the
    first one. Raise RuleRefused where none is.
    """
    query = select(Step).where(
        Step.revision_id == revision.id,
        Step.round == revision.round,
        Step.status == StepStatus.OPEN,
    )
    rows = session.scalars(query.order_by(Step.position)).all()
    if not rows:
        raise RuleRefused(Refused("A-4", "no_open_step"))
    return min(rows, key=lambda one: (one.assignee_id != by.actor.person_id, one.meaning is not meaning))


def check_signer(session: Session, document: Document, revision: Revision, hand: Hand, by: Caller) -> None:
    """Raise RuleRefused where the caller may not sign this step, themselves or for another (A-2, A-7)."""
    step, principal = hand.step, hand.principal
    earlier = signed_in_round(session, revision.id, revision.round)
    if principal is not None:
        earlier = other_hands(session, revision, step, by.person_id)
    to_sign, authors = ToSign(step.meaning, step.is_separate), revision.authors()
    require(may_sign(to_sign, signer=by.person_id, authors=authors, signed=earlier, principal=principal))
    if principal is not None and step.authority:
        both = limits_of_both(
            session,
            document,
            revision,
            step,
            delegate=by.person_id,
            principal=principal,
            at=by.at,
            today=by.today,
        )
        require(both)


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
    if rest:
        tell(session, step.revision_id, step.round, by, stage=rest[0].stage)
