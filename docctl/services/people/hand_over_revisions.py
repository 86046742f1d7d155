"""Handing over steps and drafts: to whom the route would choose, with the reason (A-2, A-7, A-8, A-16)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.approval import Signed
from docctl.domain.leaving import StepOpen, may_take_draft, may_take_step
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.roles import Role
from docctl.domain.routes import NEEDED, Company
from docctl.domain.verdicts import require
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Person
from docctl.models.work import Step
from docctl.queries.routes import company_at
from docctl.queries.step_rows import OPEN, signed_in_rounds, step_to_take
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.people.handing import Giving, Handed, Papers, changed, who_holds
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the rules ask of all steps that are handed over together, each asked for once."""

    company: Company
    signed: dict[UUID, tuple[Signed, ...]]
    of_revision: dict[UUID, list[Step]]
    holds: Callable[[Role, UUID], bool]


def hand_steps(
    session: Session, giving: Giving, items: Sequence[Handed], papers: Papers, by: Caller
) -> set[UUID]:
    """Give open steps to others; return the documents that they are of (A-16)."""
    if not items:
        return set()
    of = select(Step.revision_id).where(Step.id.in_([one.id for one in items]))
    rows = select(Step).where(Step.revision_id.in_(of), Step.status.in_(OPEN)).order_by(Step.id)
    steps = {one.id: one for one in lock(session, Rank.ITEMS, rows)}
    asked = _asked(session, papers, steps.values(), by)
    touched = set()
    for item in items:
        if (step := steps.get(item.id)) is None:
            raise changed()
        document, revision = papers.of(step.revision_id)
        _still_open(step, revision, giving.person)
        taker = giving.somebody(item.to)
        facts = _facts(step, document, revision, giving.person, asked)
        require(may_take_step(facts, to=taker.id, holds_role=asked.holds(NEEDED[step.meaning], taker.id)))
        step.assignee_id = taker.id
        touched.add(document.id)
        more = {"step": step.meaning, "by_route": taker.id in facts.routed()}
        _tell(session, by, "step.handed_over", document, revision, giving, taker, more)
    return touched


def _asked(session: Session, papers: Papers, steps: Iterable[Step], by: Caller) -> _Asked:
    of_revision: dict[UUID, list[Step]] = {}
    for one in steps:
        of_revision.setdefault(one.revision_id, []).append(one)
    session.flush()  # heads and posts may just have been handed over
    return _Asked(
        company=company_at(session, by.at, by.today),
        signed=signed_in_rounds(session, {one: papers.revisions[one].round for one in of_revision}),
        of_revision=of_revision,
        holds=who_holds(session),
    )


def _still_open(step: Step, revision: Revision, person: Person) -> None:
    if (
        step.assignee_id != person.id
        or step.status not in OPEN
        or step.round != revision.round
        or revision.status is not RevisionStatus.IN_REVIEW
    ):
        raise changed()


def _facts(step: Step, document: Document, revision: Revision, person: Person, asked: _Asked) -> StepOpen:
    return step_to_take(
        step,
        revision,
        asked.company,
        asked.company.keys[document.unit_id],
        signed=asked.signed[revision.id],
        others=asked.of_revision[revision.id],
        whose=person.id,
    )


def hand_drafts(
    session: Session, giving: Giving, items: Sequence[Handed], papers: Papers, by: Caller
) -> set[UUID]:
    """Let others go on with drafts; who wrote so far stays an author (A-2). Return their documents."""
    holds, touched = who_holds(session), set()
    for item in items:
        document, revision = papers.of(item.id)
        if revision.created_by != giving.person.id or revision.status is not RevisionStatus.DRAFT:
            raise changed()
        taker = giving.somebody(item.to)
        writes = holds(Role.AUTHOR, taker.id) or holds(Role.DOCUMENT_CONTROLLER, taker.id)
        require(may_take_draft(writes=writes))
        revision.created_by = taker.id
        revision.worked_on(giving.person.id)
        touched.add(document.id)
        _tell(session, by, "revision.handed_over", document, revision, giving, taker, {})
    return touched


def _tell(
    session: Session,
    by: Caller,
    action: str,
    document: Document,
    revision: Revision,
    giving: Giving,
    taker: Person,
    more: dict[str, object],
) -> None:
    record(
        session,
        by,
        action,
        Subject("document", document.id, str(revision.id)),
        facts={
            "number": document.number,
            "label": revision.label,
            **more,
            "from": giving.person.name,
            "to": taker.name,
        },
        detail={"reason": giving.reason},
    )
