"""Decides who may stand in for whom at a signature: explicit, dated, never handed on (A-2, A-7, A-8, A-15).

A delegation is of one person to another, for whole days. Nobody gives and has one on the same day: what was
delegated goes no further, and no two people stand in for each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from docctl.domain.approval import Meaning
from docctl.domain.authority import Deciding
from docctl.domain.roles import Role
from docctl.domain.verdicts import Allowed, Refused, Verdict
from docctl.domain.who import Delegable

#: Who is away for longer hands over (A-16), or delegates again.
MOST_DAYS: Final = 92
#: So many days ahead one may begin: nobody knows longer before who will be away.
MOST_AHEAD: Final = 366
#: As many kinds of documents, and units, as one delegation names.
MOST_NAMED: Final = 50
#: What delegates sign for others: the steps of a route.
SIGNED_FOR: Final = frozenset({Role.REVIEWER, Role.APPROVER})


@dataclass(frozen=True, slots=True)
class Given:
    """A delegation that was not ended before its last day, with the names of both."""

    principal: UUID
    delegate: UUID
    from_on: date
    until_on: date
    principal_name: str = ""
    delegate_name: str = ""

    def meets(self, other: Given) -> bool:
        """Say whether both run on one day."""
        return self.from_on <= other.until_on and other.from_on <= self.until_on


def may_delegate(
    new: Given,
    there: Iterable[Given],
    *,
    principal_holds: Collection[Role],
    delegate_holds: Collection[Role],
    by: UUID | None,
    today: date,
) -> Verdict:
    """Say whether somebody may stand in for another between two days (A-2, A-15).

    `by` is who enters it: whoever does so for another does not name themselves.
    """
    if new.delegate == new.principal:
        return Refused("A-2", "delegate_oneself")
    if new.delegate == by and new.principal != by:
        return Refused("A-2", "delegate_own_hands")
    if new.from_on < today:
        return Refused("A-2", "delegate_before_today", {"today": today})
    if (new.from_on - today).days > MOST_AHEAD:
        return Refused("A-2", "delegate_too_far", {"most": MOST_AHEAD})
    if new.until_on < new.from_on:
        return Refused("A-2", "delegate_ends_before", {"from": new.from_on})
    if (new.until_on - new.from_on).days >= MOST_DAYS:
        return Refused("A-2", "delegate_too_long", {"most": MOST_DAYS})
    if not SIGNED_FOR & set(principal_holds):
        return Refused("A-15", "delegate_signs_nothing", {"name": new.principal_name})
    if not SIGNED_FOR & set(principal_holds) & set(delegate_holds):
        return Refused("A-15", "delegate_no_role", {"name": new.delegate_name})
    return _apart(new, [one for one in there if one.meets(new)])


def _apart(new: Given, there: Iterable[Given]) -> Verdict:
    """Say whether a delegation stands alone among those of its days: no circle, no chain (A-2)."""
    for one in there:
        days: dict[str, str | date] = {"from": one.from_on, "until": one.until_on}
        if (one.principal, one.delegate) == (new.delegate, new.principal):
            return Refused("A-2", "delegate_circle", {"name": one.principal_name, **days})
        if (one.principal, one.delegate) == (new.principal, new.delegate):
            return Refused("A-2", "delegate_twice", {"name": one.delegate_name, **days})
        if one.principal == new.delegate:
            params = {"name": one.principal_name, "other": one.delegate_name, **days}
            return Refused("A-2", "delegate_away", params)
        if one.delegate == new.principal:
            params = {"name": one.delegate_name, "other": one.principal_name, **days}
            return Refused("A-2", "delegate_chain", params)
    return Allowed()


@dataclass(frozen=True, slots=True)
class StandIn:
    """What it depends on whether a delegate may sign one step for the one who has it.

    `post` is what the route names for a step that goes to a post alone; `covers`: the delegation is of
    documents like this one; `wrote`: the delegate prepared what is signed.
    """

    meaning: Meaning
    mark: Delegable
    post: str = ""
    holds_post: bool = False
    covers: bool = True
    principal_holds: bool = True
    delegate_holds: bool = True
    wrote: bool = False


def may_stand_in(facts: StandIn) -> Verdict:
    """Say whether a step may be signed, or returned, by who stands in for its signer (A-2, A-8, A-15)."""
    if facts.wrote:
        return Refused("A-2", "own_work", {"step": facts.meaning.value})
    if facts.mark is Delegable.NEVER:
        return Refused("A-8", "delegate_never", {"step": facts.meaning.value})
    if not facts.covers:
        return Refused("A-8", "delegate_not_covered", {"step": facts.meaning.value})
    if facts.mark is Delegable.POST and not facts.holds_post:
        return Refused("A-8", "delegate_not_in_post", {"step": facts.meaning.value, "post": facts.post})
    if not facts.principal_holds or not facts.delegate_holds:
        return Refused("A-1", "not_a_holder", {"step": facts.meaning.value})
    return Allowed()


def may_decide_for(authority: Deciding | None, *, delegate: UUID, principal: UUID) -> Verdict:
    """Say whether both may decide so much: the lower of their limits holds (A-7)."""
    for person in (delegate, principal):
        if authority is not None and not (verdict := authority.may(person)):
            return verdict
    return Allowed()


def may_end(*, ended: bool, over: bool) -> Verdict:
    """Say whether a delegation can be ended: one that has neither been ended nor run out (A-2)."""
    if ended:
        return Refused("A-2", "delegate_ended")
    return Refused("A-2", "delegate_over") if over else Allowed()


def for_whom(name: str, principal: str) -> str:
    """Return a signer's name with whom they signed for (A-8): 王强（代 赵敏）; "" where nobody signed."""
    return f"{name}（代 {principal}）" if name and principal else name
