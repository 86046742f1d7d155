"""What people call the fields of forms and their choices, where a search names or counts them (S-1, S-3).

Names are those of revisions that are or were in force, the newest first. A field is known to who sees its
form, or a record of it (X-3).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from docctl.domain.form_definition import Definition, FormField, merged
from docctl.domain.permissions import Actor
from docctl.models.documents import Document, Revision
from docctl.models.forms import FormDefinition
from docctl.models.names import name_key
from docctl.models.records import Record
from docctl.models.visibility import visible_sets
from docctl.queries.form_definitions import begun_definitions
from docctl.queries.revision_states import begun_by
from search.analysis import number_key
from search.api import CHOICE, Found, Query, choice_of, chosen_value, field_chosen
from search.tokens import names_typed

#: So many fields are shown beside a search, those with the most answers first.
MOST_FIELDS: Final = 6
#: So many names before colons are looked up; a text has no more that mean something.
_MOST_NAMES: Final = 8


@dataclass(frozen=True, slots=True)
class ChoiceCount:
    """A choice of a field, and how many items it would find; `value` as it stands in an address."""

    value: str
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class ChoiceFacet:
    """A field of a form with the choices that were found in it."""

    field: str
    words: str
    form: str
    choices: tuple[ChoiceCount, ...]


@dataclass(frozen=True, slots=True)
class NamedFields:
    """The fields of forms that a search names, and what their values mean in the index."""

    fields: frozenset[str] = frozenset()
    known: Mapping[str, Mapping[str, frozenset[str]]] = dataclasses.field(default_factory=dict)


def field_key(form_id: UUID, key: str) -> str:
    """Return the index's name of a field of a form; it holds over all revisions."""
    return f"{form_id.hex}.{key}"


def choice_value(form_id: UUID, field: str, option: str) -> str:
    """Return how an address, and the index, write a choice of a form."""
    return chosen_value(field_key(form_id, field), option)


def named_fields(session: Session, actor: Actor, text: str, *, at: datetime) -> NamedFields:
    """Return the fields of forms that a search names and that the person may know of (S-1, X-3)."""
    typed = {name: name_key(name) for name in names_typed(text)[:_MOST_NAMES]}
    wanted = {key for key in typed.values() if key}
    if not wanted:
        return NamedFields()
    rows = session.scalars(
        select(FormDefinition.document_id)
        .join(Document, Document.id == FormDefinition.document_id)
        .join(Revision, Revision.id == FormDefinition.revision_id)
        .where(
            begun_by(at),
            or_(*(FormDefinition.names.contains(f"\n{key}\n", autoescape=True) for key in sorted(wanted))),
            _is_known(actor),
        )
        .distinct()
    ).all()
    meant: dict[str, dict[str, set[str]]] = {}
    for form_id, definitions in begun_definitions(session, rows, at=at).items():
        for key, fields in _by_key(definitions).items():
            for name in {name_key(one.name) for one in fields} & wanted:
                values = meant.setdefault(name, {})
                for option in (each for one in fields for each in one.options):
                    values.setdefault(option.name, set()).add(choice_value(form_id, key, option.key))
    found = {number_key(name): meant[key] for name, key in typed.items() if key in meant}
    return NamedFields(
        frozenset(found),
        {
            choice_of(name): {option: frozenset(values) for option, values in options.items()}
            for name, options in found.items()
        },
    )


def _is_known(actor: Actor) -> ColumnElement[bool]:
    sets = visible_sets(actor)
    filed = select(Record.id).where(Record.form_id == Document.id, Record.access_set_id.in_(sets)).exists()
    return or_(Document.access_set_id.in_(sets), Document.insider_set_id.in_(sets), filed)


def _by_key(definitions: Iterable[Definition]) -> dict[str, list[FormField]]:
    found: dict[str, list[FormField]] = {}
    for definition in definitions:
        for one in definition.fields:
            found.setdefault(one.key, []).append(one)
    return found


def choice_facets(
    session: Session, actor: Actor, found: Found, query: Query, *, at: datetime
) -> tuple[ChoiceFacet, ...]:
    """Return the fields that occur among what was found, those narrowed by first, then the fullest (S-3).

    The counts are of what the person may see; so is all that has a name here (X-3).
    """
    counted: dict[str, dict[str, int]] = {one: {} for one in query.choices}
    for value, count in found.facets.get(CHOICE, {}).items():
        counted.setdefault(field_chosen(value), {})[value] = count
    for field, values in query.choices.items():  # what was chosen stays to be left again
        for one in values:
            counted[field].setdefault(chosen_value(field, one), 0)

    def fullest(field: str) -> tuple[bool, int, str]:
        return field not in query.choices, -sum(counted[field].values()), field

    chosen = sorted(counted, key=fullest)[: max(MOST_FIELDS, len(query.choices))]
    names = choice_names(session, actor, chosen, at=at)
    facets = []
    for field in chosen:
        narrows = field in query.choices or [*counted[field].values()] != [found.total]
        if field not in names or not narrows:
            continue
        words, form, options = names[field]
        ordered = sorted(counted[field].items(), key=lambda one: (-one[1], one[0]))
        choices = (ChoiceCount(value, options.get(value, value), count) for value, count in ordered)
        facets.append(
            ChoiceFacet(field, words, form, tuple(one for one in choices if one.words != one.value))
        )
    return tuple(facets)


def choice_words(session: Session, actor: Actor, values: Iterable[str], *, at: datetime) -> dict[str, str]:
    """Return what choices in an address are called, with their fields; those one may not know left out."""
    wanted = tuple(values)
    names = choice_names(session, actor, map(field_chosen, wanted), at=at) if wanted else {}
    found = {}
    for one in wanted:
        name, _, options = names.get(field_chosen(one), ("", "", {}))
        if one in options:
            found[one] = f"{name} {options[one]}"
    return found


def choice_names(
    session: Session, actor: Actor, fields: Iterable[str], *, at: datetime
) -> dict[str, tuple[str, str, dict[str, str]]]:
    """Return name, number of the form and names of choices of fields, as newest (X-3)."""
    wanted: dict[UUID, set[str]] = {}
    for field in fields:
        form, _, key = field.partition(".")
        try:
            wanted.setdefault(UUID(form), set()).add(key)
        except ValueError:  # an address that somebody made up
            continue
    if not wanted:
        return {}
    numbers = _numbers_known(session, actor, wanted)
    found = {}
    for form_id, definitions in begun_definitions(session, numbers, at=at).items():
        for one in merged(definitions).fields:
            if one.key in wanted[form_id]:
                field = field_key(form_id, one.key)
                options = {chosen_value(field, each.key): each.name for each in one.options}
                found[field] = (one.name, numbers[form_id], options)
    return found


def definitions_known(
    session: Session, actor: Actor, form_id: UUID | None, *, at: datetime
) -> list[Definition]:
    """Return what the revisions of a form asked that are or were in force, the newest first (S-1, X-3).

    Nothing without a form, nor of one that the person may not know of.
    """
    if form_id is None:
        return []
    known = _numbers_known(session, actor, [form_id])
    return begun_definitions(session, known, at=at).get(form_id, []) if known else []


def _numbers_known(session: Session, actor: Actor, form_ids: Collection[UUID]) -> dict[UUID, str]:
    known = select(Document.id, Document.number).where(Document.id.in_(form_ids), _is_known(actor))
    return {one.id: one.number for one in session.execute(known)}


__all__ = [
    "ChoiceCount",
    "ChoiceFacet",
    "choice_facets",
    "choice_names",
    "choice_value",
    "choice_words",
    "definitions_known",
    "field_key",
    "named_fields",
]
