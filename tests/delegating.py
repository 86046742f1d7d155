"""Short ways to delegations, and to what is signed under them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.roles import Role
from docctl.models.content import Signature
from docctl.models.organisation import RoleGrant
from docctl.services.people.delegations import GiveDelegation, give_delegation
from docctl.services.revisions.sign import SignRevision
from tests.world import World


def may_sign(world: World, who: str, *roles: Role) -> None:
    """Let somebody hold roles as the founders did."""

    def work(session: Session) -> None:
        held = set(session.scalars(select(RoleGrant.role).where(RoleGrant.person_id == world.people[who])))
        for role in set(roles) - held:
            session.add(
                RoleGrant(
                    person_id=world.people[who],
                    role=role,
                    proposed_at=world.clock(),
                    confirmed_at=world.clock(),
                )
            )

    world.house.uow.write(work)


def command(
    world: World, of: str, to: str, *, first: int = 0, days: int = 7, reason: str = "出差", **more: object
) -> GiveDelegation:
    """Return what lets somebody sign for another: from so many days from today on, for so many days."""
    begins = world.house.today() + timedelta(days=first)
    until = begins + timedelta(days=days - 1)
    return GiveDelegation(world.people[of], world.people[to], begins, until, reason, **more)  # type: ignore[arg-type]


def delegated(
    world: World,
    of: str,
    to: str,
    *,
    by: str = "",
    roles: tuple[Role, ...] = (Role.REVIEWER,),
    **more: object,
) -> UUID:
    """Let somebody sign for another from today on, who holds what it takes."""
    may_sign(world, to, *roles)
    cmd = command(world, of, to, **more)  # type: ignore[arg-type]
    return give_delegation(cmd, by=world.by(by or of), house=world.house)


def signing_for(world: World, revision: UUID, principal: str) -> SignRevision:
    """Return what signs the newest content of a revision for somebody."""
    return replace(world.signing(revision), for_id=world.people[principal])


def signature(world: World, revision: UUID, meaning: str) -> Signature:
    """Return the last signature of a meaning."""
    with world.house.uow.read() as session:
        found = session.scalars(
            select(Signature)
            .where(Signature.subject_id == revision, Signature.meaning == meaning)
            .order_by(Signature.signed_at.desc())
        ).first()
        assert found is not None
        return found
