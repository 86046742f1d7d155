"""Who holds which role: proposed by one, confirmed by a second where the role signs, taken back (A-15)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.partners import may_hold_role
from docctl.domain.permissions import Facts, authorise
from docctl.domain.roles import SIGNING, GrantFacts, Role, may_confirm, may_propose, may_revoke
from docctl.domain.units import OUTSIDE
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.organisation import RoleGrant
from docctl.services.caller import Caller
from docctl.services.locks import lock_names
from docctl.services.people.load import lock_person, other_administrators, unit_at
from docctl.services.people.sessions import end_sessions
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class ProposeRole:
    """A role for somebody, for the company or for one unit."""

    person_id: UUID
    role: Role
    unit_id: UUID | None = None


@use_case("role.propose")
def propose_role(session: Session, cmd: ProposeRole, by: Caller) -> UUID:
    """Propose a role; one that does not sign counts at once, others wait for a second person (A-15)."""
    authorise(by.actor, "role.propose", Facts())
    person = lock_person(session, cmd.person_id)
    if person.disabled_at is not None:
        raise RuleRefused(Refused("A-15", "already_disabled"))
    require(may_propose(cmd.role, cmd.unit_id, holder=person.id, by=by.person_id))
    require(may_hold_role(is_outside=unit_at(session, person.unit_id).kind in OUTSIDE))
    if cmd.unit_id is not None:
        unit_at(session, cmd.unit_id)
    same = select(RoleGrant.id).where(
        RoleGrant.person_id == person.id,
        RoleGrant.role == cmd.role,
        RoleGrant.revoked_at.is_(None),
        RoleGrant.unit_id.is_(None) if cmd.unit_id is None else RoleGrant.unit_id == cmd.unit_id,
    )
    if session.scalar(same) is not None:
        raise RuleRefused(Refused("A-15", "already_held", {"role": cmd.role.value}))
    grant = RoleGrant(
        id=new_id(),
        person_id=person.id,
        role=cmd.role,
        unit_id=cmd.unit_id,
        proposed_by=by.person_id,
        proposed_at=by.at,
    )
    session.add(grant)
    if cmd.role not in SIGNING:
        end_sessions(session, person.id, at=by.at)
    _record(session, by, "role.proposed", grant)
    return grant.id


@dataclass(frozen=True, slots=True)
class ConfirmRole:
    """Agree to a proposed role as the second person; `person_id` is whose role the page showed."""

    grant_id: UUID
    person_id: UUID | None = None


@use_case("role.confirm")
def confirm_role(session: Session, cmd: ConfirmRole, by: Caller) -> UUID:
    """Confirm a proposed role; from now on it counts (A-15)."""
    authorise(by.actor, "role.confirm", Facts())
    grant = _locked(session, cmd.grant_id, cmd.person_id)
    require(may_confirm(grant_facts(grant), by=by.person_id))
    grant.confirmed_by, grant.confirmed_at = by.person_id, by.at
    end_sessions(session, grant.person_id, at=by.at)
    _record(session, by, "role.confirmed", grant)
    return grant.id


@dataclass(frozen=True, slots=True)
class RevokeRole:
    """Take a role back, or a proposal; `person_id` is whose role the page showed."""

    grant_id: UUID
    person_id: UUID | None = None


@use_case("role.revoke")
def revoke_role(session: Session, cmd: RevokeRole, by: Caller) -> UUID:
    """Take a role back at once; the person's sessions end (A-15)."""
    authorise(by.actor, "role.revoke", Facts())
    grant = _locked(session, cmd.grant_id, cmd.person_id)
    lock_names(session, ["administrators"])  # two who take each other's role back: one is second
    others = other_administrators(session, grant.person_id)
    require(may_revoke(grant.role, revoked=grant.revoked_at is not None, others=others))
    grant.revoked_by, grant.revoked_at = by.person_id, by.at
    end_sessions(session, grant.person_id, at=by.at)
    _record(session, by, "role.revoked", grant)
    return grant.id


def grant_facts(grant: RoleGrant) -> GrantFacts:
    """Return a grant as the rules see it; one made when the company was founded is confirmed."""
    return GrantFacts(
        person_id=grant.person_id,
        role=grant.role,
        proposed_by=grant.proposed_by or grant.person_id,
        confirmed=grant.confirmed_at is not None or grant.role not in SIGNING,
        revoked=grant.revoked_at is not None,
    )


def _locked(session: Session, grant_id: UUID, whose: UUID | None) -> RoleGrant:
    """Return a grant, with its person locked: two deciders see each other."""
    person_id = session.scalar(select(RoleGrant.person_id).where(RoleGrant.id == grant_id))
    if person_id is None or whose not in {None, person_id}:
        raise NotFound("grant")
    lock_person(session, person_id)
    return session.get_one(RoleGrant, grant_id, populate_existing=True)


def _record(session: Session, by: Caller, action: str, grant: RoleGrant) -> None:
    facts = {"role": grant.role.value, "unit": str(grant.unit_id) if grant.unit_id else ""}
    record(session, by, action, Subject("person", grant.person_id), facts=facts)
