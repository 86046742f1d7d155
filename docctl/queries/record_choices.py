"""What records say now in the fields of their forms: by keys that outlive revisions, and in words (S-3).

What is going or gone says nothing (R-7).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, literal, or_, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.form_definition import FACT, Definition
from docctl.domain.form_values import keys_in, names_in
from docctl.models.records import Record, RecordFact
from docctl.queries.form_definitions import definitions_at, definitions_of
from docctl.queries.paging import AT_ONCE
from docctl.queries.record_actions import GONE
from docctl.queries.search_form_fields import field_key

#: A record, its form, and the revision it was filled on.
Filled = tuple[UUID, UUID, UUID]


@dataclass(frozen=True, slots=True)
class Answer:
    """A field of a form with what was chosen in it, as they were called on that revision."""

    key: str
    field: str
    chosen: tuple[str, ...]


def choices_of(session: Session, records: Sequence[Filled]) -> dict[UUID, tuple[tuple[str, str], ...]]:
    """Return field and choice of each record that has any: two questions for however many (S-3)."""
    forms = {record_id: form_id for record_id, form_id, _ in records}
    return {
        record_id: tuple(
            (field_key(forms[record_id], field.key), key)
            for field in asked.fields
            for key in keys_in(field, facts.get(field.fact, ""))
        )
        for record_id, asked, facts in _present(
            session, {one: revision_id for one, _, revision_id in records}
        )
    }


def answers_of(session: Session, record_ids: Iterable[UUID]) -> dict[UUID, tuple[Answer, ...]]:
    """Return what each record says in the fields of its form, empty ones left out, in their order (F-2).

    Three questions for each thousand records; for records that the person may see.
    """
    left, found = iter(record_ids), {}
    while some := tuple(islice(left, AT_ONCE)):
        rows = session.execute(
            select(Record.id, Record.form_revision_id).where(Record.id.in_(some), Record.status.not_in(GONE))
        )
        filled_on = {one.id: one.form_revision_id for one in rows}
        for record_id, asked, facts in _present(session, filled_on):
            found[record_id] = tuple(
                Answer(field.key, field.name, tuple(names_in(facts[field.fact])))
                for field in asked.fields
                if facts.get(field.fact)
            )
    return found


def _present(
    session: Session, revisions: Mapping[UUID, UUID]
) -> Iterable[tuple[UUID, Definition, Mapping[str, str]]]:
    """Return each record whose form asks for something, with what it asks and the present values by fact."""
    asked = definitions_at(session, {*revisions.values()})
    asks = {record_id: asked[at] for record_id, at in revisions.items() if at in asked}
    if not asks:
        return []
    rows = session.execute(
        select(RecordFact.record_id, RecordFact.field, RecordFact.value)
        .where(RecordFact.record_id.in_(asks), RecordFact.field.startswith(FACT))
        .order_by(RecordFact.record_id, RecordFact.ordinal)
    )
    present: dict[UUID, dict[str, str]] = {}
    for record_id, fact, value in rows:  # the last value of a fact is the present one (C-2)
        present.setdefault(record_id, {})[fact] = value
    return [(record_id, asks[record_id], facts) for record_id, facts in present.items()]


def answering(
    session: Session, form_id: UUID, choices: Collection[tuple[str, str]]
) -> list[ColumnElement[bool]]:
    """Return the conditions that a record of a form has these answers now, each as keys of field and choice.

    Of several in one field either is enough; a record is compared by the names of its own revision (F-1).
    """
    wanted: dict[str, set[str]] = {}
    for field, option in choices:
        wanted.setdefault(field, set()).add(option)
    if not wanted:
        return []
    asked = definitions_of(session, form_id)
    return [Record.status.not_in(GONE), *(_says(asked, *one) for one in wanted.items())]


def _says(
    asked: Sequence[tuple[UUID, Definition]], key: str, options: Collection[str]
) -> ColumnElement[bool]:
    meant: dict[str, list[UUID]] = {}
    others: set[str] = set()
    for revision_id, definition in asked:
        field = definition.of_key(key)
        for option in field.options if field else ():
            if option.key in options:
                meant.setdefault(option.name, []).append(revision_id)
            else:
                others.add(option.name)
    later = aliased(RecordFact)
    lines = literal("\n") + RecordFact.value + "\n"
    return exists().where(
        RecordFact.record_id == Record.id,
        RecordFact.field == f"{FACT}{key}",
        or_(
            false(),
            *(
                and_(
                    lines.contains(f"\n{name}\n", autoescape=True),
                    # Only a name that once meant something else needs the record's revision looked up.
                    *([Record.form_revision_id.in_(revisions)] if name in others else ()),
                )
                for name, revisions in meant.items()
            ),
        ),
        ~exists().where(
            later.record_id == RecordFact.record_id,
            later.field == RecordFact.field,
            later.ordinal > RecordFact.ordinal,
        ),
    )


__all__ = ["Answer", "answering", "answers_of", "choices_of"]
