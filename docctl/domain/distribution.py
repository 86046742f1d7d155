"""Who a revision is distributed to: what an entry of the list may say, how copies are counted (D-1, D-8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from docctl.domain.copy_states import Medium
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.verdicts import Allowed, Refused, Verdict

MOST_ENTRIES: Final = 200
MOST_COPIES: Final = 50
LONGEST_PLACE: Final = 200
#: A distribution number is filled up with zeros to so many digits.
NUMBER_DIGITS: Final = 3


class HolderKind(StrEnum):
    """Who or what an entry names; a place is looked after by a unit."""

    UNIT = "unit"
    POST = "post"
    PERSON = "person"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class ListEntry:
    """An entry of the distribution list (发放范围): `holder_id` is the unit, post or person.

    For a place it is the unit that puts the copy up. `copies` of one medium; `reads`: the people meant are
    asked to read (D-4).
    """

    kind: HolderKind
    holder_id: UUID
    medium: Medium
    place: str = ""
    copies: int = 1
    reads: bool = False

    @property
    def key(self) -> tuple[str, UUID, str, str]:
        """What may stand on a list once."""
        return self.kind.value, self.holder_id, self.place, self.medium.value


def may_list(entry: ListEntry, others: Sequence[ListEntry]) -> Verdict:
    """Say whether an entry may stand on a list beside the others (D-1, D-8)."""
    if len(others) >= MOST_ENTRIES:
        return Refused("D-8", "too_many", {"most": MOST_ENTRIES})
    if not 1 <= entry.copies <= MOST_COPIES:
        return Refused("D-8", "copies_unfit", {"most": MOST_COPIES})
    is_posted = entry.medium is Medium.POSTED
    if (entry.kind is HolderKind.PLACE) != is_posted or is_posted != bool(entry.place):
        return Refused("D-1", "place_needed")
    if len(entry.place) > LONGEST_PLACE:
        return Refused("D-1", "place_too_long", {"longest": LONGEST_PLACE})
    if entry.key in {one.key for one in others}:
        return Refused("D-8", "listed_twice")
    return Allowed()


def may_change_list(status: RevisionStatus, *, over_since: datetime | None, at: datetime) -> Verdict:
    """Say whether the list of a revision may be changed by a reasoned step: once issued, until it ends (D-8).

    Before its submission it is changed freely; while it is signed it is what the signatures sign (V-13).
    """
    if status is not RevisionStatus.ISSUED:
        return Refused("D-8", "not_issued", {"state": status.value})
    if over_since is not None and over_since <= at:
        return Refused("D-8", "over")
    return Allowed()


def shown_number(sequence: int) -> str:
    """Return a distribution number (分发号) as it stands on the copy (D-1)."""
    return f"{sequence:0{NUMBER_DIGITS}d}"


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Where the copies of a document or revision are; all add up to what was issued (D-2)."""

    issued: int
    returned: int
    destroyed: int
    lost: int
    open: int
    #: Of the open ones those that must come back.
    recalled: int

    @property
    def is_settled(self) -> bool:
        """Whether nothing that was recalled is still out."""
        return self.recalled == 0

    @property
    def adds_up(self) -> bool:
        """Whether every copy is accounted for (D-2)."""
        return self.issued == self.returned + self.destroyed + self.lost + self.open
