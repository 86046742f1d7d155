"""The other names of a document, and who has a name already (N-9, X-3)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from docctl.domain.normal_form import normal
from docctl.domain.other_names import NameHolders, may_end
from docctl.domain.permissions import Actor
from docctl.domain.verdicts import Refused
from docctl.models.documents import Document
from docctl.models.names import name_key
from docctl.models.numbers import Alias, NumberEntry
from docctl.queries.revision_states import readable_document


@dataclass(frozen=True, slots=True)
class OtherName:
    """Another name of a document; with `refused` it cannot end."""

    id: UUID
    kind: str
    text: str
    refused: Refused | None


def keys_of(text: str) -> set[str]:
    """Return the forms by which a name is compared: as a number, and without the script it is in."""
    return {normal(text), name_key(text)} - {""}


def other_names(session: Session, document: Document) -> tuple[OtherName, ...]:
    """Return the other names of a document; of a number that it bears again nothing is said (N-9)."""
    borne = exists().where(NumberEntry.item_id == document.id, NumberEntry.normal == Alias.normal)
    rows = session.execute(
        select(Alias.id, Alias.kind, Alias.text, borne.label("borne"))
        .where(Alias.item_id == document.id, Alias.item_kind == "document")
        .order_by(Alias.kind, Alias.text)
    )
    return tuple(
        OtherName(one.id, one.kind, one.text, _refusal(one.text, one.kind, borne=one.borne))
        for one in rows
        if normal(one.text) != normal(document.number)
    )


def _refusal(text: str, kind: str, *, borne: bool) -> Refused | None:
    verdict = may_end(text, kind, was_its_number=borne)
    return verdict if isinstance(verdict, Refused) else None


def name_holders(
    session: Session, actor: Actor, document: Document, text: str, *, at: datetime
) -> NameHolders:
    """Return who has a name; numbers are no secret, of titles and names only what the person sees (X-3)."""
    keys = keys_of(text)
    return NameHolders(
        own=_is_own(session, document, keys),
        number=_number(session, document, keys),
        title=_seen(session, actor, document, at, Document.title_key.in_(keys)),
        other_name=_seen(
            session,
            actor,
            document,
            at,
            exists().where(
                Alias.item_id == Document.id, Alias.item_kind == "document", Alias.normal.in_(keys)
            ),
        ),
    )


def _is_own(session: Session, document: Document, keys: Collection[str]) -> bool:
    if document.title_key in keys or normal(document.number) in keys:
        return True
    named = select(Alias.id).where(Alias.item_id == document.id, Alias.normal.in_(keys)).limit(1)
    return session.scalars(named).first() is not None


def _number(session: Session, document: Document, keys: Collection[str]) -> str:
    """Return the number that somebody else has, or that nobody gets any more."""
    query = select(NumberEntry.shown).where(
        NumberEntry.entity_id == document.entity_id,
        NumberEntry.normal.in_(keys),
        NumberEntry.item_id.is_distinct_from(document.id),
    )
    return session.scalars(query.limit(1)).first() or ""


def _seen(session: Session, actor: Actor, document: Document, at: datetime, has_it: object) -> str:
    query = select(Document.number).where(
        has_it,  # type: ignore[arg-type]
        Document.id != document.id,
        readable_document(actor, at),
    )
    return session.scalars(query.order_by(Document.number).limit(1)).first() or ""
