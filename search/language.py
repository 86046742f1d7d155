"""What a typed search asks for: words, exact text, beginnings of numbers; nothing typed can make it
fail (S-1, S-2).
"""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from search.analysis import LONGEST, has_stem, runs, stem, words
from search.api import QueryProblem
from search.folding import CJK, fold

#: A pasted paragraph may be searched, a pasted document may not.
LONGEST_QUERY: Final = 1_000
MOST_CLAUSES: Final = 40

_QUOTED: Final = re.compile(r'"([^"]*)"|“([^“”]*)”|「([^「」]*)」|『([^『』]*)』|(\S+?)(?=["“「『\s]|$)|\S')
_CJK: Final = re.compile(f"[{CJK}]")
_EDGE: Final = re.compile(r"^[\W_]+|[\W_]+$")


@dataclass(frozen=True, slots=True)
class Text:
    """A folded stretch of text that has to occur exactly so."""

    needle: str

    def in_text(self, text: "Searched") -> bool:
        """Say whether the text holds it."""
        return self.needle in text.folded


@dataclass(frozen=True, slots=True)
class Word:
    """A word or number: its beginning, another form of it, or all parts of a compound, as terms."""

    beginning: str
    stem: str | None = None
    parts: tuple[str, ...] = ()

    def in_text(self, text: "Searched") -> bool:
        """Say whether the text holds it, a longer word or another form."""
        return (
            any(word.startswith(self.beginning) for word in text.words)
            or (self.stem is not None and self.stem in text.words)
            or (bool(self.parts) and text.words.issuperset(self.parts))
        )


Clause = Text | Word


class Searched:
    """A text made ready to be looked through for several clauses."""

    def __init__(self, text: str) -> None:
        """Fold the text; words are worked out when one is asked for."""
        self.folded = fold(text)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the text, as indexed."""
        return frozenset(words(self.folded))


@lru_cache(maxsize=256)
def parse(text: str) -> tuple[Clause, ...]:
    """Return what all has to be found; nothing for a blank search. Raises QueryProblem (S-2)."""
    if len(text) > LONGEST_QUERY:
        raise QueryProblem("too_long", limit=LONGEST_QUERY)
    clauses: dict[Clause, None] = {}
    for match in _QUOTED.finditer(text):
        quoted = next((group for group in match.groups()[:4] if group is not None), None)
        for clause in _words(match[0]) if quoted is None else _exactly(quoted):
            clauses[clause] = None
    if not clauses and text.strip():
        raise QueryProblem("nothing_to_find")
    if len(clauses) > MOST_CLAUSES:
        raise QueryProblem("too_many_words", limit=MOST_CLAUSES)
    return tuple(clauses)


def matches(text: str, query: str) -> bool:
    """Say whether one text holds all that a query asks for (S-2)."""
    searched = Searched(text)
    return all(clause.in_text(searched) for clause in parse(query))


def _exactly(quoted: str) -> list[Clause]:
    needle = fold(quoted)
    return [Text(needle)] if needle else []


def _words(chunk: str) -> list[Clause]:
    """Read what stands between blanks: with Chinese in it exact text, else words and numbers."""
    folded = fold(chunk)
    if _CJK.search(folded):
        return [Text(_EDGE.sub("", folded) or folded)]
    beginning_only = chunk.endswith(("*", "＊"))
    return [_word(parts, beginning_only=beginning_only) for parts in runs(folded)]


def _word(parts: list[str], *, beginning_only: bool) -> Word:
    whole = "".join(parts)[:LONGEST]
    if beginning_only:
        return Word(whole)
    if len(parts) > 1 and all(map(str.isalpha, parts)):
        terms = (stem(part) if has_stem(part) else part[:LONGEST] for part in parts)
        return Word(whole, parts=tuple(terms))
    return Word(whole, stem=stem(whole) if has_stem(whole) else None)
