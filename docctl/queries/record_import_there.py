"""What the legal entity of a form holds already under the numbers of rows on their way in (I-2, N-6, O-4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.normal_form import normal
from docctl.models.content import ItemFile, OwnerKind
from docctl.models.documents import Document
from docctl.queries.number_holders import Holder, Place, holders_of


@dataclass(frozen=True, slots=True)
class RecordsThere:
    """Who has the numbers of some rows, and which files the records among them hold, by hash."""

    entity_id: UUID
    holders: Mapping[Place, Holder]
    files: Mapping[UUID, frozenset[str]]

    def holder_of(self, number: str) -> Holder | None:
        """Return who has a number here, None where a record may take it."""
        found = self.holders.get((self.entity_id, normal(number)))
        return found if found is not None and not found.is_free_for("record") else None

    def files_of(self, number: str) -> frozenset[str]:
        """Return the hashes of what the record of a number holds; nothing where there is none."""
        found = self.holder_of(number)
        return self.files.get(found.item_id, frozenset()) if found and found.item_id else frozenset()


def records_there(session: Session, form_id: UUID, numbers: Iterable[str]) -> RecordsThere:
    """Return what is there under the numbers of some rows, asked once for all of them.

    A record belongs to the entity of its form, and so does its number.
    """
    entity_id = session.scalars(select(Document.entity_id).where(Document.id == form_id)).one()
    holders = holders_of(session, ((entity_id, one) for one in numbers))
    records = sorted({one.item_id for one in holders.values() if one.item_id and one.kind == "record"})
    files: dict[UUID, set[str]] = defaultdict(set)
    held = select(ItemFile.owner_id, ItemFile.sha256).where(
        ItemFile.owner_id.in_(records), ItemFile.owner_kind == OwnerKind.RECORD
    )
    for record_id, sha256 in session.execute(held) if records else ():
        files[record_id].add(sha256)
    return RecordsThere(entity_id, holders, {one: frozenset(hashes) for one, hashes in files.items()})
