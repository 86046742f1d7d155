"""Change requests (文件更改申请): asked by who reads, decided by the owner, answered by a revision (V-2).

Days are those of the company's zone. A request says what is to be changed, why and on what basis; what came
of it is a move of the table below, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from docctl.domain.reasons import LONGEST, reason_given
from docctl.domain.verdicts import Allowed, Refused, Verdict


class RequestKind(StrEnum):
    """What is asked for."""

    CHANGE = "change"
    NEW = "new"
    WITHDRAWAL = "withdrawal"


class RequestStatus(StrEnum):
    """What is stored of a change request; `answering`: a revision under way answers it."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    ANSWERING = "answering"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"
    DONE = "done"


class RequestAction(StrEnum):
    """What can happen to a change request."""

    ACCEPT = "accept"
    RETURN = "return"
    DECLINE = "decline"
    SUBMIT = "submit"
    TAKE_BACK = "take_back"
    ANSWER = "answer"
    REOPEN = "reopen"
    FINISH = "finish"


S, A = RequestStatus, RequestAction

#: Every move of a change request; there is no other.
REQUEST_MOVES: Final[Mapping[tuple[RequestStatus, RequestAction], RequestStatus]] = {
    (S.SUBMITTED, A.ACCEPT): S.ACCEPTED,
    (S.SUBMITTED, A.RETURN): S.RETURNED,
    (S.SUBMITTED, A.DECLINE): S.DECLINED,
    (S.SUBMITTED, A.TAKE_BACK): S.TAKEN_BACK,
    (S.RETURNED, A.SUBMIT): S.SUBMITTED,
    (S.RETURNED, A.TAKE_BACK): S.TAKEN_BACK,
    (S.ACCEPTED, A.ANSWER): S.ANSWERING,
    (S.ACCEPTED, A.FINISH): S.DONE,
    (S.ACCEPTED, A.DECLINE): S.DECLINED,
    (S.ACCEPTED, A.TAKE_BACK): S.TAKEN_BACK,
    (S.ANSWERING, A.REOPEN): S.ACCEPTED,
    (S.ANSWERING, A.FINISH): S.DONE,
}

#: What the owner decides, with the reason.
DECISIONS: Final = (A.ACCEPT, A.RETURN, A.DECLINE)
#: Those of which something is still to come.
OPEN: Final = (S.SUBMITTED, S.RETURNED, S.ACCEPTED, S.ANSWERING)
#: Those of which the asker is told when they come about.
TOLD: Final = (S.ACCEPTED, S.DECLINED, S.DONE)
#: What stands before the numbers of a year: GG-2026-001 (更改).
PREFIX: Final = "GG"
#: So many days the owner has to decide; fewer where it is wanted sooner.
DECIDED_WITHIN: Final = timedelta(days=10)
FURTHEST: Final = timedelta(days=366)
LONGEST_TITLE: Final = 200
LONGEST_TEXT: Final = 4_000
MOST_FILES: Final = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for: what, why, on what basis, in which words, until when.

    `title` is the one of a new document; of any other it is the document's own.
    """

    what: str
    reason: str
    basis: str = ""
    proposal: str = ""
    wanted_on: date | None = None
    title: str = ""

    def stripped(self) -> Asked:
        """Return it without blanks around its texts."""
        what, reason, basis, proposal, title = (
            one.strip() for one in (self.what, self.reason, self.basis, self.proposal, self.title)
        )
        return Asked(what, reason, basis, proposal, self.wanted_on, title)


def may_ask(asked: Asked, kind: RequestKind, *, has_force: bool, files: int, today: date) -> Verdict:
    """Say whether it may be asked for so: its texts are there and fit, its day lies ahead (V-2).

    Only what is in force is changed or withdrawn on request; a draft is changed by who writes it.
    """
    if kind is not RequestKind.NEW and not has_force:
        return Refused("V-2", "request_nothing_in_force")
    if kind is RequestKind.NEW and not asked.title.strip():
        return Refused("V-2", "request_title_needed")
    if not (verdict := _words_fit(asked)):
        return verdict
    if files > MOST_FILES:
        return Refused("V-2", "request_too_many_files", {"most": MOST_FILES})
    if asked.wanted_on is not None and asked.wanted_on < today:
        return Refused("V-2", "request_day_passed", {"today": today})
    if asked.wanted_on is not None and asked.wanted_on - today > FURTHEST:
        return Refused("V-2", "request_day_too_far", {"latest": today + FURTHEST})
    return Allowed()


def _words_fit(asked: Asked) -> Verdict:
    if len(asked.title.strip()) > LONGEST_TITLE:
        return Refused("V-2", "request_title_too_long", {"longest": LONGEST_TITLE})
    if not asked.what.strip():
        return Refused("V-2", "request_what_needed")
    if len(asked.what.strip()) > LONGEST_TEXT:
        return Refused("V-2", "request_what_too_long", {"longest": LONGEST_TEXT})
    if not (verdict := reason_given(asked.reason, rule="V-2")):
        return verdict
    if len(asked.basis.strip()) > LONGEST:
        return Refused("V-2", "request_basis_too_long", {"longest": LONGEST})
    if len(asked.proposal.strip()) > LONGEST_TEXT:
        return Refused("V-2", "request_proposal_too_long", {"longest": LONGEST_TEXT})
    return Allowed()


def decided_by_day(asked: Asked, *, today: date) -> date:
    """Return the day until which the owner decides: in time for when it is wanted (A-4)."""
    latest = today + DECIDED_WITHIN
    return latest if asked.wanted_on is None else min(latest, asked.wanted_on)


def may_move_request(status: RequestStatus, action: RequestAction) -> Verdict:
    """Say whether the table has this move (V-6)."""
    if (status, action) in REQUEST_MOVES:
        return Allowed()
    # Each spelled out: what can be refused is looked for in the code (tests/test_translations.py).
    refusals = {
        A.ACCEPT: Refused("V-2", "request_not_accept"),
        A.RETURN: Refused("V-2", "request_not_return"),
        A.DECLINE: Refused("V-2", "request_not_decline"),
        A.SUBMIT: Refused("V-2", "request_not_submit"),
        A.TAKE_BACK: Refused("V-2", "request_not_take_back"),
        A.ANSWER: Refused("V-2", "request_not_answer"),
        A.REOPEN: Refused("V-2", "request_not_reopen"),
        A.FINISH: Refused("V-2", "request_not_finish"),
    }
    return refusals[action]


def may_decide(person: UUID | None, *, asker: UUID, keeper: UUID) -> Verdict:
    """Say whether somebody may decide a request: never who asks, or speaks for it now (A-2)."""
    return Refused("A-2", "own_request") if person in {asker, keeper} else Allowed()


def may_answer(kind: RequestKind, *, is_first: bool) -> Verdict:
    """Say whether a revision may answer a request of this kind (V-2).

    The first revision of a document answers those that ask for a new one, a later one those for a change.
    """
    fits = RequestKind.NEW if is_first else RequestKind.CHANGE
    return Allowed() if kind is fits else Refused("V-2", "request_of_another")


def may_start(*, is_needed: bool, answered: int) -> Verdict:
    """Say whether a revision may be started: of some types only one that answers a request (V-2)."""
    return Refused("V-2", "request_needed") if is_needed and not answered else Allowed()


def starting_words(requests: Iterable[Asked]) -> Asked:
    """Return the words with which a revision that answers requests begins: what, why, on what basis (V-2).

    Several stand below each other, each line once.
    """
    found = list(requests)

    def of(texts: Iterable[str]) -> str:
        return "\n".join(dict.fromkeys(one for one in texts if one))

    return Asked(
        what=of(one.what for one in found),
        reason=of(one.reason for one in found),
        basis=of(one.basis for one in found),
    )


__all__ = [
    "DECISIONS",
    "OPEN",
    "PREFIX",
    "REQUEST_MOVES",
    "TOLD",
    "Asked",
    "RequestAction",
    "RequestKind",
    "RequestStatus",
    "decided_by_day",
    "may_answer",
    "may_ask",
    "may_decide",
    "may_move_request",
    "may_start",
    "starting_words",
]
