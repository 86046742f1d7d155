"""Who the sample company is: its legal entities, units and people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Company:
    """The legal entity, and between which days its story is told."""

    code: str
    name: str
    name_en: str
    zone: ZoneInfo
    begins: date
    told_until: date


@dataclass(frozen=True, slots=True)
class Unit:
    """A department, its head's username and the functions it gives opinions for (R-6).

    `entity` is code and name of the further legal entity whose first unit it is (O-4).
    """

    code: str
    name: str
    name_en: str
    head: str
    functions: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    kind: str = "department"
    entity: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account; `roles` are pairs of role and unit code, empty for the whole company."""

    username: str
    name: str
    name_en: str
    unit: str
    post: str
    roles: tuple[tuple[str, str], ...]
