"""Who stands in for whom at the open steps of a revision, and why not (A-2, A-7, A-8, A-15).

A step asks the rules of `domain.delegation`; lists and counts ask the same in SQL: `queries.delegated_steps`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from docctl.domain.approval import Meaning, Signed
from docctl.domain.delegation import StandIn, may_decide_for, may_stand_in
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.verdicts import Refused, Verdict
from docctl.domain.who import Delegable
from docctl.models.delegations import Delegation, DelegationScope, ScopeKind
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Person, Post, PostHolder
from docctl.models.work import Step, StepStatus
from docctl.queries.delegated_steps import has_delegations, holds_needed, is_delegated, runs_at
from docctl.queries.routes import company_at
from docctl.queries.step_rows import deciding_now, signed_in_round


@dataclass(frozen=True, slots=True)
class Standing:
    """An open step with the delegation under which somebody else may sign it, or the reason why not."""

    step_id: UUID
    meaning: Meaning
    delegation_id: UUID
    principal_id: UUID
    principal: str
    verdict: Verdict

    @property
    def refused(self) -> Refused | None:
        """Why not."""
        return self.verdict if isinstance(self.verdict, Refused) else None


def standings(
    session: Session,
    document: Document,
    revision: Revision,
    person_id: UUID | None,
    *,
    at: datetime,
    today: date,
) -> tuple[Standing, ...]:
    """Return the open steps of others for whom a person stands in, in the order of the route (A-8, A-15).

    A step stands there once: under a delegation that lets it be signed, where there is one.
    """
    if revision.status is not RevisionStatus.IN_REVIEW or person_id is None:
        return ()
    if not has_delegations(session, person_id, at):
        return ()
    rows = session.execute(
        select(Step, Delegation, Person.name, holds_needed(Step.assignee_id), holds_needed(person_id))
        .join(Delegation, Delegation.principal_id == Step.assignee_id)
        .join(Person, Person.id == Step.assignee_id)
        .where(
            Step.revision_id == revision.id,
            Step.round == revision.round,
            Step.status == StepStatus.OPEN,
            Delegation.delegate_id == person_id,
            runs_at(at),
        )
        .order_by(Step.position, Delegation.begins_at, Delegation.id)
    ).all()
    if not rows:
        return ()
    scopes = _scopes(session, [one.Delegation.id for one in rows])
    posts = _posts(session, [one.Step.delegable_post_id for one in rows], person_id, today)
    wrote = person_id in {*revision.authors(), revision.prepared_by}
    found: dict[UUID, Standing] = {}
    for step, delegation, name, theirs, own in rows:
        types, units = scopes.get(delegation.id, (frozenset(), frozenset()))
        post, holds = posts.get(step.delegable_post_id, ("", False))
        verdict = may_stand_in(
            StandIn(
                step.meaning,
                Delegable(step.delegable),
                post,
                holds,
                (not types or document.type_id in types) and (not units or document.unit_id in units),
                bool(theirs),
                bool(own),
                wrote,
            )
        )
        if step.id not in found or (verdict and not found[step.id].verdict):
            found[step.id] = Standing(step.id, step.meaning, delegation.id, step.assignee_id, name, verdict)
    return tuple(found.values())


def _scopes(session: Session, ids: Sequence[UUID]) -> dict[UUID, tuple[frozenset[UUID], frozenset[UUID]]]:
    rows = session.execute(
        select(DelegationScope.delegation_id, DelegationScope.kind, DelegationScope.of_id).where(
            DelegationScope.delegation_id.in_(ids)
        )
    ).all()
    return {
        key: (
            frozenset(one.of_id for one in rows if one.delegation_id == key and one.kind is ScopeKind.TYPE),
            frozenset(one.of_id for one in rows if one.delegation_id == key and one.kind is ScopeKind.UNIT),
        )
        for key in {one.delegation_id for one in rows}
    }


def _posts(
    session: Session, ids: Sequence[UUID | None], person_id: UUID, today: date
) -> dict[UUID | None, tuple[str, bool]]:
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    holds = exists().where(
        PostHolder.post_id == Post.id,
        PostHolder.person_id == person_id,
        PostHolder.from_on <= today,
        or_(PostHolder.until_on.is_(None), PostHolder.until_on >= today),
    )
    rows = session.execute(select(Post.id, Post.name, holds).where(Post.id.in_(wanted)))
    return {key: (name, bool(held)) for key, name, held in rows}


def closed_meanwhile(
    session: Session,
    revision: Revision,
    meaning: Meaning,
    person_id: UUID | None,
    principal_id: UUID,
    *,
    at: datetime,
    today: date,
) -> bool:
    """Say whether the step that a person signs for somebody is done by now: whoever came second learns that.

    Nobody else does: neither to whom it was not delegated, nor who asks for a step of another kind (X-3).
    """
    found = (
        select(Step.id)
        .join(Revision, Revision.id == Step.revision_id)
        .join(Document, Document.id == Revision.document_id)
        .where(
            Step.revision_id == revision.id,
            Step.assignee_id == principal_id,
            Step.round == revision.round,
            Step.meaning == meaning,
            Step.opened_at.is_not(None),
            Step.status.in_((StepStatus.SIGNED, StepStatus.RETURNED, StepStatus.CANCELLED)),
            is_delegated(person_id, at, (today, today)),
        )
    )
    return session.scalar(found.limit(1)) is not None


def other_hands(session: Session, revision: Revision, step: Step, signer: UUID) -> tuple[Signed, ...]:
    """Return what counts against a stand-in at a step: what was signed, and what the stand-in has still to
    sign in this round, as if it were (A-2).
    """
    rows = session.execute(
        select(Step.meaning, Step.is_separate).where(
            Step.revision_id == revision.id,
            Step.round == revision.round,
            Step.id != step.id,
            Step.assignee_id == signer,
            Step.status.in_((StepStatus.OPEN, StepStatus.WAITING)),
        )
    )
    own = tuple(Signed(meaning, signer, separate=separate) for meaning, separate in rows)
    return (*signed_in_round(session, revision.id, revision.round), *own)


def limits_of_both(
    session: Session,
    document: Document,
    revision: Revision,
    step: Step,
    *,
    delegate: UUID,
    principal: UUID,
    at: datetime,
    today: date,
) -> Verdict:
    """Say whether who stands in, and the one for whom, may both decide so much by the table now (A-7)."""
    company = company_at(session, at, today)
    unit = company.keys[document.unit_id]
    authority = deciding_now(step, revision, company, unit, without=revision.authors())
    return may_decide_for(authority, delegate=delegate, principal=principal)
