"""Writing temporary changes as drafts, and taking drafts and changes back (V-14)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.permissions import authorise
from docctl.domain.temporary_changes import (
    CHANGE_MOVES,
    ChangeAction,
    Wording,
    may_change,
    may_move_change,
    may_revoke,
    may_word,
    reason_fits,
)
from docctl.domain.verdicts import require
from docctl.models.changes import TemporaryChange
from docctl.services.caller import Caller
from docctl.services.changes.load import lock_change, note
from docctl.services.documents.load import facts_of, lock_revision
from docctl.services.registry import use_case
from docctl.services.revisions.insiders import let_in


@dataclass(frozen=True, slots=True)
class WriteChange:
    """A temporary change of a revision in force."""

    revision_id: UUID
    wording: Wording


@use_case("change.write")
def write_change(session: Session, cmd: WriteChange, by: Caller) -> UUID:
    """Write a temporary change as a draft; return its id (V-14)."""
    loaded, revision = lock_revision(session, cmd.revision_id)
    document = loaded.document
    authorise(by.actor, "change.write", facts_of(session, document, revision, by))
    require(may_change(revision.dates(), at=by.at))
    wording = cmd.wording.stripped()
    require(may_word(wording, today=by.today))
    assert by.person_id is not None
    last = session.scalar(
        select(func.max(TemporaryChange.ordinal)).where(TemporaryChange.document_id == document.id)
    )
    change = TemporaryChange(
        document_id=document.id,
        revision_id=revision.id,
        ordinal=(last or 0) + 1,
        created_by=by.person_id,
        created_at=by.at,
    )
    change.word(wording)
    session.add(change)
    session.flush()
    let_in(session, document)
    note(session, by, "change.written", document, revision, change, reason=wording.reason)
    return change.id


@dataclass(frozen=True, slots=True)
class EditChange:
    """Other words for a draft."""

    change_id: UUID
    row_version: int | None
    wording: Wording


@use_case("change.edit")
def edit_change(session: Session, cmd: EditChange, by: Caller) -> UUID:
    """Word a draft anew (V-14)."""
    loaded = lock_change(session, cmd.change_id, cmd.row_version, by)
    change = loaded.change
    authorise(by.actor, "change.edit", loaded.facts)
    require(may_move_change(change.status, ChangeAction.SUBMIT))
    wording = cmd.wording.stripped()
    require(may_word(wording, today=by.today))
    change.word(wording)
    change.worked_on(by.person_id)
    let_in(session, loaded.document)
    note(session, by, "change.edited", loaded.document, loaded.revision, change, reason=wording.reason)
    return change.id


@dataclass(frozen=True, slots=True)
class EndChange:
    """A change that is taken back, with the reason."""

    change_id: UUID
    row_version: int | None
    reason: str


@use_case("change.discard")
def discard_change(session: Session, cmd: EndChange, by: Caller) -> UUID:
    """Discard a draft; its count is not used again (V-14)."""
    return _end(session, cmd, by, ChangeAction.DISCARD)


@use_case("change.revoke")
def revoke_change(session: Session, cmd: EndChange, by: Caller) -> UUID:
    """End a temporary change before its last day, or before its first (V-14)."""
    return _end(session, cmd, by, ChangeAction.REVOKE)


def _end(session: Session, cmd: EndChange, by: Caller, action: ChangeAction) -> UUID:
    loaded = lock_change(session, cmd.change_id, cmd.row_version, by)
    change = loaded.change
    authorise(by.actor, f"change.{action.value}", loaded.facts)
    require(may_move_change(change.status, action))
    if action is ChangeAction.REVOKE:
        require(may_revoke(change.dates(loaded.revision), at=by.at))
    require(reason_fits(cmd.reason))
    change.status = CHANGE_MOVES[change.status, action]
    change.ended_at, change.ended_by, change.end_reason = by.at, by.person_id, cmd.reason.strip()
    note(
        session,
        by,
        "change.revoked" if action is ChangeAction.REVOKE else "change.discarded",
        loaded.document,
        loaded.revision,
        change,
        reason=change.end_reason,
    )
    return change.id
