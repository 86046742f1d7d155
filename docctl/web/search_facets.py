"""The choices beside a search, each with how many items it would find (S-3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from docctl.queries.search import Asked, SearchPage
from docctl.queries.search_choices import SearchChoices
from docctl.web.context import lang, words
from docctl.web.search_address import Here

#: Facets in the order of the page, each with its name in the address; the kind stands above, as chips.
_SHOWN: Final = {"state": "state", "unit": "unit", "type": "type", "year": "year", "retention": "class"}


@dataclass(frozen=True, slots=True)
class FacetChoice:
    """One choice: where it leads, how many items it would find, whether it is made."""

    label: str
    count: int
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """The choices of one facet."""

    name: str
    label: str
    choices: tuple[FacetChoice, ...]


def facet_groups(
    asked: Asked, found: SearchPage | None, choices: SearchChoices, here: Here
) -> list[FacetGroup]:
    """Return the facets of a search that narrow it; one with a single choice narrows nothing."""
    if found is None:
        return []
    t = words().t
    labels = choices.names(english=lang() == "en")
    groups = []
    for name, key in _SHOWN.items():
        chosen = getattr(asked, name)
        counts = dict(found.facets.get(name, ()))
        if chosen:
            counts.setdefault(chosen, 0)
        if len(counts) < 2 and not chosen:
            continue
        made = tuple(
            FacetChoice(
                t(f"search.state.{value}") if name == "state" else labels.get((name, value), value),
                count,
                here(**{f"{key}_": "" if value == chosen else value}),
                value == chosen,
            )
            for value, count in counts.items()
        )
        groups.append(FacetGroup(key, t(f"search.facet.{key}"), made))
    return groups
