"""The choices beside a search, each with how many items it would find (S-3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
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
    return [*groups, *_of_forms(asked, found, here)]


def _of_forms(asked: Asked, found: SearchPage, here: Here) -> Iterator[FacetGroup]:
    """Yield the fields of forms, each by its own name; of several with one name, with their forms (S-3)."""
    names = Counter(one.words for one in found.choices)
    for place, one in enumerate(found.choices):
        label = one.words if names[one.words] == 1 else f"{one.words}（{one.form}）"
        made = (
            FacetChoice(
                each.words,
                each.count,
                here(choice=" ".join(_toggled(asked.choices, each.value))),
                each.value in asked.choices,
            )
            for each in one.choices
        )
        yield FacetGroup(f"choice-{place}", label, tuple(made))


def choices_left(asked: Asked, choices: SearchChoices, here: Here) -> list[tuple[str, str]]:
    """Return each choice of a form in use: its words, and the address without it."""
    hidden = words().t("search.hidden_choice")
    return [
        (choices.chosen.get(one, hidden), here(choice=" ".join(_toggled(asked.choices, one))))
        for one in asked.choices
    ]


def _toggled(chosen: Sequence[str], value: str) -> list[str]:
    return sorted({*chosen} ^ {value})
