"""What engines decide in Python: who may see an entry, what passes a question, order, counts (X-3, S-3)."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from search.analysis import nearness, number_key, slips, squeezed
from search.api import CHOICE, RECORD, STANDING, Entry, Query, Sort, choice_of, chosen_value
from search.asked import within


def may_show(entry: Entry, query: Query) -> bool:
    """Say whether a reader may see an entry and the question lets it pass, facets left out."""
    return (
        entry.id not in query.exclude
        and (entry.access in query.sets or (entry.published in query.sets and entry.is_valid(query.at)))
        and within(entry.day, query.day_from, query.day_until)
        and not (query.not_ended and entry.kind != RECORD and entry.standing(query.at) == "ended")
    )


def is_near(number: str, asked: str) -> bool:
    """Say whether a number is nearly the one asked for (S-3)."""
    typed = squeezed(asked)
    most = nearness(typed)
    return most > 0 and slips(squeezed(number), typed, most=most) <= most


def passing(query: Query, *, without: str = "") -> Callable[[Entry], bool]:
    """Return what says whether an entry has the values chosen of its facets, but for one facet."""
    chosen = [(name, values) for name, values in query.chosen().items() if name != without]
    standings = frozenset() if without == "state" else query.standings
    choices = [(field, values) for field, values in query.choices.items() if choice_of(field) != without]

    def passes(entry: Entry) -> bool:
        return (
            all(getattr(entry, name) in values for name, values in chosen)
            and (not standings or entry.standing(query.at) in standings)
            and all(any((one, value) in entry.choices for value in values) for one, values in choices)
        )

    return passes


def narrowed_by(facet: str) -> str:
    """Return the name in Query.chosen() of what narrows a search to a value of a facet."""
    return "state" if facet in STANDING else facet


def counts(entries: Iterable[Entry], query: Query) -> dict[str, dict[str, int]]:
    """Count entries that pass all but the facets by each facet asked for; see Found."""
    found: dict[str, Counter[str]] = {name: Counter() for name in query.facets}
    passes = {name: passing(query, without=narrowed_by(name)) for name in found}
    by_field = {one: passing(query, without=choice_of(one)) for one in query.choices}
    for entry in entries:
        if CHOICE in found:
            for one, value in set(entry.choices):
                if by_field.get(one, passes[CHOICE])(entry):
                    found[CHOICE][chosen_value(one, value)] += 1
        for name, counter in found.items():
            if name != CHOICE and (value := _counted(entry, name, query.at)) and passes[name](entry):
                counter[value] += 1
    return {name: dict(counter) for name, counter in found.items()}


def _counted(entry: Entry, name: str, at: datetime) -> str:
    if name in STANDING:
        return entry.state if entry.standing(at) == STANDING[name] else ""
    return str(getattr(entry, name))


def in_order(entries: Iterable[Entry], query: Query, scores: Mapping[str, float]) -> list[Entry]:
    """Sort as asked for; ties are settled by id, so that pages do not overlap (S-3)."""
    found = sorted(entries, key=lambda entry: entry.id)
    if query.sort is Sort.RELEVANCE and any(scores.values()):
        found.sort(key=lambda entry: -scores.get(entry.id, 0.0))
    elif query.sort is Sort.DATE:
        found.sort(key=lambda entry: entry.day or date.min, reverse=True)
    else:
        found.sort(key=lambda entry: number_key(entry.number))
    return found
