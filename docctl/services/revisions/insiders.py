"""Who sees a document's drafts and obsolete revisions: its unit, control, and all who had a part (X-3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.models.changes import TemporaryChange
from docctl.models.content import Signature
from docctl.models.documents import Document, Revision
from docctl.models.work import Step
from docctl.services.access import insider_readers, intern_sets


def let_in(session: Session, document: Document, more: Iterable[UUID] = ()) -> None:
    """Let everybody see the document from inside who wrote, signs or chases one of its revisions (X-3).

    Who has had a part keeps this sight: they answer for what they signed.
    """
    let_in_all(session, [document], more)


def let_in_all(session: Session, documents: Sequence[Document], more: Iterable[UUID] = ()) -> None:
    """Do so for many documents with as many questions as for one; `more` see all of them (X-3)."""
    people: dict[UUID, set[UUID]] = {one.id: set(more) for one in documents}
    for revision in session.scalars(select(Revision).where(Revision.document_id.in_(people))):
        people[revision.document_id] |= revision.authors()
    steps = select(Revision.document_id, Step.assignee_id, Step.escalated_to).join(
        Revision, Revision.id == Step.revision_id
    )
    for document_id, assignee, superior in session.execute(steps.where(Revision.document_id.in_(people))):
        people[document_id] |= {one for one in (assignee, superior) if one is not None}
    hands = select(Revision.document_id, Signature.person_id).join(
        Revision, Revision.id == Signature.subject_id
    )
    delegated = hands.where(Revision.document_id.in_(people), Signature.on_behalf_of.is_not(None))
    for document_id, hand in session.execute(delegated):
        people[document_id] |= {hand} if hand else set()
    changes = select(TemporaryChange).where(TemporaryChange.document_id.in_(people))
    for change in session.scalars(changes):
        people[change.document_id] |= change.authors()
        people[change.document_id] |= {change.approver_id} if change.approver_id else set()
    sets = intern_sets(session, [insider_readers(one.unit_id, people[one.id]) for one in documents])
    for document, set_id in zip(documents, sets, strict=True):
        document.insider_set_id = set_id
