"""What is shown where a print of blanks is registered, and what a form's page says of them (D-10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.blanks import Tally, may_print_of
from docctl.domain.permissions import Actor, Facts, allows
from docctl.domain.verdicts import NotFound, Refused
from docctl.models.blanks import BlankPrint
from docctl.models.documents import Document, DocumentType, Revision
from docctl.models.visibility import visible_sets
from docctl.queries.blank_states import tally_of_form
from docctl.queries.document_actions import Offered

#: So many earlier prints are named beside the form.
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class PrintPage:
    """The form revision of which blanks are printed, and the last prints of the form."""

    revision_id: UUID
    document_id: UUID
    number: str
    title: str
    label: str
    today: date
    before: tuple[str, ...]


def print_page(session: Session, actor: Actor, revision_id: UUID, *, today: date) -> PrintPage:
    """Return what the form shows; raise NotFound where the form is not known from inside or is none (X-3)."""
    found = session.execute(
        select(Revision, Document)
        .join(Document, Document.id == Revision.document_id)
        .join(DocumentType, DocumentType.id == Document.type_id)
        .where(
            Revision.id == revision_id,
            DocumentType.is_form,
            Document.insider_set_id.in_(visible_sets(actor)),
        )
    ).first()
    if found is None:
        raise NotFound("revision")
    revision, document = found
    prints = session.scalars(
        select(BlankPrint)
        .where(BlankPrint.document_id == document.id)
        .order_by(BlankPrint.noted_at.desc())
        .limit(_MOST_NAMED)
    )
    return PrintPage(
        revision.id,
        document.id,
        document.number,
        revision.title,
        revision.label,
        today,
        tuple(one.written.span(one.span) for one in prints),
    )


@dataclass(frozen=True, slots=True)
class BlanksOfForm:
    """Where all blanks of a form are, and whether one may register a print of the revision shown."""

    tally: Tally
    register: Offered | None


def blanks_of_form(
    session: Session, actor: Actor, document_id: UUID, revision_id: UUID, *, at: datetime
) -> BlanksOfForm | None:
    """Return what the page of a form says of its blanks to who knows it from inside (D-10, X-3)."""
    found = session.execute(
        select(Revision, Document)
        .join(Document, Document.id == Revision.document_id)
        .join(DocumentType, DocumentType.id == Document.type_id)
        .where(
            Revision.id == revision_id,
            Document.id == document_id,
            DocumentType.is_form,
            Document.insider_set_id.in_(visible_sets(actor)),
        )
    ).first()
    if found is None:
        return None
    revision, document = found
    facts = Facts(unit_id=document.unit_id, insider=True)
    register = None
    if allows(actor, "blank.register", facts):
        verdict = may_print_of(revision.status, over_since=revision.over_since(document), at=at)
        register = Offered("print", verdict if isinstance(verdict, Refused) else None)
    there = session.scalar(select(func.count()).where(BlankPrint.document_id == document_id))
    tally = tally_of_form(session, document_id) if there else Tally()
    return BlanksOfForm(tally, register)
