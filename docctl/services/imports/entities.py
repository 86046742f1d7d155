"""Which legal entity each file of a run goes to: its numbers are compared there alone (N-6, O-4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.verdicts import Refused, RuleRefused
from docctl.models.imports import ImportRun
from docctl.models.organisation import Unit
from docctl.queries.number_holders import entity_of


@dataclass(frozen=True, slots=True)
class Entities:
    """The legal entity of each unit, by its id as text, and the one of files that name no unit."""

    units: Mapping[str, UUID]
    default: UUID

    @classmethod
    def of_run(cls, session: Session, run_id: UUID) -> Entities:
        """Return those of a run: what says nothing of its own goes to its unit."""
        unit_id = session.scalars(select(ImportRun.unit_id).where(ImportRun.id == run_id)).one()
        return cls.beside(session, unit_id)

    @classmethod
    def beside(cls, session: Session, unit_id: UUID | None) -> Entities:
        """Return those of files that go to a unit unless they name another.

        Raises RuleRefused where no unit is known and there are several entities.
        """
        default = entity_of(session, unit_id)
        if default is None:
            raise RuleRefused(Refused("O-4", "unit_needed"))
        known = session.execute(select(Unit.id, Unit.entity_id))
        return cls({str(one.id): one.entity_id for one in known}, default)

    def of(self, chosen: Mapping[str, Any]) -> UUID:
        """Return the entity of a file as it is chosen now."""
        return self.units.get(str(chosen.get("unit_id", "")), self.default)
