"""Which document and which of its revisions a person opens, as far as they may see it (V-4, X-3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from docctl.domain.lifecycle import UNDER_WAY, Computed, in_force, is_obsolete, revision_state
from docctl.domain.permissions import Actor
from docctl.domain.verdicts import NotFound
from docctl.models.documents import Document, DocumentType, Revision
from docctl.models.organisation import LegalEntity, Unit
from docctl.models.visibility import visible_sets
from docctl.queries.copy_steps import revisions_told
from docctl.queries.delegated_steps import stands_in_at
from docctl.queries.provisional import still_provisional
from docctl.queries.revision_states import is_insider


@dataclass(frozen=True, slots=True)
class Headed:
    """What stays the same through the revisions of a document."""

    document: Document
    kind: DocumentType
    unit: Unit
    entity: LegalEntity
    drafting_unit: str
    visible: bool
    insider: bool
    has_real_number: bool
    #: They are an insider only while they may sign a step for somebody (A-8).
    stands_in: bool = False
    #: The revisions of which a copy-to step told the person, who sees them and no other (A-10).
    told: frozenset[UUID] = frozenset()


def opened_at(
    session: Session,
    actor: Actor,
    document_id: UUID | None,
    revision_id: UUID | None = None,
    *,
    at: datetime,
) -> tuple[Headed, list[Revision], Revision]:
    """Return a document, the revisions known to the person, and the one that its page opens with.

    Raises NotFound for what the person may not see (X-3).
    """
    if revision_id is not None:
        document_id = session.scalar(select(Revision.document_id).where(Revision.id == revision_id))
    head = headed(session, actor, document_id, at=at)
    revisions = revisions_seen(session, head, at)
    shown = _chosen(revisions, revision_id, at)
    if not (head.insider or shown.id in head.told or in_force(shown.dates(), at)):
        raise NotFound("revision")
    return head, revisions, shown


def headed(session: Session, actor: Actor, document_id: UUID | None, *, at: datetime) -> Headed:
    """Return a document with how far the person sees it; raise NotFound where there is none.

    Whoever may sign an open step of it for somebody knows it from inside until then (A-8, X-3).
    """
    drafting = aliased(Unit)
    found = session.execute(
        select(
            Document,
            DocumentType,
            Unit,
            LegalEntity,
            drafting.name,
            Document.access_set_id.in_(visible_sets(actor)),
            is_insider(actor),
            still_provisional(),
        )
        .join(DocumentType, DocumentType.id == Document.type_id)
        .join(Unit, Unit.id == Document.unit_id)
        .join(LegalEntity, LegalEntity.id == Document.entity_id)
        .outerjoin(drafting, drafting.id == Document.drafting_unit_id)
        .where(Document.id == document_id)
    ).first()
    if found is None:
        raise NotFound("document")
    document, kind, unit, entity, drafted, visible, insider, provisional = found
    stands_in = not insider and stands_in_at(session, actor, document.id, at)
    insider = bool(insider) or stands_in
    return Headed(
        document,
        kind,
        unit,
        entity,
        drafted or "",
        bool(visible),
        insider,
        not provisional,
        stands_in,
        frozenset[UUID]() if insider else revisions_told(session, actor, document.id),
    )


def revisions_seen(session: Session, head: Headed, at: datetime) -> list[Revision]:
    """Return the revisions that the person may know of; raise NotFound where there is none (X-3).

    Insiders know all. Others know, while one is in force, that one and those that were before; and those of
    which they were told (A-10).
    """
    revisions = session.scalars(
        select(Revision).where(Revision.document_id == head.document.id).order_by(Revision.ordinal)
    ).all()
    if head.insider:
        return list(revisions)
    published = head.visible and any(in_force(one.dates(), at) for one in revisions)
    if not published and not head.told:
        raise NotFound("document")
    return [
        one
        for one in revisions
        if one.id in head.told or (published and one.effective_from is not None and one.effective_from <= at)
    ]


def drafting_unit(session: Session, head: Headed, shown: Revision) -> str:
    """Return the drafting unit of a revision: its own, else that of the document (D-14)."""
    return session.get_one(Unit, own).name if (own := shown.drafting_unit_id) else head.drafting_unit


def _chosen(revisions: Sequence[Revision], revision_id: UUID | None, at: datetime) -> Revision:
    if revision_id is not None:
        found = next((one for one in revisions if one.id == revision_id), None)
        if found is None:
            raise NotFound("revision")
        return found
    newest_first = list(reversed(revisions))
    for fits in _PREFERRED:
        if (found := next((one for one in newest_first if fits(one, at)), None)) is not None:
            return found
    return newest_first[0]


_PREFERRED: Final[tuple[Callable[[Revision, datetime], bool], ...]] = (
    lambda one, at: in_force(one.dates(), at),
    lambda one, at: one.status in UNDER_WAY or revision_state(one.dates(), at) is Computed.WAITING,
    lambda one, at: is_obsolete(revision_state(one.dates(), at)),
)
