"""Where a revision applies (适用范围): units, sites and posts; what that means for a unit (D-8)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from docctl.domain.distribution import may_change_list
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.verdicts import Allowed, Refused, Verdict

MOST_PLACES: Final = 100


class ScopeKind(StrEnum):
    """What a scope names: a unit, which a site is too, or a post."""

    UNIT = "unit"
    POST = "post"


@dataclass(frozen=True, slots=True)
class Place:
    """One unit or post of a scope."""

    kind: ScopeKind
    holder_id: UUID


def may_scope(places: Sequence[Place], known: Collection[Place], before: Collection[Place]) -> Verdict:
    """Say whether a scope may be so: each place once, there, not as it was; none means everywhere (D-8)."""
    if len(places) > MOST_PLACES:
        return Refused("D-8", "scope_too_many", {"most": MOST_PLACES})
    if len(set(places)) != len(places):
        return Refused("D-8", "scope_twice")
    if not set(places) <= set(known):
        return Refused("D-8", "scope_gone")
    if set(places) == set(before):
        return Refused("D-8", "scope_same")
    return Allowed()


def may_change_scope(status: RevisionStatus, *, over_since: datetime | None, at: datetime) -> Verdict:
    """Say whether the scope of a revision may change: a draft's freely, an issued one's by a logged step."""
    if status is RevisionStatus.DRAFT:
        return Allowed()
    return may_change_list(status, over_since=over_since, at=at)


def applies(places: Collection[Place], units: Collection[UUID], posts: Collection[UUID]) -> bool:
    """Say whether a scope covers a unit, given with all units above it, or one of its posts (D-8)."""
    if not places:
        return True
    return any(one.holder_id in (units if one.kind is ScopeKind.UNIT else posts) for one in places)


def reached(start: Iterable[UUID], links: Iterable[tuple[UUID, UUID]]) -> set[UUID]:
    """Return some units and all that links lead to from them, step by step to the end (D-8, O-2)."""
    after: dict[UUID, set[UUID]] = {}
    for one, other in links:
        after.setdefault(one, set()).add(other)
    found: set[UUID] = set()
    new = set(start)
    while new:
        found |= new
        new = {other for one in new for other in after.get(one, ())} - found
    return found


def carried(
    places: Mapping[Place, str], there: Mapping[Place, str], goings: Sequence[tuple[UUID, UUID]]
) -> dict[Place, str]:
    """Return a scope as a later draft has it: units that went into others give way to these (D-8, O-2).

    What is gone without any after it stays, by the name it had: a scope never becomes everywhere so.
    """
    found: dict[Place, str] = {}
    for place, name in places.items():
        after = []
        if place not in there and place.kind is ScopeKind.UNIT:
            units = (Place(ScopeKind.UNIT, one) for one in reached([place.holder_id], goings))
            after = [one for one in units if one in there]
        found |= {one: there[one] for one in after} or {place: there.get(place, name)}
    return found
