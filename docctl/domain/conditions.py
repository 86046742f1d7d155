"""Decides what a condition says of the facts of an item: typed, total, bounded, never run as a program (A-6).

One small language wherever a rule branches: who signs, which limit, what a form asks for.

    金额 > 50000 且 (级别 = "重大" 或 客户 包含 "医院")
    amount > 50000 and not class in ["minor", "own"]

- Facts have a name and a type: number, text, choice, day, yes-or-no, several (a set of texts).
- `=  !=  <  <=  >  >=` compare numbers and days, `=` and `!=` also texts, choices and 是/否; `in` (属于) asks
  for one of a list; `contains` (包含) for a part of a text, or for one of several. A yes-or-no fact stands
  alone.
- Words stand between blanks; texts stand in quotation marks.
- `not` (非) binds before `and` (且), which binds before `or` (或); brackets group.
- A fact may be empty: every comparison with it is false; `is empty` (为空) and `is not empty` (不为空) ask
  for that.
- Numbers are exact decimals, texts are compared as they are, in NFC. No arithmetic, no loop, no call.

Whatever passes `condition_check.check` has an answer for every set of values of these types: yes or no.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final


class FactType(StrEnum):
    """What a fact can be."""

    NUMBER = "number"
    TEXT = "text"
    CHOICE = "choice"
    DAY = "day"
    YES_NO = "yes_no"
    SEVERAL = "several"


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that conditions may name; a choice has its values."""

    type: FactType
    choices: frozenset[str] = frozenset()


#: What a fact holds, by its type; None where it is empty.
Value = Decimal | str | date | bool | frozenset[str] | None
Literal = Decimal | str | date | bool


class Sign(StrEnum):
    """How a fact is compared."""

    IS = "="
    IS_NOT = "!="
    BELOW = "<"
    AT_MOST = "<="
    ABOVE = ">"
    AT_LEAST = ">="
    CONTAINS = "contains"


@dataclass(frozen=True, slots=True)
class Compare:
    """A fact beside a literal."""

    name: str
    sign: Sign
    literal: Literal


@dataclass(frozen=True, slots=True)
class OneOf:
    """A fact that is one of a list."""

    name: str
    literals: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class IsEmpty:
    """A fact that holds nothing."""

    name: str


@dataclass(frozen=True, slots=True)
class Holds:
    """A yes-or-no fact that is yes."""

    name: str


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary."""

    of: Condition


@dataclass(frozen=True, slots=True)
class Every:
    """All of several."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of several."""

    of: tuple[Condition, ...]


Condition = Compare | OneOf | IsEmpty | Holds | Not | Every | Some

T: Final = FactType
#: What stands beside a fact of each type.
LITERALS: Final[Mapping[FactType, type[Any]]] = {
    T.NUMBER: Decimal,
    T.TEXT: str,
    T.CHOICE: str,
    T.DAY: date,
    T.YES_NO: bool,
    T.SEVERAL: str,
}
_SIGNS: Final[Mapping[Sign, Callable[[Any, Any], bool]]] = {
    Sign.IS: eq,
    Sign.IS_NOT: ne,
    Sign.BELOW: lt,
    Sign.AT_MOST: le,
    Sign.ABOVE: gt,
    Sign.AT_LEAST: ge,
    Sign.CONTAINS: lambda held, part: part in held,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a condition says, and the values of every fact it names, as they were (A-6)."""

    holds: bool
    used: Mapping[str, Value]


def parts(condition: Condition) -> Iterator[Condition]:
    """Yield a condition and all within it."""
    yield condition
    if isinstance(condition, Not):
        yield from parts(condition.of)
    elif isinstance(condition, Every | Some):
        for one in condition.of:
            yield from parts(one)


def names(condition: Condition) -> tuple[str, ...]:
    """Return the facts that a condition names, each once, in their order."""
    leaves = (one.name for one in parts(condition) if isinstance(one, Compare | OneOf | IsEmpty | Holds))
    return tuple(dict.fromkeys(leaves))


def answer(condition: Condition, values: Mapping[str, Value]) -> Answer:
    """Return what a checked condition says of these values; a fact that is missing is empty (A-6)."""
    return Answer(_holds(condition, values), {name: values.get(name) for name in names(condition)})


def _holds(condition: Condition, values: Mapping[str, Value]) -> bool:
    match condition:
        case Every(of):
            return all(_holds(one, values) for one in of)
        case Some(of):
            return any(_holds(one, values) for one in of)
        case Not(inner):
            return not _holds(inner, values)
        case IsEmpty(name):
            return _is_empty(values.get(name))
        case Holds(name):
            return values.get(name) is True
        case OneOf(name, literals):
            held = values.get(name)
            return not _is_empty(held) and held in literals
        case Compare(name, sign, literal):
            held = values.get(name)
            return not _is_empty(held) and _SIGNS[sign](held, literal)


def _is_empty(value: Value) -> bool:
    return value is None or (not value and isinstance(value, str | frozenset))


def fits(value: Value, fact: Fact) -> bool:
    """Say whether a value is one of the fact's type, or empty (A-6)."""
    if value is None:
        return True
    if fact.type is T.SEVERAL:
        return isinstance(value, frozenset)
    if type(value) is not LITERALS[fact.type]:
        return False
    return fact.type is not T.CHOICE or value in fact.choices
