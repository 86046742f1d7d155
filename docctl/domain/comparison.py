"""What changed between two texts, paragraph by paragraph and cell by cell of their tables (V-5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from docctl.domain.common_sequence import common, rising
from docctl.domain.resemblance import alike, resemblance
from docctl.domain.word_changes import Changes, Effort, word_changes

#: A paragraph, or a row of a table with its cells.
Block = tuple[str, ...]

#: From this share on in common, a paragraph is the one before, changed.
_CHANGED: Final = 0.45
#: What stands elsewhere is taken for moved and changed only where more of it stayed, and it says enough.
_MOVED: Final = 0.7
_SAYS_ENOUGH: Final = 8


class Kind(StrEnum):
    """What became of a paragraph or row; one that moved is told at both of its places."""

    SAME = "same"
    CHANGED = "changed"
    REMOVED = "removed"
    ADDED = "added"
    MOVED_AWAY = "moved_away"
    MOVED_HERE = "moved_here"


@dataclass(frozen=True, slots=True)
class Entry:
    """A paragraph or row: as it was, as it is, and its cells with what changed in them.

    `before` and `after` are its places in either text, None where it is not there; `cells` is empty for
    what is the same. What moved names its other place; `cells` then stand where it is now.
    """

    kind: Kind
    before: int | None
    after: int | None
    cells: tuple[Changes, ...] = ()

    @property
    def is_coarse(self) -> bool:
        """Say whether there was no room to look within it."""
        return any(one.is_coarse for one in self.cells)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All entries in the order in which they are read; `is_coarse`: there may be more in common."""

    before: tuple[Block, ...]
    after: tuple[Block, ...]
    entries: tuple[Entry, ...]
    is_coarse: bool = False

    @property
    def changes(self) -> int:
        """How many entries are not the same; what moved counts once."""
        return sum(one.kind not in {Kind.SAME, Kind.MOVED_AWAY} for one in self.entries)


def compare(before: Sequence[Block], after: Sequence[Block], *, effort: Effort | None = None) -> Comparison:
    """Compare two texts; blanks alone are no change (V-5).

    It takes about a second for 5,000 paragraphs on either side, whatever they are. Where that does not do,
    the answer is coarse: a changed paragraph is told as struck and written anew.
    """
    effort = effort or Effort()
    left, right = [_key(one) for one in before], [_key(one) for one in after]
    same = common(left, right)
    changed, moved = _pairs(left, right, same.pairs)
    entries = tuple(_told(before, after, same.pairs, changed, moved, effort))
    is_coarse = same.is_coarse or any(one.is_coarse for one in entries)
    return Comparison(tuple(before), tuple(after), entries, is_coarse)


def _key(block: Block) -> str:
    return "\t".join(" ".join(cell.split()) for cell in block)


def _pairs(
    left: Sequence[str], right: Sequence[str], same: Sequence[tuple[int, int]]
) -> tuple[dict[int, int], dict[int, int]]:
    """Return which of the rest was changed in its place, and which moved: place before by place now."""
    kept_left, kept_right = {i for i, _ in same}, {j for _, j in same}
    old = {at: one for at, one in enumerate(left) if at not in kept_left}
    new = {at: one for at, one in enumerate(right) if at not in kept_right}
    moved = _moved_whole(old, new)
    for now, was in moved.items():
        del new[now], old[was]
    gap_left, gap_right = _gaps(len(left), [i for i, _ in same]), _gaps(len(right), [j for _, j in same])
    in_place: list[tuple[int, int]] = []
    facing = _facing(old, new, gap_left, gap_right)
    for one in alike(old, new, least=_CHANGED, also=facing):
        if gap_left[one.before] == gap_right[one.after]:
            in_place.append((one.before, one.after))
        elif one.share >= _MOVED and len(new[one.after]) >= _SAYS_ENOUGH:
            moved[one.after] = one.before
    changed = {now: was for was, now in rising(in_place)}
    moved |= {
        now: was
        for was, now in in_place
        if now not in changed and resemblance(left[was], right[now]) >= _MOVED
    }
    taken = {*changed.values(), *moved.values()}
    rest_left = [at for at in old if at not in taken]
    rest_right = [at for at in new if at not in changed and at not in moved]
    changed |= _opposite(
        left, right, rest_left, rest_right, [*same, *((was, now) for now, was in changed.items())]
    )
    return changed, moved


def _moved_whole(old: Mapping[int, str], new: Mapping[int, str]) -> dict[int, int]:
    """Return what stands elsewhere as it was: place before by place now."""
    places: dict[str, list[int]] = {}
    for at in reversed(list(old)):
        places.setdefault(old[at], []).append(at)
    return {at: places[one].pop() for at, one in new.items() if len(one) >= _SAYS_ENOUGH and places.get(one)}


def _gaps(length: int, kept: Sequence[int]) -> list[int]:
    """Return for each place how many that stayed the same come before it."""
    counts, count = [], 0
    marks = set(kept)
    for at in range(length):
        counts.append(count)
        count += at in marks
    return counts


def _facing(
    old: Iterable[int], new: Iterable[int], gap_left: Sequence[int], gap_right: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Yield what stands at about the same place of a gap, counted from its beginning and from its end."""
    lefts, rights = _by_gap(old, gap_left), _by_gap(new, gap_right)
    for gap, right in rights.items():
        if left := lefts.get(gap):
            for place, now in enumerate(right):
                from_end = place + len(left) - len(right)
                for at in {place - 1, place, place + 1, from_end}:
                    if 0 <= at < len(left):
                        yield left[at], now


def _by_gap(places: Iterable[int], gaps: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for at in places:
        found.setdefault(gaps[at], []).append(at)
    return found


def _opposite(
    left: Sequence[str],
    right: Sequence[str],
    old: Sequence[int],
    new: Sequence[int],
    fixed: Sequence[tuple[int, int]],
) -> dict[int, int]:
    """Pair rows of a table with the same number of cells that face each other between what is settled."""
    gap_left = _gaps(len(left), [i for i, _ in fixed])
    gap_right = _gaps(len(right), [j for _, j in fixed])
    facing = _by_gap(reversed(old), gap_left)
    found: dict[int, int] = {}
    for at in new:
        waiting = facing.get(gap_right[at], [])
        if waiting and 0 < right[at].count("\t") == left[waiting[-1]].count("\t"):
            found[at] = waiting.pop()
    return found


def _told(
    before: Sequence[Block],
    after: Sequence[Block],
    same: Sequence[tuple[int, int]],
    changed: Mapping[int, int],
    moved: Mapping[int, int],
    effort: Effort,
) -> Iterator[Entry]:
    gone_to = {was: now for now, was in moved.items()}
    fixed = sorted([*same, *((was, now) for now, was in changed.items())])
    i = j = 0
    for left, right in [*fixed, (len(before), len(after))]:
        for at in range(i, left):
            if at in gone_to:
                yield Entry(Kind.MOVED_AWAY, at, gone_to[at])
            else:
                yield Entry(Kind.REMOVED, at, None)
        for at in range(j, right):
            if at in moved:
                was = moved[at]
                yield Entry(Kind.MOVED_HERE, was, at, _cells(before[was], after[at], effort))
            else:
                yield Entry(Kind.ADDED, None, at)
        if right < len(after):
            if right in changed:
                yield Entry(Kind.CHANGED, left, right, _cells(before[left], after[right], effort))
            else:
                yield Entry(Kind.SAME, left, right)
        i, j = left + 1, right + 1


def _cells(before: Block, after: Block, effort: Effort) -> tuple[Changes, ...]:
    """Compare the cells of a row; where their number changed, those that are the same face each other."""
    if len(before) == len(after):
        facing: list[tuple[str, str]] = list(zip(before, after, strict=True))
    else:
        facing = []
        i = j = 0
        for left, right in [*common(before, after).pairs, (len(before), len(after))]:
            inner = max(left - i, right - j)
            facing += [
                (before[i + at] if i + at < left else "", after[j + at] if j + at < right else "")
                for at in range(inner)
            ]
            if left < len(before):
                facing.append((before[left], after[right]))
            i, j = left + 1, right + 1
    return tuple(word_changes(was, now, effort) for was, now in facing)
