"""Posts of a unit and who holds them by date (O-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.models.base import new_id
from docctl.models.organisation import Person, Post, PostHolder, Unit
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.people.load import require_of_company, unit_at
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class AddPost:
    """A new post in a unit."""

    unit_id: UUID
    name: str


@use_case("unit.add")
def add_post(session: Session, cmd: AddPost, by: Caller) -> UUID:
    """Add a post to a unit; its name stands once in the unit (O-3)."""
    authorise(by.actor, "unit.add", Facts())
    units = lock(session, Rank.PEOPLE, select(Unit).where(Unit.id == cmd.unit_id))
    if not units:
        raise NotFound("unit")
    name = " ".join(cmd.name.split())
    if not name or len(name) > LONGEST_NAME:
        raise RuleRefused(Refused("O-3", "post_name", {"longest": LONGEST_NAME}))
    there = session.scalars(select(Post.id).where(Post.unit_id == cmd.unit_id, Post.name == name)).first()
    if there is not None:
        raise RuleRefused(Refused("O-3", "post_there", {"name": name}))
    post = Post(id=new_id(), unit_id=cmd.unit_id, name=name)
    session.add(post)
    record(
        session,
        by,
        "post.added",
        Subject("unit", cmd.unit_id),
        facts={"unit": units[0].code, "post": name},
    )
    return post.id


@dataclass(frozen=True, slots=True)
class HoldPost:
    """Somebody takes a post on a day."""

    post_id: UUID
    person_id: UUID
    from_on: date


@use_case("unit.add")
def take_post(session: Session, cmd: HoldPost, by: Caller) -> UUID:
    """Give a post to a person from a day on; several may hold one post, nobody twice (O-3)."""
    authorise(by.actor, "unit.add", Facts())
    people = lock(session, Rank.PEOPLE, select(Person).where(Person.id == cmd.person_id))
    post = session.get(Post, cmd.post_id)
    if not people or people[0].disabled_at is not None or post is None:
        raise NotFound("person or post")
    require_of_company(session, people[0], unit_at(session, post.unit_id))
    if not date(1950, 1, 1) <= cmd.from_on <= by.today + timedelta(days=366):
        raise RuleRefused(Refused("O-3", "day_unlikely", {"latest": by.today + timedelta(days=366)}))
    overlap = session.scalars(
        select(PostHolder.id).where(
            PostHolder.post_id == cmd.post_id,
            PostHolder.person_id == cmd.person_id,
            or_(PostHolder.until_on.is_(None), PostHolder.until_on >= cmd.from_on),
        )
    ).first()
    if overlap is not None:
        raise RuleRefused(Refused("O-3", "holds_already", {"name": people[0].name}))
    holder = PostHolder(
        id=new_id(), post_id=post.id, person_id=people[0].id, from_on=cmd.from_on, until_on=None
    )
    session.add(holder)
    record(
        session,
        by,
        "post.taken",
        Subject("unit", post.unit_id),
        facts={"post": post.name, "person": people[0].name, "from": cmd.from_on},
    )
    return holder.id


@dataclass(frozen=True, slots=True)
class LeavePost:
    """A holder's last day in a post."""

    holder_id: UUID
    until_on: date


@use_case("unit.add")
def leave_post(session: Session, cmd: LeavePost, by: Caller) -> UUID:
    """End a person's time in a post with its last day; the past stays readable (O-3)."""
    authorise(by.actor, "unit.add", Facts())
    rows = lock(session, Rank.PEOPLE, select(PostHolder).where(PostHolder.id == cmd.holder_id))
    if not rows:
        raise NotFound("holder")
    holder = rows[0]
    if holder.until_on is not None:
        raise RuleRefused(Refused("O-3", "left_already", {"until": holder.until_on}))
    if cmd.until_on < holder.from_on:
        raise RuleRefused(Refused("O-3", "ends_before_it_begins", {"from": holder.from_on}))
    holder.until_on = cmd.until_on
    post = session.get_one(Post, holder.post_id)
    person = session.get_one(Person, holder.person_id)
    record(
        session,
        by,
        "post.left",
        Subject("unit", post.unit_id),
        facts={"post": post.name, "person": person.name, "until": cmd.until_on},
    )
    return holder.id
