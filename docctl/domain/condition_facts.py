"""Decides how facts and their values are typed where a condition is tried out (A-6)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from docctl.domain.condition_check import NUMBER
from docctl.domain.condition_text import WORDS
from docctl.domain.conditions import Fact, FactType, Value
from docctl.domain.verdicts import Refused, RuleRefused

#: So many facts, each with so many choices.
MOST: Final = 100
MOST_CHOICES: Final = 50

_NAME: Final = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_TYPES: Final = {
    "number": FactType.NUMBER,
    "数字": FactType.NUMBER,
    "text": FactType.TEXT,
    "文本": FactType.TEXT,
    "choice": FactType.CHOICE,
    "选项": FactType.CHOICE,
    "day": FactType.DAY,
    "日期": FactType.DAY,
    "yes_no": FactType.YES_NO,
    "是否": FactType.YES_NO,
    "several": FactType.SEVERAL,
    "多项": FactType.SEVERAL,
}


def read_facts(text: str) -> dict[str, Fact]:
    """Return facts typed one in a line, such as `金额: number` and `级别: choice 一般 重大` (A-6)."""
    found: dict[str, Fact] = {}
    for line in _lines(text):
        name, between, rest = _parted(line, ":：")
        words = rest.split()
        kind = _TYPES.get(words[0].casefold()) if words else None
        choices = frozenset(words[1:])
        fits = bool(between) and _NAME.fullmatch(name) is not None and name.casefold() not in WORDS
        if not fits or kind is None or (kind is FactType.CHOICE) is not bool(choices) or name in found:
            raise RuleRefused(Refused("A-6", "fact_unfit", {"line": line[:60]}))
        if len(found) == MOST or len(choices) > MOST_CHOICES:
            raise RuleRefused(Refused("A-6", "too_many_facts", {"most": MOST, "choices": MOST_CHOICES}))
        found[name] = Fact(kind, choices)
    return found


def read_values(text: str, facts: Mapping[str, Fact]) -> dict[str, Value]:
    """Return values typed one in a line, such as `金额 = 60000`; what is not named is empty (A-6)."""
    found: dict[str, Value] = {}
    for line in _lines(text):
        name, between, rest = _parted(line, "=＝")
        fact = facts.get(name)
        if not between or fact is None or name in found:
            raise RuleRefused(Refused("A-6", "value_unfit", {"line": line[:60]}))
        value = _value(rest, fact) if rest else None
        if rest and value is None:
            raise RuleRefused(Refused("A-6", "value_unfit", {"line": line[:60]}))
        found[name] = value
    return found


def _value(text: str, fact: Fact) -> Value:
    """Return a value of the fact's type, None for what is none."""
    match fact.type:
        case FactType.NUMBER:
            return Decimal(text) if NUMBER.fullmatch(text) else None
        case FactType.DAY:
            try:
                return date.fromisoformat(text)
            except ValueError:
                return None
        case FactType.YES_NO:
            said = WORDS.get(text.casefold())
            return said == "yes" if said in {"yes", "no"} else None
        case FactType.SEVERAL:
            return frozenset(filter(None, (one.strip() for one in re.split("[,，、;；]", text))))
        case FactType.CHOICE:
            return text if text in fact.choices else None
        case FactType.TEXT:
            return text


def _parted(line: str, signs: str) -> tuple[str, str, str]:
    """Return what stands before the first of these signs, the sign, and the rest as it is."""
    found = re.search(f"[{signs}]", line)
    if found is None:
        return line, "", ""
    return line[: found.start()].strip(), found[0], line[found.end() :].strip()


def _lines(text: str) -> Iterator[str]:
    for one in unicodedata.normalize("NFC", text).splitlines():
        if line := one.strip():
            yield line
