"""Which states there are and which moves between them: the only place that declares them (V-6, F-17).

Stored states change by a move; what follows from dates (in force, suspended, due) is never stored (V-3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from docctl.domain.verdicts import Allowed, Refused, Verdict


class RevisionStatus(StrEnum):
    """What is stored of a revision."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    ISSUED = "issued"
    WITHDRAWN = "withdrawn"
    DISCARDED = "discarded"


#: On the way to the issue: the text is checked, and no further revision is started (V-2, D-12).
UNDER_WAY: Final = frozenset({RevisionStatus.DRAFT, RevisionStatus.IN_REVIEW, RevisionStatus.APPROVED})


class Computed(StrEnum):
    """What is read from dates."""

    WAITING = "waiting"
    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    DUE = "due"


class RevisionAction(StrEnum):
    """What can happen to a revision."""

    SUBMIT = "submit"
    FORM_CHECK = "form_check"
    REVIEW = "review"
    RETURN = "return"
    APPROVE = "approve"
    ISSUE = "issue"
    SUSPEND = "suspend"
    RESUME = "resume"
    WITHDRAW = "withdraw"
    DISCARD = "discard"


R, A = RevisionStatus, RevisionAction

#: Every move of a revision. A pair that is absent is refused; there is no other rule.
REVISION_MOVES: Final[Mapping[tuple[RevisionStatus, RevisionAction], RevisionStatus]] = {
    (R.DRAFT, A.SUBMIT): R.IN_REVIEW,
    (R.IN_REVIEW, A.FORM_CHECK): R.IN_REVIEW,
    (R.IN_REVIEW, A.REVIEW): R.IN_REVIEW,
    (R.IN_REVIEW, A.RETURN): R.DRAFT,
    (R.IN_REVIEW, A.APPROVE): R.APPROVED,
    (R.APPROVED, A.RETURN): R.DRAFT,
    (R.APPROVED, A.ISSUE): R.ISSUED,
    (R.ISSUED, A.SUSPEND): R.ISSUED,
    (R.ISSUED, A.RESUME): R.ISSUED,
    (R.ISSUED, A.WITHDRAW): R.WITHDRAWN,
    (R.DRAFT, A.DISCARD): R.DISCARDED,
}


class RecordStatus(StrEnum):
    """What is stored of a record."""

    COMPLETED = "completed"
    ACCEPTED = "accepted"
    VOIDED = "voided"
    ON_LIST = "on_list"
    DESTROYING = "destroying"
    DESTROYED = "destroyed"
    STOPPED = "stopped"


class RecordAction(StrEnum):
    """What can happen to a record."""

    ACCEPT = "accept"
    VOID = "void"
    LIST = "list"
    TAKE_OUT = "take_out"
    START = "start"
    FINISH = "finish"
    STOP = "stop"
    RESUME = "resume"


S, B = RecordStatus, RecordAction

#: Every move of a record (F-17). Held and under correction are no states.
RECORD_MOVES: Final[Mapping[tuple[RecordStatus, RecordAction], RecordStatus]] = {
    (S.COMPLETED, B.ACCEPT): S.ACCEPTED,
    (S.COMPLETED, B.VOID): S.VOIDED,
    (S.ACCEPTED, B.LIST): S.ON_LIST,
    (S.ON_LIST, B.TAKE_OUT): S.ACCEPTED,
    (S.ON_LIST, B.START): S.DESTROYING,
    (S.DESTROYING, B.FINISH): S.DESTROYED,
    (S.DESTROYING, B.STOP): S.STOPPED,
    (S.STOPPED, B.RESUME): S.DESTROYING,
}


class ListStatus(StrEnum):
    """What is stored of a disposal list."""

    CHECKING = "checking"
    CHECKED = "checked"
    APPROVED = "approved"
    REJECTED = "rejected"
    ORDERED = "ordered"
    EXECUTING = "executing"
    STOPPED = "stopped"
    EXECUTED = "executed"


class ListAction(StrEnum):
    """What can happen to a disposal list."""

    CHECK = "check"
    COMPLETE_CHECKS = "complete_checks"
    APPROVE = "approve"
    REJECT = "reject"
    EXECUTE = "execute"
    WITNESS = "witness"
    STOP = "stop"
    RESUME = "resume"
    FINISH = "finish"


L, C = ListStatus, ListAction

#: Every move of a disposal list (R-6).
LIST_MOVES: Final[Mapping[tuple[ListStatus, ListAction], ListStatus]] = {
    (L.CHECKING, C.CHECK): L.CHECKING,
    (L.CHECKING, C.COMPLETE_CHECKS): L.CHECKED,
    (L.CHECKING, C.REJECT): L.REJECTED,
    (L.CHECKED, C.REJECT): L.REJECTED,
    (L.CHECKED, C.APPROVE): L.APPROVED,
    (L.APPROVED, C.REJECT): L.REJECTED,
    (L.APPROVED, C.EXECUTE): L.ORDERED,
    (L.ORDERED, C.REJECT): L.REJECTED,
    (L.ORDERED, C.WITNESS): L.EXECUTING,
    (L.EXECUTING, C.STOP): L.STOPPED,
    (L.STOPPED, C.RESUME): L.EXECUTING,
    (L.EXECUTING, C.FINISH): L.EXECUTED,
}


class SettingStatus(StrEnum):
    """What is stored of a revision of a controlled setting."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"
    DISCARDED = "discarded"


class SettingAction(StrEnum):
    """What can happen to a revision of a controlled setting."""

    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"
    WITHDRAW = "withdraw"
    DISCARD = "discard"


#: Every move of a revision of a controlled setting; an approved one is withdrawn before it begins only.
SETTING_MOVES: Final[Mapping[tuple[SettingStatus, SettingAction], SettingStatus]] = {
    (SettingStatus.DRAFT, SettingAction.SUBMIT): SettingStatus.IN_REVIEW,
    (SettingStatus.IN_REVIEW, SettingAction.RETURN): SettingStatus.DRAFT,
    (SettingStatus.IN_REVIEW, SettingAction.APPROVE): SettingStatus.APPROVED,
    (SettingStatus.APPROVED, SettingAction.WITHDRAW): SettingStatus.WITHDRAWN,
    (SettingStatus.DRAFT, SettingAction.DISCARD): SettingStatus.DISCARDED,
}


class CorrectionStatus(StrEnum):
    """What is stored of a correction."""

    PENDING = "pending"
    EFFECTIVE = "effective"
    REFUSED = "refused"
    NOTED = "noted"


def may_move_revision(status: RevisionStatus, action: RevisionAction) -> Verdict:
    """Say whether the table of moves knows this move of a revision (V-6)."""
    if (status, action) in REVISION_MOVES:
        return Allowed()
    return Refused("V-6", "no_such_move", {"state": status.value, "action": action.value})


def may_move_record(status: RecordStatus, action: RecordAction) -> Verdict:
    """Say whether the table of moves knows this move of a record (F-17)."""
    if (status, action) in RECORD_MOVES:
        return Allowed()
    return Refused("F-17", "no_such_move", {"state": status.value, "action": action.value})


def may_move_list(status: ListStatus, action: ListAction) -> Verdict:
    """Say whether the table of moves knows this move of a disposal list (R-6)."""
    if (status, action) in LIST_MOVES:
        return Allowed()
    return Refused("R-6", "no_such_move", {"state": status.value, "action": action.value})


def may_move_setting(status: SettingStatus, action: SettingAction) -> Verdict:
    """Say whether the table of moves knows this move of a controlled setting's revision (V-6)."""
    if (status, action) in SETTING_MOVES:
        return Allowed()
    return Refused("V-6", "no_such_move", {"state": status.value, "action": action.value})


@dataclass(frozen=True, slots=True)
class Suspension:
    """A half-open time in which a revision may not be used, UTC; open while `until` is None (V-6)."""

    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RevisionDates:
    """The stored state of a revision, its half-open time in force, its suspensions and validity, UTC."""

    status: RevisionStatus
    effective_from: datetime | None
    effective_until: datetime | None
    suspensions: tuple[Suspension, ...] = ()
    #: From then on it is in force and no longer valid (有效期至), None for one without an end (V-8).
    valid_until: datetime | None = None


def in_force(dates: RevisionDates, at: datetime) -> bool:
    """Say whether a revision is in force at the instant: from ≤ at < until (V-3).

    A suspended one is: it stays the document's one revision, and no other takes its place (V-6).
    """
    start, end = dates.effective_from, dates.effective_until
    if dates.status not in {R.ISSUED, R.WITHDRAWN} or start is None:
        return False
    return start <= at and (end is None or at < end)


def suspension_at(dates: RevisionDates, at: datetime) -> Suspension | None:
    """Return the suspension that holds at the instant, if any; it ends with the time in force (V-6)."""
    if not in_force(dates, at):
        return None
    held = (one for one in dates.suspensions if one.since <= at and (one.until is None or at < one.until))
    return next(held, None)


def has_expired(dates: RevisionDates, at: datetime) -> bool:
    """Say whether a revision in force is no longer valid: from the instant of its end on (V-8).

    It stays the document's one revision until it is replaced or withdrawn, as a suspended one does.
    """
    return in_force(dates, at) and dates.valid_until is not None and dates.valid_until <= at


def revision_state(dates: RevisionDates, at: datetime) -> RevisionStatus | Computed:
    """Return the state shown for the instant `at`; no job switches it (V-3, V-6, V-8)."""
    if in_force(dates, at):
        if suspension_at(dates, at):
            return Computed.SUSPENDED
        return Computed.EXPIRED if has_expired(dates, at) else Computed.IN_FORCE
    start, end = dates.effective_from, dates.effective_until
    if dates.status is R.ISSUED and start is not None:
        if at < start:
            return Computed.WAITING
        if end is not None and end <= at:
            return Computed.SUPERSEDED
    return dates.status


def is_obsolete(state: RevisionStatus | Computed) -> bool:
    """Say whether every view, download and print must be marked obsolete (V-4)."""
    return state in {Computed.SUPERSEDED, RevisionStatus.WITHDRAWN}


def record_state(status: RecordStatus, keep_until: date | None, today: date) -> RecordStatus | Computed:
    """Return the state shown for a record: due from the day after its last day (F-17, R-4)."""
    if status is RecordStatus.ACCEPTED and keep_until is not None and keep_until < today:
        return Computed.DUE
    return status
