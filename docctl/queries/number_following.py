"""What the number of a document becomes when a revision is issued, and who has that number (N-7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from docctl.domain.normal_form import normal
from docctl.domain.number_following import Issued, may_follow, number_after
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.models.documents import Document, DocumentType, Revision
from docctl.models.numbers import NumberEntry
from docctl.queries.rules_in_force import number_rules_at


@dataclass(frozen=True, slots=True)
class NumberComing:
    """The number that an issue changes and what it becomes, by which rules; or why it cannot."""

    before: str
    after: str
    rules: str
    refused: Refused | None = None


def number_coming(
    session: Session, document: Document, issue_label: str, *, at: datetime, today: date
) -> NumberComing | None:
    """Return what the number becomes when an edition is issued on a day; None where it stays (N-7).

    The first issue keeps the number that was given to it; the edition is compared with the last one that
    held: one that was withdrawn before its day never did.
    """
    last = session.scalars(
        select(Revision.issue_label)
        .where(
            Revision.document_id == document.id,
            Revision.effective_from.is_not(None),
            or_(Revision.effective_until.is_(None), Revision.effective_until != Revision.effective_from),
        )
        .order_by(Revision.ordinal.desc())
        .limit(1)
    ).first()
    if last is None:
        return None
    found = number_rules_at(session, at)
    kind = session.get_one(DocumentType, document.type_id).code
    issued = Issued(issue_label, today, is_reissue=issue_label != last)
    try:
        after = number_after(found.rules.of_documents(kind), document.number, issued)
    except RuleRefused as error:
        return NumberComing(document.number, "", found.name, error.refused)
    if after == document.number:
        return None
    verdict = may_follow(document.number, after, held_by=_holder(session, document, after))
    refused = verdict if isinstance(verdict, Refused) else None
    return NumberComing(document.number, after, found.name, refused)


def _holder(session: Session, document: Document, number: str) -> str | None:
    """Return the number of the document that has a number or had it, or the number where nothing else does.

    A number that the document itself bore before is its own.
    """
    query = select(NumberEntry.shown, NumberEntry.item_id, Document.number.label("now")).outerjoin(
        Document, Document.id == NumberEntry.item_id
    )
    taken = NumberEntry.entity_id == document.entity_id, NumberEntry.normal == normal(number)
    held = session.execute(query.where(*taken)).first()
    if held is None or held.item_id == document.id:
        return None
    return str(held.now or held.shown)
