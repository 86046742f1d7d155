"""Where the files of a watched folder go: a unit and a type that the setting names (I-1)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from docctl.domain.imports import Watched
from docctl.domain.units import OUTSIDE
from docctl.domain.verdicts import Param, Refused
from docctl.models.documents import DocumentType
from docctl.queries.by_name import units_named
from docctl.services.house import House

#: What is told of the room that is missing, in bytes.
_SIZES: Final = ("needed", "free")


@dataclass(frozen=True, slots=True)
class GoesTo:
    """The unit and type of what lies in a watched folder that says nothing of its own."""

    unit_id: UUID
    type_id: UUID


def goes_to(session: Session, watched: Watched) -> GoesTo | Refused:
    """Return where the files of a folder go, or why none is taken: no such unit or type (I-1)."""
    told: dict[str, Param] = {"folder": watched.path.name, "unit": watched.unit[:60]}
    known = units_named(session, watched.unit)
    open_now = {written: one for written, one in known.items() if one.valid_until is None}
    there = {written: one for written, one in open_now.items() if one.kind not in OUTSIDE}  # owns nothing
    if not there:
        return Refused("I-1", "watched_unit", told)
    if len(there) > 1:  # each numbers for itself
        return Refused("I-1", "watched_units", {**told, "candidates": ", ".join(sorted(there))})
    (unit,) = there.values()
    named = or_(
        DocumentType.code == watched.type,
        DocumentType.name == watched.type,
        DocumentType.name_en == watched.type,
    )
    kind = session.scalars(select(DocumentType).where(named).order_by(DocumentType.ordinal)).first()
    if kind is None:
        return Refused("I-1", "watched_type", {"folder": watched.path.name, "type": watched.type[:60]})
    if not watched.path.is_dir():
        return Refused("I-1", "watched_gone", {"folder": watched.path.name})
    return GoesTo(unit.id, kind.id)


def not_taken_from(session: Session, house: House) -> list[Refused]:
    """Return why watched folders of this host are not taken from, for those that are not."""
    found = [(one, goes_to(session, one)) for one in house.watched]
    told = [why if isinstance(why, Refused) else waits_for_room(house, one) for one, why in found]
    return [one for one in told if one is not None]


def waits_for_room(house: House, watched: Watched) -> Refused | None:
    """Return that a folder waits until the disk has room for what its archives hold, as noted last (I-1)."""
    sizes = _noted(house).get(str(watched.path))
    return Refused("I-1", "watched_no_room", {"folder": watched.path.name, **sizes}) if sizes else None


def note_room(house: House, watched: Watched, refused: Refused | None) -> None:
    """Note for the pages of this host that a folder waits for room, or None: it does so no longer."""
    noted, place = _noted(house), str(watched.path)
    before = dict(noted)
    noted.pop(place, None)
    if refused is not None:
        noted[place] = {name: int(str(refused.params[name])) for name in _SIZES}
    if noted == before:
        return
    path = _note(house)
    made = path.with_suffix(".new")
    made.write_text(json.dumps(noted), encoding="utf-8")
    made.replace(path)


def _noted(house: House) -> dict[str, dict[str, int]]:
    try:
        told = json.loads(_note(house).read_text(encoding="utf-8"))
        return {place: {name: int(sizes[name]) for name in _SIZES} for place, sizes in told.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # none, or of another version
        return {}


def _note(house: House) -> Path:
    return house.data / "imports" / "watched" / "room.json"
