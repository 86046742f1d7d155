"""How a comparison is read: changes with what stands around them, the rest folded, in parts (V-5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from docctl.domain.comparison import Comparison, Entry, Kind

#: So many paragraphs before and after a change are shown with it.
AROUND: Final = 2
#: So many changes are shown at once.
AT_ONCE: Final = 300


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as it is shown; `number` counts the changes from 1, 0 for what is the same.

    What moved has one number at both of its places.
    """

    entry: Entry
    number: int = 0


@dataclass(frozen=True, slots=True)
class Fold:
    """Paragraphs that are the same and not shown at first."""

    lines: tuple[Line, ...]

    def __len__(self) -> int:
        return len(self.lines)


@dataclass(frozen=True, slots=True)
class Layout:
    """The part that is shown, of how many; `first` and `last` are its changes, of `changes` in all."""

    parts: tuple[Line | Fold, ...]
    part: int
    of: int
    first: int
    last: int
    changes: int


def laid_out(comparison: Comparison, *, part: int = 1, at_once: int = AT_ONCE) -> Layout:
    """Return one part of the changes, counted from 1, with what stands around them (V-5)."""
    lines = _numbered(comparison.entries)
    changes = comparison.changes
    of = max(1, -(-changes // at_once))
    part = max(1, min(part, of))
    first, last = (part - 1) * at_once + 1, min(part * at_once, changes)
    ours = [
        at
        for at, line in enumerate(lines)
        if first <= line.number <= last and line.entry.kind is not Kind.MOVED_AWAY
    ]
    start = 0 if part == 1 else max(0, ours[0] - AROUND)
    end = len(lines) if part == of else ours[-1] + AROUND + 1
    return Layout(tuple(_folded(lines[start:end])), part, of, min(first, changes), last, changes)


def _numbered(entries: Sequence[Entry]) -> list[Line]:
    numbers: dict[int, int] = {}  # of what moved, by its place before
    count = 0
    for entry in entries:
        if entry.kind not in {Kind.SAME, Kind.MOVED_AWAY}:
            count += 1
            if entry.kind is Kind.MOVED_HERE and entry.before is not None:
                numbers[entry.before] = count
    lines, count = [], 0
    for entry in entries:
        if entry.kind is Kind.SAME:
            lines.append(Line(entry))
        elif entry.kind is Kind.MOVED_AWAY:
            lines.append(Line(entry, numbers[entry.before] if entry.before is not None else 0))
        else:
            count += 1
            lines.append(Line(entry, count))
    return lines


def _folded(lines: Sequence[Line]) -> Iterator[Line | Fold]:
    near: set[int] = set()
    for at, line in enumerate(lines):
        if line.number:
            near.update(range(at - AROUND, at + AROUND + 1))
    waiting: list[Line] = []
    for at, line in enumerate(lines):
        if at not in near:
            waiting.append(line)
            continue
        if waiting:
            yield Fold(tuple(waiting))
            waiting = []
        yield line
    if waiting:
        yield Fold(tuple(waiting))
