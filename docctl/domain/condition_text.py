"""Decides how a condition is read from what people type, and how it is written (A-6)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from docctl.domain.condition_check import (
    DEEPEST,
    LONGEST,
    MOST,
    MOST_LISTED,
    check,
    within_bounds,
    write_condition,
)
from docctl.domain.conditions import (
    Compare,
    Condition,
    Every,
    Fact,
    Holds,
    IsEmpty,
    Literal,
    Not,
    OneOf,
    Sign,
    Some,
)
from docctl.domain.verdicts import Refused, RuleRefused, require

_TOKEN: Final = re.compile(
    r"""\s*(?:
    (?P<day>\d{4}-\d{2}-\d{2})(?![\w.-])
    |(?P<number>[+-]?\d{1,15}(?:\.\d{1,6})?)(?![\w.])
    |"(?P<text>[^"\n]*)" | “(?P<quoted>[^”"\n]*)”
    |(?P<sign><=|>=|!=|<>|[=<>≠≤≥＝＜＞])
    |(?P<mark>[()\[\],（）［］，、])
    |(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)
    )""",
    re.VERBOSE,
)
_MARKS: Final = str.maketrans("（）［］，、", "()[],,")
_SIGNS: Final = {"≠": "!=", "<>": "!=", "≤": "<=", "≥": ">=", "＝": "=", "＜": "<", "＞": ">"}
#: Words of the language, in both languages; no fact may be called so.
WORDS: Final = {
    "and": "and",
    "且": "and",
    "or": "or",
    "或": "or",
    "not": "not",
    "非": "not",
    "in": "in",
    "属于": "in",
    "contains": "contains",
    "包含": "contains",
    "is": "is",
    "empty": "empty",
    "为空": "is empty",
    "不为空": "is not empty",
    "yes": "yes",
    "是": "yes",
    "no": "no",
    "否": "no",
}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    value: Literal | None = None


def read_condition(text: str) -> Condition:
    """Return the condition that a text says; raise RuleRefused with what cannot be read (A-6)."""
    plain = unicodedata.normalize("NFC", text).strip()
    if not plain:
        raise RuleRefused(Refused("A-6", "nothing_said"))
    if len(plain) > LONGEST:
        raise RuleRefused(Refused("A-6", "too_long", {"most": LONGEST}))
    reading = _Reading(_tokens(plain))
    condition = reading.either()
    reading.require_end()
    require(within_bounds(condition))  # written, it may be longer than it was typed
    return condition


def checked_condition(text: str, facts: Mapping[str, Fact]) -> str:
    """Return a condition as it is stored: read, within its bounds, of these facts, in its written form (A-6).

    Raises RuleRefused with what is wrong.
    """
    condition = read_condition(text)
    require(check(condition, facts))
    return write_condition(condition)


def _tokens(text: str) -> list[_Token]:
    found = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise RuleRefused(Refused("A-6", "unreadable", {"text": text[at:].strip()[:20]}))
        found.append(_token(match))
        at = match.end()
    return found


def _token(match: re.Match[str]) -> _Token:
    kind = match.lastgroup or ""
    said = match[kind]
    if kind in {"text", "quoted"}:
        return _Token("literal", said, said)
    if kind == "number":
        # 5, 5.0 and +5 are one number, and so is what is written of it.
        return _Token("literal", said, Decimal(said).normalize() + 0)
    if kind == "day":
        try:
            return _Token("literal", said, date.fromisoformat(said))
        except ValueError:
            raise RuleRefused(Refused("A-6", "unreadable", {"text": said})) from None
    if kind == "sign":
        return _Token("sign", _SIGNS.get(said, said))
    if kind == "mark":
        return _Token("mark", said.translate(_MARKS))
    word = WORDS.get(said.casefold(), "")
    if word in {"yes", "no"}:
        return _Token("literal", said, word == "yes")
    return _Token("word", word) if word else _Token("name", said)


class _Reading:
    """One pass over the tokens."""

    def __init__(self, found: Sequence[_Token]) -> None:
        self._tokens = found
        self._at = 0
        self._deep = 0
        self._compared = 0

    def either(self) -> Condition:
        """Read what is joined by `or`."""
        found = [self._both()]
        while self._take("word", "or"):
            found.append(self._both())
        return found[0] if len(found) == 1 else Some(_flat(Some, found))

    def require_end(self) -> None:
        """Refuse what stands behind the whole."""
        if self._at < len(self._tokens):
            raise self._unexpected()

    def _both(self) -> Condition:
        found = [self._one()]
        while self._take("word", "and"):
            found.append(self._one())
        return found[0] if len(found) == 1 else Every(_flat(Every, found))

    def _one(self) -> Condition:
        self._deep += 1
        if self._deep > DEEPEST:
            raise RuleRefused(Refused("A-6", "too_deep", {"most": DEEPEST}))
        if self._take("word", "not"):
            found: Condition = Not(self._one())
        elif self._take("mark", "("):
            found = self.either()
            self._need("mark", ")")
        else:
            found = self._comparison()
        self._deep -= 1
        return found

    def _comparison(self) -> Condition:
        self._compared += 1
        if self._compared > MOST:
            raise RuleRefused(Refused("A-6", "too_much", {"most": MOST}))
        name = self._need("name").text
        if self._take("word", "is empty"):
            return IsEmpty(name)
        if self._take("word", "is not empty"):
            return Not(IsEmpty(name))
        if self._take("word", "is"):
            negated = self._take("word", "not")
            self._need("word", "empty")
            return Not(IsEmpty(name)) if negated else IsEmpty(name)
        if self._take("word", "in"):
            return OneOf(name, self._list())
        if self._take("word", "contains"):
            return Compare(name, Sign.CONTAINS, self._literal())
        if self._is("sign"):
            return Compare(name, Sign(self._need("sign").text), self._literal())
        return Holds(name)

    def _list(self) -> tuple[Literal, ...]:
        self._need("mark", "[")
        found = [self._literal()]
        while self._take("mark", ","):
            found.append(self._literal())
            if len(found) > MOST_LISTED:
                raise RuleRefused(Refused("A-6", "list_too_long", {"most": MOST_LISTED}))
        self._need("mark", "]")
        return tuple(found)

    def _literal(self) -> Literal:
        value = self._need("literal").value
        assert value is not None  # as the token was made
        return value

    def _is(self, kind: str, text: str = "") -> bool:
        if self._at == len(self._tokens):
            return False
        token = self._tokens[self._at]
        return token.kind == kind and text in {"", token.text}

    def _take(self, kind: str, text: str) -> bool:
        found = self._is(kind, text)
        self._at += found
        return found

    def _need(self, kind: str, text: str = "") -> _Token:
        if not self._is(kind, text):
            raise self._unexpected()
        self._at += 1
        return self._tokens[self._at - 1]

    def _unexpected(self) -> RuleRefused:
        if self._at == len(self._tokens):
            return RuleRefused(Refused("A-6", "breaks_off"))
        return RuleRefused(Refused("A-6", "unexpected", {"text": self._tokens[self._at].text[:20]}))


def _flat(kind: type[Every] | type[Some], found: Sequence[Condition]) -> tuple[Condition, ...]:
    """Return the parts with those of the same kind opened: brackets that change nothing leave no trace."""
    flat: list[Condition] = []
    for one in found:
        flat.extend(one.of if isinstance(one, kind) else (one,))
    return tuple(flat)
