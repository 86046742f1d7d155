"""Epochs: what a restore of an older state begins, what it has lost, and who accepts it (T-2, N-1).

Event numbers of a new epoch begin behind the restored end, so that one number may stand for two events:
one that is here, one that was lost. A signed head says of which epoch it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from docctl.domain.verdicts import Allowed, Refused, Verdict

#: The events that tell of an epoch.
STARTED: Final = "epoch.started"
ACCEPTED: Final = "epoch.accepted"

#: What may go on while a restored state waits to be accepted: reading, one's own account, accepting.
OPEN_MEANWHILE: Final = frozenset(
    {
        "account.own",
        "audit.export",
        "audit.verify",
        "disposal.view",
        "epoch.accept",
        "objects.check",
        "record.read",
        "revision.read",
    }
)

#: What even the system leaves alone until then: nothing is destroyed on the word of an older state.
NOT_MEANWHILE: Final = frozenset({"disposal.run"})


@dataclass(frozen=True, slots=True)
class Epoch:
    """An epoch: it follows event `end`; `lost` names for each epoch before up to which event was seen.

    `accepted` holds the people who accepted it, two once it stands.
    """

    number: int
    end: int
    lost: tuple[tuple[int, int], ...] = ()
    accepted: tuple[UUID | str, ...] = ()

    @property
    def stands(self) -> bool:
        """Whether two people have accepted it."""
        return len(set(self.accepted)) > 1


class Place(StrEnum):
    """Where a head belongs that somebody holds."""

    HERE = "here"
    LOST = "lost"
    UNKNOWN = "unknown"


def place_of(epoch: int, size: int, epochs: Sequence[Epoch]) -> Place:
    """Say where a signed head belongs: to this trail, to what an accepted epoch names as lost, or nowhere.

    A head that no epoch accounts for is an alarm: events that were sealed are not here (T-2).
    """
    chain = sorted(epochs, key=lambda one: one.number)
    own = next((one for one in chain if one.number == epoch), None)
    if own is not None and size <= own.end:
        return Place.UNKNOWN
    if epoch == 0 or own is not None:
        after = next((one for one in chain if one.number > epoch), None)
        if after is None or size <= after.end:
            return Place.HERE
    seen = max((to for one in chain if one.stands for of, to in one.lost if of == epoch), default=0)
    return Place.LOST if size <= seen else Place.UNKNOWN


def epoch_at(size: int, epochs: Iterable[Epoch]) -> int:
    """Return the epoch of the event with this number."""
    return max((one.number for one in epochs if one.end < size), default=0)


def epochs_told(events: Iterable[tuple[str, dict[str, Any], UUID | str | None]]) -> tuple[Epoch, ...]:
    """Return the epochs that events tell of: action, facts and actor of each, in their order (T-2)."""
    found: dict[int, Epoch] = {}
    for action, facts, actor in events:
        number = int(facts["epoch"])
        if action == STARTED:
            lost = tuple((int(of), int(to)) for of, to in facts["lost"])
            found[number] = Epoch(number, int(facts["end"]), lost)
        elif action == ACCEPTED and number in found and actor is not None:
            one = found[number]
            found[number] = Epoch(number, one.end, one.lost, (*one.accepted, actor))
    return tuple(found[number] for number in sorted(found))


@dataclass(frozen=True, slots=True)
class AcceptFacts:
    """An epoch that waits, who accepted it already, and whether a leader is among them with this person."""

    accepted: tuple[UUID, ...] = ()
    with_leader: bool = False


def may_accept(facts: AcceptFacts, *, by: UUID) -> Verdict:
    """Say whether a person may accept an epoch: two different people, a leader among them (T-2, A-2)."""
    if len(facts.accepted) > 1:
        return Refused("T-2", "epoch_accepted")
    if by in facts.accepted:
        return Refused("T-2", "epoch_second_person")
    if facts.accepted and not facts.with_leader:
        return Refused("T-2", "epoch_leader_needed")
    return Allowed()


def may_go_on(permission: str, *, waits: bool, is_person: bool) -> Verdict:
    """Say whether something may be done while a restored state waits to be accepted (T-2)."""
    if not waits:
        return Allowed()
    if permission in NOT_MEANWHILE or (is_person and permission not in OPEN_MEANWHILE):
        return Refused("T-2", "epoch_open")
    return Allowed()


def lost_count(*, end: int, lost: Iterable[tuple[int, int]]) -> int:
    """Return how many events are known to be lost: those of each epoch behind the restored end (T-2)."""
    return sum(max(0, to - end) for _, to in lost)


def seen_bound(*, end: int, lost: Iterable[tuple[int, int]], nameless: int) -> int:
    """Return how many numbers of one counter may have been given in what was lost, at most (N-1).

    Each number took at least one event, and each record that only the store knows took a number.
    """
    return lost_count(end=end, lost=lost) + nameless
