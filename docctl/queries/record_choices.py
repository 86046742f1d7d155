"""What records say in the fields of their forms now, by the keys that hold over all revisions (F-2, S-3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.form_definition import FACT, Definition
from docctl.domain.form_values import keys_in
from docctl.models.records import RecordFact
from docctl.queries.form_definitions import definitions_at
from docctl.queries.search_form_fields import field_key

#: A record, its form, and the revision it was filled on.
Filled = tuple[UUID, UUID, UUID]


def choices_of(session: Session, records: Sequence[Filled]) -> dict[UUID, tuple[tuple[str, str], ...]]:
    """Return field and choice of each record that has any: two questions for however many (S-3)."""
    asked = definitions_at(session, {revision_id for _, _, revision_id in records})
    if not asked:
        return {}
    forms = {record_id: (form_id, asked[at]) for record_id, form_id, at in records if at in asked}
    rows = session.execute(
        select(RecordFact.record_id, RecordFact.field, RecordFact.value)
        .where(RecordFact.record_id.in_(forms), RecordFact.field.startswith(FACT))
        .order_by(RecordFact.record_id, RecordFact.ordinal)
    )
    present: dict[UUID, dict[str, str]] = {}
    for record_id, fact, value in rows:  # the last value of a fact is the present one (C-2)
        present.setdefault(record_id, {})[fact] = value
    return {record_id: tuple(_pairs(*forms[record_id], facts)) for record_id, facts in present.items()}


def _pairs(form_id: UUID, definition: Definition, facts: Mapping[str, str]) -> list[tuple[str, str]]:
    return [
        (field_key(form_id, field.key), key)
        for field in definition.fields
        for key in keys_in(field, facts.get(field.fact, ""))
    ]
