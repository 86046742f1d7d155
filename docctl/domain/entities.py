"""Decides how a legal entity may be called, and by which code it gives numbers (O-4)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, TypeVar
from uuid import UUID

from docctl.domain.entity_numbers import qualified
from docctl.domain.units import may_call
from docctl.domain.verdicts import Allowed, Refused, Verdict

K = TypeVar("K")

#: Codes stand in numbers: capital letters and digits.
CODE: Final = re.compile(r"[A-Z][A-Z0-9]{0,9}")


def may_found(code: str, name: str, *, code_of: str, name_of: str) -> Verdict:
    """Say whether there may be another legal entity; `code_of`, `name_of` are who has the code, the name."""
    if not CODE.fullmatch(code):
        return Refused("O-4", "entity_code_unfit")
    if not (verdict := may_call(name)):
        return verdict
    if code_of:
        return Refused("O-4", "entity_code_taken", {"code": code, "holder": code_of})
    return _free(name, name_of)


def may_rename_entity(name: str, *, now: str, name_of: str) -> Verdict:
    """Say whether a legal entity may be called so from a day on (O-4)."""
    if not (verdict := may_call(name)):
        return verdict
    if name == now:
        return Refused("O-2", "nothing_changed")
    return _free(name, name_of)


def _free(name: str, name_of: str) -> Verdict:
    if name_of:
        return Refused("O-4", "entity_name_taken", {"name": name, "holder": name_of})
    return Allowed()


def written_units(units: Iterable[tuple[K, str, str]]) -> dict[K, str]:
    """Return how each unit is written where it must be the only one meant, from key, code and entity's code.

    Those that come first, of the entities that were there first, go by their code alone; a later one of the
    same code has its entity's before it, as `NB:PZ` (O-4).
    """
    found: dict[K, str] = {}
    taken: set[str] = set()
    for key, code, entity in units:
        written = qualified(entity, code) if code in taken else code
        taken.add(code)
        found[key] = written
    return found


def may_write(code: str, holder: tuple[UUID, str, str] | None, *, entity: UUID, name: str) -> Verdict:
    """Say whether a new unit of an entity may have a code; `entity` is its key, `name` what it is called.

    `holder` is whose unit routes in force, posts and open steps mean by the code alone: key and name of the
    entity, and the unit's name. One of an earlier entity would take that from it in silence, and the wrong
    people would sign; a unit of a later one is written with its entity's code (O-4).
    """
    if holder is not None and holder[0] > entity:
        told = {"code": code, "unit": holder[2], "entity": holder[1], "own": name}
        return Refused("O-4", "unit_code_written", told)
    return Allowed()
