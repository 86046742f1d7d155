"""One unit as its page shows it: head, functions, people, posts with their holders (O-1, O-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.units import OUTSIDE
from docctl.domain.verdicts import NotFound
from docctl.models.organisation import LegalEntity, Person, Post, PostHolder, Unit
from docctl.queries.unit_leaders import LeaderRow, leaders
from docctl.queries.unit_names import OtherUnitName, names_of, since_when


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody in a post from one day to another, the last one included."""

    id: UUID
    person_id: UUID
    person: str
    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post with everybody who has held it, newest first."""

    id: UUID
    name: str
    holders: tuple[Holder, ...]


@dataclass(frozen=True, slots=True)
class UnitPage:
    """A unit's page; `since` is its first day as it is now, `choices` the active people of the company."""

    id: UUID
    code: str
    name: str
    row_version: int
    parent: str
    head_id: UUID | None
    head: str
    functions: tuple[str, ...]
    people: tuple[tuple[UUID, str], ...]
    posts: tuple[PostRow, ...]
    choices: tuple[tuple[UUID, str], ...]
    kind: str
    parent_id: UUID | None
    entity: str
    entity_id: UUID
    valid_from: date | None
    valid_until: date | None
    since: date | None
    names: tuple[OtherUnitName, ...]
    leaders: tuple[LeaderRow, ...] = ()

    def other(self, name_id: UUID) -> OtherUnitName:
        """Return another name; raise NotFound where the unit has no such one."""
        for one in self.names:
            if one.id == name_id:
                return one
        raise NotFound("name")

    def post(self, post_id: UUID) -> PostRow:
        """Return one post; raise NotFound where the unit has no such one."""
        for one in self.posts:
            if one.id == post_id:
                return one
        raise NotFound("post")

    def holder(self, holder_id: UUID) -> Holder:
        """Return one holder; raise NotFound where the unit has no such one."""
        for post in self.posts:
            for one in post.holders:
                if one.id == holder_id:
                    return one
        raise NotFound("holder")


def unit_page(session: Session, unit_id: UUID, *, today: date | None = None) -> UnitPage:
    """Return a unit with its people and posts, and with `today` who is in charge; raise NotFound for none."""
    unit = session.get(Unit, unit_id)
    if unit is None:
        raise NotFound("unit")
    parent = session.get(Unit, unit.parent_id) if unit.parent_id else None
    active = session.execute(
        select(Person.id, Person.name, Person.username, Person.unit_id, Unit.kind)
        .join(Unit, Unit.id == Person.unit_id)
        .where(Person.disabled_at.is_(None))
        .order_by(Person.name)
    ).all()
    head = session.get(Person, unit.head_id) if unit.head_id else None
    return UnitPage(
        id=unit.id,
        code=unit.code,
        name=unit.name,
        row_version=unit.row_version,
        parent=parent.name if parent else "",
        head_id=unit.head_id,
        head=head.name if head else "",
        functions=tuple(unit.functions),
        people=tuple((key, name) for key, name, _username, of, _kind in active if of == unit.id),
        posts=_posts(session, unit.id),
        choices=tuple(
            (key, f"{name} {username}")
            for key, name, username, _of, kind in active
            if unit.kind in OUTSIDE or kind not in OUTSIDE
        ),
        kind=unit.kind,
        parent_id=unit.parent_id,
        entity=session.get_one(LegalEntity, unit.entity_id).name,
        entity_id=unit.entity_id,
        valid_from=unit.valid_from,
        valid_until=unit.valid_until,
        since=since_when(session, unit),
        names=names_of(session, unit.id),
        leaders=leaders(session, today=today, unit_id=unit.id) if today else (),
    )


def _posts(session: Session, unit_id: UUID) -> tuple[PostRow, ...]:
    posts = session.execute(
        select(Post.id, Post.name).where(Post.unit_id == unit_id).order_by(Post.name)
    ).all()
    held: dict[UUID, list[Holder]] = {}
    rows = session.execute(
        select(PostHolder, Person.name)
        .join(Person, Person.id == PostHolder.person_id)
        .where(PostHolder.post_id.in_([key for key, _name in posts]))
        .order_by(PostHolder.from_on.desc())
    )
    for one, name in rows:
        held.setdefault(one.post_id, []).append(
            Holder(one.id, one.person_id, name, one.from_on, one.until_on)
        )
    return tuple(PostRow(key, name, tuple(held.get(key, []))) for key, name in posts)
