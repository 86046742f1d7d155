"""What a search asks for, in words, beside its name (S-3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from docctl.queries.saved_searches import Saved
from docctl.queries.search import SORTS, Asked
from docctl.queries.search_address import asked_in
from docctl.queries.search_choices import SearchChoices
from docctl.web.context import lang, words


@dataclass(frozen=True, slots=True)
class SavedShown:
    """A kept search with what it asks for."""

    id: UUID
    name: str
    address: str
    asks: str


def saved_shown(saved: Iterable[Saved], choices: SearchChoices) -> list[SavedShown]:
    """Return kept searches with what they ask for, in the names that things have now."""
    return [SavedShown(one.id, one.name, one.address, asks(asked_in(one.address), choices)) for one in saved]


def asks(asked: Asked, choices: SearchChoices) -> str:
    """Return what a search asks for: its words, then all that narrows, widens or orders it."""
    return " · ".join(_parts(asked, choices))


def _parts(asked: Asked, choices: SearchChoices) -> Iterator[str]:
    t, names = words().t, choices.names(english=lang() == "en")
    if asked.text:
        yield asked.text
    if asked.kind:
        yield t(f"search.kind.{asked.kind}")
    narrowing = {
        "unit": names.get(("unit", asked.unit), asked.unit),
        "type": names.get(("type", asked.type), asked.type),
        "state": t(f"search.state.{asked.state}") if asked.state else "",
        "year": asked.year,
        "class": names.get(("retention", asked.retention), asked.retention),
        "from": asked.day_from,
        "until": asked.day_until,
    }
    yield from (choices.chosen[one] for one in asked.choices if one in choices.chosen)
    for name, value in narrowing.items():
        if value:
            yield f"{t(f'search.field.{name}')} {value}"
    if asked.with_obsolete:
        yield t("search.with_obsolete")
    if asked.widened:
        yield t("search.with_synonyms")
    if asked.sort != SORTS[0]:
        yield t(f"search.sort.{asked.sort}")
