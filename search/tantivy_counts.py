"""How tantivy counts what was found by facets, in one pass where nothing narrows them (S-3, V-3, V-8)."""

from collections.abc import Iterable
from typing import Any, Final

import tantivy

from search.api import EXPIRED_STATE, VALID_STATE, Query
from search.plain import narrowed_by
from search.questions import question
from search.schema import instant

Counted = dict[str, dict[str, int]]

#: More values of one facet than any company has units, forms or years.
_MOST_VALUES: Final = 60_000


def facets(searcher: tantivy.Searcher, asked: tantivy.Query, query: Query) -> Counted:
    """Count by facets; what is not narrowed by is counted in one pass over what was found."""
    narrowed = query.narrowed()
    passes: dict[str, set[str]] = {}
    for name in query.facets:
        by = narrowed_by(name)
        passes.setdefault(by if by in narrowed else "", set()).add(name)
    found: Counted = {}
    for without, names in passes.items():
        wider = question(query, without=without) if without else asked
        found |= _counts(searcher, wider, names, instant(query.at))
    return found


def _counts(searcher: tantivy.Searcher, asked: tantivy.Query, names: Iterable[str], at: int) -> Counted:
    answer: Any = searcher.aggregate(asked, {name: _aggregation(name, at) for name in sorted(names)})
    found: Counted = {}
    for name in names:
        counted = answer[name]
        if name == EXPIRED_STATE:
            counted = _begun(counted)["valid"]
        if name in {VALID_STATE, EXPIRED_STATE}:
            valid = next(one for one in _begun(counted)["until"]["buckets"] if "to" not in one)
            counted = valid["state"]
        found[name] = {str(one["key"]): int(one["doc_count"]) for one in counted["buckets"]}
    return found


def _begun(counted: Any) -> Any:
    """Return of what was cut at an instant the part before it."""
    return next(one for one in counted["buckets"] if "from" not in one)


def _aggregation(name: str, at: int) -> dict[str, Any]:
    """Say how tantivy counts by a facet; what is valid at an instant in microseconds by two cuts."""
    after = at + 1  # ranges do not hold their end
    if name == EXPIRED_STATE:
        valid = _aggregation(VALID_STATE, at)
        return {"range": {"field": "expires", "ranges": [{"to": after}]}, "aggs": {"valid": valid}}
    if name != VALID_STATE:
        return {"terms": {"field": name, "size": _MOST_VALUES}}
    until = {
        "range": {"field": "valid_until", "ranges": [{"from": after}]},
        "aggs": {"state": _aggregation("state", at)},
    }
    return {"range": {"field": "valid_from", "ranges": [{"to": after}]}, "aggs": {"until": until}}
