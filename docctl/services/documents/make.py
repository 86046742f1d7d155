"""The row of a new document and its number, for whoever brings it in (D-9, N-1, N-6, X-1)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.normal_form import normal
from docctl.domain.number_rules import values_for
from docctl.domain.outside import Outside
from docctl.domain.partners import may_own
from docctl.domain.units import OUTSIDE
from docctl.domain.verdicts import require
from docctl.models.base import new_id
from docctl.models.documents import Document, DocumentType
from docctl.models.organisation import LegalEntity, Unit
from docctl.queries.rules_in_force import number_rules_at
from docctl.services.access import STAFF_READERS, insider_readers, intern_set
from docctl.services.caller import Caller
from docctl.services.numbers.take import For, add_alias, claim_number, take_number


def require_owner(unit: Unit) -> None:
    """Raise RuleRefused for an outside organisation: no document is given to one, by whatever way (O-7)."""
    require(may_own(unit.name, is_outside=unit.kind in OUTSIDE))


def new_document(
    session: Session,
    by: Caller,
    *,
    kind: DocumentType,
    unit: Unit,
    title: str,
    class_id: UUID | None,
    drafting_unit_id: UUID | None = None,
    parent: Document | None = None,
) -> Document:
    """Return a document without its number yet; staff read it in force, its unit sees drafts (X-1, O-7)."""
    require_owner(unit)
    return Document(
        id=new_id(),
        entity_id=unit.entity_id,
        type_id=kind.id,
        number="",
        title=title,
        unit_id=unit.id,
        drafting_unit_id=drafting_unit_id,
        parent_id=parent.id if parent else None,
        class_id=class_id,
        access_set_id=intern_set(session, STAFF_READERS),
        insider_set_id=intern_set(session, insider_readers(unit.id, [by.person_id])),
        created_by=by.person_id,
        created_at=by.at,
    )


@dataclass(frozen=True, slots=True)
class Numbered:
    """The number that a document got, and the revision of the rules by which it was given (N-2)."""

    shown: str
    rules: str


def number_document(
    session: Session,
    by: Caller,
    document: Document,
    wanted: str,
    *,
    kind: DocumentType,
    unit: Unit,
    parent: Document | None = None,
    edition: str = "",
    typed: str = "",
    annex_of: str = "",
) -> Numbered:
    """Take the number that somebody brought, or the next one of the type's scheme (N-1, N-6).

    With `annex_of`, the type of the document above, it is one under the parent's number (N-12). `edition` is
    the issue of the first label, `typed` the values that only a person knows.
    """
    found = number_rules_at(session, by.at)
    scheme = found.rules.of_annexes(annex_of) if annex_of else found.rules.of_documents(kind.code)
    for_ = For(document.entity_id, "document", document.id)
    if wanted.strip():
        return Numbered(claim_number(session, by, scheme, wanted, for_).shown, found.name)
    values = values_for(
        scheme,
        company=session.get_one(LegalEntity, document.entity_id).code,
        department=unit.code,
        today=by.today,
        parent=parent.number if parent else "",
        edition=edition,
        fixed=found.rules.values(annex_of or kind.code),
        typed=typed,
    )
    return Numbered(take_number(session, by, scheme, values, for_).shown, found.name)


def set_outside(session: Session, document: Document, outside: Outside) -> None:
    """Note who issued a document from outside; its number there finds it, beside ours (D-9, N-9)."""
    if not outside.is_external:
        return
    document.is_external, document.issuer, document.issuer_number = True, outside.issuer, outside.number
    if outside.number and normal(outside.number) != normal(document.number):
        add_alias(session, kind="outside", item_kind="document", item_id=document.id, text=outside.number)
