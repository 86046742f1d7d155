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
    bindparam,
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
from sqlalchemy.sql.elements import False_

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

# Made once: to make an alias takes longer than to ask by it.
_OTHER, _SIGNED, _SCOPE, _ASKED = aliased(Step), aliased(Step), aliased(DelegationScope), aliased(Revision)


def runs_at(at: datetime | ColumnElement[Any]) -> Where:
    """Say in SQL whether a delegation runs: from its first day, up to the end of its last or before (A-2)."""
    return and_(Delegation.begins_at <= at, Delegation.ends_at > at)


def stands_in(person_id: UUID | None, at: Any, days: tuple[Any, Any]) -> Where:
    """Say in SQL whether a person stands in for whoever has a step, in a query that joins its document (A-8).

    `days` are from when to when a post is looked at. Nobody does for their own work, nor where they have or
    had another step that must be of somebody else (A-2).
    """
    to_sign = exists().where(
        _OTHER.revision_id == Step.revision_id,
        _OTHER.round == Step.round,
        _OTHER.id != Step.id,
        _OTHER.is_separate,
        Step.is_separate,
        _OTHER.assignee_id == person_id,
        _OTHER.status.in_((StepStatus.WAITING, StepStatus.OPEN)),
    )
    return and_(
        is_delegated(person_id, at, days),
        holds_needed(Step.assignee_id),
        Revision.created_by != person_id,
        Revision.prepared_by.is_distinct_from(person_id),
        ~cast(Revision.editors, String).contains(str(person_id)),
        ~to_sign,
        ~_signed_before(person_id),
    )


def is_delegated(person_id: UUID | None, at: Any, days: tuple[Any, Any]) -> Where:
    """Say in SQL whether a step is delegated to a person, in a query that joins its document: by who has it,
    of documents like this one, and as far as the route lets it be (A-8).
    """
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
    )


def _signed_before(person_id: UUID | None) -> Where:
    """Say in SQL whether somebody, or whoever has the step, has had a hand in a signature of its round that
    must be of others: made it, or had it made for them (A-2).
    """
    its = (
        _SIGNED.revision_id == Step.revision_id,
        _SIGNED.round == Step.round,
        _SIGNED.status == StepStatus.SIGNED,
        _SIGNED.assignee_id == func.coalesce(Signature.on_behalf_of, Signature.person_id),
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
        or_(exists().where(*its, _SIGNED.is_separate), ~exists().where(*its)),
    )


def has_to_sign(person_id: UUID | None, at: Any, days: tuple[Any, Any]) -> Where:
    """Say in SQL whether a person has a step, or stands in for whoever has it (A-4, A-8).

    Whose steps these can be is named first: they are looked up by it.
    """
    principals = select(Delegation.principal_id).where(Delegation.delegate_id == person_id, runs_at(at))
    whose = union_all(select(literal(person_id, Step.assignee_id.type)), principals)
    own = Step.assignee_id == person_id
    return and_(Step.assignee_id.in_(whose), or_(own, stands_in(person_id, at, days)))


_RUNS = (
    select(literal(1))
    .where(
        Delegation.delegate_id == bindparam("delegate", type_=Delegation.delegate_id.type),
        runs_at(bindparam("at", type_=Delegation.begins_at.type)),
    )
    .limit(1)
)


def has_delegations(session: Session, person_id: UUID | None, at: datetime) -> bool:
    """Say whether somebody delegated to a person at an instant; of nobody else is more asked (A-8).

    Every page of a document asks it, and for nearly all of them it is all that is asked.
    """
    return person_id is not None and session.scalar(_RUNS, {"delegate": person_id, "at": at}) is not None


def signed_for_others(session: Session, actor: Actor, at: datetime) -> Where:
    """Say in SQL whether the person may sign an open step of a document for somebody, and so sees it (X-3).

    Nothing of it stands in the statement of somebody to whom nobody delegated. Days in posts are taken a day
    wider: what one may sign one can also see, whatever the time zone (A-8).
    """
    if actor.is_outside or not has_delegations(session, actor.person_id, at):
        return false()
    return exists().where(
        Revision.document_id == Document.id,
        Revision.status == RevisionStatus.IN_REVIEW,
        Step.revision_id == Revision.id,
        Step.round == Revision.round,
        Step.status == StepStatus.OPEN,
        stands_in(actor.person_id, at, (at.date() - ONE_DAY, at.date() + ONE_DAY)),
    )


def stands_in_at(
    session: Session, actor: Actor, document_id: UUID, at: datetime, *, revision_id: UUID | None = None
) -> bool:
    """Say whether the person may sign an open step of a document, or of one revision, for somebody (A-8).

    Until then they know the document from inside: its page, its files, its comparison alike (X-3).
    """
    may_sign = signed_for_others(session, actor, at)
    if isinstance(may_sign, False_):
        return False
    found = select(Document.id).where(Document.id == document_id, may_sign)
    if revision_id is not None:
        found = found.where(
            exists().where(
                _ASKED.id == revision_id,
                _ASKED.document_id == Document.id,
                _ASKED.status == RevisionStatus.IN_REVIEW,
            )
        )
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
    named = (_SCOPE.delegation_id == Delegation.id, _SCOPE.kind == kind)
    return or_(~exists().where(*named), exists().where(*named, _SCOPE.of_id == of))
