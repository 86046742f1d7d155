"""How a document or revision is looked up for a use case: locked, and seen or not at all (X-3)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import in_force
from docctl.domain.permissions import Facts
from docctl.domain.verdicts import Conflict, NotFound, Refused
from docctl.models.documents import Document, Revision
from docctl.models.work import Step, StepStatus
from docctl.queries.copy_steps import is_told
from docctl.queries.delegated_steps import stands_in_at
from docctl.queries.standing_in import standings
from docctl.services.access import sees
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock


@dataclass(frozen=True, slots=True)
class Loaded:
    """A document with all its revisions, locked: the parent first, then by id."""

    document: Document
    revisions: dict[UUID, Revision]

    def in_order(self) -> list[Revision]:
        """Return the revisions as they followed each other."""
        return sorted(self.revisions.values(), key=lambda one: one.ordinal)


def lock_document(session: Session, document_id: UUID) -> Loaded:
    """Lock a document and its revisions; raise NotFound where there is none."""
    documents = lock(session, Rank.PARENTS, select(Document).where(Document.id == document_id))
    if not documents:
        raise NotFound("document")
    revisions = lock(
        session,
        Rank.ITEMS,
        select(Revision).where(Revision.document_id == document_id).order_by(Revision.id),
    )
    return Loaded(documents[0], {one.id: one for one in revisions})


def lock_revision(session: Session, revision_id: UUID) -> tuple[Loaded, Revision]:
    """Lock the document of a revision with all its revisions."""
    document_id = session.scalar(select(Revision.document_id).where(Revision.id == revision_id))
    if document_id is None:
        raise NotFound("revision")
    loaded = lock_document(session, document_id)
    return loaded, loaded.revisions[revision_id]


def facts_of(session: Session, document: Document, revision: Revision | None, by: Caller) -> Facts:
    """Return what permissions on a revision depend on.

    To others than insiders a revision is there only while it is in force (X-3). Whoever stands in for
    somebody at an open step has it as that one does (A-8). Who was told of it sees it as one in force (A-10).
    """
    published = revision is not None and in_force(revision.dates(), by.at)
    visible = published and sees(session, by.actor, document.access_set_id)
    told = revision is not None and not visible and is_told(session, by.actor, revision)
    assignees: frozenset[UUID] = frozenset()
    insider, stands_in = sees(session, by.actor, document.insider_set_id), False
    if revision is not None:
        assignees = frozenset(
            session.scalars(
                select(Step.assignee_id).where(
                    Step.revision_id == revision.id,
                    Step.round == revision.round,
                    Step.status == StepStatus.OPEN,
                )
            )
        )
        own = by.actor.person_id
        standing = standings(session, document, revision, own, at=by.at, today=by.today) if assignees else ()
        if own is not None and any(one.verdict for one in standing):
            assignees = assignees | {own}
        if standing and not insider:
            stands_in = stands_in_at(session, by.actor, document.id, by.at, revision_id=revision.id)
    return Facts(
        unit_id=document.unit_id,
        author_id=revision.created_by if revision else document.created_by,
        assignees=assignees,
        visible=visible or told,
        published=published or told,
        insider=insider or stands_in,
        stands_in=stands_in,
    )


def unchanged(row: Document | Revision, row_version: int | None) -> None:
    """Raise Conflict where the row changed since the page was shown; None skips the question."""
    if row_version is not None and row.row_version != row_version:
        raise Conflict(Refused("request", "changed_meanwhile"))
