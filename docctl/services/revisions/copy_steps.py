"""Telling people of a revision by its route, and their saying that they know (A-10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from docctl.domain.copy_to import INFORM, TOLD_OF, Told, may_acknowledge
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import NotFound, require
from docctl.models.copy_steps import CopyStep
from docctl.models.delegations import Delegation
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Person
from docctl.queries.delegated_steps import runs_at
from docctl.queries.planned_copies import planned_copies
from docctl.queries.routes import Plan
from docctl.services.caller import Caller
from docctl.services.documents.load import facts_of, lock_revision
from docctl.services.locks import Rank, lock
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


def plan_copies(session: Session, plan: Plan, revision: Revision) -> list[dict[str, object]]:
    """Fix whom the route of a submission tells; return the steps that find nobody, for the event (A-10).

    They hold nothing back: a vacant post is told of nothing, and the trail says so.
    """
    empty: list[dict[str, object]] = []
    found = zip(plan.taken.copies, planned_copies(session, plan), strict=True)
    for position, (step, planned) in enumerate(found, start=1):
        for person in planned.people:
            session.add(
                CopyStep(
                    revision_id=revision.id,
                    round=revision.round,
                    position=position,
                    stage=step.stage,
                    name=step.name,
                    person_id=person.id,
                    who=step.who.value,
                    who_of=step.of,
                )
            )
        if not planned.people:
            empty.append({"step": step.name or INFORM, "of": step.of})
    session.flush()
    return empty


def tell(
    session: Session, revision_id: UUID, round_number: int, by: Caller, *, stage: int | None = None
) -> None:
    """Begin the copy-to steps of a round up to a stage, without one all that are left (A-10)."""
    query = select(CopyStep).where(
        CopyStep.revision_id == revision_id,
        CopyStep.round == round_number,
        CopyStep.opened_at.is_(None),
        *([] if stage is None else [CopyStep.stage <= stage]),
    )
    steps = session.scalars(query.order_by(CopyStep.position, CopyStep.id)).all()
    if not steps:
        return
    for one in steps:
        one.opened_at = by.at
    session.flush()
    revision = session.get_one(Revision, revision_id)
    document = session.get_one(Document, revision.document_id)
    names = _names(session, [one.person_id for one in steps])
    _record(session, by, "step.informed", document, revision, {"told": names})


@dataclass(frozen=True, slots=True)
class AcknowledgeCopy:
    """The person knows of the revision of which they were told; a remark is optional."""

    revision_id: UUID
    remark: str = ""


@use_case("step.acknowledge")
def acknowledge_copy(session: Session, cmd: AcknowledgeCopy, by: Caller) -> UUID:
    """Note that the person knows: themselves, once, without a password; nothing waits for it (A-10)."""
    loaded, revision = lock_revision(session, cmd.revision_id)
    steps = lock(
        session,
        Rank.ITEMS,
        select(CopyStep)
        .where(CopyStep.revision_id == revision.id, CopyStep.round == revision.round)
        .order_by(CopyStep.id),
    )
    own = by.actor.person_id
    mine = [one for one in steps if one.person_id == own and one.opened_at is not None]
    seen = facts_of(session, loaded.document, revision, by)
    if not (seen.visible or seen.insider):
        raise NotFound("revision")
    waiting = [one for one in mine if one.acknowledged_at is None]
    told = Told(
        to_them=bool(mine),
        runs=revision.status in TOLD_OF,
        acknowledged=bool(mine) and not waiting,
        delegated=not mine and _delegated(session, steps, by),
    )
    require(may_acknowledge(told, cmd.remark))
    authorise(by.actor, "step.acknowledge", _as_told(seen, own))
    for one in waiting:
        one.acknowledged_at, one.remark = by.at, cmd.remark.strip()
    more: dict[str, object] = {"steps": sorted({one.name or INFORM for one in waiting})}
    _record(session, by, "step.acknowledged", loaded.document, revision, more, cmd.remark.strip())
    return revision.id


def _as_told(seen: Facts, person_id: UUID | None) -> Facts:
    """Return the facts for who was told: it waits for them, as a step does for its signer."""
    return replace(seen, assignees=frozenset({person_id} if person_id else ()))


def _delegated(session: Session, steps: Sequence[CopyStep], by: Caller) -> bool:
    """Say whether somebody who was told lets this person sign for them now: knowing is not signing (A-8)."""
    ids = [one.person_id for one in steps if one.opened_at is not None]
    found = exists().where(
        Delegation.principal_id.in_(ids), Delegation.delegate_id == by.actor.person_id, runs_at(by.at)
    )
    return bool(ids) and bool(session.scalar(select(found)))


def _names(session: Session, ids: Sequence[UUID]) -> list[str]:
    rows = session.scalars(select(Person.name).where(Person.id.in_(ids)).order_by(Person.name))
    return list(rows)


def _record(
    session: Session,
    by: Caller,
    action: str,
    document: Document,
    revision: Revision,
    more: dict[str, object],
    remark: str = "",
) -> None:
    record(
        session,
        by,
        action,
        Subject("document", document.id, str(revision.id)),
        facts={"number": document.number, "label": revision.label, "round": revision.round, **more},
        detail={"remark": remark} if remark else {},
    )
