"""Where the boxes of a graph stand: in layers from left to right, lines between them as curves (D-6).

Pure geometry in pixels. A layer with many boxes is set in several columns beside each other, shifted by half
a box, so that lines pass between them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

BOX_WIDTH: Final = 188
BOX_HEIGHT: Final = 42
#: Between two layers lines have room to bend.
_LAYER_GAP: Final = 76
_COLUMN_GAP: Final = 22
_ROW_GAP: Final = 14
_EDGE: Final = 12
#: So many boxes stand in one column at most.
_TALLEST: Final = 18
#: So often layers are put in order by what their boxes are joined to.
_SWEEPS: Final = 4

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """A line from one box to another: the data of its SVG path."""

    source: str
    target: str
    path: str


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of the boxes, their upper left corners; the lines; the size of the whole."""

    boxes: Mapping[str, tuple[int, int]]
    lines: tuple[Line, ...]
    width: int
    height: int


def layout(layers: Mapping[str, int], lines: Sequence[Pair]) -> Layout:
    """Return where boxes stand whose layers are known, in the order in which they are given at first."""
    ordered = _in_order(layers, lines)
    boxes: dict[str, tuple[int, int]] = {}
    columns: list[tuple[int, list[str], int]] = []
    x = _EDGE
    for layer in ordered:
        parts = [layer[start : start + _TALLEST] for start in range(0, len(layer), _TALLEST)]
        for place, part in enumerate(parts):
            columns.append((x, part, (place % 2) * (BOX_HEIGHT + _ROW_GAP) // 2))
            x += BOX_WIDTH + (_COLUMN_GAP if place + 1 < len(parts) else _LAYER_GAP)
    tallest = max((_height(len(part)) + shift for _, part, shift in columns), default=0)
    for left, part, shift in columns:
        top = _EDGE + (tallest - _height(len(part)) - shift) // 2 + shift
        for row, key in enumerate(part):
            boxes[key] = left, top + row * (BOX_HEIGHT + _ROW_GAP)
    drawn = tuple(Line(*pair, _curve(boxes[pair[0]], boxes[pair[1]])) for pair in lines)
    return Layout(boxes, drawn, max(x - _LAYER_GAP, 0) + 3 * _EDGE, tallest + 2 * _EDGE)


def layers_of(keys: Iterable[str], lines: Iterable[Pair]) -> dict[str, int]:
    """Return a layer for each box, so that lines go to the right; those that would close a circle go back."""
    following: dict[str, list[str]] = {key: [] for key in keys}
    for source, target in lines:
        if source != target:
            following[source].append(target)
    order = _ends_last(following)
    place = {key: at for at, key in enumerate(order)}
    depth = dict.fromkeys(order, 0)
    for key in order:
        for one in following[key]:
            if place[one] > place[key]:
                depth[one] = max(depth[one], depth[key] + 1)
    return {key: depth[key] for key in following}


def _ends_last(following: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the boxes so that each stands before those it leads to, circles apart."""
    seen: set[str] = set()
    found: list[str] = []
    for root in following:
        stack: list[tuple[str, int]] = [] if root in seen else [(root, 0)]
        seen.add(root)
        while stack:
            key, at = stack.pop()
            if at < len(following[key]):
                stack.append((key, at + 1))
                if (one := following[key][at]) not in seen:
                    seen.add(one)
                    stack.append((one, 0))
            else:
                found.append(key)
    return found[::-1]


def _in_order(layers: Mapping[str, int], lines: Sequence[Pair]) -> list[list[str]]:
    """Return the layers from left to right, their boxes beside those that they are joined to."""
    joined: dict[str, list[str]] = {key: [] for key in layers}
    for source, target in lines:
        joined[source].append(target)
        joined[target].append(source)
    found: dict[int, list[str]] = {}
    for key, layer in layers.items():
        found.setdefault(layer, []).append(key)
    names = sorted(found)
    for sweep in range(_SWEEPS):
        step = 1 if sweep % 2 == 0 else -1
        for name in names[::step][1:]:
            beside = found.get(name - step, ())
            at = {key: (place + 0.5) / len(beside) for place, key in enumerate(beside)}
            own = {key: (place + 0.5) / len(found[name]) for place, key in enumerate(found[name])}
            weights = {key: _mean([at[one] for one in joined[key] if one in at], own[key]) for key in own}
            found[name].sort(key=weights.__getitem__)
    return [found[name] for name in names]


def _mean(places: Sequence[float], otherwise: float) -> float:
    return sum(places) / len(places) if places else otherwise


def _height(rows: int) -> int:
    return rows * (BOX_HEIGHT + _ROW_GAP) - _ROW_GAP


def _curve(source: tuple[int, int], target: tuple[int, int]) -> str:
    """Return the path from the side of one box to the side of the other that faces it."""
    (x1, y1), (x2, y2) = source, target
    y1, y2 = y1 + BOX_HEIGHT // 2, y2 + BOX_HEIGHT // 2
    if x2 > x1:
        start, end = x1 + BOX_WIDTH, x2
        bend = max((end - start) // 2, 24)
        return f"M{start} {y1}C{start + bend} {y1} {end - bend} {y2} {end} {y2}"
    if x2 < x1:
        start, end = x1, x2 + BOX_WIDTH
        bend = max((start - end) // 2, 24)
        return f"M{start} {y1}C{start - bend} {y1} {end + bend} {y2} {end} {y2}"
    side = x1 + BOX_WIDTH
    return f"M{side} {y1}C{side + 34} {y1} {side + 34} {y2} {side} {y2}"


def clipped(text: str, columns: int) -> str:
    """Return the beginning of a text that fits; a Chinese sign is as wide as two others."""
    used = 0
    for place, sign in enumerate(text):
        used += 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        if used > columns:
            return text[: max(place - 1, 0)].rstrip() + "…"
    return text
