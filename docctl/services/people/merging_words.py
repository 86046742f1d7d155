"""What every part of a unit's going into others works with (O-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from docctl.domain.merging import Goes
from docctl.models.organisation import Person, Unit


@dataclass(frozen=True, slots=True)
class Moving:
    """The unit that goes, all units and the people who go with it, locked; into which, since when and why."""

    unit: Unit
    units: dict[UUID, Unit]
    people: dict[UUID, Person]
    into: tuple[UUID, ...]
    from_on: date
    reason: str

    def to(self, one: Goes) -> Unit:
        """Return the unit to which a thing goes."""
        return self.units[one.to]
