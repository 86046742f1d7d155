"""The words, phrases, brackets and operators of a typed search (S-1)."""

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Final

from search.analysis import number_key
from search.api import choice_of
from search.errors import QueryProblem
from search.fields import field_of

AND: Final = "AND"
OR: Final = "OR"
NOT: Final = "NOT"
OPEN: Final = "("
CLOSE: Final = ")"
TEXT: Final = "text"

#: What opens a quotation, and what may close it; a straight mark is doubled inside: "he said ""no""".
_QUOTES: Final = {'"': '"', "＂": "＂", "“": "“”", "”": "“”", "「": "」", "『": "』"}
_DOUBLED: Final = '"＂'
_CHUNK: Final = re.compile(rf"[^\s{''.join(_QUOTES)}]+")
_OPENING: Final = "(（"
_CLOSING: Final = ")）"


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a search; `field` is what was named before it."""

    kind: str
    text: str = ""
    field: str = ""
    quoted: bool = False


def tokens(typed: str, fields: Set[str] = frozenset()) -> Iterator[Token]:
    """Yield the pieces of a search; `fields` may be named beside those of every search.

    Raises QueryProblem where a quotation or a bracket has no end.
    """
    brackets: list[str] = []
    field = ""
    at = 0
    while at < len(typed):
        if typed[at] in _QUOTES:
            text, at = _quotation(typed, at)
            yield Token(TEXT, text, field, quoted=True)
            field = ""
        elif (chunk := _CHUNK.match(typed, at)) is not None:
            at = chunk.end()
            is_joined = at < len(typed) and typed[at] in _QUOTES
            for token in _chunk(chunk[0], brackets, fields):
                if token.kind == TEXT and token.field and not token.text:
                    if not is_joined:
                        raise QueryProblem("field_without_value")
                    field = token.field
                else:
                    yield token
        else:
            at += 1
    if OPEN in brackets:
        raise QueryProblem("unclosed_bracket")


def names_typed(typed: str) -> tuple[str, ...]:
    """Return what stands before a colon and names no field of every search; a form may have one (S-1)."""
    found: dict[str, None] = {}
    for chunk in _CHUNK.findall(typed):
        for colon in (":", "："):
            name = chunk.lstrip(_OPENING).partition(colon)[0]
            if colon in chunk and name and not field_of(name):
                found[name] = None
    return tuple(found)


def _quotation(typed: str, at: int) -> tuple[str, int]:
    opened = typed[at]
    closing, doubled = _QUOTES[opened], opened in _DOUBLED
    start = at = at + 1
    while at < len(typed):
        if typed[at] not in closing:
            at += 1
        elif doubled and typed[at + 1 : at + 2] == opened:
            at += 2
        else:
            text = typed[start:at]
            return (text.replace(opened * 2, opened) if doubled else text), at + 1
    raise QueryProblem("unclosed_quote")


def _chunk(chunk: str, brackets: list[str], fields: Set[str]) -> Iterator[Token]:
    """Read what stands between blanks; brackets group at its edges and are text inside it."""
    field, chunk = _named(chunk, fields)
    while chunk[:1] and chunk[0] in _OPENING and not _is_text(chunk):
        brackets.append(OPEN)
        yield Token(OPEN, field=field)
        field, chunk = _named(chunk[1:], fields)
    groups = _groups_ended(chunk, brackets)
    rest = chunk[: len(chunk) - groups]
    if rest in {AND, OR, NOT} and not field:
        yield Token(rest)
    elif rest or field:
        yield Token(TEXT, rest, field)
    for _ in range(groups):
        yield Token(CLOSE)


def _named(chunk: str, fields: Set[str]) -> tuple[str, str]:
    """Split off the name of a field; a colon after anything else is text."""
    for colon in (":", "："):
        name, found, value = chunk.partition(colon)
        if found and (field := field_of(name)):
            return field, value
        if found and (key := number_key(name)) in fields:
            return choice_of(key), value
    return "", chunk


def _is_text(chunk: str) -> bool:
    """Say whether the bracket at the start is closed within the word, as in (领料)单."""
    depth = 0
    for place, letter in enumerate(chunk):
        depth += (letter in _OPENING) - (letter in _CLOSING)
        if depth == 0:
            return bool(chunk[place + 1 :].strip(f"{_CLOSING}*"))
    return False


def _groups_ended(chunk: str, brackets: list[str]) -> int:
    """Return how many groups end with this word; brackets inside it are text, as are their partners.

    `brackets` are those still open, in their order. Raises QueryProblem for one too many.
    """
    tail = len(chunk.rstrip(_CLOSING))
    groups = 0
    for place, letter in enumerate(chunk):
        if letter in _OPENING:
            brackets.append(TEXT)
        elif letter in _CLOSING and brackets[-1:] == [TEXT]:
            brackets.pop()
        elif letter in _CLOSING and place >= tail:
            if not brackets:
                raise QueryProblem("unopened_bracket")
            brackets.pop()
            groups += 1
    return groups
