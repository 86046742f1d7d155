"""Issuing an approved revision, for now or a later date (V-3, V-7, R-10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.issue import IssueFacts, may_issue, takes_effect
from docctl.domain.lifecycle import REVISION_MOVES, RevisionAction
from docctl.domain.permissions import authorise
from docctl.domain.verdicts import require
from docctl.models.documents import DocumentType, Revision
from docctl.queries.provisional import is_provisional
from docctl.services.caller import Caller
from docctl.services.distribution.issue import distribute
from docctl.services.distribution.load import entries_of
from docctl.services.documents.load import Loaded, facts_of, lock_revision, unchanged
from docctl.services.jobs import due, want
from docctl.services.numbers.follow import renumber, take_following
from docctl.services.records.classes import resolved_class
from docctl.services.registry import use_case
from docctl.services.requests.answer import answered_by, finish
from docctl.services.reviews.ask import ask_citing
from docctl.services.reviews.plan import after_issue
from docctl.services.revisions.checks import require_settled
from docctl.services.revisions.copy_steps import tell
from docctl.services.revisions.validity import ask_in_time
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class IssueRevision:
    """Issue a revision, to take effect on a day of the company's time zone."""

    revision_id: UUID
    row_version: int
    effective_on: date


@use_case("revision.issue")
def issue_revision(session: Session, cmd: IssueRevision, by: Caller) -> UUID:
    """Issue a revision; the one before is superseded at the same instant (V-3, V-7).

    Both ends are written in this one transaction; no job switches anything later, nor recalls the copies of
    the one before. Its own copies are made from its list (D-8). A number that follows the revision is taken
    now, and shown from the instant on from which the revision holds (N-7).
    """
    loaded, revision = lock_revision(session, cmd.revision_id)
    document = loaded.document
    authorise(by.actor, "revision.issue", facts_of(session, document, revision, by))
    unchanged(revision, cmd.row_version)
    requests = answered_by(session, revision.id)
    newest = open_ended(loaded)
    kind = session.get_one(DocumentType, document.type_id)
    facts = IssueFacts(
        status=revision.status,
        approved_on=revision.approved_at.astimezone(by.zone).date() if revision.approved_at else None,
        newest_from=newest.effective_from if newest else None,
        is_form=kind.is_form,
        has_class=resolved_class(session, document, by.at) is not None,
        has_real_number=not is_provisional(session, document.id, document.number),
        valid_until=revision.valid_until,
    )
    require(may_issue(facts, on=cmd.effective_on, at=by.at, zone=by.zone))
    require_settled(session, by, document, revision)
    start = takes_effect(cmd.effective_on, at=by.at, zone=by.zone)
    if newest is not None:
        newest.effective_until = start
        session.flush()  # the guard looks row by row: end one interval before the next begins
    coming = take_following(session, by, document, revision)
    revision.status = REVISION_MOVES[revision.status, RevisionAction.ISSUE]
    revision.issued_at, revision.issued_by, revision.effective_from = by.at, by.person_id, start
    document.title = revision.title if start <= by.at or newest is None else document.title
    if start > by.at:  # only the register's title and the index follow; the state needs no job
        due(session, "revision.effective", subject_id=revision.id, at=start)
    ask_in_time(session, revision, by)
    after_issue(session, document, revision, by)
    want(session, "lock", key=str(revision.id), payload={"revision_id": str(revision.id)}, at=by.at)
    record(
        session,
        by,
        "revision.issued",
        Subject("document", document.id, str(revision.id)),
        facts={
            "number": document.number,
            "label": revision.label,
            "manifest": revision.manifest_sha256,
            "effective_from": start,
            "supersedes": newest.label if newest else None,
            **({"valid_until": revision.valid_until} if revision.valid_until else {}),
            **({"number_becomes": coming.after, "numbering": coming.rules} if coming else {}),
        },
        detail={"reason": revision.change_reason},
    )
    tell(session, revision.id, revision.round, by)
    finish(session, by, document, revision, requests)
    if start <= by.at:
        renumber(session, by, document, revision)
    distribute(session, by, [(document, revision, entries_of(session, revision.id))])
    if newest is not None:
        ask_citing(session, document, by)
    return revision.id


def open_ended(loaded: Loaded) -> Revision | None:
    """Return the issued revision whose time in force has no end yet."""
    return next(
        (
            one
            for one in loaded.revisions.values()
            if one.effective_from is not None and one.effective_until is None
        ),
        None,
    )
