"""The longest common sequence of two sequences, a bit for a cell: hostile ones are quick too (V-5)."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

#: So many cells of the table of both are looked at, a bit each: 12 MB, some tens of milliseconds.
MOST_CELLS: Final = 100_000_000


@dataclass(frozen=True, slots=True)
class Common:
    """Places that hold the same in both, rising on either side; coarse: there may be more of them."""

    pairs: tuple[tuple[int, int], ...]
    is_coarse: bool = False


def common(before: Sequence[Hashable], after: Sequence[Hashable], *, most: int = MOST_CELLS) -> Common:
    """Return a longest common sequence, the same one for the same input.

    Where the table would have more than `most` cells, only what stands once on either side holds the
    sequences together; between those places the search goes on as far as there is room.
    """
    first, last = _ends(before, after)
    pairs = [(at, at) for at in range(first)]
    middle, is_coarse = _middle(
        before,
        after,
        range(first, len(before) - last),
        range(first, len(after) - last),
        most,
    )
    pairs += middle
    pairs += [(len(before) - at, len(after) - at) for at in range(last, 0, -1)]
    return Common(tuple(pairs), is_coarse)


def rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return as many pairs as can be had that rise on both sides; no place comes twice on either."""
    ordered = sorted(pairs)
    tails: list[int] = []
    ends: list[int] = []
    came_from: list[int] = []
    for at, (_, place) in enumerate(ordered):
        length = bisect_left(tails, place)
        came_from.append(ends[length - 1] if length else -1)
        if length == len(tails):
            tails.append(place)
            ends.append(at)
        else:
            tails[length], ends[length] = place, at
    found: list[tuple[int, int]] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        found.append(ordered[at])
        at = came_from[at]
    return found[::-1]


def _ends(before: Sequence[Hashable], after: Sequence[Hashable]) -> tuple[int, int]:
    """Return how many are the same at the beginning, and how many of the rest at the end."""
    shorter = min(len(before), len(after))
    first = 0
    while first < shorter and before[first] == after[first]:
        first += 1
    last = 0
    while last < shorter - first and before[-1 - last] == after[-1 - last]:
        last += 1
    return first, last


def _middle(
    before: Sequence[Hashable], after: Sequence[Hashable], left: range, right: range, most: int
) -> tuple[list[tuple[int, int]], bool]:
    # what stands on one side alone takes part in nothing
    there = {after[at] for at in right}
    ours = [at for at in left if before[at] in there]
    there = {before[at] for at in ours}
    theirs = [at for at in right if after[at] in there]
    if len(ours) * len(theirs) <= most:
        found = _exact([before[at] for at in ours], [after[at] for at in theirs])
        return [(ours[i], theirs[j]) for i, j in found], False
    return _between_anchors(before, after, ours, theirs, most)


def _between_anchors(
    before: Sequence[Hashable], after: Sequence[Hashable], ours: list[int], theirs: list[int], most: int
) -> tuple[list[tuple[int, int]], bool]:
    counts = Counter(before[at] for at in ours), Counter(after[at] for at in theirs)
    places = {after[at]: at for at in theirs}
    anchors = rising(
        [(at, places[before[at]]) for at in ours if counts[0][before[at]] == 1 and counts[1][before[at]] == 1]
    )
    found: list[tuple[int, int]] = []
    is_coarse = False
    i = j = 0
    for left_end, right_end in [*anchors, (ours[-1] + 1, theirs[-1] + 1)]:
        left = ours[i : (i := bisect_left(ours, left_end, lo=i))]
        right = theirs[j : (j := bisect_left(theirs, right_end, lo=j))]
        cells = len(left) * len(right)
        if cells <= most:
            most -= cells
            inner = _exact([before[at] for at in left], [after[at] for at in right])
            found += [(left[a], right[b]) for a, b in inner]
        else:
            is_coarse = True
        if (left_end, right_end) != (ours[-1] + 1, theirs[-1] + 1):
            found.append((left_end, right_end))
            i, j = i + 1, j + 1
    return found, is_coarse


def _exact(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Return the pairs of a longest common sequence (Crochemore and others, 2001; Hyyrö, 2004).

    A row of the table is one number, in which a clear bit stands for one more in common.
    """
    if not before or not after:
        return []
    places: dict[Hashable, int] = {}
    for at, one in enumerate(before):
        places[one] = places.get(one, 0) | 1 << at
    full = (1 << len(before)) - 1
    row = full
    rows: list[int] = []
    for one in after:
        shared = row & places.get(one, 0)
        row = ((row + shared) | (row - shared)) & full
        rows.append(row)
    found: list[tuple[int, int]] = []
    i, j = len(before) - 1, len(after) - 1
    while i >= 0 and j >= 0:
        if rows[j] >> i & 1:
            i -= 1
        elif j and not rows[j - 1] >> i & 1:
            j -= 1
        else:
            found.append((i, j))
            i, j = i - 1, j - 1
    return found[::-1]
