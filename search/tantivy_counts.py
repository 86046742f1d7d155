"""How tantivy counts what was found by facets, in one pass where nothing narrows them (S-3, V-3, V-8)."""

from collections.abc import Iterable
from concurrent.futures import Executor, Future
from typing import Any, Final

import tantivy

from search.api import (
    CHOICE,
    ENDED_STATE,
    EXPIRED_STATE,
    WAITING_STATE,
    Query,
    choice_of,
    field_chosen,
)
from search.plain import narrowed_by
from search.questions import question
from search.schema import instant

Counted = dict[str, dict[str, int]]

#: More values of one facet than any company has units, forms or years.
_MOST_VALUES: Final = 60_000
#: Which side of the instant each field stands on, the rarest field last: it is looked at first.
_CUTS: Final = {
    WAITING_STATE: (("valid_until", "from"), ("valid_from", "from")),
    EXPIRED_STATE: (("valid_until", "from"), ("valid_from", "to"), ("expires", "to")),
    ENDED_STATE: (("valid_until", "to"),),
}


def counting(
    searcher: tantivy.Searcher, asked: tantivy.Query, query: Query, beside: Executor
) -> list[Future[Counted]]:
    """Begin to count by facets `beside` what is done meanwhile: tantivy leaves the interpreter to others.

    What is not narrowed by is counted in one pass over what was found, all else in a pass of its own.
    """
    narrowed = query.narrowed()
    passes: dict[str, set[str]] = {}
    for name in query.facets:
        by = narrowed_by(name)
        passes.setdefault(by if by in narrowed else "", set()).add(name)
    if CHOICE in query.facets:
        passes |= {choice_of(field): {CHOICE} for field in query.choices}
    at = instant(query.at)
    return [
        beside.submit(_counts, searcher, question(query, without=by) if by else asked, names, at, by, query)
        for by, names in passes.items()
    ]


def joined(counted: Iterable[Counted]) -> Counted:
    """Join what passes counted: of choices each pass has its own fields."""
    found: Counted = {}
    for one in counted:
        for name, counts in one.items():
            found[name] = found.get(name, {}) | counts
    return found


def _counts(
    searcher: tantivy.Searcher, asked: tantivy.Query, names: Iterable[str], at: int, by: str, query: Query
) -> Counted:
    answer: Any = searcher.aggregate(asked, {name: _aggregation(name, at) for name in sorted(names)})
    found = {
        name: {str(one["key"]): int(one["doc_count"]) for one in _buckets(name, answer[name])}
        for name in names
    }
    if CHOICE in found and query.choices:  # a field that is narrowed to has a pass of its own
        found[CHOICE] = {value: n for value, n in found[CHOICE].items() if _is_of(value, by, query)}
    return found


def _is_of(value: str, by: str, query: Query) -> bool:
    field = field_chosen(value)
    return choice_of(field) == by if by else field not in query.choices


def _buckets(name: str, counted: Any) -> Any:
    """Return what was counted behind all cuts: of each the side that is meant."""
    for _, side in reversed(_CUTS.get(name, ())):
        other = "from" if side == "to" else "to"
        counted = next(one for one in counted["buckets"] if other not in one)["in"]
    return counted["buckets"]


def _aggregation(name: str, at: int) -> dict[str, Any]:
    """Say how tantivy counts by a facet; how an entry stands at an instant in microseconds by cuts."""
    if name not in _CUTS:
        return {"terms": {"field": name, "size": _MOST_VALUES}}
    found = _aggregation("state", at)
    for field, side in _CUTS[name]:
        found = {"range": {"field": field, "ranges": [{side: at + 1}]}, "aggs": {"in": found}}
    return found
