"""Decides whether every number of a scheme can be read in one way only, in normal form (N-2, N-10).

A scheme is walked twice at once over the same signs. If the two walks can stand at different places
and still both arrive, some number has two readings, and two items could get it.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from typing import Final

from docctl.domain.normal_form import normal
from docctl.domain.number_schemes import (
    Edition,
    Literal,
    Month,
    Part,
    Pattern,
    Scheme,
    Sequence,
    Value,
    Year,
)

#: A place in a scheme: which part, and how far into it.
_Place = tuple[int, int]
_Pair = tuple[_Place, _Place]

CLAUSE_LEVELS: Final = 6
_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz")
_DIGITS: Final = frozenset("0123456789")
_HAN: Final = "\u4e00"
_SIGNS: Final = {
    Pattern.LETTERS: _LETTERS,
    Pattern.DIGITS: _DIGITS,
    Pattern.CODE: _LETTERS | _DIGITS | {_HAN},
    Pattern.NUMBER: _LETTERS | _DIGITS | {_HAN} | set("-/.()_"),
}


def is_ambiguous(scheme: Scheme) -> bool:
    """Say whether some number of the scheme can be read in two ways (N-2)."""
    parts = tuple(p for p in scheme.parts if not (isinstance(p, Literal) and not normal(p.text)))
    alphabet = _alphabet(parts)
    end: _Place = (len(parts), 0)
    came_from: defaultdict[_Pair, set[_Pair]] = defaultdict(set)
    first: _Pair = ((0, 0), (0, 0))
    seen, waiting = {first}, deque([first])
    while waiting:
        pair = waiting.popleft()
        for sign in alphabet:
            for left in _moves(parts, pair[0], sign):
                for right in _moves(parts, pair[1], sign):
                    came_from[left, right].add(pair)
                    if (left, right) not in seen:
                        seen.add((left, right))
                        waiting.append((left, right))
    return _passes_apart((end, end), came_from)


def _passes_apart(end: _Pair, came_from: defaultdict[_Pair, set[_Pair]]) -> bool:
    seen, waiting = {end}, deque([end])
    while waiting:
        pair = waiting.popleft()
        if pair[0] != pair[1]:
            return True
        for before in came_from[pair] - seen:
            seen.add(before)
            waiting.append(before)
    return False


def _moves(parts: tuple[Part, ...], place: _Place, sign: str) -> Iterator[_Place]:
    index, at = place
    if index == len(parts):
        return
    then = _step(parts[index], at, sign)
    if then is None:
        return
    if not _is_full(parts[index], then):
        yield (index, then)
    if _may_end(parts[index], then):
        yield (index + 1, 0)


def _step(part: Part, at: int, sign: str) -> int | None:
    if isinstance(part, Literal):
        text = normal(part.text)
        return at + 1 if _stands_for(text[at]) == sign else None
    if isinstance(part, Value) and part.pattern is Pattern.CLAUSE:
        level, digits = divmod(at, 3)
        if sign in _DIGITS:
            return at + 1 if digits < 2 else None
        return (level + 1) * 3 if sign == "." and digits and level + 1 < CLAUSE_LEVELS else None
    return at + 1 if sign in _signs(part) else None


def _may_end(part: Part, at: int) -> bool:
    if isinstance(part, Value) and part.pattern is Pattern.CLAUSE:
        return at % 3 > 0
    return at >= _widths(part)[0]


def _is_full(part: Part, at: int) -> bool:
    if isinstance(part, Value) and part.pattern is Pattern.CLAUSE:
        return at == CLAUSE_LEVELS * 3 - 1
    return at >= _widths(part)[1]


def _signs(part: Part) -> frozenset[str] | set[str]:
    if isinstance(part, Value):
        return _SIGNS[part.pattern]
    return _LETTERS if isinstance(part, Edition) else _DIGITS


def _widths(part: Part) -> tuple[int, int]:
    match part:
        case Literal():
            return (len(normal(part.text)),) * 2
        case Value():
            return part.least, part.most
        case Year():
            return part.digits, part.digits
        case Month():
            return 2, 2
        case Edition():
            return 1, 2
        case Sequence():
            return part.width, part.longest


def _alphabet(parts: tuple[Part, ...]) -> frozenset[str]:
    written = "".join(normal(part.text) for part in parts if isinstance(part, Literal))
    # One letter, digit and character stand for those that no literal names.
    return frozenset(map(_stands_for, written)) | {"q", "7", _HAN, *"-/.()_"}


def _stands_for(sign: str) -> str:
    # A code holds any Chinese character; one stands for all of them, on the safe side.
    return _HAN if is_han(sign) else sign


def is_han(sign: str) -> bool:
    """Say whether a sign is a Chinese character that a code may hold."""
    return "\u3400" <= sign <= "\u4dbf" or "\u4e00" <= sign <= "\u9fff"
