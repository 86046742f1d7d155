"""Who sees a document's drafts and obsolete revisions: its unit, control, and all who had a part (X-3)."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.models.documents import Document, Revision
from docctl.models.work import Step
from docctl.services.access import insider_readers, intern_set


def let_in(session: Session, document: Document, more: Iterable[UUID] = ()) -> None:
    """Let everybody see the document from inside who wrote, signs or chases one of its revisions (X-3).

    Who has had a part keeps this sight: they answer for what they signed.
    """
    people = set(more)
    for revision in session.scalars(select(Revision).where(Revision.document_id == document.id)):
        people |= revision.authors()
    steps = select(Step.assignee_id, Step.escalated_to).join(Revision, Revision.id == Step.revision_id)
    for assignee, superior in session.execute(steps.where(Revision.document_id == document.id)):
        people |= {one for one in (assignee, superior) if one is not None}
    document.insider_set_id = intern_set(session, insider_readers(document.unit_id, people))
