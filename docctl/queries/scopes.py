"""Where revisions apply, and what applies to a unit: itself, the units above it, its posts (D-8, O-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.permissions import Actor, Facts, allows
from docctl.domain.scope import Place, ScopeKind, may_change_scope, reached
from docctl.domain.verdicts import NotFound, Refused
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Post, Unit, UnitName
from docctl.models.scopes import RevisionScope
from docctl.models.visibility import visible_sets
from docctl.queries.document_actions import Offered
from docctl.queries.unit_names import goings


@dataclass(frozen=True, slots=True)
class ScopeLine:
    """A place of a scope; `removed_on` of one that was taken out since, with the reasons."""

    key: str
    name: str
    added_on: date
    reason: str
    removed_on: date | None
    removed_reason: str


@dataclass(frozen=True, slots=True)
class ScopePage:
    """The scope of a revision with what it was; `change` None for who may not, with why not now."""

    document_id: UUID
    revision_id: UUID
    row_version: int
    number: str
    title: str
    label: str
    is_draft: bool
    lines: tuple[ScopeLine, ...]
    choices: tuple[tuple[str, str], ...]
    change: Offered | None

    @property
    def chosen(self) -> tuple[str, ...]:
        """The places that hold now."""
        return tuple(one.key for one in self.lines if one.removed_on is None)


def scope_rows(session: Session, revision_id: UUID) -> list[RevisionScope]:
    """Return the places of a scope that hold, in order of their names."""
    query = select(RevisionScope).where(
        RevisionScope.revision_id == revision_id, RevisionScope.removed_at.is_(None)
    )
    return list(session.scalars(query.order_by(RevisionScope.name, RevisionScope.id)))


def scope_names(session: Session, revision_id: UUID) -> tuple[str, ...]:
    """Return what the places of a scope were called when they were named; none means everywhere."""
    return tuple(one.name for one in scope_rows(session, revision_id))


def places_there(session: Session) -> dict[Place, str]:
    """Return the units and posts that exist today, each with its name, units first by code."""
    found = {
        Place(ScopeKind.UNIT, one.id): one.name
        for one in session.execute(
            select(Unit.id, Unit.name).where(Unit.valid_until.is_(None)).order_by(Unit.code, Unit.id)
        )
    }
    posts = (
        select(Post.id, Unit.name.label("unit"), Post.name)
        .join(Unit, Unit.id == Post.unit_id)
        .where(Unit.valid_until.is_(None))
        .order_by(Unit.code, Post.name)
    )
    found |= {Place(ScopeKind.POST, one.id): f"{one.unit} {one.name}" for one in session.execute(posts)}
    return found


def key_of(place: Place) -> str:
    """Return what names a place in a form."""
    return f"{place.kind.value}:{place.holder_id}"


def scope_page(session: Session, actor: Actor, revision_id: UUID, *, at: datetime, zone: tzinfo) -> ScopePage:
    """Return the page; raise NotFound for who does not know the document from inside (X-3)."""
    found = session.execute(
        select(Document, Revision)
        .join(Revision, Revision.document_id == Document.id)
        .where(Revision.id == revision_id, Document.insider_set_id.in_(visible_sets(actor)))
    ).first()
    if found is None:
        raise NotFound("revision")
    document, revision = found
    rows = session.scalars(
        select(RevisionScope)
        .where(RevisionScope.revision_id == revision_id)
        .order_by(RevisionScope.removed_at.is_not(None), RevisionScope.name, RevisionScope.added_at)
    ).all()
    # what it has may stay, also what is gone: else it would be lost by saving
    there = places_there(session)
    held = {one.place(): one.name for one in rows if one.removed_at is None and one.place() not in there}
    facts = Facts(unit_id=document.unit_id, author_id=revision.created_by, insider=True)
    permission = "draft" if revision.status is RevisionStatus.DRAFT else "change"
    change = None
    if allows(actor, f"distribution.{permission}", facts):
        verdict = may_change_scope(revision.status, over_since=revision.over_since(document), at=at)
        change = Offered("scope", verdict if isinstance(verdict, Refused) else None)
    return ScopePage(
        document_id=document.id,
        revision_id=revision.id,
        row_version=revision.row_version,
        number=revision.number_of(document),
        title=revision.title,
        label=revision.label,
        is_draft=revision.status is RevisionStatus.DRAFT,
        lines=tuple(
            ScopeLine(
                key_of(one.place()),
                one.name,
                one.added_at.astimezone(zone).date(),
                one.reason,
                one.removed_at.astimezone(zone).date() if one.removed_at else None,
                one.removed_reason,
            )
            for one in rows
        ),
        choices=tuple((key_of(place), name) for place, name in (there | held).items()),
        change=change,
    )


def applying_to(session: Session, unit_id: UUID, moment: datetime, zone: tzinfo) -> ColumnElement[bool]:
    """Return the condition that the joined revision applies to a unit at an instant (D-8).

    It names no place; or the unit, one above it, one that went into one of these over however many steps,
    or a post of the unit. The tree and what went into what are those of the day (O-2).
    """
    day = moment.astimezone(zone).date()
    units = reached([unit_id], _above(session, day))
    known = reached(units, [(into, gone) for gone, into in goings(session, day)])
    holds = (
        RevisionScope.revision_id == Revision.id,
        RevisionScope.added_at <= moment,
        or_(RevisionScope.removed_at.is_(None), RevisionScope.removed_at > moment),
    )
    of_unit = or_(
        RevisionScope.unit_id.in_(known),
        RevisionScope.post_id.in_(select(Post.id).where(Post.unit_id == unit_id)),
    )
    return or_(~exists().where(*holds), exists().where(*holds, of_unit))


def _above(session: Session, day: date) -> list[tuple[UUID, UUID]]:
    """Return which unit stood under which one on a day (O-2)."""
    parents = {one.id: one.parent_id for one in session.execute(select(Unit.id, Unit.parent_id))}
    former = select(UnitName.unit_id, UnitName.parent_id).where(UnitName.until_on >= day)
    for one in session.execute(former.order_by(UnitName.until_on.desc())):
        parents[one.unit_id] = one.parent_id  # the earliest that still was so on the day stays
    return [(one, above) for one, above in parents.items() if above is not None]
