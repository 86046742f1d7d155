"""Who has signed a round of a revision's route, and whether for a step of their own (A-2)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.approval import Meaning, Signed
from docctl.models.content import Signature
from docctl.models.work import Step, StepStatus


def signed_in_round(session: Session, revision_id: UUID, round_number: int) -> tuple[Signed, ...]:
    """Return the signatures of a round; those of steps that are not separate say so."""
    of_round = (Step.revision_id == revision_id, Step.round == round_number)
    shared = select(Step.assignee_id).where(
        *of_round, Step.status == StepStatus.SIGNED, Step.is_separate.is_(False)
    )
    apart = select(Step.assignee_id).where(
        *of_round, Step.status == StepStatus.SIGNED, Step.is_separate.is_(True)
    )
    together = set(session.scalars(shared)) - set(session.scalars(apart))
    rows = session.scalars(
        select(Signature).where(Signature.subject_id == revision_id, Signature.round == round_number)
    )
    return tuple(
        Signed(
            row.meaning,
            row.person_id,
            row.on_behalf_of,
            separate=row.meaning is Meaning.PREPARE or row.person_id not in together,
        )
        for row in rows
        if row.person_id is not None
    )
