"""How many items each choice beside a search would find, exactly, of what the person may see (S-3, X-3)."""

from __future__ import annotations

from collections.abc import Mapping

from search.api import COUNTED, FACETS, VALID_STATE, Found, Query

#: By facet: values and how many items each would find, in the order they are shown.
FacetCounts = Mapping[str, tuple[tuple[str, int], ...]]


def counted_by(query: Query) -> frozenset[str]:
    """Return what the engine is to count by, so that `facet_counts` can tell all facets of a search."""
    return frozenset(FACETS if query.in_force_only else COUNTED)


def facet_counts(found: Found) -> FacetCounts:
    """Return the counts of a search that was answered with what `counted_by` names."""
    return {
        name: _ordered(name, _states(found) if name == "state" else counts)
        for name, counts in found.facets.items()
        if name != VALID_STATE
    }


def _ordered(name: str, counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Put the newest year first, of all else what is found most."""
    if name == "year":
        return tuple(sorted(counts.items(), reverse=True))
    return tuple(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def _states(found: Found) -> dict[str, int]:
    """Count by the states that a search can be narrowed to; two of them follow from dates (V-3, V-6)."""
    stored = found.facets["state"]
    valid = found.facets.get(VALID_STATE, stored)
    counts = {state: n for state, n in stored.items() if state not in {"issued", "withdrawn", "suspended"}}
    if in_force := valid.get("issued", 0) + valid.get("withdrawn", 0):
        counts["in_force"] = in_force
    if suspended := valid.get("suspended", 0):
        counts["suspended"] = suspended
    return counts
