"""Decides whether a condition may be stored: within bounds, of facts that there are, in one form (A-6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final
from unicodedata import is_normalized

from docctl.domain.conditions import (
    LITERALS,
    Compare,
    Condition,
    Every,
    Fact,
    FactType,
    Holds,
    IsEmpty,
    Literal,
    Not,
    OneOf,
    Sign,
    Some,
    parts,
)
from docctl.domain.verdicts import Allowed, Refused, Verdict

#: Longest text of a condition, typed and written, most comparisons in it, deepest brackets and nots,
#: longest list.
LONGEST: Final = 1_000
MOST: Final = 50
DEEPEST: Final = 20
MOST_LISTED: Final = 50

#: A number as it is typed and written.
NUMBER: Final = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,6})?", re.ASCII)
_UNFIT: Final = re.compile(r'["\n\ud800-\udfff]')

T: Final = FactType
_ORDERED: Final = frozenset({T.NUMBER, T.DAY})


def check(condition: Condition, facts: Mapping[str, Fact]) -> Verdict:
    """Say whether a condition keeps its bounds and fits the facts: names, types, choices (A-6)."""
    if not (verdict := within_bounds(condition)):
        return verdict
    for one in parts(condition):
        if isinstance(one, Not | Every | Some):
            continue
        fact = facts.get(one.name)
        if fact is None:
            return Refused("A-6", "unknown_fact", {"name": one.name})
        if not (verdict := _fits(one, fact)):
            return verdict
    return Allowed()


def _fits(one: Compare | OneOf | IsEmpty | Holds, fact: Fact) -> Verdict:
    if isinstance(one, IsEmpty):
        return Allowed()
    if isinstance(one, Holds):
        return Allowed() if fact.type is T.YES_NO else Refused("A-6", "no_yes_or_no", {"name": one.name})
    if isinstance(one, OneOf):
        if fact.type is T.SEVERAL:
            return Refused("A-6", "sign_unfit", {"name": one.name, "sign": "in"})
        literals = one.literals
    else:
        if not _sign_fits(one.sign, fact.type):
            return Refused("A-6", "sign_unfit", {"name": one.name, "sign": one.sign.value})
        literals = (one.literal,)
    for literal in literals:
        if type(literal) is not LITERALS[fact.type]:
            return Refused("A-6", "type_unfit", {"name": one.name, "type": fact.type.value})
        if fact.type is T.CHOICE and literal not in fact.choices:
            return Refused("A-6", "no_such_choice", {"name": one.name, "value": str(literal)})
    return Allowed()


def _sign_fits(sign: Sign, kind: FactType) -> bool:
    if sign is Sign.CONTAINS:
        return kind in {T.TEXT, T.SEVERAL}
    if sign in {Sign.IS, Sign.IS_NOT}:
        return kind is not T.SEVERAL
    return kind in _ORDERED


def within_bounds(condition: Condition) -> Verdict:
    """Say whether a condition can be written, and typed again (A-6)."""
    compared = 0
    left: list[tuple[Condition, int]] = [(condition, 1)]
    while left:
        one, deep = left.pop()
        if deep > DEEPEST:
            return Refused("A-6", "too_deep", {"most": DEEPEST})
        if isinstance(one, Not) and not isinstance(one.of, IsEmpty):
            left.append((one.of, deep + 1 + isinstance(one.of, Every | Some)))
        elif isinstance(one, Every | Some):
            left.extend((inner, deep + _stands_in_brackets(inner, one)) for inner in one.of)
        else:
            compared += 1
            if not (verdict := _leaf_within_bounds(one)):
                return verdict
        if compared > MOST:
            return Refused("A-6", "too_much", {"most": MOST})
    if len(write_condition(condition)) > LONGEST:
        return Refused("A-6", "too_long", {"most": LONGEST})
    return Allowed()


def _stands_in_brackets(inner: Condition, outer: Every | Some) -> bool:
    is_joined = isinstance(inner, Every | Some)
    return is_joined and not (isinstance(outer, Some) and isinstance(inner, Every))


def _leaf_within_bounds(one: Condition) -> Verdict:
    literals = one.literals if isinstance(one, OneOf) else (one.literal,) if isinstance(one, Compare) else ()
    if len(literals) > MOST_LISTED:
        return Refused("A-6", "list_too_long", {"most": MOST_LISTED})
    for literal in literals:
        # Between quotation marks of one line; half of a surrogate pair is no character. Whatever is typed is
        # read in NFC, so another text would not come back.
        unfit = isinstance(literal, str) and (_UNFIT.search(literal) or not is_normalized("NFC", literal))
        if unfit or (isinstance(literal, Decimal) and not NUMBER.fullmatch(_written(literal))):
            return Refused("A-6", "unreadable", {"text": ascii(str(literal))[1:21]})
    return Allowed()


def write_condition(condition: Condition) -> str:
    """Return a condition in its one written form; reading it again gives the same condition."""
    match condition:
        case Some(of):
            return " or ".join(map(write_condition, of))
        case Every(of):
            return " and ".join(_within(one, Some) for one in of)
        case Not(IsEmpty(name)):
            return f"{name} is not empty"
        case Not(inner):
            return f"not {_within(inner, Some, Every)}"
        case IsEmpty(name):
            return f"{name} is empty"
        case Holds(name):
            return name
        case OneOf(name, literals):
            return f"{name} in [{', '.join(map(_written, literals))}]"
        case Compare(name, sign, literal):
            return f"{name} {sign.value} {_written(literal)}"


def _within(inner: Condition, *looser: type[Condition]) -> str:
    written = write_condition(inner)
    return f"({written})" if isinstance(inner, looser) else written


def _written(literal: Literal) -> str:
    if isinstance(literal, bool):
        return "yes" if literal else "no"
    if isinstance(literal, date):
        return literal.isoformat()
    return f"{literal.normalize() + 0:f}" if isinstance(literal, Decimal) else f'"{literal}"'
