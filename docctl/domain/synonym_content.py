"""Decides which sets of words mean the same to a search, how they are typed, and their one form (S-6)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from docctl.domain.verdicts import Refused, RuleRefused

#: So many sets, so many words in each, so many characters of a word.
MOST_SETS: Final = 1_000
MOST_WORDS: Final = 24
LONGEST_WORD: Final = 40

_SHIPPED: Final = (("顾客", "客户", "业主"), ("投诉", "抱怨", "客诉"), ("不合格品", "不良品"))
_BETWEEN: Final = re.compile(r"[\s/、,，;；=]+")


def shipped_synonyms() -> dict[str, Any]:
    """Return the sets that a company starts with (S-6)."""
    return check_synonyms({"sets": [list(one) for one in _SHIPPED]})


def check_synonyms(data: object) -> dict[str, Any]:
    """Return the canonical sets, or raise RuleRefused with the field and the word or line concerned (S-6).

    A word stands in one set only: otherwise it would be unclear what else it finds.
    """
    if not isinstance(data, Mapping) or set(data) != {"sets"} or not isinstance(data["sets"], list | tuple):
        raise RuleRefused(Refused("S-6", "content_unfit", {"field": "sets"}))
    if len(data["sets"]) > MOST_SETS:
        raise RuleRefused(Refused("S-6", "too_many_sets", {"field": "sets", "most": MOST_SETS}))
    seen: set[str] = set()
    found = []
    for one in data["sets"]:
        words = _checked_set(one)
        keys = {_key(word) for word in words}
        if both := seen & keys:
            word = next(word for word in words if _key(word) in both)
            raise RuleRefused(Refused("S-6", "word_twice", {"field": "sets", "word": word}))
        seen |= keys
        found.append(words)
    return {"sets": sorted(found)}


def synonym_sets(content: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """Return the sets of a canonical content, as a search takes them (S-6)."""
    return tuple(map(tuple, content["sets"]))


def read_synonyms(typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the content that was typed: a set in each line, its words parted by blanks or commas (S-6)."""
    lines = (line.strip() for line in typed.get("sets", "").splitlines())
    return check_synonyms({"sets": [_BETWEEN.split(line) for line in lines if line]})


def write_synonyms(content: Mapping[str, Any]) -> dict[str, str]:
    """Return a content as it is typed; reading it again gives the same content."""
    return {"sets": "\n".join(" ".join(one) for one in content["sets"])}


def lines_of_synonyms(content: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the sets by their first word, for comparing two contents."""
    return {"sets": {one[0]: " ".join(one) for one in content["sets"]}}


def _checked_set(value: object) -> list[str]:
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise RuleRefused(Refused("S-6", "content_unfit", {"field": "sets"}))
    words: dict[str, str] = {}
    for one in filter(None, value):
        word = unicodedata.normalize("NFC", one).strip()
        # One character is found almost everywhere; a blank or a sign would not be found as it is written.
        if not 2 <= len(word) <= LONGEST_WORD or not all(sign.isalnum() or sign in "-." for sign in word):
            raise RuleRefused(
                Refused("S-6", "word_unfit", {"field": "sets", "word": word[:60], "longest": LONGEST_WORD})
            )
        words.setdefault(_key(word), word)
    if not 2 <= len(words) <= MOST_WORDS:
        line = " ".join(words.values())[:60]
        raise RuleRefused(Refused("S-6", "set_unfit", {"field": "sets", "line": line, "most": MOST_WORDS}))
    return sorted(words.values())


def _key(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold()
