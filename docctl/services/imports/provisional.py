"""A number until the controller gives the real one (待编号), and giving it (N-11)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.number_patterns import PROVISIONAL
from docctl.domain.permissions import authorise
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.models.documents import Document, DocumentType
from docctl.models.organisation import Unit
from docctl.queries.provisional import is_provisional
from docctl.services.caller import Caller
from docctl.services.documents.load import facts_of, lock_document
from docctl.services.documents.make import number_document
from docctl.services.numbers.take import For, add_alias, take_number
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


def provisional_number(session: Session, by: Caller, for_: For) -> str:
    """Take the next provisional number (N-11)."""
    return take_number(session, by, PROVISIONAL, {}, for_).shown


@dataclass(frozen=True, slots=True)
class GiveNumber:
    """Give a document its real number; empty takes the next one of its type's scheme."""

    document_id: UUID
    number: str = ""
    number_values: str = ""


@use_case("number.give")
def give_number(session: Session, cmd: GiveNumber, by: Caller) -> str:
    """Number a document that came without one; the provisional number stays as another name (N-9, N-11)."""
    loaded = lock_document(session, cmd.document_id)
    document = loaded.document
    authorise(by.actor, "number.give", facts_of(session, document, loaded.in_order()[-1], by))
    if not is_provisional(session, document.id, document.number):
        raise RuleRefused(Refused("N-11", "has_its_number", {"number": document.number}))
    before = document.number
    numbered = number_document(
        session,
        by,
        document,
        cmd.number,
        kind=session.get_one(DocumentType, document.type_id),
        unit=session.get_one(Unit, document.unit_id),
        parent=session.get(Document, document.parent_id) if document.parent_id else None,
        edition=loaded.in_order()[-1].issue_label,
        typed=cmd.number_values,
    )
    document.number = numbered.shown
    add_alias(session, kind="former", item_kind="document", item_id=document.id, text=before)
    record(
        session,
        by,
        "document.numbered",
        Subject("document", document.id),
        facts={"number": document.number, "before": before, "numbering": numbered.rules},
    )
    return document.number
