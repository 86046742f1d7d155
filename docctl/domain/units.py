"""Decides what a unit may be called, where it stands in the tree, and since when (O-1, O-2)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from docctl.domain.verdicts import Allowed, Refused, Verdict

LONGEST_NAME: Final = 200
_EARLIEST: Final = date(1900, 1, 1)


class UnitKind(StrEnum):
    """What a unit is in the company's tree (O-1)."""

    GROUP = "group"
    COMPANY = "company"
    BRANCH = "branch"
    PLANT = "plant"
    DEPARTMENT = "department"
    OFFICE = "office"  # 办事处
    PROJECT = "project"
    MANAGEMENT_OFFICE = "management_office"  # 管理处
    SITE = "site"
    OUTLET = "outlet"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a unit is called and where it stands; `parent_id` None at the top of the tree."""

    name: str
    parent_id: UUID | None


def may_call(name: str) -> Verdict:
    """Say whether a unit may have such a name (O-1)."""
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        return Refused("O-1", "name_unfit", {"longest": LONGEST_NAME})
    return Allowed()


def may_stand(unit_id: UUID, parent_id: UUID, *, above: Collection[UUID], closed: bool) -> Verdict:
    """Say whether a unit may stand under another one; `above` is that one with all that it stands under."""
    if unit_id == parent_id or unit_id in above:
        return Refused("O-1", "parent_below")
    if closed:
        return Refused("O-1", "parent_closed")
    return Allowed()


def may_change(from_on: date, *, today: date, since: date | None) -> Verdict:
    """Say whether a unit may have changed on a day; `since` is its first day as it is now (O-2)."""
    if from_on > today:
        return Refused("O-2", "day_to_come", {"today": today})
    if from_on < _EARLIEST:
        return Refused("O-2", "day_before", {"since": _EARLIEST})
    if since is not None and from_on < since:
        return Refused("O-2", "day_before", {"since": since})
    return Allowed()


def last_day_before(from_on: date, *, since: date | None) -> date | None:
    """Return the last day on which a unit was as before; None where what stood was wrong (O-2)."""
    return None if from_on == since else from_on - timedelta(days=1)
