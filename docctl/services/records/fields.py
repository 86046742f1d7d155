"""The fields of a form on the revision that a record was filled on (F-1, F-2)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from docctl.domain.form_definition import FACT, FormField
from docctl.models.records import Record
from docctl.queries.form_definitions import definition_at


def field_of(session: Session, row: Record, fact: str) -> FormField | None:
    """Return the field whose value stands in a registered fact; None for facts of every record."""
    return definition_at(session, row.form_revision_id).of_fact(fact) if fact.startswith(FACT) else None


def named(session: Session, row: Record, fact: str) -> dict[str, str]:
    """Return what the field is called, for the details of an event; nothing for facts of every record."""
    field = field_of(session, row, fact)
    return {} if field is None else {"field": field.name}
