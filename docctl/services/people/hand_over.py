"""Handing over what is open with somebody who moves or leaves; what they signed stays theirs (A-16)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.approval import Signed, ToSign
from docctl.domain.leaving import (
    OpenKind,
    StepOpen,
    goes_somewhere,
    may_take_draft,
    may_take_step,
)
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.permissions import Facts, authorise
from docctl.domain.roles import Role
from docctl.domain.routes import NEEDED
from docctl.domain.verdicts import Conflict, NotFound, Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Person, Post, PostHolder, Unit
from docctl.models.work import Step, StepStatus
from docctl.queries.open_work import OpenWork
from docctl.queries.step_rows import signed_in_round
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.people.actors import holders
from docctl.services.registry import use_case
from docctl.services.revisions.insiders import let_in
from docctl.services.trail import Subject, record

#: As many things as one transaction hands over.
MOST: Final = 200
_OPEN: Final = (StepStatus.OPEN, StepStatus.WAITING)


@dataclass(frozen=True, slots=True)
class Handed:
    """One thing that was open with a person, and who takes it; None where it may go to nobody."""

    kind: OpenKind
    id: UUID
    to: UUID | None = None


@dataclass(frozen=True, slots=True)
class HandOver:
    """What of a person's open work goes to whom; what is not named stays where it is."""

    person_id: UUID
    items: tuple[Handed, ...]


@dataclass(frozen=True, slots=True)
class _Giving:
    """A person who hands over, and the people who take, all locked."""

    person: Person
    takers: dict[UUID, Person]

    def taker(self, to: UUID | None) -> Person | None:
        """Return who takes; raise RuleRefused for one who cannot sign in."""
        if to is None:
            return None
        if (found := self.takers.get(to)) is None or found.disabled_at is not None:
            raise RuleRefused(Refused("A-16", "nobody_active"))
        return found


@use_case("person.hand_over")
def hand_over(session: Session, cmd: HandOver, by: Caller) -> UUID:
    """Give steps, drafts, headships and posts of a person to others, before or after they left (A-16)."""
    authorise(by.actor, "person.hand_over", Facts())
    if not cmd.items:
        raise RuleRefused(Refused("A-16", "nothing_named"))
    person = lock_with_takers(session, cmd.person_id, cmd.items)
    hand(session, person, cmd.items, by)
    return cmd.person_id


def lock_with_takers(session: Session, person_id: UUID, items: Iterable[Handed]) -> _Giving:
    """Lock a person and all who take over from them, by id; raise NotFound for nobody."""
    ids = {person_id, *(one.to for one in items if one.to is not None)}
    found = lock(session, Rank.PEOPLE, select(Person).where(Person.id.in_(ids)).order_by(Person.id))
    people = {one.id: one for one in found}
    if (person := people.pop(person_id, None)) is None:
        raise NotFound("person")
    return _Giving(person, people)


def hand(session: Session, giving: _Giving, items: tuple[Handed, ...], by: Caller) -> None:
    """Hand items over, in the order in which rows are locked: units and posts, then revisions (A-16)."""
    if len(items) > MOST:
        raise RuleRefused(Refused("A-16", "too_many", {"most": MOST}))
    for one in items:
        require(goes_somewhere(one.kind, to=one.to, whose=giving.person.id, by=by.actor.person_id))
    for kind, act in ((OpenKind.HEAD, _head), (OpenKind.POST, _post)):
        for one in items:
            if one.kind is kind:
                act(session, giving, one, by)
    _revisions(session, giving, [one for one in items if one.kind in {OpenKind.STEP, OpenKind.DRAFT}], by)


def _head(session: Session, giving: _Giving, item: Handed, by: Caller) -> None:
    units = lock(session, Rank.PEOPLE, select(Unit).where(Unit.id == item.id))
    if not units or units[0].head_id != giving.person.id:
        raise Conflict(Refused("request", "changed_meanwhile"))
    (unit,) = units
    taker = giving.taker(item.to)
    unit.head_id = taker.id if taker else None
    record(
        session,
        by,
        "unit.duties_set",
        Subject("unit", unit.id),
        facts={"unit": unit.code, "head": unit.head_id, "functions": unit.functions},
        detail={"before": {"head": giving.person.id, "functions": list(unit.functions)}},
    )


def _post(session: Session, giving: _Giving, item: Handed, by: Caller) -> None:
    """End a time in a post today; who takes it begins today, so that it is at no time without (O-3)."""
    found = lock(session, Rank.PEOPLE, select(PostHolder).where(PostHolder.id == item.id))
    if not found or found[0].person_id != giving.person.id or found[0].until_on is not None:
        raise Conflict(Refused("request", "changed_meanwhile"))
    (holder,) = found
    post, taker = session.get_one(Post, holder.post_id), giving.taker(item.to)
    holder.until_on = max(by.today, holder.from_on)
    subject = Subject("unit", post.unit_id)
    facts = {"post": post.name, "person": giving.person.name, "until": holder.until_on}
    record(session, by, "post.left", subject, facts=facts)
    if taker is None:
        return
    there = select(PostHolder.id).where(
        PostHolder.post_id == post.id, PostHolder.person_id == taker.id, PostHolder.until_on.is_(None)
    )
    if session.scalars(there).first() is not None:
        return  # one of several who hold it: nothing to give
    session.add(PostHolder(id=new_id(), post_id=post.id, person_id=taker.id, from_on=by.today))
    facts = {"post": post.name, "person": taker.name, "from": by.today}
    record(session, by, "post.taken", subject, facts=facts)


def _revisions(session: Session, giving: _Giving, items: list[Handed], by: Caller) -> None:
    """Lock the documents of all steps and drafts, then hand each over."""
    if not items:
        return
    steps = {one.id: one for one in items if one.kind is OpenKind.STEP}
    drafts = {one.id: one for one in items if one.kind is OpenKind.DRAFT}
    of_steps = select(Step.revision_id).where(Step.id.in_(steps))
    wanted = select(Revision.document_id).where(Revision.id.in_(drafts) | Revision.id.in_(of_steps))
    documents = {
        one.id: one
        for one in lock(
            session, Rank.PARENTS, select(Document).where(Document.id.in_(wanted)).order_by(Document.id)
        )
    }
    rows = select(Revision).where(Revision.document_id.in_(documents)).order_by(Revision.id)
    revisions = {one.id: one for one in lock(session, Rank.ITEMS, rows)}
    lines = select(Step).where(Step.revision_id.in_(revisions)).order_by(Step.id)
    of_revision: dict[UUID, list[Step]] = {}
    for row in lock(session, Rank.ITEMS, lines):
        of_revision.setdefault(row.revision_id, []).append(row)
    found = {row.id: row for each in of_revision.values() for row in each}
    holding = _roles(session)
    for step_id, item in steps.items():
        if (step := found.get(step_id)) is None:
            raise Conflict(Refused("request", "changed_meanwhile"))
        revision = revisions[step.revision_id]
        others = of_revision[revision.id]
        _step(session, giving, item, step, revision, others, documents[revision.document_id], holding, by)
    for revision_id, item in drafts.items():
        if (revision_ := revisions.get(revision_id)) is None:
            raise Conflict(Refused("request", "changed_meanwhile"))
        _draft(session, giving, item, revision_, documents[revision_.document_id], holding, by)


def _roles(session: Session) -> Callable[[Role, UUID], bool]:
    """Return whether somebody holds a role, each role asked for once."""
    known: dict[Role, frozenset[UUID]] = {}

    def holds(role: Role, person_id: UUID) -> bool:
        if role not in known:
            known[role] = frozenset(one.id for one in holders(session, role))
        return person_id in known[role]

    return holds


def _step(
    session: Session,
    giving: _Giving,
    item: Handed,
    step: Step,
    revision: Revision,
    others: list[Step],
    document: Document,
    holds: Callable[[Role, UUID], bool],
    by: Caller,
) -> None:
    if (
        step.assignee_id != giving.person.id
        or step.status not in _OPEN
        or step.round != revision.round
        or revision.status is not RevisionStatus.IN_REVIEW
    ):
        raise Conflict(Refused("request", "changed_meanwhile"))
    taker = giving.taker(item.to)
    assert taker is not None
    facts = StepOpen(
        ToSign(step.meaning, step.is_separate),
        revision.authors(),
        signed_in_round(session, revision.id, revision.round),
        [
            Signed(one.meaning, one.assignee_id, separate=one.is_separate)
            for one in others
            if one.id != step.id and one.round == step.round and one.status in _OPEN
        ],
    )
    require(may_take_step(facts, to=taker.id, holds_role=holds(NEEDED[step.meaning], taker.id)))
    step.assignee_id = taker.id
    let_in(session, document)  # who only had to sign, and never did, no longer sees it
    record(
        session,
        by,
        "step.handed_over",
        Subject("document", document.id, str(revision.id)),
        facts={
            "number": document.number,
            "label": revision.label,
            "step": step.meaning,
            "from": giving.person.name,
            "to": taker.name,
        },
    )


def _draft(
    session: Session,
    giving: _Giving,
    item: Handed,
    revision: Revision,
    document: Document,
    holds: Callable[[Role, UUID], bool],
    by: Caller,
) -> None:
    """Let another person go on with a draft; who wrote so far stays one of its authors (A-2)."""
    if revision.created_by != giving.person.id or revision.status is not RevisionStatus.DRAFT:
        raise Conflict(Refused("request", "changed_meanwhile"))
    taker = giving.taker(item.to)
    assert taker is not None
    writes = holds(Role.AUTHOR, taker.id) or holds(Role.DOCUMENT_CONTROLLER, taker.id)
    require(may_take_draft(writes=writes))
    revision.created_by = taker.id
    revision.editors = sorted({*revision.editors, str(giving.person.id)} - {str(taker.id)})
    let_in(session, document)
    record(
        session,
        by,
        "revision.handed_over",
        Subject("document", document.id, str(revision.id)),
        facts={
            "number": document.number,
            "label": revision.label,
            "from": giving.person.name,
            "to": taker.name,
        },
    )


def to_one(found: OpenWork, to: UUID, *, besides: Iterable[Handed] = ()) -> tuple[Handed, ...]:
    """Return what of a person's open work one other person may take, but for what goes elsewhere (A-16)."""
    gone = {(one.kind, one.id) for one in besides}
    return tuple(
        Handed(one.kind, one.id, to)
        for one in found.items
        if (one.kind, one.id) not in gone and any(each.id == to for each in one.takers)
    )
