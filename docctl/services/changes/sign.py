"""Signing temporary changes: as prepared, as approved, or returned with the reason (A-2, A-3, V-9, V-14)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.approval import Meaning
from docctl.domain.calendar_dates import midnight
from docctl.domain.canonical import canonical, sha256
from docctl.domain.permissions import authorise
from docctl.domain.temporary_changes import (
    CHANGE_MOVES,
    ChangeAction,
    change_content,
    may_approve,
    may_change,
    may_last,
    may_move_change,
    may_word,
    reason_fits,
)
from docctl.domain.verdicts import Refused, RuleRefused, require
from docctl.queries.open_changes import approvers_of
from docctl.services.caller import Caller
from docctl.services.changes.load import lock_change, note
from docctl.services.registry import use_case
from docctl.services.revisions.insiders import let_in
from docctl.services.signing import sign


@dataclass(frozen=True, slots=True)
class SubmitChange:
    """Hand a draft to who approves it; `seen_sha256` is the content that the author saw."""

    change_id: UUID
    row_version: int | None
    approver_id: UUID | None
    seen_sha256: str


@use_case("change.submit", signs=True)
def submit_change(session: Session, cmd: SubmitChange, by: Caller) -> UUID:
    """Fix the text, sign it as prepared, ask the approver (A-3, V-14).

    It is approved by whom the route in force wants for the last step of this document, so that a change
    passes the level of what it changes (V-9).
    """
    loaded = lock_change(session, cmd.change_id, cmd.row_version, by)
    change = loaded.change
    authorise(by.actor, "change.submit", loaded.facts)
    require(may_move_change(change.status, ChangeAction.SUBMIT))
    require(may_change(loaded.revision.dates(), at=by.at))
    require(may_word(change.wording(), today=by.today))
    change.worked_on(by.person_id)
    able = approvers_of(session, [change], at=by.at, today=by.today)[change.id]
    if cmd.approver_id is None:
        raise RuleRefused(Refused("V-14", "approver_needed"))
    require(may_approve(cmd.approver_id, authors=change.authors(), able=able))
    number = loaded.revision.number_of(loaded.document)
    content = canonical(change_content(number, loaded.revision.label, change.ordinal, change.wording()))
    change.content, change.content_sha256 = content, sha256(content)
    change.round += 1
    change.submitted_by, change.submitted_at = by.person_id, by.at
    change.approver_id = cmd.approver_id
    change.returned_reason = ""
    change.status = CHANGE_MOVES[change.status, ChangeAction.SUBMIT]
    session.flush()
    let_in(session, loaded.document)  # who is asked sees what is to be changed
    signed = sign(
        session,
        by,
        kind="change",
        subject_id=change.id,
        meaning=Meaning.PREPARE,
        content_sha256=change.content_sha256,
        seen_sha256=cmd.seen_sha256,
        round_number=change.round,
    )
    note(
        session,
        by,
        "change.submitted",
        loaded.document,
        loaded.revision,
        change,
        content=change.content_sha256,
        seal=signed.seal,
    )
    return change.id


@dataclass(frozen=True, slots=True)
class ApproveChange:
    """Sign a change as approved; `seen_sha256` is the content on the page that was signed."""

    change_id: UUID
    row_version: int | None
    seen_sha256: str
    comment: str = ""


@use_case("change.approve", signs=True)
def approve_change(session: Session, cmd: ApproveChange, by: Caller) -> UUID:
    """Sign a temporary change as approved: it holds from its first day, or from now (V-14)."""
    loaded = lock_change(session, cmd.change_id, cmd.row_version, by)
    change, revision = loaded.change, loaded.revision
    if by.person_id in change.authors() and loaded.facts.insider:
        raise RuleRefused(Refused("A-2", "own_work", {"step": Meaning.APPROVE.value}))
    authorise(by.actor, "change.approve", loaded.facts)
    require(may_move_change(change.status, ChangeAction.APPROVE))
    require(may_change(revision.dates(), at=by.at))
    require(may_last(change.first_day, change.last_day, today=by.today))
    able = approvers_of(session, [change], at=by.at, today=by.today)[change.id]
    require(may_approve(by.person_id, authors=change.authors(), able=able))
    assert change.content_sha256 is not None
    signed = sign(
        session,
        by,
        kind="change",
        subject_id=change.id,
        meaning=Meaning.APPROVE,
        content_sha256=change.content_sha256,
        seen_sha256=cmd.seen_sha256,
        round_number=change.round,
        comment=cmd.comment.strip(),
    )
    change.approved_at = by.at
    change.valid_from = max(midnight(change.first_day, by.zone), by.at)
    change.valid_until = midnight(change.last_day + timedelta(days=1), by.zone)
    change.status = CHANGE_MOVES[change.status, ChangeAction.APPROVE]
    note(
        session,
        by,
        "change.approved",
        loaded.document,
        revision,
        change,
        content=change.content_sha256,
        seal=signed.seal,
        first_day=change.first_day,
        last_day=change.last_day,
    )
    return change.id


@dataclass(frozen=True, slots=True)
class ReturnChange:
    """Return a change to its author with the reason."""

    change_id: UUID
    row_version: int | None
    reason: str


@use_case("change.return")
def return_change(session: Session, cmd: ReturnChange, by: Caller) -> UUID:
    """Return a temporary change in review to draft; its signatures count no more (A-9, V-14)."""
    loaded = lock_change(session, cmd.change_id, cmd.row_version, by)
    change = loaded.change
    authorise(by.actor, "change.return", loaded.facts)
    require(may_move_change(change.status, ChangeAction.RETURN))
    require(reason_fits(cmd.reason))
    change.status = CHANGE_MOVES[change.status, ChangeAction.RETURN]
    change.content = change.content_sha256 = None
    change.approver_id = None
    change.returned_reason = cmd.reason.strip()
    note(
        session,
        by,
        "change.returned",
        loaded.document,
        loaded.revision,
        change,
        reason=change.returned_reason,
    )
    return change.id
