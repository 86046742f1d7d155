"""How the list of a revision that is not issued yet differs from the one before it (D-8)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import UNDER_WAY, RevisionStatus
from docctl.domain.permissions import Actor
from docctl.domain.verdicts import NotFound
from docctl.models.distribution import DistributionEntry
from docctl.models.documents import Document, Revision
from docctl.models.visibility import visible_sets
from docctl.queries.holder_names import names_of_holders


@dataclass(frozen=True, slots=True)
class ListChange:
    """A holder whose line is new, gone or other; `is_gone`: it left because it is not there any more."""

    change: str
    holder: str
    medium: str
    copies: int
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class ListChanges:
    """What differs from the list of the revision before, named by its label."""

    label: str
    lines: tuple[ListChange, ...]


def list_changes(session: Session, revision: Revision) -> ListChanges | None:
    """Return how a list differs from the one before as it is now; None once issued, or where none is before.

    Changes to the list of the revision in force that came after a submission show here.
    """
    if revision.status not in UNDER_WAY:
        return None
    before = session.scalars(
        select(Revision)
        .where(
            Revision.document_id == revision.document_id,
            Revision.ordinal < revision.ordinal,
            Revision.status != RevisionStatus.DISCARDED,
        )
        .order_by(Revision.ordinal.desc())
        .limit(1)
    ).first()
    if before is None:
        return None
    old, new = _lines(session, before.id), _lines(session, revision.id)
    left = [one for key, one in old.items() if key not in new]
    there = names_of_holders(session, [one.entry() for one in left])
    lines = [
        *(_change("added", one) for key, one in new.items() if key not in old),
        *(
            _change("changed", one)
            for key, one in new.items()
            if key in old and (one.copies, one.reads) != (old[key].copies, old[key].reads)
        ),
        *(_change("removed", one, is_gone=one.holder_id not in there) for one in left),
    ]
    return ListChanges(before.label, tuple(lines))


def _lines(session: Session, revision_id: UUID) -> dict[tuple[str, UUID, str, str], DistributionEntry]:
    rows = session.scalars(
        select(DistributionEntry)
        .where(DistributionEntry.revision_id == revision_id, DistributionEntry.removed_at.is_(None))
        .order_by(DistributionEntry.ordinal)
    )
    return {one.entry().key: one for one in rows}


def _change(change: str, one: DistributionEntry, *, is_gone: bool = False) -> ListChange:
    return ListChange(change, one.holder, one.medium.value, one.copies, is_gone)


def list_is_draft(session: Session, actor: Actor, revision_id: UUID) -> bool:
    """Say whether a list is a draft's and changed freely; raise NotFound for who does not know it (X-3)."""
    status = session.scalar(
        select(Revision.status)
        .join(Document, Document.id == Revision.document_id)
        .where(Revision.id == revision_id, Document.insider_set_id.in_(visible_sets(actor)))
    )
    if status is None:
        raise NotFound("revision")
    return status is RevisionStatus.DRAFT
