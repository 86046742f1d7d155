"""Which files of a run are near-duplicates, found in little memory however many there are (I-4).

Only files that have one of the bands of their sketches in common are compared; of each file no more is kept
than the best of what was found.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, groupby
from typing import Final, Protocol

from docctl.domain.imports import shared

#: From this estimated share of common text on, two files are shown side by side (I-4).
ALIKE: Final = 0.45
#: Sketches are compared where one of so many bands of them is the same.
BANDS: Final = 32
#: Of files that all have a band in common so many are compared with each other.
MOST_IN_BAND: Final = 60
#: So many near-duplicates of one file are told, the most alike.
MOST_TOLD: Final = 20
#: Pairs found are thinned out when there are so many more.
_THINNED: Final = 1 << 20
_ONE, _SHARE, _OTHER = 40, 32, (1 << 32) - 1


class Sketches(Protocol):
    """Sketches of texts, all of one length; `band` yields one band of each in their order."""

    def __len__(self) -> int: ...
    def __getitem__(self, place: int, /) -> Sequence[int]: ...
    def band(self, band: int, /) -> Iterator[bytes]: ...


class Alike:
    """Pairs of files that are alike, eight bytes for each direction of one."""

    def __init__(self) -> None:
        """Know of none yet."""
        self._pairs = array("Q")
        self._thin_at = _THINNED

    def add(self, one: int, other: int, percent: int) -> None:
        """Note that two files, by their places, agree to so many percent."""
        for left, right in ((one, other), (other, one)):
            self._pairs.append(left << _ONE | (100 - percent) << _SHARE | right)
        if len(self._pairs) >= self._thin_at:
            self.thin()

    def thin(self) -> None:
        """Keep the best of each file."""
        found = array("Q")
        for _, pairs in groupby(sorted(self._pairs), key=lambda pair: pair >> _ONE):
            found.extend(pair for pair, _ in zip(pairs, range(MOST_TOLD), strict=False))
        self._pairs = found
        self._thin_at = len(found) + _THINNED

    def of(self, one: int) -> list[tuple[int, int]]:
        """Return the places of the files that are like one, with the percent, the most alike first."""
        at, found = bisect_left(self._pairs, one << _ONE), []
        while at < len(self._pairs) and self._pairs[at] >> _ONE == one:
            found.append((self._pairs[at] & _OTHER, 100 - (self._pairs[at] >> _SHARE & 0xFF)))
            at += 1
        return found


def near_duplicates(sketches: Sketches, *, is_left_out: Callable[[int, int], bool]) -> Alike:
    """Return which of the sketched texts are alike; pairs that are `is_left_out` are something else (I-4)."""
    found = Alike()
    cut = array("L", [0]) * len(sketches)
    for band in range(BANDS):
        for members in _together(sketches, band):
            for place in members[MOST_IN_BAND:]:
                cut[place] |= 1 << band
            for one, other in combinations(members[:MOST_IN_BAND], 2):
                left, right = sketches[one], sketches[other]
                if _were_compared(left, right, band, cut[one] | cut[other]):
                    continue
                share = shared(left, right)
                if share >= ALIKE and not is_left_out(one, other):
                    found.add(one, other, round(share * 100))
    found.thin()
    return found


def _together(sketches: Sketches, band: int) -> Iterator[list[int]]:
    """Yield the places of those that have a band in common, in their order."""
    keys = array("q", (hash(one) for one in sketches.band(band)))
    in_order = sorted(range(len(keys)), key=keys.__getitem__)
    for _, places in groupby(in_order, key=keys.__getitem__):
        if len(members := list(places)) > 1:
            yield members


def _were_compared(one: Sequence[int], other: Sequence[int], band: int, cut: int) -> bool:
    """Say whether an earlier band brought two together: both have it, and neither was cut off there."""
    width = len(one) // BANDS
    return any(
        not cut >> earlier & 1
        and one[earlier * width : (earlier + 1) * width] == other[earlier * width : (earlier + 1) * width]
        for earlier in range(band)
    )


__all__ = ["ALIKE", "BANDS", "MOST_IN_BAND", "MOST_TOLD", "Alike", "Sketches", "near_duplicates"]
