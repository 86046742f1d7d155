"""What is open with a person, and who may take it: shown before somebody moves or leaves (A-16, X-3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from docctl.domain.leaving import OpenKind, may_take_step
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.permissions import Actor
from docctl.domain.roles import SIGNING, Role
from docctl.domain.routes import NEEDED, Company
from docctl.domain.units import OUTSIDE
from docctl.domain.verdicts import Refused
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Person, Post, PostHolder, RoleGrant, Unit, UnitLeader
from docctl.models.work import Step, StepStatus
from docctl.queries.copy_steps import open_informs
from docctl.queries.open_blanks import blanks_with, looked_after
from docctl.queries.open_changes import changes_asked, waiting_changes
from docctl.queries.open_copies import copies_with, held_lines, open_readings, readings_of, to_collect
from docctl.queries.open_delegations import delegations_given, delegations_had, delegations_of
from docctl.queries.open_informing import informing_of
from docctl.queries.open_item import OpenItem, Taker
from docctl.queries.open_requests import kept_requests, requests_of
from docctl.queries.revision_states import is_insider
from docctl.queries.roles_held import LastHolder, UnitRole, last_holder_of, unit_roles_of
from docctl.queries.routes import company_at
from docctl.queries.step_rows import signed_in_rounds, step_to_take, steps_open
from docctl.queries.unit_leaders import leads_still, led_by

_OPEN = (StepStatus.OPEN, StepStatus.WAITING)


@dataclass(frozen=True, slots=True)
class OpenWork:
    """All that is open with a person; `to_collect`: copies with them that are called back already."""

    items: tuple[OpenItem, ...]
    last: tuple[LastHolder, ...]
    unit_roles: tuple[UnitRole, ...]
    to_collect: int = 0


def open_work(session: Session, actor: Actor, person_id: UUID, *, at: datetime, today: date) -> OpenWork:
    """Return what is open with a person: steps and drafts by number, units headed, posts, copies,
    readings, what they are told and blanks by number (A-16).
    """
    people = _people(session, person_id)
    others = replace(people, all=tuple(one for one in people.all if one.id != actor.person_id))
    return OpenWork(
        items=(  # steps and drafts go to others than who hands them over
            *_steps(session, actor, person_id, others, at, today),
            *_drafts(session, actor, person_id, others),
            *changes_asked(session, actor, person_id, others.all, at=at, today=today),
            *requests_of(session, actor, person_id, people.all, at=at),
            *_heads(session, person_id, people),
            *_posts(session, person_id, people),
            *led_by(session, person_id, people.all, today),
            *copies_with(session, actor, person_id, people.all, at),
            *readings_of(session, actor, person_id, people.all, at),
            *informing_of(session, actor, person_id, others.all),
            *blanks_with(session, actor, person_id, people.all),
            *delegations_of(session, person_id, others.all, people.holding, at),
        ),
        last=last_holder_of(session, person_id),
        unit_roles=unit_roles_of(session, person_id),
        to_collect=to_collect(session, person_id, at),
    )


def _waiting_steps() -> Select[*tuple[Any, ...]]:
    return (
        select(Step.assignee_id)
        .join(Revision, and_(Revision.id == Step.revision_id, Revision.round == Step.round))
        .where(Step.status.in_(_OPEN), Revision.status == RevisionStatus.IN_REVIEW)
    )


def _lines(at: Any, today: Any) -> tuple[Select[*tuple[Any, ...]], ...]:
    """Return the queries for whom something is open; a row for each."""
    return (
        _waiting_steps(),
        select(Revision.created_by).where(Revision.status == RevisionStatus.DRAFT),
        select(Unit.head_id).where(Unit.head_id.is_not(None)),
        select(PostHolder.person_id).where(PostHolder.until_on.is_(None)),
        select(UnitLeader.person_id).where(leads_still(today)),
        held_lines(at),
        open_readings(at),
        open_informs(),
        waiting_changes(),
        kept_requests(),
        looked_after(),
        delegations_given(at),
        delegations_had(at),
    )


def has_open_work(at: Any, today: Any) -> ColumnElement[bool]:
    """Return the condition that something is open with a person at an instant on a day (A-16)."""
    return or_(*(Person.id.in_(one) for one in _lines(at, today)))


def cannot_sign() -> ColumnElement[bool]:
    """Return the condition that a step waits for a person without the role that it needs (A-15, A-16).

    It stands in nobody's inbox until it is handed over.
    """
    held = exists().where(
        RoleGrant.person_id == Step.assignee_id,
        RoleGrant.unit_id.is_(None),
        RoleGrant.revoked_at.is_(None),
        RoleGrant.confirmed_at.is_not(None),
        or_(*(and_(Step.meaning == what, RoleGrant.role == role) for what, role in NEEDED.items())),
    )
    waits = _waiting_steps().where(Step.meaning.in_(list(NEEDED)), ~held)
    return Person.id.in_(waits)


def steps_cannot_sign(session: Session, person_id: UUID) -> bool:
    """Say whether a step waits for a person who lost the role that it needs (A-16)."""
    return session.scalar(select(Person.id).where(Person.id == person_id, cannot_sign())) is not None


def open_count(session: Session, person_id: UUID, at: datetime, today: date) -> int:
    """Return how much is open with a person at an instant on a day: as many things as `open_work` (A-16)."""
    counts = [
        select(func.count())
        .select_from(one.where(one.selected_columns[0] == person_id).subquery())
        .scalar_subquery()
        for one in _lines(at, today)
    ]
    return sum(session.execute(select(*counts)).one())


@dataclass(frozen=True, slots=True)
class _People:
    """The active people beside the one who goes, with who holds which role company-wide or for a unit."""

    all: tuple[Taker, ...]
    holding: Mapping[Role, frozenset[UUID]]

    def with_roles(self, *roles: Role) -> tuple[Taker, ...]:
        held = frozenset().union(*(self.holding.get(role, frozenset()) for role in roles))
        return tuple(one for one in self.all if one.id in held)


def _people(session: Session, person_id: UUID) -> _People:
    rows = session.execute(
        select(Person.id, Person.name, Unit.name.label("unit"), Unit.kind)
        .join(Unit, Unit.id == Person.unit_id)
        .where(Person.disabled_at.is_(None), Person.id != person_id)
        .order_by(Person.name, Person.id)
    )
    own = session.scalar(
        select(Unit.kind).join(Person, Person.unit_id == Unit.id).where(Person.id == person_id)
    )
    # What somebody of the company leaves open goes to nobody from outside (O-7).
    people = tuple(
        Taker(one.id, f"{one.name} {one.unit}") for one in rows if own in OUTSIDE or one.kind not in OUTSIDE
    )
    grants = session.execute(
        select(RoleGrant.role, RoleGrant.person_id).where(
            RoleGrant.revoked_at.is_(None),
            or_(RoleGrant.confirmed_at.is_not(None), RoleGrant.role.not_in(sorted(SIGNING))),
        )
    )
    holding: dict[Role, set[UUID]] = {}
    for role, holder in grants:
        holding.setdefault(Role(role), set()).add(holder)
    return _People(people, {role: frozenset(one) for role, one in holding.items()})


def _steps(
    session: Session, actor: Actor, person_id: UUID, people: _People, at: datetime, today: date
) -> Iterable[OpenItem]:
    rows = session.execute(
        select(Step, Revision, Document.number, Document.unit_id, is_insider(actor).label("seen"))
        .join(Revision, and_(Revision.id == Step.revision_id, Revision.round == Step.round))
        .join(Document, Document.id == Revision.document_id)
        .where(
            Step.assignee_id == person_id,
            Step.status.in_(_OPEN),
            Revision.status == RevisionStatus.IN_REVIEW,
        )
        .order_by(Step.due_on.is_(None), Step.due_on, Document.number)
    ).all()
    waiting = steps_open(session, [one.Revision.id for one in rows])
    signed = signed_in_rounds(session, {one.Revision.id: one.Revision.round for one in rows})
    company = company_at(session, at, today) if rows else Company()
    for one in rows:
        step, revision, unit = one.Step, one.Revision, company.keys[one.unit_id]
        facts = step_to_take(
            step,
            revision,
            company,
            unit,
            signed=signed[revision.id],
            others=waiting.get(revision.id, ()),
            whose=person_id,
        )
        found = [
            (each, may_take_step(facts, to=each.id, holds_role=True))
            for each in people.with_roles(NEEDED[step.meaning])
        ]
        yield OpenItem(
            OpenKind.STEP,
            step.id,
            step.meaning.value,
            one.number,
            revision.title if one.seen else "",
            step.due_on,
            f"/documents/revisions/{revision.id}" if one.seen else "",
            tuple(each for each, verdict in found if verdict),
            tuple((each, no) for each, no in found if isinstance(no, Refused) and no.rule == "A-7"),
        )


def _drafts(session: Session, actor: Actor, person_id: UUID, people: _People) -> Iterable[OpenItem]:
    rows = session.execute(
        select(Revision.id, Revision.title, Document.number, is_insider(actor).label("seen"))
        .join(Document, Document.id == Revision.document_id)
        .where(Revision.created_by == person_id, Revision.status == RevisionStatus.DRAFT)
        .order_by(Document.number, Revision.ordinal)
    )
    takers = people.with_roles(Role.AUTHOR, Role.DOCUMENT_CONTROLLER)
    for one in rows:
        href = f"/documents/revisions/{one.id}" if one.seen else ""
        title = one.title if one.seen else ""
        yield OpenItem(OpenKind.DRAFT, one.id, "draft", one.number, title, None, href, takers)


def _heads(session: Session, person_id: UUID, people: _People) -> Iterable[OpenItem]:
    rows = session.execute(
        select(Unit.id, Unit.code, Unit.name).where(Unit.head_id == person_id).order_by(Unit.code)
    )
    for one in rows:
        href = f"/people/units/{one.id}"
        yield OpenItem(OpenKind.HEAD, one.id, "head", one.code, one.name, None, href, people.all)


def _posts(session: Session, person_id: UUID, people: _People) -> Iterable[OpenItem]:
    rows = session.execute(
        select(PostHolder.id, Post.name, Unit.id.label("unit_id"), Unit.code)
        .join(Post, Post.id == PostHolder.post_id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(PostHolder.person_id == person_id, PostHolder.until_on.is_(None))
        .order_by(Unit.code, Post.name)
    )
    for one in rows:
        href = f"/people/units/{one.unit_id}"
        yield OpenItem(OpenKind.POST, one.id, "post", one.code, one.name, None, href, people.all)
