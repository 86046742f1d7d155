"""Delegations: given by the person or entered for them, seen, ended; all of it in the trail (A-2, A-16)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from docctl.domain.calendar_dates import midnight
from docctl.domain.delegation import MOST_NAMED, Given, may_delegate, may_end
from docctl.domain.permissions import Facts, authorise
from docctl.domain.reasons import reason_given
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.domain.working_calendar import ONE_DAY
from docctl.models.base import new_id
from docctl.models.delegations import Delegation, DelegationScope, ScopeKind
from docctl.models.documents import DocumentType
from docctl.models.organisation import Person, Unit
from docctl.queries.delegation_people import heads_above, roles_that_sign
from docctl.queries.revision_views import names_of
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class GiveDelegation:
    """Who stands in for whom, from which day to which, why; without types or units, for all documents."""

    principal_id: UUID
    delegate_id: UUID
    from_on: date
    until_on: date
    reason: str
    type_ids: tuple[UUID, ...] = ()
    unit_ids: tuple[UUID, ...] = ()


@use_case("delegation.give")
def give_delegation(session: Session, cmd: GiveDelegation, by: Caller) -> UUID:
    """Let somebody sign for another between two days; whoever did not enter it is told (A-2, A-15)."""
    people = _lock(session, (cmd.principal_id, cmd.delegate_id))
    if (principal := people.get(cmd.principal_id)) is None or principal.disabled_at is not None:
        raise NotFound("person")
    assigned = frozenset({principal.id, *heads_above(session, principal.unit_id)})
    authorise(by.actor, "delegation.give", Facts(assignees=assigned))
    delegate = people.get(cmd.delegate_id)
    if delegate is None or delegate.disabled_at is not None:
        raise RuleRefused(Refused("A-16", "nobody_active"))
    require(reason_given(cmd.reason, rule="A-2"))
    return give(session, cmd, principal, delegate, by)


def give(session: Session, cmd: GiveDelegation, principal: Person, delegate: Person, by: Caller) -> UUID:
    """Add a delegation between two people who are locked (A-2)."""
    new = Given(principal.id, delegate.id, cmd.from_on, cmd.until_on, principal.name, delegate.name)
    held = roles_that_sign(session, [principal.id, delegate.id])
    verdict = may_delegate(
        new,
        _there(session, by, principal.id, delegate.id),
        principal_holds=held[principal.id],
        delegate_holds=held[delegate.id],
        by=by.actor.person_id,
        today=by.today,
    )
    require(verdict)
    types, units = _scope(session, cmd)
    row = Delegation(
        id=new_id(),
        principal_id=principal.id,
        delegate_id=delegate.id,
        from_on=cmd.from_on,
        until_on=cmd.until_on,
        begins_at=max(by.at, midnight(cmd.from_on, by.zone)),
        ends_at=midnight(cmd.until_on + ONE_DAY, by.zone),
        reason=cmd.reason.strip(),
        given_by=by.actor.person_id,
        given_at=by.at,
        principal_seen_at=by.at if principal.id == by.actor.person_id else None,
    )
    session.add(row)
    session.flush()  # what it is narrowed to refers to it
    for kind, found in ((ScopeKind.TYPE, types), (ScopeKind.UNIT, units)):
        session.add_all(DelegationScope(delegation_id=row.id, kind=kind, of_id=key) for key in found)
    facts = {
        "principal": principal.name,
        "delegate": delegate.name,
        "from": row.from_on,
        "until": row.until_on,
        **({"types": sorted(types.values())} if types else {}),
        **({"units": sorted(units.values())} if units else {}),
    }
    _record(session, by, "delegation.given", row, facts, row.reason)
    return row.id


@dataclass(frozen=True, slots=True)
class EndDelegation:
    """A delegation ends now, before its last day, with the reason; one that is to come never begins."""

    delegation_id: UUID
    reason: str


@use_case("delegation.end")
def end_delegation(session: Session, cmd: EndDelegation, by: Caller) -> UUID:
    """End a delegation from now on; what was signed under it stays signed (A-2)."""
    found = session.get(Delegation, cmd.delegation_id)
    if found is None:
        raise NotFound("delegation")
    people = _lock(session, (found.principal_id, found.delegate_id))
    (row,) = lock(session, Rank.PEOPLE, select(Delegation).where(Delegation.id == found.id))
    principal = people[row.principal_id]
    assigned = frozenset({*people, *heads_above(session, principal.unit_id)})
    authorise(by.actor, "delegation.end", Facts(assignees=assigned, visible=False))
    require(may_end(ended=row.ended_at is not None, over=row.ends_at <= by.at))
    require(reason_given(cmd.reason, rule="A-2"))
    end(session, row, {key: one.name for key, one in people.items()}, cmd.reason.strip(), by)
    return row.id


def end(session: Session, row: Delegation, names: dict[UUID, str], reason: str, by: Caller) -> None:
    """End a delegation now; whoever did not do so is told by its list (A-2)."""
    row.ended_at, row.ended_by, row.end_reason = by.at, by.actor.person_id, reason
    row.ends_at = min(row.ends_at, by.at)
    facts = {"principal": names[row.principal_id], "delegate": names[row.delegate_id], "until": row.until_on}
    _record(session, by, "delegation.ended", row, facts, reason)


def end_all_of(session: Session, person: Person, reason: str, by: Caller) -> None:
    """End what somebody gave and has, now that their account is closed (A-16)."""
    rows = session.scalars(_running(by, person.id)).all()  # the person is locked, and papers after them
    names = names_of(session, {one for row in rows for one in (row.principal_id, row.delegate_id)})
    for row in rows:
        end(session, row, names, reason, by)


def running_of(session: Session, people: Iterable[UUID], by: Caller) -> Sequence[Delegation]:
    """Return the delegations of people that run or are to come, locked."""
    return lock(session, Rank.PEOPLE, _running(by, *people))


def _running(by: Caller, *people: UUID) -> Select[Delegation]:
    of = or_(Delegation.principal_id.in_(people), Delegation.delegate_id.in_(people))
    return select(Delegation).where(of, Delegation.ends_at > by.at).order_by(Delegation.id)


@dataclass(frozen=True, slots=True)
class SeeDelegations:
    """The caller has seen what others entered."""


@use_case("delegation.see")
def see_delegations(session: Session, _: SeeDelegations, by: Caller) -> int:
    """Note that somebody knows of the delegations of which they are told; return of how many (A-2)."""
    authorise(by.actor, "delegation.see", Facts())
    own, count = by.person_id, 0
    for row in running_of(session, [own], by):
        if row.principal_id == own and row.principal_seen_at is None:
            row.principal_seen_at = by.at
        elif row.delegate_id == own and row.delegate_seen_at is None:
            row.delegate_seen_at = by.at
        else:
            continue
        count += 1
        _record(session, by, "delegation.seen", row, {"by": by.actor.name}, "")
    return count


def _lock(session: Session, ids: Iterable[UUID]) -> dict[UUID, Person]:
    rows = select(Person).where(Person.id.in_(set(ids))).order_by(Person.id)
    return {one.id: one for one in lock(session, Rank.PEOPLE, rows)}


def _there(session: Session, by: Caller, *people: UUID) -> list[Given]:
    """Return the delegations of two people that run or are to come, with names (A-2)."""
    rows = session.scalars(_running(by, *people)).all()
    names = names_of(session, {one for row in rows for one in (row.principal_id, row.delegate_id)})
    return [
        Given(
            one.principal_id,
            one.delegate_id,
            one.from_on,
            one.until_on,
            names[one.principal_id],
            names[one.delegate_id],
        )
        for one in rows
    ]


def _scope(session: Session, cmd: GiveDelegation) -> tuple[dict[UUID, str], dict[UUID, str]]:
    """Return the types and units that it is narrowed to, with their codes; raise RuleRefused for others."""
    if max(len(cmd.type_ids), len(cmd.unit_ids)) > MOST_NAMED:
        raise RuleRefused(Refused("A-2", "delegate_too_many", {"most": MOST_NAMED}))
    wanted = select(DocumentType.id, DocumentType.code).where(DocumentType.id.in_(cmd.type_ids))
    types = {one.id: one.code for one in session.execute(wanted)}
    named = select(Unit.id, Unit.code).where(Unit.id.in_(cmd.unit_ids))
    units = {one.id: one.code for one in session.execute(named)}
    if set(cmd.type_ids) - types.keys() or set(cmd.unit_ids) - units.keys():
        raise RuleRefused(Refused("form", "no_choice"))
    return types, units


def _record(
    session: Session, by: Caller, action: str, row: Delegation, facts: dict[str, object], reason: str
) -> None:
    subject = Subject("person", row.principal_id, str(row.id))
    detail = {"reason": reason} if reason else {}
    record(session, by, action, subject, facts=facts, detail=detail)
