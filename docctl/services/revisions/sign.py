"""Reviewing, approving and returning a revision (A-2, A-3, V-6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.approval import Meaning
from docctl.domain.lifecycle import REVISION_MOVES, RevisionAction, RevisionStatus, may_move_revision
from docctl.domain.permissions import authorise
from docctl.domain.verdicts import Conflict, Refused, RuleRefused, require
from docctl.models.documents import Document, Revision
from docctl.models.work import StepStatus
from docctl.queries.standing_in import Standing, closed_meanwhile
from docctl.services.caller import Caller
from docctl.services.documents.load import facts_of, lock_revision, unchanged
from docctl.services.registry import use_case
from docctl.services.revisions.checks import require_settled
from docctl.services.revisions.insiders import let_in
from docctl.services.revisions.lateness import say_why_late
from docctl.services.revisions.steps import Hand, check_signer, close_step, hand_at, open_step
from docctl.services.signing import sign
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class SignRevision:
    """Sign the open step; `seen_sha256` is the manifest on the page that was signed.

    `for_id` is whose step it is where another signs for them (A-8).
    """

    revision_id: UUID
    row_version: int
    seen_sha256: str
    comment: str = ""
    for_id: UUID | None = None
    #: Why it is signed after its time (A-13).
    late_reason: str = ""


@use_case("revision.review", signs=True)
def review_revision(session: Session, cmd: SignRevision, by: Caller) -> UUID:
    """Sign a revision as reviewed; the approval step opens (A-2, A-3)."""
    return _sign_step(session, cmd, by, RevisionAction.REVIEW, Meaning.REVIEW)


@use_case("revision.approve", signs=True)
def approve_revision(session: Session, cmd: SignRevision, by: Caller) -> UUID:
    """Sign a revision as approved (A-2, A-3, V-7)."""
    return _sign_step(session, cmd, by, RevisionAction.APPROVE, Meaning.APPROVE)


def _sign_step(
    session: Session, cmd: SignRevision, by: Caller, action: RevisionAction, meaning: Meaning
) -> UUID:
    loaded, revision = lock_revision(session, cmd.revision_id)
    document = loaded.document
    facts = facts_of(session, document, revision, by)
    # Whose step was closed meanwhile learns that, not that it was never theirs. Whoever has an open one may
    # sign though somebody beside them did so meanwhile: the content is that of the hash which they saw.
    if facts.insider and by.actor.person_id not in facts.assignees:
        unchanged(revision, cmd.row_version)
    own, whose = by.actor.person_id, cmd.for_id
    if (
        whose
        and own not in facts.assignees
        and closed_meanwhile(session, revision, meaning, own, whose, at=by.at, today=by.today)
    ):
        raise Conflict(Refused("request", "changed_meanwhile"))
    if own in revision.authors() and facts.insider:
        raise RuleRefused(Refused("A-2", "own_work", {"step": meaning.value}))
    authorise(by.actor, f"revision.{action.value}", facts)
    require(may_move_revision(revision.status, action))
    hand = hand_at(session, document, revision, cmd.for_id, by, meaning=meaning)
    if hand.step.meaning is not meaning:
        raise RuleRefused(Refused("A-4", "other_step_open", {"step": hand.step.meaning.value}))
    check_signer(session, document, revision, hand, by)
    if meaning is Meaning.APPROVE:
        require_settled(session, by, document, revision)
    late = say_why_late(session, hand.step, cmd.late_reason, by)
    assert revision.manifest_sha256 is not None
    signed = sign(
        session,
        by,
        kind="revision",
        subject_id=revision.id,
        meaning=meaning,
        content_sha256=revision.manifest_sha256,
        seen_sha256=cmd.seen_sha256,
        round_number=revision.round,
        comment=cmd.comment.strip(),
        standing=hand.standing,
    )
    close_step(session, hand.step, StepStatus.SIGNED, by, cmd.comment.strip())
    if meaning is Meaning.REVIEW:
        revision.reviewed_by, revision.reviewed_at = by.person_id, by.at
    else:
        revision.approved_by, revision.approved_at = by.person_id, by.at
    revision.status = REVISION_MOVES[revision.status, action]
    if hand.standing:  # who signed for another has had a part
        session.flush()
        let_in(session, document)
    _record(
        session,
        by,
        f"revision.{'reviewed' if meaning is Meaning.REVIEW else 'approved'}",
        document,
        revision,
        cmd.comment,
        {"seal": signed.seal},
        hand.standing,
        late,
    )
    return revision.id


@dataclass(frozen=True, slots=True)
class ReturnRevision:
    """Return a revision to its author with the reason; `for_id` is whose step it is, if another's."""

    revision_id: UUID
    row_version: int
    reason: str
    for_id: UUID | None = None
    #: Why it is returned after the time of the step (A-13).
    late_reason: str = ""


@use_case("revision.return")
def return_revision(session: Session, cmd: ReturnRevision, by: Caller) -> UUID:
    """Return a revision in review, or approved but not issued, to draft with the reason (V-6)."""
    loaded, revision = lock_revision(session, cmd.revision_id)
    facts = facts_of(session, loaded.document, revision, by)
    if facts.insider:
        unchanged(revision, cmd.row_version)
    hand = None
    if cmd.for_id and facts.insider and revision.status is RevisionStatus.IN_REVIEW:
        hand = hand_at(session, loaded.document, revision, cmd.for_id, by)  # says why not
    authorise(by.actor, "revision.return", facts)
    require(may_move_revision(revision.status, RevisionAction.RETURN))
    if not cmd.reason.strip():
        raise RuleRefused(Refused("V-6", "reason_needed"))
    standing, late = None, ""
    if revision.approved_at is None:
        if hand is None and by.actor.person_id in facts.assignees:
            hand = hand_at(session, loaded.document, revision, None, by)
        hand = hand or Hand(open_step(session, revision, by))  # document control has no step
        standing = hand.standing
        if standing or hand.step.assignee_id == by.actor.person_id:
            late = say_why_late(session, hand.step, cmd.late_reason, by)
        close_step(session, hand.step, StepStatus.RETURNED, by, cmd.reason)
    revision.status = REVISION_MOVES[revision.status, RevisionAction.RETURN]
    revision.manifest = revision.manifest_sha256 = None
    revision.prepared_by = revision.prepared_at = None
    revision.reviewed_by = revision.reviewed_at = None
    revision.approved_by = revision.approved_at = None
    said = cmd.reason
    _record(session, by, "revision.returned", loaded.document, revision, said, standing=standing, late=late)
    return revision.id


def _record(
    session: Session,
    by: Caller,
    action: str,
    document: Document,
    revision: Revision,
    comment: str,
    more: Mapping[str, str] | None = None,
    standing: Standing | None = None,
    late: str = "",
) -> None:
    behalf = {"for": standing.principal, "delegation": str(standing.delegation_id)} if standing else {}
    record(
        session,
        by,
        action,
        Subject("document", document.id, str(revision.id)),
        facts={
            "number": document.number,
            "label": revision.label,
            "manifest": revision.manifest_sha256,
            "round": revision.round,
            **(more or {}),
            **behalf,
        },
        detail={"comment": comment.strip(), **({"late_reason": late} if late else {})},
        on_behalf_of=standing.principal_id if standing else None,
    )
