"""Roles and resets that wait for a second person, and what is left with who has gone (A-15, A-16)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, cast, func, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.types import String

from docctl.domain.permissions import Actor, Facts, allows
from docctl.domain.roles import SIGNING
from docctl.models.organisation import Person, RoleGrant
from docctl.queries.inbox_copies import AT, TODAY
from docctl.queries.inbox_row import work
from docctl.queries.open_work import cannot_sign, has_open_work


def people_work(actor: Actor) -> dict[str, Select[*tuple[Any, ...]]]:
    """Return what waits for a second person, by verb; the first one and the holder are no such (A-15).

    Also whose account is closed while something is still open with them, and whom a step waits for after
    the role to sign it was taken back (A-16).
    """
    found = {}
    proposer = aliased(Person)
    if allows(actor, "role.confirm", Facts()):
        found["confirm_role"] = (
            work(
                "person",
                Person.id,
                part_id=RoleGrant.id,
                title=Person.name,
                label=cast(RoleGrant.role, String),
                whose=proposer.name,
                since=RoleGrant.proposed_at,
            )
            .select_from(RoleGrant)
            .join(Person, Person.id == RoleGrant.person_id)
            .outerjoin(proposer, proposer.id == RoleGrant.proposed_by)
            .where(
                RoleGrant.confirmed_at.is_(None),
                RoleGrant.revoked_at.is_(None),
                RoleGrant.role.in_(sorted(SIGNING)),
                RoleGrant.person_id != actor.person_id,
                RoleGrant.proposed_by.is_distinct_from(actor.person_id),
                Person.disabled_at.is_(None),
            )
        )
    if allows(actor, "person.confirm_reset", Facts()):
        found["confirm_reset"] = (
            work("person", Person.id, title=Person.name, whose=proposer.name, since=Person.reset_at)
            .select_from(Person)
            .outerjoin(proposer, proposer.id == Person.reset_by)
            .where(
                Person.reset_confirm_needed,
                Person.id != actor.person_id,
                Person.reset_by.is_distinct_from(actor.person_id),
                Person.disabled_at.is_(None),
                Person.reset_at.is_not(None),
            )
        )
    if allows(actor, "person.hand_over", Facts()):
        lost = select(func.max(RoleGrant.revoked_at)).where(RoleGrant.person_id == Person.id)
        since = func.coalesce(Person.disabled_at, lost.scalar_subquery(), Person.created_at)
        found["hand_over"] = (
            work("person", Person.id, title=Person.name, since=since)
            .select_from(Person)
            .where(or_(and_(Person.disabled_at.is_not(None), has_open_work(AT, TODAY)), cannot_sign()))
        )
    return found
