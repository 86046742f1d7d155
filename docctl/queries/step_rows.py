"""Who has signed a round of a revision's route, and whom the route wants for a step (A-2, A-8)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.approval import Meaning, Signed
from docctl.domain.authority import Deciding, deciding
from docctl.domain.particulars import amount_in
from docctl.domain.routes import Company, WantedStep, candidates
from docctl.domain.who import Who
from docctl.models.content import Signature
from docctl.models.documents import Revision
from docctl.models.work import Step, StepStatus


def signed_in_round(session: Session, revision_id: UUID, round_number: int) -> tuple[Signed, ...]:
    """Return the signatures of a round; those of steps that are not separate say so."""
    return signed_in_rounds(session, {revision_id: round_number})[revision_id]


def signed_in_rounds(session: Session, rounds: Mapping[UUID, int]) -> dict[UUID, tuple[Signed, ...]]:
    """Return the signatures of a round of each revision, with as many questions as for one."""
    steps = select(Step.revision_id, Step.round, Step.assignee_id, Step.is_separate).where(
        Step.revision_id.in_(rounds), Step.status == StepStatus.SIGNED
    )
    apart: dict[UUID, set[UUID]] = {one: set() for one in rounds}
    shared: dict[UUID, set[UUID]] = {one: set() for one in rounds}
    for row in session.execute(steps):
        if row.round == rounds[row.revision_id]:
            (apart if row.is_separate else shared)[row.revision_id].add(row.assignee_id)
    found: dict[UUID, list[Signed]] = {one: [] for one in rounds}
    signatures = session.scalars(select(Signature).where(Signature.subject_id.in_(rounds)))
    for row_ in signatures:
        revision_id, person = row_.subject_id, row_.person_id
        if person is None or row_.round != rounds[revision_id]:
            continue
        together = (row_.on_behalf_of or person) in shared[revision_id] - apart[revision_id]
        separate = row_.meaning is Meaning.PREPARE or not together
        found[revision_id].append(Signed(row_.meaning, person, row_.on_behalf_of, separate=separate))
    return {one: tuple(each) for one, each in found.items()}


def wanted_now(
    step: Step, company: Company, unit: str, *, without: Collection[UUID], taken: Collection[UUID]
) -> frozenset[UUID]:
    """Return whom the route finds for an open step of a document of a unit now (A-8).

    `without` never sign it; `taken` sign other steps. Nobody for a step from before routes kept this.
    """
    if not step.who:
        return frozenset()
    wanted = WantedStep(step.meaning, Who(step.who), step.who_of)
    return candidates(wanted, company, unit, authors=without, taken=taken)


def deciding_now(
    step: Step, revision: Revision, company: Company, unit: str, *, without: Collection[UUID]
) -> Deciding | None:
    """Return who may decide a step that the authority table gave to its level, asked again now (A-7)."""
    if not step.authority:
        return None
    return deciding(step.authority, company, unit, amount_in(revision.amount), without=without)
