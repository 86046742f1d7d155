"""Handing over the approval of temporary changes: to whom the route finds (A-2, A-16, V-9, V-14)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.temporary_changes import ChangeStatus, may_approve
from docctl.domain.verdicts import require
from docctl.models.changes import TemporaryChange
from docctl.queries.open_changes import approvers_of
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.people.handing import Giving, Handed, Papers, changed
from docctl.services.trail import Subject, record


def hand_changes(
    session: Session, giving: Giving, items: Sequence[Handed], papers: Papers, by: Caller
) -> None:
    """Ask others for the approval of temporary changes; their documents are locked (A-16)."""
    if not items:
        return
    rows = select(TemporaryChange).where(TemporaryChange.id.in_([one.id for one in items]))
    changes = {one.id: one for one in lock(session, Rank.ITEMS, rows.order_by(TemporaryChange.id))}
    able = approvers_of(session, changes.values(), at=by.at, today=by.today)
    for item in items:
        change = changes.get(item.id)
        if (
            change is None
            or change.approver_id != giving.person.id
            or change.status is not ChangeStatus.IN_REVIEW
        ):
            raise changed()
        taker = giving.somebody(item.to)
        require(may_approve(taker.id, authors=(), able=able[change.id]))
        change.approver_id = taker.id
        document, revision = papers.of(change.revision_id)
        record(
            session,
            by,
            "change.handed_over",
            Subject("document", document.id, str(revision.id)),
            facts={
                "number": revision.number_of(document),
                "label": revision.label,
                "change": change.ordinal,
                "from": giving.person.name,
                "to": taker.name,
            },
            detail={"reason": giving.reason},
        )


def revisions_changed(session: Session, ids: Sequence[UUID]) -> set[UUID]:
    """Return the revisions that some temporary changes are of."""
    rows = select(TemporaryChange.revision_id).where(TemporaryChange.id.in_(ids))
    return set(session.scalars(rows)) if ids else set()
