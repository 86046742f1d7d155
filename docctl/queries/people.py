"""People as pages show them: the frame's facts, the register of people, a person, the units (O-1, A-15)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Actor
from docctl.models.organisation import LegalEntity, Unit


@dataclass(frozen=True, slots=True)
class FrameFacts:
    """What the frame of every page says of the company and of the person's unit."""

    company: str
    is_demo: bool
    unit: str


def frame_facts(session: Session, actor: Actor | None) -> FrameFacts:
    """Return the company and the person's unit, in one statement each."""
    entity = session.scalars(select(LegalEntity)).first()
    unit = session.get(Unit, actor.unit_id) if actor and actor.unit_id else None
    return FrameFacts(
        company=entity.name if entity else "",
        is_demo=bool(entity and entity.is_demo),
        unit=unit.name if unit else "",
    )
