"""Who may act on a disposal list, and whether an item may be on it (R-5, R-6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from docctl.domain.lifecycle import ListAction, ListStatus, may_move_list
from docctl.domain.verdicts import Allowed, Refused, Verdict

#: How far the clock may stand behind the newest event, or away from another clock, before disposal stops.
CLOCK_TOLERANCE: Final = timedelta(minutes=5)

#: How far the clock may run on between two checks: a weekend with the server off, not a holiday.
CLOCK_LEAP: Final = timedelta(hours=72)

#: A record of a restored state that the lost time had destroyed: it is gone, and this list did not do it.
DESTROYED_BEFORE: Final = Refused("R-6", "destroyed_before")


class Part(StrEnum):
    """The four parts in a disposal: each is a person of their own (R-6)."""

    PROPOSE = "propose"
    APPROVE = "approve"
    EXECUTE = "execute"
    WITNESS = "witness"


class Opinion(StrEnum):
    """What a function says of the list (鉴定意见)."""

    AGREE = "agree"
    OBJECT = "object"


def four_people(
    part: Part, *, by: UUID, done: Mapping[Part, UUID], checkers: Collection[UUID] = ()
) -> Verdict:
    """Say whether `by` may take this part: proposer, approver, executor, witness differ (R-6).

    Who gave a function's opinion does not approve the same list.
    """
    for other, person in done.items():
        if other is not part and person == by:
            return Refused("R-6", "four_people", {"part": part.value, "other": other.value})
    if part is Part.APPROVE and by in checkers:
        return Refused("R-6", "checker_approves")
    return Allowed()


@dataclass(frozen=True, slots=True)
class ListFacts:
    """What decisions about a list rest on."""

    status: ListStatus
    items: int
    open_checks: int
    objections: int
    sha256: str
    signed_sha256: str


def may_approve(facts: ListFacts) -> Verdict:
    """Say whether the leader may approve the list as it stands (R-6)."""
    if facts.status is ListStatus.CHECKING and facts.open_checks:
        return Refused("R-6", "checks_open", {"open": facts.open_checks})
    if facts.status is ListStatus.CHECKING and facts.objections:
        return Refused("R-6", "objections", {"objections": facts.objections})
    if not (verdict := may_move_list(facts.status, ListAction.APPROVE)):
        return verdict
    if facts.items == 0:
        return Refused("R-6", "empty_list")
    if facts.sha256 != facts.signed_sha256:
        return Refused("R-6", "list_changed")
    return Allowed()


def trusted_time(
    *,
    now: datetime,
    newest_event: datetime,
    sealed: datetime | None = None,
    trusted: datetime | None = None,
    others: Mapping[str, datetime] = MappingProxyType({}),
) -> Verdict:
    """Say whether the clock can be believed (R-4).

    It must not stand behind the trail, its newest signed head or what was believed last (`trusted`),
    must not have leapt further than `CLOCK_LEAP` beyond that, and must agree with the clocks of `others`,
    by whose they are (reliability 1.4).
    """
    newest = max(filter(None, (newest_event, sealed, trusted)))
    if now + CLOCK_TOLERANCE < newest:
        return Refused("R-4", "clock_behind", {"now": now, "newest": newest})
    if trusted is not None and now > trusted + CLOCK_LEAP:
        return Refused("R-4", "clock_leapt", {"now": now, "trusted": trusted})
    for whose, other in others.items():
        if abs(now - other) > CLOCK_TOLERANCE:
            params = {"now": now, "other": other}
            if whose == "store":
                return Refused("R-4", "store_clock_differs", params)
            return Refused("R-4", "database_clock_differs", params)
    return Allowed()


def may_hold(*, status: str, since: datetime | None) -> Verdict:
    """Say whether a hold can still cover an item: not once it is being destroyed (R-5)."""
    if status in {"destroying", "stopped"} and since is not None:
        return Refused("R-5", "destroying_since", {"since": since})
    if status == "destroyed":
        return Refused("R-5", "destroyed")
    return Allowed()
