"""Suspending a revision in force, and letting it be used again (V-6)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from docctl.domain.permissions import authorise
from docctl.domain.reasons import reason_given
from docctl.domain.suspension import LONGEST_REASON, may_resume, may_suspend
from docctl.domain.verdicts import require
from docctl.models.documents import RevisionSuspension
from docctl.services.caller import Caller
from docctl.services.documents.load import facts_of, lock_revision, unchanged
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class SuspendRevision:
    """Suspend a revision with the reason."""

    revision_id: UUID
    row_version: int
    reason: str


@use_case("revision.suspend")
def suspend_revision(session: Session, cmd: SuspendRevision, by: Caller) -> UUID:
    """Suspend a revision in force: it may be read and not used, until resumed or replaced (V-6)."""
    loaded, revision = lock_revision(session, cmd.revision_id)
    document = loaded.document
    authorise(by.actor, "revision.suspend", facts_of(session, document, revision, by))
    unchanged(revision, cmd.row_version)
    require(may_suspend(revision.dates(), at=by.at, zone=by.zone))
    require(reason_given(cmd.reason, rule="V-6", longest=LONGEST_REASON))
    assert by.person_id is not None
    suspension = RevisionSuspension(
        revision_id=revision.id,
        suspended_at=by.at,
        suspended_by=by.person_id,
        reason=cmd.reason.strip(),
    )
    revision.suspensions.append(suspension)
    flag_modified(revision, "status")  # what others have on their pages is old now
    record(
        session,
        by,
        "revision.suspended",
        Subject("document", document.id, str(revision.id)),
        facts={"number": document.number, "label": revision.label},
        detail={"reason": suspension.reason},
    )
    return document.id


@dataclass(frozen=True, slots=True)
class ResumeRevision:
    """Let a suspended revision be used again, with the reason."""

    revision_id: UUID
    row_version: int
    reason: str


@use_case("revision.resume")
def resume_revision(session: Session, cmd: ResumeRevision, by: Caller) -> UUID:
    """Let a suspended revision be used again; its time in force never stopped (V-3, V-6)."""
    loaded, revision = lock_revision(session, cmd.revision_id)
    document = loaded.document
    authorise(by.actor, "revision.resume", facts_of(session, document, revision, by))
    unchanged(revision, cmd.row_version)
    require(may_resume(revision.dates(), at=by.at, zone=by.zone))
    require(reason_given(cmd.reason, rule="V-6", longest=LONGEST_REASON))
    suspension = revision.suspensions[-1]  # the database lets only one be open, and it is the last
    suspension.resumed_at, suspension.resumed_by = by.at, by.person_id
    suspension.resume_reason = cmd.reason.strip()
    flag_modified(revision, "status")
    record(
        session,
        by,
        "revision.resumed",
        Subject("document", document.id, str(revision.id)),
        facts={
            "number": document.number,
            "label": revision.label,
            "suspended_at": suspension.suspended_at,
        },
        detail={"reason": suspension.resume_reason},
    )
    return document.id
