"""Giving a document another name, and ending one; the trail keeps both (N-9)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.other_names import may_end, may_name
from docctl.domain.permissions import authorise
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.documents import Document
from docctl.models.names import name_key
from docctl.models.numbers import Alias, NumberEntry
from docctl.queries.other_names import name_holders
from docctl.services.caller import Caller
from docctl.services.documents.load import facts_of, lock_document
from docctl.services.locks import lock_names
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class AddName:
    """Give a document another name; the kind is one of `NameKind`."""

    document_id: UUID
    text: str
    kind: str


@use_case("document.name")
def add_name(session: Session, cmd: AddName, by: Caller) -> UUID:
    """Let another name find a document, in whatever script; return its id (N-9).

    Raises RuleRefused N-9 with who has it where it leads elsewhere already.
    """
    text = " ".join(cmd.text.split())
    lock_names(session, [f"name:{name_key(text)}"])  # of two at the same moment one comes second
    document = _document(session, cmd.document_id, by)
    require(may_name(text, cmd.kind, name_holders(session, by.actor, document, text, at=by.at)))
    alias = Alias(
        id=new_id(),
        item_kind="document",
        item_id=document.id,
        kind=cmd.kind,
        text=text,
        normal=name_key(text),
    )
    session.add(alias)
    record(
        session,
        by,
        "document.named",
        Subject("document", document.id),
        facts={"number": document.number, "kind": cmd.kind},
        detail={"called": text},
    )
    return alias.id


@dataclass(frozen=True, slots=True)
class EndName:
    """End another name of a document."""

    document_id: UUID
    alias_id: UUID
    reason: str


@use_case("document.name")
def end_name(session: Session, cmd: EndName, by: Caller) -> UUID:
    """Let a name find the document no more; a number that it ever bore stays (N-1, N-9)."""
    document = _document(session, cmd.document_id, by)
    if not cmd.reason.strip():
        raise RuleRefused(Refused("N-9", "reason_needed"))
    alias = session.get(Alias, cmd.alias_id)
    if alias is None or alias.item_id != document.id:
        raise NotFound("alias")
    borne = select(NumberEntry.id).where(
        NumberEntry.item_id == document.id, NumberEntry.normal == alias.normal
    )
    require(may_end(alias.text, alias.kind, was_its_number=session.scalars(borne).first() is not None))
    session.delete(alias)
    record(
        session,
        by,
        "document.name_ended",
        Subject("document", document.id),
        facts={"number": document.number, "kind": alias.kind},
        detail={"called": alias.text, "reason": cmd.reason.strip()[:500]},
    )
    return document.id


def _document(session: Session, document_id: UUID, by: Caller) -> Document:
    loaded = lock_document(session, document_id)
    authorise(by.actor, "document.name", facts_of(session, loaded.document, loaded.in_order()[-1], by))
    return loaded.document
