"""Who signs: by role, post, head, leader or name, or by the authority table (A-7, A-8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID


class Who(StrEnum):
    """By what a signer is found; of the first two, one is chosen by who submits."""

    ROLE = "role"
    POST = "post"
    HEAD = "head"
    LEADER = "leader"
    PERSON = "person"
    #: By the authority table: of a class of decisions, whoever may decide for that much.
    AUTHORITY = "authority"


class Delegable(StrEnum):
    """To whom the signer of a step may delegate it: nobody, whoever holds a post, anybody who may sign."""

    NEVER = "never"
    POST = "post"
    FREE = "free"


#: Found by going up the tree of units from the one concerned.
ABOVE: Final = frozenset({Who.HEAD, Who.LEADER})
#: Of these several may sign, and who submits says which one.
CHOSEN: Final = frozenset({Who.ROLE, Who.POST})


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """Who heads a unit, who is in charge of it, and which unit it belongs to; "" for none.

    A closed one gets no new documents.
    """

    head: UUID | None = None
    parent: str = ""
    is_closed: bool = False
    leader: UUID | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """Who decides for more than `over` and up to `up_to`; without an end, for whatever there is."""

    who: Who
    of: str
    over: Decimal
    up_to: Decimal | None


@dataclass(frozen=True, slots=True)
class AuthorityClass:
    """A class of decisions: in which unit it is counted, and its levels by area, "" for the rest."""

    unit: str
    areas: Mapping[str, tuple[Level, ...]]

    def levels(self, unit: str, units: Mapping[str, UnitFacts]) -> tuple[Level, ...]:
        """Return the levels of the nearest area above a unit, else those for the rest."""
        seen: set[str] = set()
        while unit in units and unit not in seen:
            if unit in self.areas:
                return self.areas[unit]
            seen.add(unit)
            unit = units[unit].parent
        return self.areas[""]
