"""What a typed search asks for: words, exact text, fields, ranges, all, any and not; nothing typed can
make it fail (S-1, S-2).

    either := both { OR both }        both := one { [AND] one }
    one    := NOT one | ( either ) | [field:]"exact text" | [field:]word | field:from..until
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from search.analysis import LONGEST, has_stem, runs, stem
from search.api import Query
from search.asked import (
    CLAUSE,
    All,
    AnyOf,
    Is,
    No,
    Node,
    Now,
    Searched,
    Text,
    Word,
    clauses,
    known_as,
    leaves,
)
from search.clauses import clause_key, is_clause
from search.errors import QueryProblem
from search.fields import value_of
from search.folding import CJK, fold
from search.synonyms import Synonyms, widen
from search.tokens import AND, CLOSE, NOT, OPEN, OR, Token, tokens

#: A pasted paragraph may be searched, a pasted document may not.
LONGEST_QUERY: Final = 1_000
MOST_CLAUSES: Final = 40
#: Brackets and NOT within each other.
DEEPEST: Final = 20

_CJK: Final = re.compile(f"[{CJK}]")
_EDGE: Final = re.compile(r"^[\W_]+|[\W_]+$")
_BLANK_BEFORE_DIGITS: Final = re.compile(r"(?<=[a-z]{2})(?=\d)")
#: Texts in which the search looks for words, not facts.
_TEXTS: Final = ("number", "title", "body")


@lru_cache(maxsize=512)
def parse(text: str, *, synonyms: Synonyms = (), fields: frozenset[str] = frozenset()) -> Node | None:
    """Return what has to be found; None for a blank search. Raises QueryProblem (S-1, S-2).

    `synonyms`: a word is also found by the others of its set, a phrase never is (S-6). `fields` may be named
    beside those of every search.
    """
    if len(text) > LONGEST_QUERY:
        raise QueryProblem("too_long", limit=LONGEST_QUERY)
    reading = _Reading(list(tokens(text, fields)), synonyms)
    node = reading.whole()
    if node is None and text.strip():
        raise QueryProblem("nothing_to_find")
    return node


def read(query: Query) -> Node | None:
    """Return what a question asks for, its names of units, states and people understood (S-1)."""
    node = parse(query.text, synonyms=query.synonyms, fields=query.fields)
    return known_as(node, query.known) if node is not None and query.known else node


def fields_in(text: str, fields: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the fields that a search names; none where it cannot be read."""
    try:
        node = parse(text, fields=fields)
    except QueryProblem:
        return frozenset()
    return frozenset(one.field for one in leaves(node, wanted_only=False) if isinstance(one, Is))


def asks_for_ended(text: str, fields: frozenset[str] = frozenset()) -> bool:
    """Say whether a search names a state of what is obsolete; not where it cannot be read (V-3)."""
    try:
        node = parse(text, fields=fields)
    except QueryProblem:
        return False
    return any(isinstance(one, Now) and one.state in {"superseded", "withdrawn"} for one in leaves(node))


def matches(text: str, query: str) -> bool:
    """Say whether one text holds all that a query asks for; facts are not looked at (S-2)."""
    searched = Searched(text)

    def holds(node: Node) -> bool:
        if isinstance(node, All):
            return all(map(holds, node.of))
        if isinstance(node, AnyOf):  # 4.2.1 is found in words, or as a clause, which is a fact
            return any(holds(one) for one in node.of if not _is_clause(one) or len(node.of) == 1)
        if isinstance(node, No):
            return not holds(node.of)
        return searched.holds(node) if isinstance(node, Text | Word) else True

    node = parse(query)
    return node is None or holds(node)


def widening(text: str, synonyms: Synonyms, fields: frozenset[str] = frozenset()) -> tuple[Text, ...]:
    """Return what is looked for only because words have synonyms (S-6)."""
    typed = set(clauses(parse(text, fields=fields)))
    found = clauses(parse(text, synonyms=synonyms, fields=fields))
    return tuple(one for one in found if isinstance(one, Text) and one not in typed)


def clauses_in(text: str, fields: frozenset[str] = frozenset()) -> tuple[Is, ...]:
    """Return the clauses that a search names or may mean; none where it cannot be read (I-9)."""
    try:
        node = parse(text, fields=fields)
    except QueryProblem:
        return ()
    return tuple(dict.fromkeys(one for one in leaves(node) if isinstance(one, Is) and _is_clause(one)))


def _is_clause(node: Node) -> bool:
    return isinstance(node, Is) and node.field == CLAUSE


class _Reading:
    """One pass over the tokens of a search."""

    def __init__(self, found: list[Token], synonyms: Synonyms) -> None:
        self._tokens = found
        self._at = 0
        self._synonyms = synonyms
        self._seen: set[Node] = set()
        self._deep = 0

    def whole(self) -> Node | None:
        """Read all tokens."""
        if not self._tokens:
            return None
        node = self._either("")
        if self._at < len(self._tokens):
            raise QueryProblem("unopened_bracket")
        return node

    def _either(self, field: str) -> Node | None:
        ways = [self._both(field)]
        while self._take(OR):
            ways.append(self._both(field))
        return _join(AnyOf, ways)

    def _both(self, field: str) -> Node | None:
        found = [self._one(field)]
        while self._at < len(self._tokens) and not self._next_is(OR, CLOSE):
            self._take(AND)
            found.append(self._one(field))
        return _join(All, found)

    def _one(self, field: str) -> Node | None:
        if self._at == len(self._tokens) or self._next_is(AND, OR, CLOSE):
            raise QueryProblem("operator_alone")
        token = self._tokens[self._at]
        self._at += 1
        if token.kind == NOT:
            unwanted = self._deeper(lambda: self._one(field))
            return None if unwanted is None else No(unwanted)
        if token.kind == OPEN:
            return self._deeper(lambda: self._bracket(token.field or field))
        return self._leaf(token, token.field or field)

    def _bracket(self, field: str) -> Node | None:
        if self._take(CLOSE):
            return None
        node = self._either(field)
        if not self._take(CLOSE):
            raise QueryProblem("unclosed_bracket")
        return node

    def _deeper(self, read: Callable[[], Node | None]) -> Node | None:
        self._deep += 1
        if self._deep > DEEPEST:
            raise QueryProblem("too_deep", limit=DEEPEST)
        node = read()
        self._deep -= 1
        return node

    def _leaf(self, token: Token, field: str) -> Node | None:
        found = list(dict.fromkeys(_leaves(token, field)))
        self._seen.update(found)
        if len(self._seen) > MOST_CLAUSES:
            raise QueryProblem("too_many_words", limit=MOST_CLAUSES)
        if self._synonyms and not token.quoted:
            found = [widen(one, self._synonyms) for one in found]
        return _join(All, found)

    def _take(self, kind: str) -> bool:
        found = self._next_is(kind)
        self._at += found
        return found

    def _next_is(self, *kinds: str) -> bool:
        return self._at < len(self._tokens) and self._tokens[self._at].kind in kinds


def _join(kind: type[All] | type[AnyOf], found: Sequence[Node | None]) -> Node | None:
    """Join what is there; a lone punctuation mark asks for nothing."""
    there = tuple(dict.fromkeys(one for one in found if one is not None))
    if len(there) < 2:
        return there[0] if there else None
    return kind(there)


def _leaves(token: Token, field: str) -> Iterator[Node]:
    """Read what stands between blanks or quotes: exact text, words and numbers, or the value of a field."""
    if field and field not in _TEXTS:
        yield value_of(field, token.text)
        return
    folded = fold(token.text)
    if token.quoted:
        if folded:
            yield Text(folded, field)
    elif not field and is_clause(folded):
        said = Text(folded) if _CJK.search(folded) else _word(runs(folded)[0], field, beginning_only=False)
        yield AnyOf((said, Is(CLAUSE, clause_key(folded))))
    elif _CJK.search(folded):
        yield _chinese(_EDGE.sub("", folded) or folded, field)
    else:
        beginning_only = token.text.endswith(("*", "＊"))
        yield from (_word(parts, field, beginning_only=beginning_only) for parts in runs(folded))


def _chinese(needle: str, field: str) -> Node:
    """Ask for exact text, in which a blank between letters and their number does not count: ISO9001质量."""
    apart = _BLANK_BEFORE_DIGITS.sub(" ", needle)
    if apart == needle:
        return Text(needle, field)
    return AnyOf((Text(needle, field), Text(apart, field)))


def _word(parts: list[str], field: str, *, beginning_only: bool) -> Word:
    whole = "".join(parts)[:LONGEST]
    if beginning_only:
        return Word(whole, part=field)
    if len(parts) > 1 and all(map(str.isalpha, parts)):
        terms = (stem(part) if has_stem(part) else part[:LONGEST] for part in parts)
        return Word(whole, parts=tuple(terms), part=field)
    return Word(whole, stem=stem(whole) if has_stem(whole) else None, part=field)
