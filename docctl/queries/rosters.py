"""Duty rosters as they are shown and asked: who is on duty in a post, where nobody is (O-3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Date, String, and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.permissions import Actor
from docctl.domain.rosters import Held, OnDuty, holds_post_at, holes, joined
from docctl.domain.verdicts import NotFound
from docctl.models.organisation import Person, Post, PostHolder, Unit
from docctl.models.rosters import PostDuty

#: So many days ahead holes of a roster are told.
AHEAD: Final = 14

#: The wall clock's time and weekday, today's and yesterday's, for queries that are built once.
CLOCK: Final = bindparam("clock", type_=String())
WEEKDAY: Final = bindparam("weekday", type_=String())
WEEKDAY_BEFORE: Final = bindparam("weekday_before", type_=String())
YESTERDAY: Final = bindparam("yesterday", type_=Date())


@dataclass(frozen=True, slots=True)
class DutyRow:
    """Duty times of somebody in a post; `state` is past, now (its days run) or coming."""

    id: UUID
    person_id: UUID
    person: str
    from_on: date
    until_on: date | None
    weekdays: tuple[int, ...]
    starts: str
    ends: str
    shift: str
    together: bool
    state: str


@dataclass(frozen=True, slots=True)
class RosterPage:
    """The roster of a post: its duty times, who holds it at the instant asked, and the holes ahead."""

    post_id: UUID
    post: str
    unit_id: UUID
    unit: str
    unit_name: str
    rows: tuple[DutyRow, ...]
    asked: datetime
    on_duty: tuple[str, ...]
    found: OnDuty
    holes: tuple[tuple[datetime, datetime], ...]
    holders: tuple[tuple[UUID, str], ...]

    def row(self, duty_id: UUID) -> DutyRow:
        """Return one of the duty times; raise NotFound for none of this post."""
        for one in self.rows:
            if one.id == duty_id:
                return one
        raise NotFound("duty")


@dataclass(frozen=True, slots=True)
class RosterLine:
    """A post with a roster: who is on duty now, and when next nobody is."""

    post_id: UUID
    post: str
    unit_id: UUID
    unit: str
    unit_name: str
    on_duty: tuple[str, ...]
    is_hole: bool
    next_hole: datetime | None


def wall_clock(at: datetime) -> dict[str, object]:
    """Return what queries ask of an instant in the company's zone; its day is `today`."""
    before = at.date() - timedelta(days=1)
    return {
        "clock": f"{at:%H:%M}",
        "weekday": str(at.isoweekday()),
        "weekday_before": str(before.isoweekday()),
        "yesterday": before,
    }


def posts_on_duty(actor: Actor, today: Any) -> ColumnElement[bool]:
    """Say in SQL whether the work of the joined holder's post is shown to the person now (O-3).

    They hold it and are on duty; or nobody is, so that all who hold it see the work. Accounts that are
    closed are on duty nowhere.
    """
    other = aliased(PostHolder)
    somebody = (
        exists()
        .where(PostDuty.post_id == PostHolder.post_id, other.post_id == PostDuty.post_id)
        .where(other.person_id == PostDuty.person_id, _held(other, today), _covers(today))
        .where(Person.id == PostDuty.person_id, Person.disabled_at.is_(None))
    )
    mine = exists().where(
        PostDuty.post_id == PostHolder.post_id, PostDuty.person_id == actor.person_id, _covers(today)
    )
    return or_(mine, ~somebody)


def _held(holder: Any, today: Any) -> ColumnElement[bool]:
    return and_(holder.from_on <= today, or_(holder.until_on.is_(None), holder.until_on >= today))


def _covers(today: Any) -> ColumnElement[bool]:
    def runs(day: Any, weekday: Any) -> ColumnElement[bool]:
        return and_(
            PostDuty.from_on <= day,
            or_(PostDuty.until_on.is_(None), PostDuty.until_on >= day),
            PostDuty.weekdays.contains(weekday),
        )

    begun = and_(
        runs(today, WEEKDAY),
        PostDuty.starts <= CLOCK,
        or_(PostDuty.ends > CLOCK, PostDuty.ends <= PostDuty.starts),
    )
    from_yesterday = and_(
        runs(YESTERDAY, WEEKDAY_BEFORE), PostDuty.ends <= PostDuty.starts, PostDuty.ends > CLOCK
    )
    return or_(begun, from_yesterday)


def duties_of(session: Session, post_ids: Iterable[UUID]) -> dict[UUID, list[tuple[PostDuty, str]]]:
    """Return the duty times of posts with the names of their people, in order."""
    query = (
        select(PostDuty, Person.name)
        .join(Person, Person.id == PostDuty.person_id)
        .where(PostDuty.post_id.in_(list(post_ids)))
        .order_by(PostDuty.from_on, PostDuty.starts, PostDuty.id)
    )
    found: dict[UUID, list[tuple[PostDuty, str]]] = {}
    for row, name in session.execute(query):
        found.setdefault(row.post_id, []).append((row, name))
    return found


def holders_of(session: Session, post_ids: Iterable[UUID]) -> dict[UUID, list[Held]]:
    """Return who holds posts, between which days; accounts that are closed hold none."""
    query = (
        select(PostHolder)
        .join(Person, Person.id == PostHolder.person_id)
        .where(PostHolder.post_id.in_(list(post_ids)), Person.disabled_at.is_(None))
    )
    found: dict[UUID, list[Held]] = {}
    for one in session.scalars(query.order_by(PostHolder.from_on, PostHolder.id)):
        found.setdefault(one.post_id, []).append(Held(one.person_id, one.from_on, one.until_on))
    return found


def roster_page(
    session: Session, post_id: UUID, *, at: datetime, today: date, unit_id: UUID | None = None
) -> RosterPage:
    """Return the roster of a post and who holds it at an instant of the company's zone (O-3).

    Raises NotFound for no post of the unit.
    """
    found = session.execute(
        select(Post.id, Post.name, Unit.id.label("unit_id"), Unit.code, Unit.name.label("unit_name"))
        .join(Unit, Unit.id == Post.unit_id)
        .where(Post.id == post_id)
    ).first()
    if found is None or unit_id not in {None, found.unit_id}:
        raise NotFound("post")
    rows = duties_of(session, [post_id]).get(post_id, [])
    holders = holders_of(session, [post_id]).get(post_id, [])
    duties = [row.duty(name) for row, name in rows]
    on = holds_post_at(holders, duties, at.replace(tzinfo=None))
    still = {one.person_id for one in holders if one.until_on is None or one.until_on >= today}
    names = _names(session, {*on.people, *still})
    missing = joined(holes(holders, duties, today, AHEAD))
    return RosterPage(
        post_id=found.id,
        post=found.name,
        unit_id=found.unit_id,
        unit=found.code,
        unit_name=found.unit_name,
        rows=tuple(_row(row, name, today) for row, name in rows),
        asked=at,
        on_duty=tuple(sorted(names[one] for one in on.people)),
        found=on,
        holes=missing,
        holders=tuple(sorted(((one, names[one]) for one in still), key=lambda each: each[1])),
    )


def rosters(session: Session, *, at: datetime, today: date) -> tuple[RosterLine, ...]:
    """Return the posts with a roster today or to come, those where nobody is on duty first (O-3)."""
    runs = or_(PostDuty.until_on.is_(None), PostDuty.until_on >= today)
    query = (
        select(Post.id, Post.name, Unit.id.label("unit_id"), Unit.code, Unit.name.label("unit_name"))
        .join(Unit, Unit.id == Post.unit_id)
        .where(Post.id.in_(select(PostDuty.post_id).where(runs)))
        .order_by(Unit.code, Post.name, Post.id)
    )
    posts = session.execute(query).all()
    ids = [one.id for one in posts]
    duties, holders = duties_of(session, ids), holders_of(session, ids)
    names = _names(session, {one.person_id for each in holders.values() for one in each})
    found = []
    for one in posts:
        times = [row.duty(name) for row, name in duties.get(one.id, ())]
        held = holders.get(one.id, [])
        on = holds_post_at(held, times, at.replace(tzinfo=None))
        now = at.replace(tzinfo=None)
        ahead = [start for start, end in joined(holes(held, times, today, AHEAD)) if end > now]
        people = tuple(sorted(names[key] for key in on.people))
        found.append(
            RosterLine(
                one.id,
                one.name,
                one.unit_id,
                one.code,
                one.unit_name,
                people,
                on.is_hole,
                ahead[0] if ahead else None,
            )
        )
    return tuple(sorted(found, key=lambda one: not one.is_hole))


def _row(row: PostDuty, name: str, today: date) -> DutyRow:
    state = "coming" if row.from_on > today else "now"
    if row.until_on is not None and row.until_on < today:
        state = "past"
    return DutyRow(
        row.id,
        row.person_id,
        name,
        row.from_on,
        row.until_on,
        tuple(map(int, row.weekdays)),
        row.starts,
        row.ends,
        row.shift,
        row.together,
        state,
    )


def _names(session: Session, ids: set[UUID]) -> dict[UUID, str]:
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {one.id: one.name for one in rows}
