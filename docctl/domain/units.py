"""Decides what a unit may be called, where it stands in the tree, and since when (O-1, O-2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from docctl.domain.verdicts import Allowed, Refused, Verdict

LONGEST_NAME: Final = 200
DAY: Final = timedelta(days=1)
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
    CUSTOMER = "customer"
    SUPPLIER = "supplier"
    CONTRACTOR = "contractor"
    AUTHORITY = "authority"


#: Kinds of organisations outside the company: their people see only what was granted to them (O-7).
OUTSIDE: Final = frozenset({UnitKind.CUSTOMER, UnitKind.SUPPLIER, UnitKind.CONTRACTOR, UnitKind.AUTHORITY})


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


def may_stand(
    unit_id: UUID, parent_id: UUID, *, above: Collection[UUID], closed: bool, on: date | None = None
) -> Verdict:
    """Say whether a unit may stand under another one; `above` is that one with all that it stands under.

    `on` is the past day on which it would have, None for today.
    """
    then, told = ("", {}) if on is None else ("_then", {"day": on})
    if unit_id == parent_id or unit_id in above:
        return Refused("O-1", f"parent_below{then}", told)
    if closed:
        return Refused("O-1", f"parent_closed{then}", told)
    return Allowed()


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a unit stands, and stood until which days, earliest first; its own first and last day."""

    parent_id: UUID | None
    former: Sequence[tuple[date, UUID | None]] = ()
    valid_from: date | None = None
    valid_until: date | None = None

    def under(self, day: date) -> UUID | None:
        """Return the unit under which it stood on a day."""
        return next((parent for until, parent in self.former if until >= day), self.parent_id)

    def is_there(self, day: date) -> bool:
        """Say whether there was the unit on a day."""
        began = self.valid_from is None or self.valid_from <= day
        return began and (self.valid_until is None or self.valid_until >= day)


def may_move(
    unit_id: UUID, parent_id: UUID, units: Mapping[UUID, Placed], *, from_on: date, today: date
) -> Verdict:
    """Say whether a unit may stand under another one from a day on, on every day since (O-1, O-2).

    The tree is looked at on that day, on each later one on which some unit got another place, and today.
    """
    changed = {until + DAY for one in units.values() for until, _ in one.former}
    for day in sorted({from_on, today} | {one for one in changed if from_on < one < today}):
        above: set[UUID] = set()
        at = units[parent_id].under(day)
        while at is not None and at not in above:
            above.add(at)
            at = None if at == unit_id else units[at].under(day)
        closed = not units[parent_id].is_there(day)
        on = day if day < today else None
        if not (verdict := may_stand(unit_id, parent_id, above=above, closed=closed, on=on)):
            return verdict
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
    return None if from_on == since else from_on - DAY


@dataclass(frozen=True, slots=True)
class StillOpen:
    """How much is open in a unit: units below, people, documents, posts that are held, roles for it."""

    units: int = 0
    people: int = 0
    documents: int = 0
    posts: int = 0
    roles: int = 0


def may_close(
    until_on: date, there: StillOpen, *, today: date, since: date | None, closed: date | None
) -> Verdict:
    """Say whether a day may be the last one of a unit; `since` is the first day as it is now (O-1)."""
    if not (verdict := nothing_open(there, closed=closed)):
        return verdict
    if until_on > today:
        return Refused("O-2", "day_to_come", {"today": today})
    if since is not None and until_on < since:
        return Refused("O-2", "day_before", {"since": since})
    return Allowed()


def nothing_open(there: StillOpen, *, closed: date | None) -> Verdict:
    """Say whether a unit may be closed at all: it is not yet, and nothing is open in it (O-1)."""
    if closed is not None:
        return Refused("O-1", "unit_closed", {"until": closed})
    if any((there.units, there.people, there.documents, there.posts, there.roles)):
        return Refused("O-1", "unit_in_use", asdict(there))
    return Allowed()


def may_open_again(*, closed: date | None, parent_closed: bool) -> Verdict:
    """Say whether a unit may be there again (O-1)."""
    if closed is None:
        return Refused("O-1", "unit_open")
    return Refused("O-1", "parent_closed") if parent_closed else Allowed()
