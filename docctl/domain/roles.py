"""Which roles there are, which of them sign, and who grants them (A-15)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from docctl.domain.verdicts import Allowed, Refused, Verdict


class Role(StrEnum):
    """A role a company maps to its posts; the Chinese words are in the translations."""

    ADMINISTRATOR = "administrator"
    DOCUMENT_CONTROLLER = "document_controller"
    AUTHOR = "author"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    KEEPER = "keeper"
    RECORDS_MANAGER = "records_manager"
    LEADER = "leader"
    AUDITOR = "auditor"


#: Roles that sign or approve: granted by two people (A-15).
SIGNING: Final = frozenset(Role) - {Role.ADMINISTRATOR, Role.AUDITOR}

#: Roles that hold for one unit only; the others hold for the whole company.
SCOPED: Final = frozenset({Role.KEEPER})


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """Who was proposed for which role, by whom; `confirmed_by` once a second person agreed."""

    person_id: UUID
    role: Role
    proposed_by: UUID
    confirmed: bool
    revoked: bool


def may_propose(role: Role, unit_id: UUID | None, *, holder: UUID, by: UUID) -> Verdict:
    """Say whether `by` may propose a role for `holder`: never for oneself (A-15)."""
    if holder == by:
        return Refused("A-15", "own_role")
    if role in SCOPED and unit_id is None:
        return Refused("A-15", "unit_needed", {"role": role.value})
    if role not in SCOPED and unit_id is not None:
        return Refused("A-15", "no_unit", {"role": role.value})
    return Allowed()


def may_confirm(grant: GrantFacts, *, by: UUID) -> Verdict:
    """Say whether `by` is the second person for a proposed role (A-15)."""
    if grant.confirmed or grant.revoked:
        return Refused("A-15", "not_open")
    if by == grant.proposed_by:
        return Refused("A-15", "second_person_needed")
    if by == grant.person_id:
        return Refused("A-15", "own_role")
    return Allowed()


def may_revoke(role: Role, *, revoked: bool, others: int) -> Verdict:
    """Say whether a role may be taken back: somebody must stay who can administer (A-15)."""
    if revoked:
        return Refused("A-15", "already_revoked")
    if role is Role.ADMINISTRATOR and others < 1:
        return Refused("A-15", "last_administrator")
    return Allowed()


def reader_tokens(
    person_id: UUID,
    unit_id: UUID | None,
    roles: Iterable[tuple[Role, UUID | None]],
    *,
    is_outside: bool = False,
    shares: Iterable[UUID] = (),
) -> frozenset[str]:
    """Return the tokens by which access sets know a person (X-1, X-3).

    Somebody from outside is no staff and has no role: they see their own items, those of their organisation,
    and what is shared with it now (O-7).
    """
    if is_outside:
        own = {f"person:{person_id}"} | ({f"unit:{unit_id}"} if unit_id is not None else set())
        return frozenset(own | {f"share:{one}" for one in shares})
    tokens = {"staff", f"person:{person_id}"}
    if unit_id is not None:
        tokens.add(f"unit:{unit_id}")
    for role, scope in roles:
        tokens.add(f"role:{role.value}" if scope is None else f"role:{role.value}@{scope}")
    return frozenset(tokens)
