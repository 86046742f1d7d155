"""What the next revision of a document can be called, and whether a reissue is suggested (V-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain import labels
from docctl.domain.lifecycle import RevisionStatus
from docctl.models.documents import Document, DocumentType, Revision
from docctl.queries.number_following import number_coming
from docctl.queries.rules_in_force import label_rules_at


@dataclass(frozen=True, slots=True)
class NextLabel:
    """The labels to choose from as they print; without `reissued` there is nothing to choose."""

    amended: str
    reissued: str
    amendments: int
    is_reissue_suggested: bool
    #: The number that the issue of an amendment or a reissue makes; "" where it stays (N-7).
    number_amended: str = ""
    number_reissued: str = ""


def next_label(session: Session, document_id: UUID, at: datetime, today: date) -> NextLabel:
    """Return both ways on from the newest revision that was not discarded, by the rules in force (V-1)."""
    document = session.get_one(Document, document_id)
    kind = session.get_one(DocumentType, document.type_id)
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

    def number(label: labels.Label | None) -> str:
        coming = number_coming(session, document, label.issue, at=at, today=today) if label else None
        return coming.after if coming else ""

    return NextLabel(
        labels.show(found.amended, scheme),
        labels.show(found.reissued, scheme) if found.reissued else "",
        found.amendments,
        found.is_reissue_suggested,
        number(found.amended),
        number(found.reissued),
    )
