"""Submitting a draft for review: the author signs as having prepared it (A-1, A-2, A-3)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.approval import Meaning, may_route
from docctl.domain.lifecycle import REVISION_MOVES, RevisionAction, may_move_revision
from docctl.domain.permissions import authorise
from docctl.domain.roles import Role
from docctl.domain.verdicts import Refused, RuleRefused, require
from docctl.models.documents import Revision
from docctl.models.work import Step, StepStatus
from docctl.services.caller import Caller
from docctl.services.documents.load import facts_of, lock_revision, unchanged
from docctl.services.files import files_of
from docctl.services.people.actors import holders
from docctl.services.registry import use_case
from docctl.services.revisions.content import manifest_of
from docctl.services.revisions.insiders import let_in
from docctl.services.revisions.step_clocks import open_now
from docctl.services.revisions.steps import route_of
from docctl.services.signing import sign
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class SubmitRevision:
    """Hand a draft to a reviewer and an approver; `seen_sha256` is the manifest the author saw."""

    revision_id: UUID
    row_version: int
    reviewer_id: UUID
    approver_id: UUID
    seen_sha256: str


@use_case("revision.submit", signs=True)
def submit_revision(session: Session, cmd: SubmitRevision, by: Caller) -> UUID:
    """Fix the content, sign it as prepared, open the review step (A-1, A-3, V-13)."""
    loaded, revision = lock_revision(session, cmd.revision_id)
    document = loaded.document
    authorise(by.actor, "revision.submit", facts_of(session, document, revision, by))
    unchanged(revision, cmd.row_version)
    require(may_move_revision(revision.status, RevisionAction.SUBMIT))
    _check_route(session, cmd, revision)
    if not files_of(session, revision.id):
        raise RuleRefused(Refused("upload", "needed"))
    if revision.ordinal > 1 and not revision.change_reason:
        raise RuleRefused(Refused("V-2", "change_reason_needed"))
    content = manifest_of(session, document, revision)
    revision.manifest, revision.manifest_sha256 = content.text, content.sha256
    revision.round += 1
    revision.prepared_by, revision.prepared_at = by.person_id, by.at
    revision.reviewed_by = revision.reviewed_at = None
    revision.approved_by = revision.approved_at = None
    revision.status = REVISION_MOVES[revision.status, RevisionAction.SUBMIT]
    signed = sign(
        session,
        by,
        kind="revision",
        subject_id=revision.id,
        meaning=Meaning.PREPARE,
        content_sha256=content.sha256,
        seen_sha256=cmd.seen_sha256,
        round_number=revision.round,
    )
    _open_route(session, cmd, revision, by)
    let_in(session, document)
    record(
        session,
        by,
        "revision.submitted",
        Subject("document", document.id, str(revision.id)),
        facts={
            "number": document.number,
            "label": revision.label,
            "manifest": content.sha256,
            "round": revision.round,
            "seal": signed.seal,
        },
        detail={"reason": revision.change_reason},
    )
    return revision.id


def _check_route(session: Session, cmd: SubmitRevision, revision: Revision) -> None:
    authors = revision.authors()
    require(may_route(authors=authors, reviewer=cmd.reviewer_id, approver=cmd.approver_id))
    for role, person, step in (
        (Role.REVIEWER, cmd.reviewer_id, "review"),
        (Role.APPROVER, cmd.approver_id, "approve"),
    ):
        if person not in {one.id for one in holders(session, role)}:
            raise RuleRefused(Refused("A-1", "not_a_holder", {"step": step}))


def _open_route(session: Session, cmd: SubmitRevision, revision: Revision, by: Caller) -> None:
    people = {Meaning.REVIEW: cmd.reviewer_id, Meaning.APPROVE: cmd.approver_id}
    for position, step in enumerate(route_of(session, revision.document_id)):
        if step.meaning not in people:
            continue
        row = Step(
            revision_id=revision.id,
            round=revision.round,
            position=position,
            meaning=step.meaning,
            assignee_id=people[step.meaning],
            status=StepStatus.WAITING,
        )
        session.add(row)
        if step.meaning is Meaning.REVIEW:
            open_now(session, row, step.limit, by)
