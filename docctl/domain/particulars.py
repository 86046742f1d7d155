"""What else a revision says of itself: who drafted it, for which systems, for how much (D-14, A-7).

The owning function (归口部门) is the department of the document. The drafting department (拟文部门) is
that of who began the document, until a revision names another one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from docctl.domain.amounts import Amount, read_amount, show_amount
from docctl.domain.verdicts import Refused, RuleRefused


class ManagementSystem(StrEnum):
    """A management system (管理体系) that a document belongs to."""

    QUALITY = "Q"
    ENVIRONMENT = "E"
    OHS = "OHS"
    FOOD = "FOOD"
    HSF = "HSF"
    MILITARY = "GJB"
    ENERGY = "EN"
    INFORMATION = "IS"


#: Words that are understood besides the codes.
_WORDS: Final = {
    "QMS": "Q",
    "EMS": "E",
    "OHSMS": "OHS",
    "S": "OHS",
    "HACCP": "FOOD",
    "F": "FOOD",
    "ENMS": "EN",
    "ISMS": "IS",
    "质量": "Q",
    "环境": "E",
    "职业健康安全": "OHS",
    "食品安全": "FOOD",
    "有害物质": "HSF",
    "国军标": "GJB",
    "能源": "EN",
    "信息安全": "IS",
}


@dataclass(frozen=True, slots=True)
class Particulars:
    """What a revision says; no drafting unit of its own leaves that of the document."""

    drafting_unit_id: UUID | None = None
    systems: tuple[ManagementSystem, ...] = ()
    #: As `write_amount` writes it, "" for none.
    amount: str = ""


#: A revision that says none of it.
NOTHING_SAID: Final = Particulars()


def read_systems(words: Iterable[str]) -> tuple[ManagementSystem, ...]:
    """Return the management systems of codes or names, each once; raise RuleRefused for another (D-14)."""
    found = set()
    for word in filter(None, (one.strip() for one in words)):
        code = _WORDS.get(word.upper(), word.upper())
        if code not in set(ManagementSystem):
            raise RuleRefused(Refused("D-14", "system_unknown", {"system": word[:40]}))
        found.add(ManagementSystem(code))
    return tuple(one for one in ManagementSystem if one in found)


def stored_systems(systems: Iterable[ManagementSystem]) -> str:
    """Return systems as one text in which each stands between blanks, so that a list can ask for one."""
    codes = " ".join(systems)
    return f" {codes} " if codes else ""


def systems_in(stored: str) -> tuple[ManagementSystem, ...]:
    """Return the systems of such a text."""
    return tuple(map(ManagementSystem, stored.split()))


def amount_in(stored: str) -> Amount | None:
    """Return a stored amount, None where there is none."""
    return read_amount(stored) if stored else None


def amount_shown(stored: str) -> str:
    """Return a stored amount as people read it, "" where there is none."""
    found = amount_in(stored)
    return show_amount(found) if found else ""
