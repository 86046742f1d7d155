"""Who has signed a round of a revision's route, and whom the route wants for a step (A-2, A-8)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.approval import Meaning, Signed, ToSign
from docctl.domain.authority import Deciding, deciding
from docctl.domain.leaving import StepOpen
from docctl.domain.particulars import amount_in
from docctl.domain.routes import Company, WantedStep, candidates
from docctl.domain.who import Who
from docctl.models.content import Signature
from docctl.models.documents import Revision
from docctl.models.work import Step, StepStatus

#: What somebody still has to sign.
OPEN: Final = (StepStatus.OPEN, StepStatus.WAITING)


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


def steps_open(session: Session, revision_ids: Collection[UUID]) -> dict[UUID, list[Step]]:
    """Return the steps of revisions that somebody still has to sign."""
    found: dict[UUID, list[Step]] = {}
    rows = (
        select(Step).where(Step.revision_id.in_(revision_ids), Step.status.in_(OPEN)).order_by(Step.position)
    )
    for one in session.scalars(rows):
        found.setdefault(one.revision_id, []).append(one)
    return found


def step_to_take(
    step: Step,
    revision: Revision,
    company: Company,
    unit: str,
    *,
    signed: Collection[Signed],
    others: Iterable[Step],
    whose: UUID,
) -> StepOpen:
    """Return what decides who may take an open step over from `whose` it is (A-2, A-7, A-8, A-16).

    The list to choose from and the hand-over itself ask this. `signed` is what was signed in its round, by
    whose hand and for whom; `others` are the steps of its revision that somebody still has to sign.
    """
    waiting = [
        Signed(one.meaning, one.assignee_id, separate=one.is_separate)
        for one in others
        if one.id != step.id and one.round == step.round and one.status in OPEN
    ]
    without = {*revision.authors(), whose}
    taken = {one.signer for one in (*signed, *waiting) if step.is_separate and one.separate}
    return StepOpen(
        ToSign(step.meaning, step.is_separate),
        revision.authors(),
        signed,
        waiting,
        wanted_now(step, company, unit, without=without, taken=taken),
        deciding_now(step, revision, company, unit, without=without),
    )
