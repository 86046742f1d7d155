"""Decides which other names a document may have, and which of them can end (N-9)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from docctl.domain.normal_form import normal
from docctl.domain.verdicts import Allowed, Refused, Verdict

LONGEST_NAME: Final = 200


class NameKind(StrEnum):
    """Why an item has another name; `outside` is its number with whoever issued it (D-9)."""

    FORMER = "former"
    MISSPELT = "misspelt"
    SCRIPT = "script"  # 繁 / 简
    SHORT = "short"
    LANGUAGE = "language"
    OUTSIDE = "outside"


#: Those that people give and end; an outside number changes with the registration of its document.
GIVEN: Final = (NameKind.FORMER, NameKind.MISSPELT, NameKind.SCRIPT, NameKind.SHORT, NameKind.LANGUAGE)


@dataclass(frozen=True, slots=True)
class NameHolders:
    """Who has a name already, each by its number as far as the person may know it; "" for nobody."""

    own: bool = False
    number: str = ""
    title: str = ""
    other_name: str = ""


def may_name(text: str, kind: str, held: NameHolders) -> Verdict:
    """Say whether a document may get another name: it leads to one document alone (N-9, N-10)."""
    if kind not in GIVEN:
        return Refused("N-9", "kind_unknown", {"kind": kind[:40]})
    if not normal(text) or not text.isprintable():
        return Refused("N-9", "name_needed")
    if len(text) > LONGEST_NAME:
        return Refused("N-9", "name_too_long", {"longest": LONGEST_NAME})
    if held.own:
        return Refused("N-9", "own_name", {"name": text})
    for code in ("number", "title", "other_name"):
        if holder := getattr(held, code):
            return Refused("N-9", f"held_as_{code}", {"name": text, "holder": holder})
    return Allowed()


def may_end(text: str, kind: str, *, was_its_number: bool) -> Verdict:
    """Say whether another name can end: a number ever shown finds its document for ever (N-1, N-7)."""
    if was_its_number:
        return Refused("N-9", "number_stays", {"name": text})
    if kind not in GIVEN:
        return Refused("N-9", "outside_stays", {"name": text})
    return Allowed()
