"""What a search can be narrowed to: units, document types, and forms the person may see (S-1, X-3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Actor
from docctl.models.documents import Document, DocumentType
from docctl.models.organisation import Unit
from docctl.models.schedule import classes_at
from docctl.queries.revision_states import readable_document
from docctl.queries.search_form_fields import choice_words


@dataclass(frozen=True, slots=True)
class SearchChoice:
    """One value of a filter and its words."""

    value: str
    words: str
    words_en: str


@dataclass(frozen=True, slots=True)
class SearchChoices:
    """The values of all filters that come from the database."""

    units: tuple[SearchChoice, ...]
    types: tuple[SearchChoice, ...]
    forms: tuple[SearchChoice, ...]
    classes: tuple[SearchChoice, ...]
    #: Choices of forms that were asked for, with their fields; those one may not know are left out.
    chosen: Mapping[str, str] = field(default_factory=dict)

    def names(self, *, english: bool) -> dict[tuple[str, str], str]:
        """Return what the values of facets are called, by facet and value; others are called as they are."""
        known = {"unit": self.units, "type": (*self.types, *self.forms), "retention": self.classes}
        return {
            (facet, one.value): one.words_en if english else one.words
            for facet, values in known.items()
            for one in values
        }


def _by_code(units: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return what units are called, by code; several legal entities may have one of the same code (O-4)."""
    found: dict[str, dict[str, None]] = {}
    for code, name in units:
        found.setdefault(code, {})[name] = None
    return {code: " / ".join(names) for code, names in found.items()}


def search_choices(
    session: Session, actor: Actor, *, at: datetime, chosen: Iterable[str] = ()
) -> SearchChoices:
    """Return units, types of documents, the forms whose records can be asked for, retention classes (S-1).

    `chosen` are the choices of forms in the address.
    """
    if actor.is_outside:  # who is told nothing of the company by what could be chosen (O-7, X-3)
        return SearchChoices((), (), (), ())
    units = session.execute(select(Unit.code, Unit.name).order_by(Unit.code))
    types = session.execute(
        select(DocumentType.code, DocumentType.name, DocumentType.name_en).order_by(
            DocumentType.ordinal, DocumentType.code
        )
    )
    forms = session.execute(
        select(Document.number, Document.title)
        .join(DocumentType, DocumentType.id == Document.type_id)
        .where(DocumentType.is_form, readable_document(actor, at))
        .order_by(Document.number)
        .limit(500)
    )
    classes = session.scalars(classes_at(at)).all()  # each is called as it is now
    return SearchChoices(
        tuple(
            SearchChoice(code, words, words)
            for code, words in _by_code((code, name) for code, name in units).items()
        ),
        tuple(SearchChoice(code, name, name_en or name) for code, name, name_en in types),
        tuple(SearchChoice(number, f"{number} {title}", f"{number} {title}") for number, title in forms),
        tuple(SearchChoice(one.code, *(f"{one.code} {one.name}",) * 2) for one in classes),
        choice_words(session, actor, chosen, at=at),
    )
