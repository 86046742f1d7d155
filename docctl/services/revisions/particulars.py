"""What else a draft says of itself, noted while it may change (D-14, A-7)."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from docctl.domain.particulars import Particulars, stored_systems
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Unit


def set_particulars(session: Session, revision: Revision, wanted: Particulars) -> None:
    """Note them in a draft; raise RuleRefused for a closed unit that is named anew (D-14, O-1)."""
    if wanted.drafting_unit_id is not None and wanted.drafting_unit_id != revision.drafting_unit_id:
        unit = session.get(Unit, wanted.drafting_unit_id)
        if unit is None:
            raise NotFound("unit")
        if unit.valid_until is not None:
            raise RuleRefused(Refused("O-1", "unit_closed", {"until": unit.valid_until}))
    revision.drafting_unit_id = wanted.drafting_unit_id
    revision.systems = stored_systems(wanted.systems)
    revision.amount = wanted.amount


def carry_particulars(before: Revision, revision: Revision) -> None:
    """Let a new revision say what the one before says, until somebody changes it (D-14)."""
    revision.drafting_unit_id = before.drafting_unit_id
    revision.systems, revision.amount = before.systems, before.amount


def particulars_told(session: Session, document: Document, revision: Revision) -> dict[str, Any]:
    """Return what a manifest says of them; {} for nothing (V-13)."""
    unit_id = revision.drafting_unit_id or document.drafting_unit_id
    found = {
        "drafting": session.get_one(Unit, unit_id).code if unit_id else None,
        "systems": revision.systems.split(),
        "amount": revision.amount or None,
    }
    return {name: value for name, value in found.items() if value}
