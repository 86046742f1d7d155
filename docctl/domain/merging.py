"""Decides into which units a unit may go, from which day on, and that nothing of it is left behind (O-2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from docctl.domain.units import DAY, may_change
from docctl.domain.verdicts import Allowed, Refused, Verdict

#: Into so many units one may go at once, and so many things go in one decision.
MOST_UNITS: Final = 10
MOST_THINGS: Final = 500


class GoingKind(StrEnum):
    """What can be open in a unit: units below, people, posts, documents with all that is under way in them,
    roles for the unit, and lines of distribution lists that name it, with the copies made from them.
    """

    UNIT = "unit"
    PERSON = "person"
    ROLE = "role"
    POST = "post"
    DOCUMENT = "document"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class Target:
    """A unit into which another one may go; `above` are the units above it."""

    id: UUID
    code: str
    entity_id: UUID
    above: Collection[UUID] = ()
    valid_from: date | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Goes:
    """One thing, and the unit to which it goes."""

    kind: GoingKind
    id: UUID
    to: UUID

    @property
    def key(self) -> tuple[GoingKind, UUID]:
        """What it is of all that is open."""
        return self.kind, self.id


def may_go_into(
    unit_id: UUID, entity_id: UUID, targets: Sequence[Target], *, from_on: date, has_documents: bool
) -> Verdict:
    """Say whether a unit may go into others: there by that day, none below it, of its entity (O-2, O-4)."""
    if not targets:
        return Refused("O-2", "into_needed")
    if len(targets) > MOST_UNITS:
        return Refused("O-2", "into_too_many", {"most": MOST_UNITS})
    for one in targets:
        if one.id == unit_id:
            return Refused("O-2", "into_itself")
        if unit_id in one.above:
            return Refused("O-2", "into_below", {"unit": one.code})
        if one.closed:
            return Refused("O-2", "into_closed", {"unit": one.code})
        if one.valid_from is not None and one.valid_from > from_on:
            return Refused("O-2", "into_later", {"unit": one.code, "from": one.valid_from})
        if has_documents and one.entity_id != entity_id:
            return Refused("O-4", "into_other_entity", {"unit": one.code})
    return Allowed()


def may_go_from(
    from_on: date, *, today: date, since: date | None, closed: date | None, closes: bool
) -> Verdict:
    """Say whether a unit may go into others from a day on; one that ends was there the day before (O-2)."""
    if closed is not None:
        return Refused("O-1", "unit_closed", {"until": closed})
    if closes and since is not None and from_on == since:
        return Refused("O-2", "day_before", {"since": since + DAY})
    return may_change(from_on, today=today, since=since)


def all_go(
    there: Collection[tuple[GoingKind, UUID]], goes: Sequence[Goes], into: Collection[UUID], *, closes: bool
) -> Verdict:
    """Say whether what was named is what is open: each thing once, to a named unit, none left that ends."""
    named = [one.key for one in goes]
    if len(named) > MOST_THINGS:
        return Refused("O-2", "too_much", {"most": MOST_THINGS, "count": len(named)})
    if len(set(named)) != len(named) or not set(named) <= set(there):
        return Refused("request", "changed_meanwhile")
    if any(one.to not in into for one in goes):
        return Refused("O-2", "goes_elsewhere")
    left = len(set(there)) - len(named)
    if closes and left:
        return Refused("O-2", "left_behind", {"count": left})
    if not closes and not named:
        return Refused("O-2", "nothing_goes")
    return Allowed()


def name_beside(name: str, unit: str, there: Collection[str], *, longest: int) -> str:
    """Return what a post is called in its new unit: its name, with its old unit where that is taken (O-2)."""
    if name not in there:
        return name
    for turn in range(1, len(there) + 2):
        told = unit if turn == 1 else f"{unit} {turn}"
        called = f"{name[: max(1, longest - len(told) - 2)]}（{told}）"
        if called not in there:
            return called
    return name


def counted(goes: Sequence[Goes]) -> Mapping[str, int]:
    """Return how many things of each kind go, for the trail."""
    found: dict[str, int] = {}
    for one in goes:
        found[one.kind.value] = found.get(one.kind.value, 0) + 1
    return found
