"""How lists and copies are looked up for a use case: the document first, then what hangs on it (X-3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.copy_states import CopyFacts
from docctl.domain.permissions import Facts
from docctl.domain.verdicts import Conflict, NotFound, Refused
from docctl.models.distribution import ControlledCopy, DistributionEntry
from docctl.models.documents import Document, Revision
from docctl.services.caller import Caller
from docctl.services.distribution.holders import answer_for
from docctl.services.documents.load import facts_of, lock_document
from docctl.services.locks import Rank, lock


@dataclass(frozen=True, slots=True)
class LoadedCopy:
    """A copy with its revision and document."""

    document: Document
    revision: Revision
    copy: ControlledCopy
    facts: Facts

    @property
    def state(self) -> CopyFacts:
        """The copy as the rules see it."""
        return self.copy.facts(self.revision.over_since(self.document))


def see_copy(session: Session, copy_id: UUID, by: Caller) -> LoadedCopy:
    """Return a copy as it is now, not locked: what is done is decided again once it is. Raises NotFound."""
    found = session.execute(
        select(Document, Revision, ControlledCopy)
        .join(Document, Document.id == ControlledCopy.document_id)
        .join(Revision, Revision.id == ControlledCopy.revision_id)
        .where(ControlledCopy.id == copy_id)
    ).first()
    if found is None:
        raise NotFound("copy")
    return _loaded(session, *found, by)


def lock_copy(session: Session, copy_id: UUID, row_version: int | None, by: Caller) -> LoadedCopy:
    """Lock a copy after its document, so that issuing the next revision comes before or after (D-2).

    Raises NotFound for none, Conflict where it changed since it was shown.
    """
    document_id = session.scalar(select(ControlledCopy.document_id).where(ControlledCopy.id == copy_id))
    if document_id is None:
        raise NotFound("copy")
    loaded = lock_document(session, document_id)
    (copy,) = lock(session, Rank.ITEMS, select(ControlledCopy).where(ControlledCopy.id == copy_id))
    found = _loaded(session, loaded.document, loaded.revisions[copy.revision_id], copy, by)
    is_seen = found.facts.visible or found.facts.insider
    if row_version is not None and copy.row_version != row_version and is_seen:
        raise Conflict(Refused("request", "changed_meanwhile"))
    return found


def _loaded(
    session: Session, document: Document, revision: Revision, copy: ControlledCopy, by: Caller
) -> LoadedCopy:
    seen = facts_of(session, document, revision, by)
    facts = replace(seen, assignees=answer_for(session, copy, today=by.today))
    return LoadedCopy(document, revision, copy, replace(facts, visible=by.actor.person_id in facts.assignees))


def entries_of(session: Session, revision_id: UUID) -> list[DistributionEntry]:
    """Return the entries of a revision's list in order, without those that were taken off."""
    return [one for one in lists_of(session, [revision_id])[revision_id] if one.removed_at is None]


def lists_of(session: Session, revision_ids: Iterable[UUID]) -> dict[UUID, list[DistributionEntry]]:
    """Return the lists of revisions in order, with what was taken off: one question for however many."""
    found: dict[UUID, list[DistributionEntry]] = {one: [] for one in revision_ids}
    query = select(DistributionEntry).where(DistributionEntry.revision_id.in_(found))
    for one in session.scalars(query.order_by(DistributionEntry.ordinal)):
        found[one.revision_id].append(one)
    return found
