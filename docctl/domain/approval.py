"""Whether a step of a route may be signed, and what a signature is of (A-1, A-2, A-3)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from docctl.domain.canonical import canonical, sha256
from docctl.domain.verdicts import Allowed, Refused, Verdict


class Meaning(StrEnum):
    """What a signature says; each has a weight (A-3)."""

    PREPARE = "prepare"
    FORM_CHECK = "form_check"
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
    #: Of no signature: copy-to steps ask for an acknowledgement (A-10).
    INFORMS = "informs"


WEIGHTS: Final = {
    Meaning.PREPARE: Weight.CHECKS,
    Meaning.FORM_CHECK: Weight.CHECKS,
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
class ToSign:
    """A step as the rule of separation sees it: what is signed, and whether its signer signs nothing else."""

    meaning: Meaning
    separate: bool = True


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed what in this round; `principal` is set where it was signed on somebody's behalf.

    `separate`: the route wants another person for every other step so marked.
    """

    meaning: Meaning
    signer: UUID
    principal: UUID | None = None
    separate: bool = True

    def people(self) -> frozenset[UUID]:
        """Both the hand and the one it acted for count as having signed (A-2)."""
        return frozenset({self.signer} | ({self.principal} if self.principal else set()))


def may_sign(
    step: ToSign,
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
    if step.meaning is Meaning.PREPARE:
        return Allowed()
    hands = {signer} | ({principal} if principal else set())
    prepared = {one for earlier in signed if earlier.meaning is Meaning.PREPARE for one in earlier.people()}
    if hands & (set(authors) | prepared):
        return Refused("A-2", "own_work", {"step": step.meaning.value})
    for earlier in signed:
        if step.separate and earlier.separate and hands & earlier.people():
            params = {"step": step.meaning.value, "earlier": earlier.meaning.value}
            return Refused("A-2", "same_person", params)
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
    principal: tuple[UUID, str] | None = None,
) -> str:
    """Return the hash that binds a signature to its content, so that it cannot be moved (A-3).

    Where it was made on somebody's behalf, that one and their name are bound as well (A-8).
    """
    behalf = {"for": principal[0], "for_name": principal[1]} if principal else {}
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
                **behalf,
            }
        )
    )
