"""In whose name the worker imports: that of who ordered it, with the roles held now (A-2, I-1)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.verdicts import NotFound
from docctl.services.caller import Caller
from docctl.services.house import House
from docctl.services.people.actors import actor_of


def caller_of(session: Session, person_id: UUID, house: House) -> Caller | None:
    """Return a person as the caller of an import now; None: disabled since."""
    try:
        actor = actor_of(session, person_id, house.clock())
    except NotFound:
        return None
    return Caller(actor=actor, at=house.clock(), channel="import", zone=house.zone)


__all__ = ["caller_of"]
