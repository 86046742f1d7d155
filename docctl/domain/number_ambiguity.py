"""Decides whether two readings of a number, or two schemes, can meet in one number (N-2, N-10).

Schemes are walked twice at once over the same signs, in normal form. If two walks of one scheme stand at
different places and still both arrive, some number has two readings; if walks of two schemes both arrive,
both can make the same number. Either way two items could get it. The shortest such number is the answer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Final, TypeVar

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
_State = TypeVar("_State")
_Parts = tuple[Part, ...]

CLAUSE_LEVELS: Final = 6
_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz")
_DIGITS: Final = frozenset("0123456789")
#: Stands for every Chinese character that no literal names.
_HAN: Final = "\u4e00"
_SIGNS: Final = {
    Pattern.LETTERS: _LETTERS,
    Pattern.DIGITS: _DIGITS,
    Pattern.CODE: _LETTERS | _DIGITS | {_HAN},
    Pattern.NUMBER: _LETTERS | _DIGITS | {_HAN} | set("-/.()_"),
}
_START: Final[_Place] = (0, 0)


@lru_cache(maxsize=1024)
def ambiguity(scheme: Scheme) -> str:
    """Return a number of the scheme that can be read in two ways, or "" where there is none (N-2)."""
    parts = _walked(scheme)
    end: _Place = (len(parts), 0)
    moves = _noted(parts)

    def steps(state: tuple[_Place, _Place, bool], sign: str) -> Iterator[tuple[_Place, _Place, bool]]:
        for left in moves(state[0], sign):
            for right in moves(state[1], sign):
                if left <= right:  # which walk is which says nothing
                    yield left, right, state[2] or left != right
                else:
                    yield right, left, True

    return _shortest((_START, _START, False), (end, end, True), _alphabet(parts), steps)


@lru_cache(maxsize=4096)
def meeting(one: Scheme, other: Scheme) -> str:
    """Return a number that both schemes can make, or "" where there is none (N-1, N-2).

    The number of a parent has a digit: otherwise `QP-04` would be one that stands under a document `QP`.
    """
    parts, others = _walked(one), _walked(other)
    moves, moves_too = _noted(parts), _noted(others)

    def steps(
        state: tuple[_Place, bool, _Place, bool], sign: str
    ) -> Iterator[tuple[_Place, bool, _Place, bool]]:
        counts = sign in _DIGITS
        at, too = state[0][0], state[2][0]
        lefts = _with_digit(_part(parts, at), moves(state[0], sign), at, has_digit=counts or state[1])
        for left, left_digit in lefts:
            rights = moves_too(state[2], sign)
            for right, right_digit in _with_digit(
                _part(others, too), rights, too, has_digit=counts or state[3]
            ):
                yield left, left_digit, right, right_digit

    ends = ((len(parts), 0), False, (len(others), 0), False)
    return _shortest((_START, False, _START, False), ends, _alphabet((*parts, *others)), steps)


def _shortest(
    start: _State,
    end: _State,
    alphabet: tuple[str, ...],
    steps: Callable[[_State, str], Iterator[_State]],
) -> str:
    """Return the shortest text of signs that leads from the start to the end, or ""."""
    came: dict[_State, tuple[_State, str] | None] = {start: None}
    waiting = deque([start])
    while waiting:
        state = waiting.popleft()
        for sign in alphabet:
            for then in steps(state, sign):
                if then in came:
                    continue
                came[then] = (state, sign)
                if then == end:
                    return _told(came, end)
                waiting.append(then)
    return ""


def _told(came: dict[_State, tuple[_State, str] | None], end: _State) -> str:
    signs, state = [], end
    while (before := came[state]) is not None:
        state, sign = before
        signs.append(sign)
    return "".join(reversed(signs)).upper()


def _walked(scheme: Scheme) -> _Parts:
    return tuple(p for p in scheme.parts if not (isinstance(p, Literal) and not normal(p.text)))


def _with_digit(
    part: Part | None, moves: tuple[_Place, ...], index: int, *, has_digit: bool
) -> Iterator[tuple[_Place, bool]]:
    """Return the moves out of a part, with whether a parent's number has had a digit by then."""
    is_parent = isinstance(part, Value) and part.pattern is Pattern.NUMBER
    for then in moves:
        if then[0] == index:
            yield then, is_parent and has_digit
        elif has_digit or not is_parent:
            yield then, False


def _part(parts: _Parts, index: int) -> Part | None:
    return parts[index] if index < len(parts) else None


def _noted(parts: _Parts) -> Callable[[_Place, str], tuple[_Place, ...]]:
    """Return the moves of a scheme, each found once."""
    return cache(lambda place, sign: tuple(_moves(parts, place, sign)))


def _moves(parts: _Parts, place: _Place, sign: str) -> Iterator[_Place]:
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
        return at + 1 if normal(part.text)[at] == sign else None
    if isinstance(part, Value) and part.pattern is Pattern.CLAUSE:
        level, digits = divmod(at, 3)
        if sign in _DIGITS:
            return at + 1 if digits < 2 else None
        return (level + 1) * 3 if sign == "." and digits and level + 1 < CLAUSE_LEVELS else None
    signs = _signs(part)
    return at + 1 if sign in signs or (is_han(sign) and _HAN in signs) else None


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


def _alphabet(parts: _Parts) -> tuple[str, ...]:
    written = "".join(normal(part.text) for part in parts if isinstance(part, Literal))
    # One letter, digit and character stand for those that no literal names.
    return tuple(sorted(set(written) | {"a", "1", _HAN, *"-/.()_"}))


def is_han(sign: str) -> bool:
    """Say whether a sign is a Chinese character that a code may hold."""
    return "\u3400" <= sign <= "\u4dbf" or "\u4e00" <= sign <= "\u9fff"
