"""Steps of a route that inform (抄送 / 抄报 / 知会): who is told, when, and what telling them asks (A-10).

Such a step is no signature: it asks its people to say that they know, and holds nothing back.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from docctl.domain.approval import Weight
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.verdicts import Allowed, Refused, Verdict
from docctl.domain.who import Who

#: What such a step means, and how much that decides (A-3).
INFORM: Final = "inform"
WEIGHT: Final = Weight.INFORMS

LONGEST_REMARK: Final = 500

#: By what those who are told are found: nobody chooses among them, all of a post are.
TOLD_BY: Final = frozenset({Who.POST, Who.HEAD, Who.LEADER, Who.PERSON})

#: While a revision is one of these, whoever was told of it is still asked, and sees it.
TOLD_OF: Final = (RevisionStatus.IN_REVIEW, RevisionStatus.APPROVED, RevisionStatus.ISSUED)


@dataclass(frozen=True, slots=True)
class CopyTo:
    """A step that informs: it begins with the signatures of its stage, after the last one with the issue."""

    name: str
    who: Who
    of: str
    stage: int
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What a person was told of a revision: whether it was they, whether it began, is over, was answered.

    `delegated`: who was told lets this person sign for them.
    """

    to_them: bool
    runs: bool
    acknowledged: bool
    delegated: bool = False


def may_acknowledge(told: Told, remark: str) -> Verdict:
    """Say whether a person may say that they know: who was told, themselves, once, while it runs (A-10)."""
    if not told.to_them:
        return Refused("A-10", "not_by_delegation" if told.delegated else "not_told")
    if told.acknowledged:
        return Refused("A-10", "acknowledged_already")
    if not told.runs:
        return Refused("A-10", "not_running")
    if (length := len(remark.strip())) > LONGEST_REMARK:
        return Refused("A-10", "remark_too_long", {"longest": LONGEST_REMARK, "length": length})
    return Allowed()


def may_be_told_instead(told: Collection[UUID], *, to: UUID) -> Verdict:
    """Say whether somebody may take over what another is asked to know: who is not asked already (A-16)."""
    return Refused("A-10", "told_already") if to in told else Allowed()
