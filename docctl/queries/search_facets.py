"""How many items each choice beside a search would find, exactly, of what the person may see (S-3, X-3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from search.api import COUNTED, ENDED_STATE, FACETS, STANDING, Found, Query

#: Stored alike while a revision is in force: withdrawing one ends that later (V-3).
_ISSUED: Final = ("issued", "withdrawn")

#: The state of a record on a disposal list, and the one of which it is to somebody from outside (O-7).
_LISTED: Final = "on_list"
_ACCEPTED: Final = "accepted"

#: By facet: values and how many items each would find, in the order they are shown.
FacetCounts = Mapping[str, tuple[tuple[str, int], ...]]


def counted_by(query: Query) -> frozenset[str]:
    """Return what the engine is to count by, so that `facet_counts` can tell all facets of a search."""
    return frozenset(COUNTED) - ({ENDED_STATE} if query.not_ended else set())


def without_lists(query: Query) -> Query:
    """Return a search as somebody from outside may ask it: of disposal lists it knows nothing (O-7, X-3)."""

    def told(states: frozenset[str]) -> frozenset[str]:
        return states | {_LISTED} if _ACCEPTED in states else states - {_LISTED}

    named = {name: told(states) for name, states in query.known.get("state", {}).items()}
    named |= {_LISTED: frozenset(), _ACCEPTED: frozenset({_ACCEPTED, _LISTED})}
    return replace(query, states=told(query.states), known={**query.known, "state": named})


def facet_counts(found: Found, *, is_outside: bool = False) -> FacetCounts:
    """Return the counts of a search that was answered with what `counted_by` names."""
    return {
        name: _ordered(name, _states(found, is_outside=is_outside) if name == "state" else counts)
        for name, counts in found.facets.items()
        if name in FACETS
    }


def _ordered(name: str, counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Put the newest year first, of all else what is found most."""
    if name == "year":
        return tuple(sorted(counts.items(), reverse=True))
    return tuple(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def _states(found: Found, *, is_outside: bool) -> dict[str, int]:
    """Count by the states that a search can be narrowed to; six follow from dates (V-3, V-6, V-8)."""
    stored = found.facets["state"]
    waiting, expired, ended = (found.facets.get(name, {}) for name in STANDING)
    counts = {state: n for state, n in stored.items() if state not in {*_ISSUED, "suspended"}}
    if is_outside and (listed := counts.pop(_LISTED, 0)):
        counts[_ACCEPTED] = counts.get(_ACCEPTED, 0) + listed
    now = {
        "in_force": _issued(stored) - _issued(waiting) - _issued(expired) - _issued(ended),
        "suspended": stored.get("suspended", 0) - ended.get("suspended", 0),
        "expired": _issued(expired),
        "waiting": waiting.get("issued", 0),
        "superseded": ended.get("issued", 0) + ended.get("suspended", 0),
        "withdrawn": ended.get("withdrawn", 0),
    }
    return counts | {state: n for state, n in now.items() if n}


def _issued(counts: Mapping[str, int]) -> int:
    return sum(counts.get(state, 0) for state in _ISSUED)
