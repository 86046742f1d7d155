"""Taking a package of the trail out of the house: allowed, and in the trail first (T-1, T-2)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts, authorise
from docctl.services.caller import Caller
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class ExportTrail:
    """A package of one item (`number`) or of all events from one on."""

    number: str
    start: int


@use_case("audit.export")
def export_trail(session: Session, cmd: ExportTrail, by: Caller) -> None:
    """Note that a person takes a package of the trail (T-1, X-2)."""
    authorise(by.actor, "audit.export", Facts())
    record(
        session, by, "audit.exported", Subject("audit", None), facts={"number": cmd.number, "from": cmd.start}
    )
