"""What a file's facts propose for its registration; people change it while checking (I-1, I-10)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.imports import Choice, Wanted
from docctl.domain.normal_form import normal
from docctl.domain.units import OUTSIDE
from docctl.models.organisation import Unit, UnitName
from search.folding import fold

#: Fields that a person may change, in the order of the review.
FIELDS: Final = (
    "number",
    "title",
    "label",
    "effective",
    "issued",
    "unit_id",
    "controlled",
    "distribution",
    "signers",
    "type_id",
    "class_id",
    "document_id",
    "origin",
    "issuer",
    "issuer_number",
)
#: The one value of `origin`: a document from outside (D-9).
EXTERNAL: Final = "external"
_SINGLE: Final = {
    "number": "number",
    "title": "title",
    "label": "revision",
    "effective": "effective",
    "issued": "issued",
    "controlled": "controlled",
    "distribution": "distribution",
    "origin": "origin",
    "issuer": "issuer",
    "issuer_number": "issuer_number",
}


def units_by_name(session: Session, entity_id: UUID | None, *, with_outside: bool = False) -> dict[str, UUID]:
    """Return the units by what people call them, folded: names, codes, other and former names.

    A name that units of several legal entities have means the one of this entity (O-4).
    Outside organisations are none of them, unless asked for: they own no documents, but file records (O-7).
    """
    found: dict[str, UUID] = {}
    known = select(Unit).where(Unit.valid_until.is_(None)).order_by(Unit.code.desc(), Unit.id)
    if not with_outside:
        known = known.where(Unit.kind.not_in(sorted(OUTSIDE)))
    units = sorted(session.scalars(known), key=lambda one: one.entity_id == entity_id)
    others: dict[UUID, list[str]] = {}
    for unit_id, form in session.execute(select(UnitName.unit_id, UnitName.normal)):
        others.setdefault(unit_id, []).append(form)
    # What a unit is called now goes before what another one was called.
    found.update((form, unit.id) for unit in units for form in others.get(unit.id, ()))
    found.update((normal(fold(name)), unit.id) for unit in units for name in (unit.name, unit.code))
    return found


def propose(facts: Mapping[str, Any], units: Mapping[str, UUID]) -> dict[str, Any]:
    """Return the values that a file goes in with unless somebody changes them."""
    chosen: dict[str, Any] = {
        field: facts[fact]["value"] for field, fact in _SINGLE.items() if facts.get(fact) is not None
    }
    department = facts.get("department")
    if department is not None and (unit := units.get(normal(fold(department["value"])))):
        chosen["unit_id"] = str(unit)
    if chosen.get("origin") and not chosen.get("number") and chosen.get("issuer_number"):
        chosen["number"] = chosen["issuer_number"]  # an outside paper goes by its own
    if facts.get("signers"):
        chosen["signers"] = [[one["role"], one["name"], one["signed_on"]] for one in facts["signers"]]
    return chosen


def wanted(chosen: Mapping[str, Any], facts: Mapping[str, Any], choice: Choice) -> Wanted:
    """Return what the rules need of a file; a day that cannot be read is missing."""
    return Wanted(
        number=str(chosen.get("number", "")),
        title=str(chosen.get("title", "")),
        label=str(chosen.get("label", "")),
        effective=day(chosen.get("effective")),
        issued=day(chosen.get("issued")),
        is_controlled={"yes": True, "no": False}.get(str(chosen.get("controlled", ""))),
        is_doubtful=bool(facts.get("needs_checking")),
        is_external=chosen.get("origin") == EXTERNAL,
        is_revision=bool(chosen.get("document_id")),
        choice=choice,
    )


def day(text: Any) -> date | None:
    """Return an ISO day, None for anything else."""
    try:
        return date.fromisoformat(text) if text else None
    except (TypeError, ValueError):
        return None
