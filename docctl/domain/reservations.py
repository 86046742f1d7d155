"""Decides how many numbers may be reserved ahead, until when, and who may use them (N-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from docctl.domain.number_schemes import Scheme
from docctl.domain.permissions import Actor
from docctl.domain.roles import Role
from docctl.domain.verdicts import Allowed, Refused, Verdict

#: So many numbers are reserved, or voided, at once; so many years ahead.
MOST_RESERVED: Final = 200
MOST_VOIDED: Final = 500
_LONGEST_YEARS: Final = 10


@dataclass(frozen=True, slots=True)
class Reserved:
    """For whom numbers are kept; None for whoever brings one. `until` is the last day, company's zone."""

    unit_id: UUID | None = None
    person_id: UUID | None = None
    until: date | None = None


#: Nothing is said of who may use it, and it does not end.
FOR_ANYBODY: Final = Reserved()


def may_reserve(scheme: Scheme, count: int, wanted: Reserved, *, today: date) -> Verdict:
    """Say whether so many numbers may be reserved (N-3)."""
    if not 1 <= count <= MOST_RESERVED:
        return Refused("N-3", "count_unfit", {"most": MOST_RESERVED, "count": count})
    if count > 1 and scheme.sequence is None:
        return Refused("N-3", "nothing_counts", {"scheme": scheme.code})
    if wanted.until is not None and wanted.until < today:
        return Refused("N-3", "until_past", {"today": today})
    if wanted.until is not None and wanted.until.year > today.year + _LONGEST_YEARS:
        return Refused("N-3", "until_too_far", {"latest": date(today.year + _LONGEST_YEARS, 12, 31)})
    return Allowed()


def may_use(number: str, kept: Reserved, actor: Actor) -> Verdict:
    """Say whether somebody may use a reserved number: for whom it is kept, or document control (N-3)."""
    if actor.is_operator or actor.has(Role.DOCUMENT_CONTROLLER):
        return Allowed()
    for wanted, mine in ((kept.person_id, actor.person_id), (kept.unit_id, actor.unit_id)):
        if wanted is not None and wanted != mine:
            return Refused("N-3", "kept_for_others", {"number": number})
    return Allowed()
