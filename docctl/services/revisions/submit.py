"""Submitting a draft for review: the author signs as having prepared it (A-1, A-2, A-3)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.approval import Meaning
from docctl.domain.lifecycle import REVISION_MOVES, RevisionAction, may_move_revision
from docctl.domain.permissions import authorise
from docctl.domain.route_walks import signers
from docctl.domain.routes import step_name
from docctl.domain.verdicts import Refused, RuleRefused, require
from docctl.models.content import FileRole
from docctl.models.documents import Document, Revision
from docctl.models.work import Step, StepStatus
from docctl.queries.routes import Plan, plan_for, posts_by_key
from docctl.services.caller import Caller
from docctl.services.documents.load import facts_of, lock_revision, unchanged
from docctl.services.files import files_of
from docctl.services.registry import use_case
from docctl.services.revisions.content import manifest_of
from docctl.services.revisions.copy_steps import plan_copies, tell
from docctl.services.revisions.insiders import let_in
from docctl.services.revisions.step_clocks import open_now
from docctl.services.signing import sign
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class SubmitRevision:
    """Hand a draft to those who sign; `seen_sha256` is the manifest the author saw.

    People are named where the route leaves a choice: reviewers in the order of its steps, and the approver.
    """

    revision_id: UUID
    row_version: int
    reviewer_id: UUID | None
    approver_id: UUID | None
    seen_sha256: str
    more_reviewers: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class _Planned:
    """The route of this submission, and who signs each of its steps."""

    plan: Plan
    people: tuple[UUID, ...]


@use_case("revision.submit", signs=True)
def submit_revision(session: Session, cmd: SubmitRevision, by: Caller) -> UUID:
    """Fix the content, sign it as prepared, open the first steps of the route in force (A-1, A-3, V-13)."""
    loaded, revision = lock_revision(session, cmd.revision_id)
    document = loaded.document
    authorise(by.actor, "revision.submit", facts_of(session, document, revision, by))
    unchanged(revision, cmd.row_version)
    require(may_move_revision(revision.status, RevisionAction.SUBMIT))
    planned = _planned(session, cmd, document, revision, by)
    if not any(one.role is FileRole.MAIN for one in files_of(session, revision.id)):
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
    _open_route(session, planned, revision, by)
    let_in(session, document)
    unheard = plan_copies(session, planned.plan, revision)
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
            "routes": planned.plan.named,
            "route": planned.plan.taken.route.name,
            **({"authority": planned.plan.authority} if planned.plan.authority else {}),
        },
        detail={
            "reason": revision.change_reason,
            "left_out": _left_out(planned.plan),
            **({"told_nobody": unheard} if unheard else {}),
        },
    )
    tell(session, revision.id, revision.round, by, stage=planned.plan.taken.steps[0][0])
    return revision.id


def _planned(
    session: Session, cmd: SubmitRevision, document: Document, revision: Revision, by: Caller
) -> _Planned:
    """Return the route by the routes in force, and who signs each step, or raise RuleRefused (A-1, A-2)."""
    authors = revision.authors() | {by.person_id}
    plan = plan_for(session, document, revision, by.at, by.zone, authors)
    if plan.refused is not None:
        raise RuleRefused(plan.refused)
    found = signers(
        plan.steps,
        plan.able,
        authors=authors,
        reviewers=[one for one in (cmd.reviewer_id, *cmd.more_reviewers) if one is not None],
        approver=cmd.approver_id,
        lower=plan.lower,
    )
    if isinstance(found, Refused):
        raise RuleRefused(found)
    return _Planned(plan, found)


def _open_route(session: Session, planned: _Planned, revision: Revision, by: Caller) -> None:
    first = planned.plan.taken.steps[0][0]
    posts = posts_by_key(session, [step.delegable_post for step in planned.plan.steps])
    found = zip(planned.plan.taken.steps, planned.people, strict=True)
    for position, ((stage, step), person) in enumerate(found, start=1):
        row = Step(
            revision_id=revision.id,
            round=revision.round,
            position=position,
            stage=stage,
            name=step.name,
            is_separate=step.separate,
            meaning=step.meaning,
            assignee_id=person,
            who=step.who.value,
            who_of=step.of,
            authority=step.authority,
            delegable=step.delegable.value,
            points=list(step.points),
            delegable_post_id=posts.get(step.delegable_post),
            limit_amount=step.limit.amount,
            limit_unit=step.limit.unit.value,
            status=StepStatus.WAITING,
        )
        session.add(row)
        if stage == first:
            open_now(session, row, by)


def _left_out(plan: Plan) -> list[dict[str, object]]:
    """Return why steps were left out: the condition and the values it looked at (A-6)."""
    return [
        {
            "step": step_name(one.step),
            "condition": one.step.condition,
            "values": {
                name: None if value is None else str(value) for name, value in one.answer.used.items()
            },
        }
        for one in plan.taken.left_out
    ]
