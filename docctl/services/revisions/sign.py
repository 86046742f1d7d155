"""Checking, reviewing, approving and returning a revision (A-2, A-3, A-9, V-6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.approval import Meaning
from docctl.domain.form_check import Answer, may_fail, may_pass, missing_of
from docctl.domain.lifecycle import REVISION_MOVES, RevisionAction, RevisionStatus, may_move_revision
from docctl.domain.permissions import authorise
from docctl.domain.returning import may_give_back
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
from docctl.services.revisions.returns import note_return
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


@dataclass(frozen=True, slots=True)
class CheckForm(SignRevision):
    """Pass a formal check: what is said of each of its points, in their order (A-9)."""

    answers: tuple[Answer, ...] = ()


#: What the trail says of a signature.
_SIGNED: Final = {
    Meaning.FORM_CHECK: "revision.form_checked",
    Meaning.REVIEW: "revision.reviewed",
    Meaning.APPROVE: "revision.approved",
}


@use_case("revision.form_check", signs=True)
def form_check_revision(session: Session, cmd: CheckForm, by: Caller) -> UUID:
    """Sign that each point of a formal check is in order; else it is to be returned (形式审查, A-9)."""
    return _sign_step(session, cmd, by, RevisionAction.FORM_CHECK, Meaning.FORM_CHECK, cmd.answers)


@use_case("revision.review", signs=True)
def review_revision(session: Session, cmd: SignRevision, by: Caller) -> UUID:
    """Sign a revision as reviewed; the approval step opens (A-2, A-3)."""
    return _sign_step(session, cmd, by, RevisionAction.REVIEW, Meaning.REVIEW)


@use_case("revision.approve", signs=True)
def approve_revision(session: Session, cmd: SignRevision, by: Caller) -> UUID:
    """Sign a revision as approved (A-2, A-3, V-7)."""
    return _sign_step(session, cmd, by, RevisionAction.APPROVE, Meaning.APPROVE)


def _sign_step(
    session: Session,
    cmd: SignRevision,
    by: Caller,
    action: RevisionAction,
    meaning: Meaning,
    answers: Sequence[Answer] = (),
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
    if meaning is Meaning.FORM_CHECK:
        require(may_pass(hand.step.points, answers))
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
    elif meaning is Meaning.APPROVE:
        revision.approved_by, revision.approved_at = by.person_id, by.at
    revision.status = REVISION_MOVES[revision.status, action]
    if hand.standing:  # who signed for another has had a part
        session.flush()
        let_in(session, document)
    _record(
        session,
        by,
        _SIGNED[meaning],
        document,
        revision,
        cmd.comment,
        {"seal": signed.seal},
        hand.standing,
        {"late_reason": late, **({"points": _told(hand.step.points, answers)} if answers else {})},
    )
    return revision.id


@dataclass(frozen=True, slots=True)
class ReturnRevision:
    """Return a revision to its author with the reason, a list of what is missing, or both (A-9).

    `for_id` is whose step it is, if another's; at a formal check `answers` says which points are missing.
    """

    revision_id: UUID
    row_version: int
    reason: str
    for_id: UUID | None = None
    #: Why it is returned after the time of the step (A-13).
    late_reason: str = ""
    items: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()


@use_case("revision.return")
def return_revision(session: Session, cmd: ReturnRevision, by: Caller) -> UUID:
    """Return a revision in review, or approved but not issued, to draft; returns are counted (A-9, V-6).

    With it all signatures of its round are void: what is submitted again is signed again by everybody.
    """
    loaded, revision = lock_revision(session, cmd.revision_id)
    facts = facts_of(session, loaded.document, revision, by)
    if facts.insider:
        unchanged(revision, cmd.row_version)
    hand = None
    if cmd.for_id and facts.insider and revision.status is RevisionStatus.IN_REVIEW:
        hand = hand_at(session, loaded.document, revision, cmd.for_id, by)  # says why not
    authorise(by.actor, "revision.return", facts)
    require(may_move_revision(revision.status, RevisionAction.RETURN))
    standing, step, late = None, None, ""
    items = cmd.items
    if revision.approved_at is None:
        if hand is None and by.actor.person_id in facts.assignees:
            hand = hand_at(session, loaded.document, revision, None, by)
        if hand is not None:
            items = (*_missing(hand.step.points, cmd.answers, more=bool(items)), *items)
        hand = hand or Hand(open_step(session, revision, by))  # document control has no step
        standing, step = hand.standing, hand.step
    require(may_give_back(cmd.reason, items))
    if step is not None:
        if standing or step.assignee_id == by.actor.person_id:
            late = say_why_late(session, step, cmd.late_reason, by)
        close_step(session, step, StepStatus.RETURNED, by, cmd.reason.strip())
    returned = note_return(session, by, revision, step, standing, cmd.reason, items)
    revision.status = REVISION_MOVES[revision.status, RevisionAction.RETURN]
    revision.manifest = revision.manifest_sha256 = None
    revision.prepared_by = revision.prepared_at = None
    revision.reviewed_by = revision.reviewed_at = None
    revision.approved_by = revision.approved_at = None
    _record(
        session,
        by,
        "revision.returned",
        loaded.document,
        revision,
        cmd.reason,
        {"times": returned.ordinal, "missing": len(items)},
        standing,
        {"late_reason": late, "to_mend": list(items)},
    )
    return revision.id


def _missing(points: Sequence[str], answers: Sequence[Answer], *, more: bool) -> tuple[str, ...]:
    """Return what a formal check found missing; raise RuleRefused where it did not look at all (A-9)."""
    if not points and not answers:
        return ()
    require(may_fail(points, answers, more=more))
    return missing_of(points, answers)


def _told(points: Sequence[str], answers: Sequence[Answer]) -> list[str]:
    """Return the points of a formal check with the remarks, as the trail keeps them."""
    return [
        f"{point} — {one.remark}" if one.remark else point for point, one in zip(points, answers, strict=True)
    ]


def _record(
    session: Session,
    by: Caller,
    action: str,
    document: Document,
    revision: Revision,
    comment: str,
    more: Mapping[str, str | int] | None = None,
    standing: Standing | None = None,
    beside: Mapping[str, str | list[str]] | None = None,
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
        detail={"comment": comment.strip(), **{name: said for name, said in (beside or {}).items() if said}},
        on_behalf_of=standing.principal_id if standing else None,
    )
