"""Decides what is looked for in the text of a document before it is issued, and what holds it back (D-12)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from docctl.domain.lifecycle import UNDER_WAY, RevisionStatus
from docctl.domain.reasons import reason_given
from docctl.domain.verdicts import Allowed, Refused, Verdict

#: The longest reason of an answer, in characters; so many findings are answered at once.
LONGEST_REASON: Final = 1_000
MOST_AT_ONCE: Final = 500


class Check(StrEnum):
    """What is looked for; the order is that of a page."""

    NOT_LISTED = "not_listed"
    NOT_CITED = "not_cited"
    SAME_NAME = "same_name"
    NEAR_NAME = "near_name"
    OTHER_TITLE = "other_title"
    REPLACED = "replaced"
    CLAUSE_TWICE = "clause_twice"
    CLAUSE_MISSING = "clause_missing"
    CLAUSE_MISPLACED = "clause_misplaced"
    NAMED_ABSENT = "named_absent"
    NOT_NAMED = "not_named"
    VAGUE_TIME = "vague_time"
    UNREAD = "unread"


class Weight(StrEnum):
    """What a finding of a check does: nothing, it is shown, or it must be mended or answered."""

    OFF = "off"
    SHOWN = "shown"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class DraftFacts:
    """What decides whether a revision is checked at all."""

    status: RevisionStatus
    is_external: bool = False
    is_imported: bool = False
    type_code: str = ""


@dataclass(frozen=True, slots=True)
class CheckRules:
    """The checks in force: the weight of each, the words that say no time, types that are not checked."""

    weights: Mapping[Check, Weight]
    words: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()

    def weight(self, check: Check) -> Weight:
        """Return what a finding of a check does; one that the content does not know is off."""
        return self.weights.get(check, Weight.OFF)

    @property
    def holds_back(self) -> bool:
        """Whether any check must be settled before the issue."""
        return Weight.ANSWER in self.weights.values()


def is_checked(facts: DraftFacts, rules: CheckRules) -> bool:
    """Say whether a revision's text is checked: not what came from outside or as issued (D-12).

    Once it is issued, its findings are history.
    """
    return (
        facts.status in UNDER_WAY
        and not facts.is_external
        and not facts.is_imported
        and facts.type_code not in rules.without
        and any(one is not Weight.OFF for one in rules.weights.values())
    )


def may_go_on(rules: CheckRules, open_: Iterable[Check], *, is_pending: bool) -> Verdict:
    """Say whether the last approval or the issue may come: nothing stands open that must be settled (D-12).

    `open_` are the checks of the findings without an answer, one for each.
    """
    if is_pending and rules.holds_back:
        return Refused("D-12", "checks_pending")
    counted: dict[Check, int] = {}
    for one in open_:
        if rules.weight(one) is Weight.ANSWER:
            counted[one] = counted.get(one, 0) + 1
    if not counted:
        return Allowed()
    order = [one for one in Check if one in counted]
    return Refused(
        "D-12",
        "checks_open",
        {"count": sum(counted.values()), "checks": ", ".join(one.value for one in order)},
    )


def may_answer(facts: DraftFacts, reason: str, count: int) -> Verdict:
    """Say whether findings may be answered with a reason now (D-12)."""
    if facts.status not in UNDER_WAY:
        return Refused("D-12", "not_under_way")
    if count < 1:
        return Refused("D-12", "nothing_chosen")
    if count > MOST_AT_ONCE:
        return Refused("D-12", "too_many", {"most": MOST_AT_ONCE})
    return reason_given(reason, rule="D-12", longest=LONGEST_REASON)
