"""Revisions that wait for a person: to sign, to see to, to mend, to issue (A-1, A-4, V-7)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, case, exists, func, literal, not_, select
from sqlalchemy.orm import aliased

from docctl.domain.approval import Meaning
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.permissions import Actor
from docctl.domain.roles import Role
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Person
from docctl.models.work import Step, StepStatus
from docctl.queries.delegated_steps import has_to_sign
from docctl.queries.inbox_copies import AT, TODAY
from docctl.queries.inbox_row import revision_work_row
from docctl.queries.returns import times_returned
from docctl.queries.revision_states import falls_to, is_insider, readable_revision


def revision_work(actor: Actor) -> dict[str, Select[*tuple[Any, ...]]]:
    """Return the person's work on revisions, by verb."""
    found = {"chase": _steps(Step.escalated_to == actor.person_id)}
    if actor.has(Role.REVIEWER):
        found["form_check"] = _mine(actor, Meaning.FORM_CHECK)
        found["review"] = _mine(actor, Meaning.REVIEW)
    if actor.has(Role.APPROVER):
        found["approve"] = _mine(actor, Meaning.APPROVE)
    if actor.has(Role.AUTHOR) or actor.has(Role.DOCUMENT_CONTROLLER):
        found["rework"] = _revisions(since=_came_back(), times=times_returned()).where(
            Revision.status == RevisionStatus.DRAFT,
            Revision.round > 0,  # it was submitted before, and came back
            Revision.created_by == actor.person_id,
        )
    if actor.has(Role.DOCUMENT_CONTROLLER):
        found["issue"] = _revisions(since=Revision.approved_at).where(
            Revision.status == RevisionStatus.APPROVED, is_insider(actor)
        )
    found["renew"] = _ending(actor)
    return found


def _ending(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Return revisions whose validity ends or has ended, for their unit's head and document control (V-8).

    They stay until a next revision is under way, issued, or they are withdrawn.
    """
    following = aliased(Revision)
    return _revisions(since=Revision.validity_asked_at, due_at=Revision.valid_until).where(
        Revision.validity_asked_at.is_not(None),
        Revision.status == RevisionStatus.ISSUED,
        Revision.effective_until.is_(None),
        not_(
            exists().where(
                following.document_id == Revision.document_id,
                following.ordinal > Revision.ordinal,
                following.status.not_in((RevisionStatus.DISCARDED, RevisionStatus.WITHDRAWN)),
            )
        ),
        falls_to(actor, AT),
        readable_revision(actor, AT),  # the head of a unit may be of another one
    )


def _came_back() -> Any:
    """Return when the last step of a revision was closed: it came back then, or soon after."""
    closed = select(func.max(Step.closed_at)).where(Step.revision_id == Revision.id).scalar_subquery()
    return func.coalesce(closed, Revision.created_at)


def _mine(actor: Actor, meaning: Meaning) -> Select[*tuple[Any, ...]]:
    """Return the person's own steps and those they sign for others; `whose` wrote what they sign (A-8)."""
    mine = and_(has_to_sign(actor.person_id, AT, (TODAY, TODAY)), Step.meaning == meaning)
    return _steps(mine, Revision.created_by, Step.assignee_id == actor.person_id)


def _steps(which: Any, person_id: Any = Step.assignee_id, own: Any = None) -> Select[*tuple[Any, ...]]:
    """Return open steps; `whose` is who has the step, unless another person is named; `behalf` who has it
    where it is not the person's `own`.
    """
    person, has = aliased(Person), aliased(Person)
    behalf = None if own is None else case((own, literal("")), else_=has.name)
    found = (
        revision_work_row(
            "revision",
            Revision.id,
            whose=person.name,
            behalf=behalf,
            due_on=Step.due_on,
            due_at=Step.due_at,
            calendar=Step.calendar,
            provisional=Step.is_provisional,
            reminded_at=Step.reminded_at,
            since=Step.opened_at,
            times=times_returned(),
        )
        .select_from(Step)
        .join(Revision, and_(Revision.id == Step.revision_id, Revision.round == Step.round))
        .join(Document, Document.id == Revision.document_id)
        .outerjoin(person, person.id == person_id)
        .where(which, Step.status == StepStatus.OPEN, Revision.status == RevisionStatus.IN_REVIEW)
    )
    return found if own is None else found.outerjoin(has, has.id == Step.assignee_id)


def _revisions(*, since: Any, due_at: Any = None, times: Any = None) -> Select[*tuple[Any, ...]]:
    author = aliased(Person)
    return (
        revision_work_row(
            "revision",
            Revision.id,
            whose=author.name,
            due_at=due_at,
            since=since,
            times=times,
        )
        .select_from(Revision)
        .join(Document, Document.id == Revision.document_id)
        .outerjoin(author, author.id == Revision.created_by)
    )
