"""Who stands in for whom at the open steps of a revision, and why not (A-2, A-7, A-8, A-15).

The conditions are those of `domain.delegation`, here as SQL for lists and counts; a step asks the rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, cast, exists, false, or_, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.approval import Signed
from docctl.domain.delegation import StandIn, may_decide_for, may_stand_in
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.permissions import Actor
from docctl.domain.routes import NEEDED
from docctl.domain.verdicts import Refused, Verdict
from docctl.domain.who import Delegable
from docctl.domain.working_calendar import ONE_DAY
from docctl.models.delegations import Delegation, DelegationScope, ScopeKind
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Person, Post, PostHolder, RoleGrant
from docctl.models.work import Step, StepStatus
from docctl.queries.routes import company_at
from docctl.queries.step_rows import deciding_now, signed_in_round

Where = ColumnElement[bool]


def runs_at(at: datetime | ColumnElement[Any]) -> Where:
    """Say in SQL whether a delegation runs: from its first day, up to the end of its last or before (A-2)."""
    return and_(Delegation.begins_at <= at, Delegation.ends_at > at)


def stands_in(person_id: UUID | None, at: Any, days: tuple[Any, Any]) -> Where:
    """Say in SQL whether a person stands in for whoever has a step, in a query that joins its document (A-8).

    `days` are from when to when a post is looked at. Nobody does for their own work, nor where they have or
    had another step that must be of somebody else (A-2).
    """
    other = aliased(Step)
    same_hand = exists().where(
        other.revision_id == Step.revision_id,
        other.round == Step.round,
        other.id != Step.id,
        other.is_separate,
        Step.is_separate,
        other.assignee_id == person_id,
        other.status.in_((StepStatus.WAITING, StepStatus.OPEN, StepStatus.SIGNED)),
    )
    in_post = exists().where(
        PostHolder.post_id == Step.delegable_post_id,
        PostHolder.person_id == person_id,
        PostHolder.from_on <= days[1],
        or_(PostHolder.until_on.is_(None), PostHolder.until_on >= days[0]),
    )
    return and_(
        exists().where(
            Delegation.principal_id == Step.assignee_id,
            Delegation.delegate_id == person_id,
            runs_at(at),
            _covers(ScopeKind.TYPE, Document.type_id),
            _covers(ScopeKind.UNIT, Document.unit_id),
        ),
        or_(Step.delegable == Delegable.FREE, and_(Step.delegable == Delegable.POST, in_post)),
        holds_needed(Step.assignee_id),
        Revision.created_by != person_id,
        ~cast(Revision.editors, String).contains(str(person_id)),
        ~same_hand,
    )


def signed_for_others(actor: Actor, at: datetime) -> Where:
    """Say in SQL whether the person may sign an open step of a document for somebody, and so sees it (X-3).

    Days in posts are taken a day wider: what one may sign one can also see, whatever the time zone (A-8).
    """
    if actor.person_id is None or actor.is_outside:
        return false()
    return exists().where(
        Revision.document_id == Document.id,
        Revision.status == RevisionStatus.IN_REVIEW,
        Step.revision_id == Revision.id,
        Step.round == Revision.round,
        Step.status == StepStatus.OPEN,
        stands_in(actor.person_id, at, (at.date() - ONE_DAY, at.date() + ONE_DAY)),
    )


def stands_in_at(session: Session, actor: Actor, document_id: UUID, at: datetime) -> bool:
    """Say whether the person may sign an open step of a document for somebody (A-8)."""
    found = select(Document.id).where(Document.id == document_id, signed_for_others(actor, at))
    return session.scalar(found) is not None


def holds_needed(person: Any) -> Where:
    """Say in SQL whether somebody holds the role without which nobody signs a step (A-15)."""
    return exists().where(
        RoleGrant.person_id == person,
        RoleGrant.unit_id.is_(None),
        RoleGrant.revoked_at.is_(None),
        RoleGrant.confirmed_at.is_not(None),
        or_(*(and_(Step.meaning == what, RoleGrant.role == role) for what, role in NEEDED.items())),
    )


def _covers(kind: ScopeKind, of: Any) -> Where:
    scope = aliased(DelegationScope)
    named = (scope.delegation_id == Delegation.id, scope.kind == kind)
    return or_(~exists().where(*named), exists().where(*named, scope.of_id == of))


@dataclass(frozen=True, slots=True)
class Standing:
    """An open step with the delegation under which somebody else may sign it, or the reason why not."""

    step_id: UUID
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
            )
        )
        if step.id not in found or (verdict and not found[step.id].verdict):
            found[step.id] = Standing(step.id, delegation.id, step.assignee_id, name, verdict)
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
    session: Session, revision: Revision, person_id: UUID | None, principal_id: UUID, at: datetime
) -> bool:
    """Say whether a step that a person signs for somebody is done by now: whoever came second learns that."""
    found = (
        select(Step.id)
        .join(Delegation, Delegation.principal_id == Step.assignee_id)
        .where(
            Step.revision_id == revision.id,
            Step.assignee_id == principal_id,
            Step.round == revision.round,
            Step.status.in_((StepStatus.SIGNED, StepStatus.RETURNED, StepStatus.CANCELLED)),
            Delegation.delegate_id == person_id,
            runs_at(at),
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
