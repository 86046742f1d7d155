"""What of a unit's going into others is about who belongs where: units below, people, roles, posts (O-2)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.merging import Goes, name_beside
from docctl.domain.partners import may_stand_under
from docctl.domain.roles import may_propose
from docctl.domain.units import OUTSIDE, last_day_before
from docctl.domain.verdicts import NotFound, require
from docctl.models.base import new_id
from docctl.models.names import name_key
from docctl.models.organisation import Post, RoleGrant, UnitName
from docctl.queries.unit_names import since_when
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.people.merging_words import Moving
from docctl.services.people.partners import end_binding
from docctl.services.people.posts import LONGEST_NAME
from docctl.services.people.sessions import end_sessions
from docctl.services.trail import Subject, record


def move_units(session: Session, by: Caller, moving: Moving, items: Sequence[Goes]) -> None:
    """Let the units below stand under others; where they stood is kept with its last day (O-2)."""
    for item in items:
        unit, above = moving.units[item.id], moving.to(item)
        is_outside, parent_outside = unit.kind in OUTSIDE, above.kind in OUTSIDE
        require(may_stand_under(is_outside=is_outside, parent_outside=parent_outside))
        since = since_when(session, unit)
        day = max(moving.from_on, since) if since else moving.from_on
        if (until := last_day_before(day, since=since)) is not None:
            session.add(
                UnitName(
                    id=new_id(),
                    unit_id=unit.id,
                    name=unit.name,
                    normal=name_key(unit.name),
                    until_on=until,
                    parent_id=unit.parent_id,
                    reason=moving.reason,
                    added_at=by.at,
                    added_by=by.actor.person_id,
                )
            )
        before, unit.parent_id = moving.unit.name, above.id
        facts = {"unit": unit.code, "name": unit.name, "kind": unit.kind, "from": day, "under": above.code}
        told = {"before": {"above": before}, "after": {"above": above.name}, "reason": moving.reason}
        record(session, by, "unit.changed", Subject("unit", unit.id), facts=facts, detail=told)


def move_people(session: Session, by: Caller, moving: Moving, items: Sequence[Goes]) -> None:
    """Let people belong to other units: what they have to sign, write and read goes with them (A-16)."""
    for item in items:
        if (person := moving.people.get(item.id)) is None:
            raise NotFound("person")
        unit = moving.to(item)
        end_binding(session, person, by, moving.reason)
        person.unit_id = unit.id
        if person.id != by.actor.person_id:
            end_sessions(session, person.id, at=by.at)
        facts = {"name": person.name, "from": moving.unit.code, "to": unit.code}
        subject = Subject("person", person.id)
        record(session, by, "person.moved", subject, facts=facts, detail={"reason": moving.reason})


def move_roles(session: Session, by: Caller, moving: Moving, items: Sequence[Goes]) -> None:
    """Propose roles for the new units; those for the old one stay: its records do, and somebody keeps them.

    Whoever decides proposes nothing for themselves, and what is held or proposed already is not again (A-15).
    """
    grants = {
        one.id: one
        for one in session.scalars(select(RoleGrant).where(RoleGrant.id.in_([each.id for each in items])))
    }
    rows = session.scalars(
        select(RoleGrant).where(RoleGrant.unit_id.in_(moving.into), RoleGrant.revoked_at.is_(None))
    )
    there = {(one.person_id, one.role, one.unit_id) for one in rows}
    for item in items:
        grant = grants[item.id]
        key = (grant.person_id, grant.role, item.to)
        # The machine's holder is nobody who could hold a role.
        proposer = by.actor.person_id or UUID(int=0)
        if key in there or not may_propose(grant.role, item.to, holder=grant.person_id, by=proposer):
            continue
        there.add(key)
        session.add(
            RoleGrant(
                id=new_id(),
                person_id=grant.person_id,
                role=grant.role,
                unit_id=item.to,
                proposed_by=by.actor.person_id,
                proposed_at=by.at,
            )
        )
        facts = {"role": grant.role.value, "unit": str(item.to)}
        subject = Subject("person", grant.person_id)
        record(session, by, "role.proposed", subject, facts=facts, detail={"reason": moving.reason})


def move_posts(session: Session, by: Caller, moving: Moving, items: Sequence[Goes]) -> None:
    """Let posts belong to other units, with who holds them; of a taken name it says whose it was (O-3)."""
    if not items:
        return
    rows = select(Post).where(Post.id.in_([one.id for one in items])).order_by(Post.id)
    posts = {one.id: one for one in lock(session, Rank.PEOPLE, rows)}
    names: dict[UUID, set[str]] = {}
    for one in session.scalars(select(Post).where(Post.unit_id.in_(moving.into))):
        names.setdefault(one.unit_id, set()).add(one.name)
    for item in items:
        post, unit = posts[item.id], moving.to(item)
        there = names.setdefault(unit.id, set())
        before, called = post.name, name_beside(post.name, moving.unit.name, there, longest=LONGEST_NAME)
        there.add(called)
        post.unit_id, post.name = unit.id, called
        facts = {"post": called, "from": moving.unit.code, "to": unit.code}
        detail = {"reason": moving.reason, **({"before": {"post": before}} if before != called else {})}
        record(session, by, "post.moved", Subject("unit", unit.id), facts=facts, detail=detail)
