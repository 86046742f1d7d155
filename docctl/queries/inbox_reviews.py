"""Reviews that wait for a person: to decide, then to revise or withdraw as decided (D-5)."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Date, Select, and_, bindparam, exists, or_, select
from sqlalchemy.orm import aliased

from docctl.domain.permissions import Actor
from docctl.domain.reviews import ReviewOutcome
from docctl.domain.roles import Role
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Person, Unit
from docctl.models.reviews import DocumentReview
from docctl.queries.inbox_copies import AT, TODAY
from docctl.queries.inbox_row import work
from docctl.queries.reviews import is_asked, not_begun
from docctl.queries.revision_states import in_force_at, is_insider, owns

#: The last day of those reviews whose time has come.
ASKED_UNTIL: Final = bindparam("asked_until", type_=Date())


def review_work(actor: Actor) -> dict[str, Select[*tuple[Any, ...]]]:
    """Return the person's work on reviews, by verb: of documents of units they head, and for control of the
    late ones and of those that nobody owns. To revise also waits for who wrote the revision looked at.
    """
    current = aliased(Revision)
    has_force = exists().where(current.document_id == Document.id, in_force_at(AT, current))
    nobody = Document.unit_id.in_(select(Unit.id).where(Unit.head_id.is_(None)))
    wrote = DocumentReview.revision_id.in_(
        select(Revision.id).where(Revision.created_by == actor.person_id)
    ) & (DocumentReview.outcome == ReviewOutcome.REVISE)
    mine = owns(actor, AT)
    done_by = or_(mine, wrote)
    if actor.has(Role.DOCUMENT_CONTROLLER):
        mine = or_(mine, and_(is_insider(actor), or_(nobody, DocumentReview.due_on < TODAY)))
        done_by = or_(
            done_by, and_(is_insider(actor), or_(nobody, DocumentReview.outcome == ReviewOutcome.WITHDRAW))
        )
    return {
        "review_document": _reviews(DocumentReview.opened_at, due_on=DocumentReview.due_on).where(
            DocumentReview.outcome.is_(None), is_asked(ASKED_UNTIL), has_force, mine
        ),
        "carry_out": _reviews(DocumentReview.decided_at).where(not_begun(AT), done_by),
    }


def _reviews(since: Any, due_on: Any = None) -> Select[*tuple[Any, ...]]:
    opener = aliased(Person)
    return (
        work(
            "review",
            DocumentReview.id,
            number=Document.number,
            title=Document.title,
            whose=opener.name,
            due_on=due_on,
            since=since,
        )
        .select_from(DocumentReview)
        .join(Document, Document.id == DocumentReview.document_id)
        .outerjoin(opener, opener.id == DocumentReview.opened_by)
    )


__all__ = ["ASKED_UNTIL", "review_work"]
