"""Whose steps somebody may sign for them, in SQL for lists and counts (A-2, A-8, A-15).

The conditions are those of `domain.delegation`; `queries.standing_in` asks them of one revision, and why not.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from docctl.domain.approval import Meaning
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.permissions import Actor
from docctl.domain.routes import NEEDED
from docctl.domain.who import Delegable
from docctl.domain.working_calendar import ONE_DAY
from docctl.models.content import Signature
from docctl.models.delegations import Delegation, DelegationScope, ScopeKind
from docctl.models.documents import Document, Revision
from docctl.models.organisation import PostHolder, RoleGrant
from docctl.models.work import Step, StepStatus

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
    to_sign = exists().where(
        other.revision_id == Step.revision_id,
        other.round == Step.round,
        other.id != Step.id,
        other.is_separate,
        Step.is_separate,
        other.assignee_id == person_id,
        other.status.in_((StepStatus.WAITING, StepStatus.OPEN)),
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
        Revision.prepared_by.is_distinct_from(person_id),
        ~cast(Revision.editors, String).contains(str(person_id)),
        ~to_sign,
        ~_signed_before(person_id),
    )


def _signed_before(person_id: UUID | None) -> Where:
    """Say in SQL whether somebody, or whoever has the step, has had a hand in a signature of its round that
    must be of others: made it, or had it made for them (A-2).
    """
    signed = aliased(Step)
    its = (
        signed.revision_id == Step.revision_id,
        signed.round == Step.round,
        signed.status == StepStatus.SIGNED,
        signed.assignee_id == func.coalesce(Signature.on_behalf_of, Signature.person_id),
    )
    return exists().where(
        Step.is_separate,
        Signature.subject_id == Step.revision_id,
        Signature.round == Step.round,
        Signature.meaning != Meaning.PREPARE,
        or_(
            *(
                hand == whose
                for hand in (Signature.person_id, Signature.on_behalf_of)
                for whose in (person_id, Step.assignee_id)
            )
        ),
        or_(exists().where(*its, signed.is_separate), ~exists().where(*its)),
    )


def has_to_sign(person_id: UUID | None, at: Any, days: tuple[Any, Any]) -> Where:
    """Say in SQL whether a person has a step, or stands in for whoever has it (A-4, A-8).

    Whose steps these can be is named first: they are looked up by it.
    """
    principals = select(Delegation.principal_id).where(Delegation.delegate_id == person_id, runs_at(at))
    whose = union_all(select(literal(person_id, Step.assignee_id.type)), principals)
    own = Step.assignee_id == person_id
    return and_(Step.assignee_id.in_(whose), or_(own, stands_in(person_id, at, days)))


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
