"""What the next revision of a document can be called, and whether a reissue is suggested (V-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain import labels
from docctl.domain.lifecycle import RevisionStatus
from docctl.models.documents import Document, DocumentType, Revision
from docctl.queries.rules_in_force import label_rules_at


@dataclass(frozen=True, slots=True)
class NextLabel:
    """The labels to choose from as they print; without `reissued` there is nothing to choose."""

    amended: str
    reissued: str
    amendments: int
    is_reissue_suggested: bool


def next_label(session: Session, document_id: UUID, at: datetime) -> NextLabel:
    """Return both ways on from the newest revision that was not discarded, by the rules in force (V-1)."""
    kind = session.scalars(
        select(DocumentType)
        .join(Document, Document.type_id == DocumentType.id)
        .where(Document.id == document_id)
    ).one()
    rules = label_rules_at(session, at).rules.of(kind.code)
    scheme = rules.scheme
    newest = session.execute(
        select(Revision.issue_label, Revision.amendment_label)
        .where(Revision.document_id == document_id, Revision.status != RevisionStatus.DISCARDED)
        .order_by(Revision.ordinal.desc())
        .limit(1)
    ).first()
    if newest is None:
        return NextLabel(labels.show(labels.first(scheme), scheme), "", 0, is_reissue_suggested=False)
    issue, amendment = newest
    found = labels.next_labels(
        labels.Label(issue, int(amendment) if amendment else None), scheme, rules.reissue_after
    )
    return NextLabel(
        labels.show(found.amended, scheme),
        labels.show(found.reissued, scheme) if found.reissued else "",
        found.amendments,
        found.is_reissue_suggested,
    )
