"""Which records have the numbers of blanks that were used: as their own, or outside (D-10, N-4)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Actor
from docctl.models.documents import Document
from docctl.models.numbers import Alias, NumberEntry
from docctl.models.records import Record
from docctl.models.visibility import visible_sets


@dataclass(frozen=True, slots=True)
class RecordWith:
    """A record that has a number; `record_id` None where the person may not see it (X-3)."""

    record_id: UUID | None
    number: str


def records_with(
    session: Session, actor: Actor, form: Document, forms: Collection[str]
) -> dict[str, RecordWith]:
    """Return the records of a form that have these numbers, by normal form: two questions for all (N-10)."""
    if not forms:
        return {}
    sees = Record.access_set_id.in_(visible_sets(actor)).label("seen")
    columns = (Record.id, Record.number, sees)
    own = select(NumberEntry.normal, *columns).join(NumberEntry, NumberEntry.item_id == Record.id)
    outside = select(Alias.normal, *columns).join(Alias, Alias.item_id == Record.id)
    found: dict[str, RecordWith] = {}
    for query in (
        outside.where(Alias.kind == "outside", Alias.normal.in_(forms), Record.form_id == form.id),
        own.where(NumberEntry.entity_id == form.entity_id, NumberEntry.normal.in_(forms)),
    ):
        for one in session.execute(query):
            found[one.normal] = RecordWith(one.id if one.seen else None, one.number)
    return found
