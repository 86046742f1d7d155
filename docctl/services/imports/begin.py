"""From when an imported revision holds, and until when, beside those that are there (V-2, V-3, V-7)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from docctl.domain.calendar_dates import midnight
from docctl.domain.imports import InSeries, Wanted, may_follow
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.verdicts import require
from docctl.models.documents import Document, Revision
from docctl.queries.provisional import is_provisional
from docctl.services.caller import Caller
from docctl.services.documents.load import Loaded
from docctl.services.jobs import want
from docctl.services.revisions.content import manifest_of
from docctl.services.revisions.issue import open_ended


def put_in_force(
    session: Session,
    by: Caller,
    loaded: Loaded | None,
    document: Document,
    revision: Revision,
    facts: Wanted,
) -> None:
    """Let the revision hold from the day its paper says; the one before ends there (V-3, V-7)."""
    assert facts.effective is not None
    start = midnight(facts.effective, by.zone)
    newest = open_ended(loaded) if loaded else None
    if newest is not None and newest.effective_from is not None:
        before = InSeries("", newest.label, newest.effective_from.astimezone(by.zone).date())
        require(may_follow(before, InSeries("", revision.label, facts.effective)))
        newest.effective_until = start
        session.flush()  # the guard looks row by row: end one interval before the next begins
    document.title = revision.title
    _fix(session, by, document, revision, start, facts)


def put_before(
    session: Session,
    by: Caller,
    loaded: Loaded | None,
    document: Document,
    revision: Revision,
    facts: Wanted,
) -> None:
    """Let the revision have held until the first one began, which stays as it is (V-2, V-3)."""
    assert loaded is not None
    assert facts.effective is not None
    there = loaded.in_order()
    revision.ordinal = there[0].ordinal - 1  # what was issued keeps its own
    revision.effective_until = min(
        one.effective_from
        for one in there
        if one.effective_from is not None and one.effective_from != one.effective_until
    )
    _fix(session, by, document, revision, midnight(facts.effective, by.zone), facts)


def _fix(
    session: Session, by: Caller, document: Document, revision: Revision, start: datetime, facts: Wanted
) -> None:
    """Fix what the revision holds, from its day on (V-13, V-7)."""
    content = manifest_of(session, document, revision)
    revision.manifest, revision.manifest_sha256 = content.text, content.sha256
    revision.status = RevisionStatus.ISSUED
    revision.issued_at = midnight(facts.issued, by.zone) if facts.issued else start
    revision.effective_from = start
    revision.number = "" if is_provisional(session, document.id, document.number) else document.number
    want(session, "lock", key=str(revision.id), payload={"revision_id": str(revision.id)}, at=by.at)
