"""All that is open in a unit, thing by thing, before it goes into others; what else names it (O-2, X-3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import UNDER_WAY, RevisionStatus
from docctl.domain.merging import GoingKind, Target
from docctl.domain.permissions import Actor
from docctl.domain.routes import routes_of
from docctl.models.distribution import DistributionEntry
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Person, Post, PostHolder, RoleGrant, Unit
from docctl.models.records import Record
from docctl.models.work import Step, StepStatus
from docctl.queries.controlled import setting_at
from docctl.queries.copy_states import not_over
from docctl.queries.entities import unit_keys
from docctl.queries.revision_states import is_insider

_OPEN = (StepStatus.OPEN, StepStatus.WAITING)


@dataclass(frozen=True, slots=True)
class Going:
    """One thing that is open in a unit; `under_way` is how much goes with it, such as steps of a document."""

    kind: GoingKind
    id: UUID
    number: str
    name: str
    href: str = ""
    under_way: int = 0

    @property
    def key(self) -> str:
        """What names it in a form and in a command."""
        return f"{self.kind.value}:{self.id}"


@dataclass(frozen=True, slots=True)
class UnitGoing:
    """What goes, what stays: `records` keep the unit; `submitted` lists that name it are signed; `routes`
    of approval name it and are changed as settings.
    """

    things: tuple[Going, ...]
    records: int
    submitted: int
    routes: tuple[str, ...]


def live_documents(unit_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for the documents that a unit answers for: under way, or not over."""
    live = or_(
        Revision.status.in_(UNDER_WAY),
        (Revision.status == RevisionStatus.ISSUED) & Revision.effective_until.is_(None),
    )
    of = select(Revision.document_id).where(live)
    return (Document.unit_id == unit_id, Document.id.in_(of))


def lines_of(unit_id: UUID, at: Any) -> Select[*tuple[Any, ...]]:
    """Return the lines that name a unit on lists of drafts, and of issued revisions that are not over."""
    issued = and_(Revision.status == RevisionStatus.ISSUED, not_over(at))
    return (
        select(DistributionEntry.id)
        .join(Revision, Revision.id == DistributionEntry.revision_id)
        .join(Document, Document.id == Revision.document_id)
        .where(
            DistributionEntry.unit_id == unit_id,
            DistributionEntry.removed_at.is_(None),
            or_(issued, Revision.status == RevisionStatus.DRAFT),
        )
    )


def going(session: Session, actor: Actor, unit_id: UUID, *, at: datetime, today: date) -> UnitGoing:
    """Return what is open in a unit; titles of what the person does not see are left out (X-3)."""
    records = session.scalar(select(func.count()).where(Record.unit_id == unit_id)) or 0
    signed = (RevisionStatus.IN_REVIEW, RevisionStatus.APPROVED)
    submitted = session.scalar(
        select(func.count())
        .select_from(DistributionEntry)
        .join(Revision, Revision.id == DistributionEntry.revision_id)
        .where(DistributionEntry.unit_id == unit_id, Revision.status.in_(signed))
    )
    open_now = things(session, actor, unit_id, at=at, today=today)
    return UnitGoing(open_now, records, submitted or 0, _named(session, unit_id, at))


def things(session: Session, actor: Actor, unit_id: UUID, *, at: datetime, today: date) -> tuple[Going, ...]:
    """Return what is open in a unit, kind by kind in the order in which people read it."""
    return (
        *_units(session, unit_id),
        *_people(session, unit_id),
        *_roles(session, unit_id),
        *_posts(session, unit_id, today),
        *_documents(session, actor, unit_id),
        *_lines(session, actor, unit_id, at),
    )


def _units(session: Session, unit_id: UUID) -> Iterator[Going]:
    query = select(Unit.id, Unit.code, Unit.name).where(Unit.parent_id == unit_id, Unit.valid_until.is_(None))
    for one in session.execute(query.order_by(Unit.code)):
        yield Going(GoingKind.UNIT, one.id, one.code, one.name, f"/people/units/{one.id}")


def _people(session: Session, unit_id: UUID) -> Iterator[Going]:
    query = select(Person.id, Person.username, Person.name).where(
        Person.unit_id == unit_id, Person.disabled_at.is_(None)
    )
    for one in session.execute(query.order_by(Person.username)):
        yield Going(GoingKind.PERSON, one.id, one.username, one.name, f"/people/{one.id}")


def _roles(session: Session, unit_id: UUID) -> Iterator[Going]:
    query = (
        select(RoleGrant.id, RoleGrant.role, Person.id.label("person_id"), Person.name)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.unit_id == unit_id, RoleGrant.revoked_at.is_(None), Person.disabled_at.is_(None))
    )
    for one in session.execute(query.order_by(Person.name, RoleGrant.id)):
        yield Going(GoingKind.ROLE, one.id, one.role.value, one.name, f"/people/{one.person_id}")


def _posts(session: Session, unit_id: UUID, today: date) -> Iterator[Going]:
    still = or_(PostHolder.until_on.is_(None), PostHolder.until_on >= today)
    held = select(func.count()).where(PostHolder.post_id == Post.id, still).scalar_subquery()
    query = select(Post.id, Post.name, held.label("held")).where(Post.unit_id == unit_id)
    for one in session.execute(query.order_by(Post.name)):
        yield Going(GoingKind.POST, one.id, one.name, "", f"/people/units/{unit_id}", one.held)


def _documents(session: Session, actor: Actor, unit_id: UUID) -> Iterator[Going]:
    open_steps = (
        select(func.count())
        .select_from(Step)
        .join(Revision, and_(Revision.id == Step.revision_id, Revision.round == Step.round))
        .where(
            Revision.document_id == Document.id,
            Step.status.in_(_OPEN),
            Revision.status == RevisionStatus.IN_REVIEW,
        )
        .scalar_subquery()
    )
    query = select(
        Document.id,
        Document.number,
        Document.title,
        is_insider(actor).label("seen"),
        open_steps.label("steps"),
    )
    for one in session.execute(query.where(*live_documents(unit_id)).order_by(Document.number, Document.id)):
        href, title = (f"/documents/{one.id}", one.title) if one.seen else ("", "")
        yield Going(GoingKind.DOCUMENT, one.id, one.number, title, href, one.steps)


def _lines(session: Session, actor: Actor, unit_id: UUID, at: datetime) -> Iterator[Going]:
    query = lines_of(unit_id, at).with_only_columns(
        DistributionEntry.id,
        DistributionEntry.revision_id,
        DistributionEntry.copies,
        Document.number,
        Revision.title,
        is_insider(actor).label("seen"),
    )
    for one in session.execute(query.order_by(Document.number, Revision.ordinal, DistributionEntry.ordinal)):
        href = f"/documents/revisions/{one.revision_id}/distribution" if one.seen else ""
        title = one.title if one.seen else ""
        yield Going(GoingKind.COPY, one.id, one.number, title, href, one.copies)


def _named(session: Session, unit_id: UUID, at: datetime) -> tuple[str, ...]:
    """Return the routes of approval in force that name a unit, its posts, or ask for it (A-8)."""
    key = unit_keys(session)[unit_id]
    found = []
    for one in routes_of(setting_at(session, "routes", at).content):
        names = [name for step in one.steps for name in (step.of, step.delegable_post)]
        names += [copy.of for copy in one.copies]
        if key in one.units or any(name == key or name.startswith(f"{key}/") for name in names):
            found.append(one.name)
    return tuple(found)


def targets(session: Session, unit_ids: Iterable[UUID]) -> dict[UUID, Target]:
    """Return the units into which one may go, each with the units above it."""
    rows = {
        one.id: one
        for one in session.execute(
            select(Unit.id, Unit.code, Unit.parent_id, Unit.entity_id, Unit.valid_from, Unit.valid_until)
        )
    }
    found: dict[UUID, Target] = {}
    for one in (rows[key] for key in unit_ids if key in rows):
        above: set[UUID] = set()
        at = one.parent_id
        while at is not None and at not in above:
            above.add(at)
            at = rows[at].parent_id
        closed = one.valid_until is not None
        found[one.id] = Target(one.id, one.code, one.entity_id, frozenset(above), one.valid_from, closed)
    return found
