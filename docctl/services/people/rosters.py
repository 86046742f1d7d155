"""Duty times in a post: set with their days and hours, ended with a last day (O-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts, authorise
from docctl.domain.rosters import DAY, LONGEST_SHIFT, Duty, may_be_on_duty, may_end_duty
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.organisation import Person, Post
from docctl.models.rosters import PostDuty
from docctl.queries.rosters import duties_of, holders_of
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class SetDuty:
    """Duty times of a person in a post: weekdays by number, 1 for Monday; an end not later is tomorrow's."""

    post_id: UUID
    person_id: UUID
    from_on: date
    until_on: date | None
    weekdays: tuple[int, ...]
    starts: time
    ends: time
    shift: str = ""
    together: bool = False


@use_case("unit.add")
def set_duty(session: Session, cmd: SetDuty, by: Caller) -> UUID:
    """Put somebody on the roster of a post that they hold; return the id of the duty times (O-3)."""
    authorise(by.actor, "unit.add", Facts())
    people = lock(session, Rank.PEOPLE, select(Person).where(Person.id == cmd.person_id))
    post = _lock(session, cmd.post_id)
    if not people or people[0].disabled_at is not None:
        raise NotFound("person")
    shift = " ".join(cmd.shift.split())
    if len(shift) > LONGEST_SHIFT:
        raise RuleRefused(Refused("O-3", "shift_too_long", {"longest": LONGEST_SHIFT}))
    new = Duty(
        people[0].id,
        people[0].name,
        cmd.from_on,
        cmd.until_on,
        frozenset(cmd.weekdays),
        cmd.starts,
        cmd.ends,
        cmd.together,
    )
    there = [one.duty(name) for one, name in duties_of(session, [post.id]).get(post.id, ())]
    require(may_be_on_duty(new, there, holders_of(session, [post.id]).get(post.id, ()), today=by.today))
    row = PostDuty(
        id=new_id(),
        post_id=post.id,
        person_id=new.person_id,
        from_on=new.from_on,
        until_on=new.until_on,
        weekdays="".join(map(str, sorted(new.weekdays))),
        starts=f"{new.start:%H:%M}",
        ends=f"{new.end:%H:%M}",
        shift=shift,
        together=new.together,
        added_at=by.at,
        added_by=by.actor.person_id,
    )
    session.add(row)
    _tell(session, by, "post.duty_set", post, row, new.name)
    return row.id


@dataclass(frozen=True, slots=True)
class EndDuty:
    """The last day of duty times; of those that are to come the day before their first drops them."""

    duty_id: UUID
    until_on: date


@use_case("unit.add")
def end_duty(session: Session, cmd: EndDuty, by: Caller) -> UUID:
    """End duty times with a last day; what was stays readable (O-3)."""
    authorise(by.actor, "unit.add", Facts())
    post_id = session.scalar(select(PostDuty.post_id).where(PostDuty.id == cmd.duty_id))
    if post_id is None:
        raise NotFound("duty")
    post = _lock(session, post_id)
    row = session.get(PostDuty, cmd.duty_id, populate_existing=True)
    if row is None:
        raise NotFound("duty")
    name = session.get_one(Person, row.person_id).name
    require(may_end_duty(row.duty(name), cmd.until_on, today=by.today))
    if cmd.until_on < row.from_on:
        session.delete(row)
        _tell(session, by, "post.duty_dropped", post, row, name)
        return post.id
    if row.until_on is None or row.until_on > cmd.until_on:
        row.until_on = cmd.until_on
    else:
        _require_free(session, post.id, row, name, cmd.until_on)
    _tell(session, by, "post.duty_ended", post, row, name)
    return post.id


def _require_free(session: Session, post_id: UUID, row: PostDuty, name: str, until_on: date) -> None:
    """Let duty times last longer only where nobody else is on duty then."""
    others: Sequence[tuple[PostDuty, str]] = duties_of(session, [post_id]).get(post_id, ())
    there = [one.duty(called) for one, called in others if one.id != row.id]
    holders = holders_of(session, [post_id]).get(post_id, ())
    row.until_on = until_on
    require(may_be_on_duty(row.duty(name), there, holders, today=row.from_on + DAY))


def _lock(session: Session, post_id: UUID) -> Post:
    posts = lock(session, Rank.PEOPLE, select(Post).where(Post.id == post_id))
    if not posts:
        raise NotFound("post")
    return posts[0]


def _tell(session: Session, by: Caller, action: str, post: Post, row: PostDuty, name: str) -> None:
    facts = {
        "post": post.name,
        "person": name,
        "from": row.from_on,
        **({"until": row.until_on} if row.until_on else {}),
        "weekdays": row.weekdays,
        "hours": f"{row.starts}–{row.ends}",
        **({"shift": row.shift} if row.shift else {}),
    }
    record(session, by, action, Subject("unit", post.unit_id), facts=facts)
