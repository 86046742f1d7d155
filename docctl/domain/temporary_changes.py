"""Temporary changes (临时更改): notices beside a revision in force, for a limited time, signed (V-14).

Days are those of the company's zone, instants UTC. What a notice changes is its own text; the revision
stays as it was signed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from docctl.domain.approval import Meaning
from docctl.domain.lifecycle import RevisionDates, in_force
from docctl.domain.reasons import reason_given
from docctl.domain.verdicts import Allowed, Refused, Verdict


class ChangeStatus(StrEnum):
    """What is stored of a temporary change."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    ISSUED = "issued"
    REVOKED = "revoked"
    DISCARDED = "discarded"


class ChangeAction(StrEnum):
    """What can happen to a temporary change."""

    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    REVOKE = "revoke"
    DISCARD = "discard"


S, A = ChangeStatus, ChangeAction

#: Every move of a temporary change; there is no other.
CHANGE_MOVES: Final[Mapping[tuple[ChangeStatus, ChangeAction], ChangeStatus]] = {
    (S.DRAFT, A.SUBMIT): S.IN_REVIEW,
    (S.DRAFT, A.DISCARD): S.DISCARDED,
    (S.IN_REVIEW, A.APPROVE): S.ISSUED,
    (S.IN_REVIEW, A.RETURN): S.DRAFT,
    (S.ISSUED, A.REVOKE): S.REVOKED,
}

#: Nobody plans one further ahead.
FURTHEST: Final = timedelta(days=366)
#: What lasts longer is no temporary change: it is a new revision (V-2).
LONGEST: Final = timedelta(days=183)
LONGEST_PLACE: Final = 200
LONGEST_TEXT: Final = 4_000
LONGEST_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class Wording:
    """What a temporary change says: where, what instead, why, on what basis, from which to which day."""

    place: str
    text: str
    reason: str
    basis: str
    first_day: date
    last_day: date

    def stripped(self) -> Wording:
        """Return it without blanks around its texts."""
        place, text, reason, basis = (one.strip() for one in (self.place, self.text, self.reason, self.basis))
        return Wording(place, text, reason, basis, self.first_day, self.last_day)


def may_word(wording: Wording, *, today: date) -> Verdict:
    """Say whether a change may be worded so: every text is there and fits, its days lie ahead (V-14)."""
    if not wording.place.strip():
        return Refused("V-14", "place_needed")
    if len(wording.place.strip()) > LONGEST_PLACE:
        return Refused("V-14", "place_too_long", {"longest": LONGEST_PLACE})
    if not wording.text.strip():
        return Refused("V-14", "text_needed")
    if len(wording.text.strip()) > LONGEST_TEXT:
        return Refused("V-14", "text_too_long", {"longest": LONGEST_TEXT})
    if (verdict := reason_fits(wording.reason)) != Allowed():
        return verdict
    if len(wording.basis.strip()) > LONGEST_REASON:
        return Refused("V-14", "basis_too_long", {"longest": LONGEST_REASON})
    if wording.first_day < today:  # what was done before was not covered by it
        return Refused("V-14", "starts_in_the_past", {"today": today})
    return may_last(wording.first_day, wording.last_day, today=today)


def may_last(first: date, last: date, *, today: date) -> Verdict:
    """Say whether a change may hold for these days, both included: not over, in order, in reach (V-14)."""
    if first - today > FURTHEST:
        return Refused("V-14", "too_far", {"latest": today + FURTHEST})
    if last < first:
        return Refused("V-14", "ends_before_start", {"first": first})
    if last < today:
        return Refused("V-14", "over", {"last": last})
    if last - first >= LONGEST:
        return Refused("V-14", "too_long", {"most": LONGEST.days})
    return Allowed()


def may_change(revision: RevisionDates, *, at: datetime) -> Verdict:
    """Say whether a revision may be changed for a time: it is in force (V-14)."""
    return Allowed() if in_force(revision, at) else Refused("V-14", "nothing_in_force")


def may_move_change(status: ChangeStatus, action: ChangeAction) -> Verdict:
    """Say whether the table has this move (V-6, V-14)."""
    if (status, action) in CHANGE_MOVES:
        return Allowed()
    # Each spelled out: what can be refused is looked for in the code (tests/test_translations.py).
    refusals = {
        A.SUBMIT: Refused("V-14", "not_submit"),
        A.APPROVE: Refused("V-14", "not_approve"),
        A.RETURN: Refused("V-14", "not_return"),
        A.REVOKE: Refused("V-14", "not_revoke"),
        A.DISCARD: Refused("V-14", "not_discard"),
    }
    return refusals[action]


def may_approve(person: UUID | None, *, authors: Collection[UUID], able: Collection[UUID]) -> Verdict:
    """Say whether somebody may approve a change: whom the route wants, never who prepared it (A-2, V-9)."""
    step = {"step": Meaning.APPROVE.value}
    if person in authors:
        return Refused("A-2", "own_work", step)
    return Allowed() if person in able else Refused("A-1", "not_a_holder", step)


def may_revoke(change: ChangeDates, *, at: datetime) -> Verdict:
    """Say whether a change can still be revoked: it has not ended by itself (V-14)."""
    if change.until is not None and change.until <= at:
        return Refused("V-14", "already_over")
    return Allowed()


def reason_fits(reason: str) -> Verdict:
    """Say whether a reason is given that can be read in a list (V-14)."""
    return reason_given(reason, rule="V-14", longest=LONGEST_REASON)


@dataclass(frozen=True, slots=True)
class ChangeDates:
    """What the state of a change is computed from; `revision_until` is when its revision ceases."""

    status: ChangeStatus
    valid_from: datetime | None
    valid_until: datetime | None
    revoked_at: datetime | None
    revision_until: datetime | None

    @property
    def until(self) -> datetime | None:
        """The instant from which it no longer holds, by its last day, its revocation or its revision."""
        ends = (self.valid_until, self.revoked_at, self.revision_until)
        return min((one for one in ends if one is not None), default=None)


def change_state(change: ChangeDates, at: datetime) -> str:
    """Return how a change stands at an instant.

    draft, in_review, discarded, revoked; issued ones by their time: waiting, in_force, ended (V-14).
    """
    if change.status is ChangeStatus.REVOKED and change.revoked_at is not None and change.revoked_at <= at:
        return change.status.value
    if change.status not in {ChangeStatus.ISSUED, ChangeStatus.REVOKED} or change.valid_from is None:
        return change.status.value
    if change.until is not None and change.until <= at:
        return "ended"
    return "waiting" if at < change.valid_from else "in_force"


def change_content(number: str, label: str, ordinal: int, wording: Wording) -> dict[str, Any]:
    """Return what signatures on a temporary change sign, in plain values (A-3, V-14)."""
    return {
        "kind": "temporary_change",
        "document": number,
        "revision": label,
        "ordinal": ordinal,
        "place": wording.place,
        "text": wording.text,
        "reason": wording.reason,
        "basis": wording.basis,
        "first_day": wording.first_day.isoformat(),
        "last_day": wording.last_day.isoformat(),
    }


__all__ = [
    "CHANGE_MOVES",
    "LONGEST",
    "ChangeAction",
    "ChangeDates",
    "ChangeStatus",
    "Wording",
    "change_content",
    "change_state",
    "may_approve",
    "may_change",
    "may_last",
    "may_move_change",
    "may_revoke",
    "may_word",
    "reason_fits",
]
