"""Whether a step of a route may be signed, and what a signature is of (A-1, A-2, A-3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from docctl.domain.canonical import canonical, sha256
from docctl.domain.limits import Limit, LimitUnit
from docctl.domain.step_limits import USUAL, limit_from_data, limit_to_data
from docctl.domain.verdicts import Allowed, Refused, Verdict


class Meaning(StrEnum):
    """What a signature says; each has a weight (A-3)."""

    PREPARE = "prepare"
    REVIEW = "review"
    APPROVE = "approve"
    CORRECT = "correct"
    ACCEPT = "accept"
    CHECK = "check"
    APPROVE_DISPOSAL = "approve_disposal"
    EXECUTE = "execute"
    WITNESS = "witness"


class Weight(StrEnum):
    """How much a signature decides (A-3)."""

    DECIDES = "decides"
    CHECKS = "checks"
    WITNESSES = "witnesses"


WEIGHTS: Final = {
    Meaning.PREPARE: Weight.CHECKS,
    Meaning.REVIEW: Weight.CHECKS,
    Meaning.APPROVE: Weight.DECIDES,
    Meaning.CORRECT: Weight.DECIDES,
    Meaning.ACCEPT: Weight.CHECKS,
    Meaning.CHECK: Weight.CHECKS,
    Meaning.APPROVE_DISPOSAL: Weight.DECIDES,
    Meaning.EXECUTE: Weight.CHECKS,
    Meaning.WITNESS: Weight.WITNESSES,
}


@dataclass(frozen=True, slots=True)
class RouteStep:
    """One step of a route: what is signed, how long it may take, and whom it must differ from.

    Preparing has no limit: it is signed with the submission.
    """

    meaning: Meaning
    limit: Limit | None
    separate_from: frozenset[Meaning]


#: The default route: prepare → review → approve, three different people (A-1, A-2).
DEFAULT_ROUTE: Final = (
    RouteStep(Meaning.PREPARE, None, frozenset()),
    RouteStep(Meaning.REVIEW, USUAL, frozenset({Meaning.PREPARE})),
    RouteStep(Meaning.APPROVE, USUAL, frozenset({Meaning.PREPARE, Meaning.REVIEW})),
)


def route_to_data(route: Iterable[RouteStep]) -> list[dict[str, Any]]:
    """Return a route as a document type stores it (A-1)."""
    return [
        {
            "meaning": step.meaning.value,
            "limit": limit_to_data(step.limit) if step.limit else None,
            "separate_from": sorted(one.value for one in step.separate_from),
        }
        for step in route
    ]


def route_from_data(data: Iterable[Mapping[str, Any]]) -> tuple[RouteStep, ...]:
    """Return the route that a document type stores (A-1)."""
    return tuple(
        RouteStep(
            Meaning(one["meaning"]),
            _limit(one),
            frozenset(Meaning(name) for name in one["separate_from"]),
        )
        for one in data
    )


def _limit(data: Mapping[str, Any]) -> Limit | None:
    """Return the limit of a step; what was stored as a number of days stays that of natural days."""
    if data.get("limit"):
        return limit_from_data(data["limit"])
    return Limit(int(data["days"]), LimitUnit.DAYS) if data.get("days") else None


def step_of(route: Iterable[RouteStep], meaning: Meaning) -> RouteStep:
    """Return a route's step of this meaning; raise StopIteration where it has none."""
    return next(step for step in route if step.meaning is meaning)


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed what in this round; `principal` is set where it was signed on somebody's behalf."""

    meaning: Meaning
    signer: UUID
    principal: UUID | None = None

    def people(self) -> frozenset[UUID]:
        """Both the hand and the one it acted for count as having signed (A-2)."""
        return frozenset({self.signer} | ({self.principal} if self.principal else set()))


def may_sign(
    step: RouteStep,
    *,
    signer: UUID,
    authors: Collection[UUID],
    signed: Collection[Signed],
    principal: UUID | None = None,
) -> Verdict:
    """Say whether a person may sign a step, for themselves or for `principal` (A-2).

    Nobody reviews or approves what they prepared, and steps that the route marks as separate are
    signed by different people, delegation included.
    """
    hands = {signer} | ({principal} if principal else set())
    if Meaning.PREPARE in step.separate_from and hands & set(authors):
        return Refused("A-2", "own_work", {"step": step.meaning.value})
    for earlier in signed:
        if earlier.meaning in step.separate_from and hands & earlier.people():
            code = "own_work" if earlier.meaning is Meaning.PREPARE else "same_person"
            return Refused("A-2", code, {"step": step.meaning.value, "earlier": earlier.meaning.value})
    return Allowed()


def may_route(*, authors: Collection[UUID], reviewer: UUID, approver: UUID) -> Verdict:
    """Say whether these three people can sign one revision (A-2)."""
    for step, person in (("review", reviewer), ("approve", approver)):
        if person in authors:
            return Refused("A-2", "own_work", {"step": step})
    if reviewer == approver:
        return Refused("A-2", "same_person", {"step": "approve", "earlier": "review"})
    return Allowed()


def same_content(*, signed_sha256: str, present_sha256: str) -> Verdict:
    """Say whether what is to be signed is what the person saw (A-3)."""
    if signed_sha256 == present_sha256:
        return Allowed()
    return Refused("A-3", "content_changed")


def seal(
    *,
    subject: str,
    content_sha256: str,
    meaning: Meaning,
    signer: UUID,
    printed_name: str,
    signed_at: datetime,
) -> str:
    """Return the hash that binds a signature to its content, so that it cannot be moved (A-3)."""
    return sha256(
        canonical(
            {
                "v": 1,
                "subject": subject,
                "content": content_sha256,
                "meaning": meaning,
                "signer": signer,
                "name": printed_name,
                "at": signed_at,
            }
        )
    )
