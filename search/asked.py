"""What a search asks for, as a tree: texts, words, facts and days, joined by all, any and not (S-1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Final, Literal

from search.analysis import number_key, words
from search.api import CHOICE, RECORD, SUSPENDED, WITHDRAWN, Entry, choice_of, chosen_value
from search.clauses import clause_key
from search.folding import fold

#: The texts of an entry, each looked through by itself: nothing runs from one into the next.
PARTS: Final = ("number", "title", "body")
#: The states that follow from dates.
StateNow = Literal["waiting", "in_force", "suspended", "expired", "superseded", "withdrawn"]
#: The fact that says which clauses a text has, however they are written (I-9).
CLAUSE: Final = "clause"


@dataclass(frozen=True, slots=True)
class Text:
    """A folded stretch of text that has to occur exactly so; `part` narrows it to one text."""

    needle: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """A word or number: its beginning, another form of it, or all parts of a compound, as terms."""

    beginning: str
    stem: str | None = None
    parts: tuple[str, ...] = ()
    part: str = ""


@dataclass(frozen=True, slots=True)
class Is:
    """A fact of an entry with this value, or with one that begins so."""

    field: str
    value: str
    beginning: bool = False


@dataclass(frozen=True, slots=True)
class Days:
    """A stretch of days, both ends included."""

    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Now:
    """A document in a state that follows from dates at the instant of the question (V-3, V-6, V-8)."""

    state: StateNow


@dataclass(frozen=True, slots=True)
class All:
    """Every one of them."""

    of: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of them."""

    of: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class No:
    """Not this."""

    of: Node


Clause = Text | Word
Leaf = Text | Word | Is | Days | Now
Node = Leaf | All | AnyOf | No


def leaves(node: Node | None, *, wanted_only: bool = True) -> Iterator[Leaf]:
    """Yield what stands at the ends of the tree; `wanted_only` leaves out what must not be there."""
    if isinstance(node, All | AnyOf):
        for one in node.of:
            yield from leaves(one, wanted_only=wanted_only)
    elif isinstance(node, No):
        if not wanted_only:
            yield from leaves(node.of, wanted_only=wanted_only)
    elif node is not None:
        yield node


def clauses(node: Node | None) -> tuple[Clause, ...]:
    """Return the texts and words that a hit is to show, each once."""
    return tuple(dict.fromkeys(one for one in leaves(node) if isinstance(one, Text | Word)))


class Searched:
    """A text made ready to be looked through for several clauses."""

    def __init__(self, text: str) -> None:
        """Fold the text; words are worked out when one is asked for."""
        self.folded = fold(text)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the text, as indexed."""
        return frozenset(words(self.folded))

    def holds(self, clause: Clause) -> bool:
        """Say whether the text holds it."""
        if isinstance(clause, Text):
            return clause.needle in self.folded
        return (
            any(word.startswith(clause.beginning) for word in self.words)
            or (clause.stem is not None and clause.stem in self.words)
            or (bool(clause.parts) and self.words.issuperset(clause.parts))
        )


class Looked:
    """An entry made ready to be looked at: the meaning of a question, without an index (S-2)."""

    def __init__(self, entry: Entry) -> None:
        """Fold its texts and facts."""
        self.entry = entry
        self.texts = {part: Searched(getattr(entry, part)) for part in PARTS}
        self.facts = fact_values(entry)

    def holds(self, node: Node, at: datetime) -> bool:
        """Say whether the entry has what is asked for."""
        if isinstance(node, All):
            return all(self.holds(one, at) for one in node.of)
        if isinstance(node, AnyOf):
            return any(self.holds(one, at) for one in node.of)
        if isinstance(node, No):
            return not self.holds(node.of, at)
        if isinstance(node, Text | Word):
            return any(self.texts[part].holds(node) for part in parts_of(node))
        return has_fact(self.entry, self.facts, node, at)


def has_fact(entry: Entry, facts: dict[str, frozenset[str]], node: Is | Days | Now, at: datetime) -> bool:
    """Say whether an entry has a fact, lies within some days, or is in a state that dates tell."""
    if isinstance(node, Days):
        return within(entry.day, node.first, node.last)
    if isinstance(node, Now):
        return entry.kind != RECORD and node.state == _state_now(entry, at)
    values = facts.get(node.field, frozenset())
    if node.beginning:
        return any(value.startswith(node.value) for value in values)
    return node.value in values


def _state_now(entry: Entry, at: datetime) -> str:
    standing = entry.standing(at)
    if standing == "ended":
        return "withdrawn" if entry.state == WITHDRAWN else "superseded"
    if standing in {"valid", "expired"} and entry.state == SUSPENDED:
        return "suspended"
    return "in_force" if standing == "valid" else standing


def fact_weight(node: Is | Days | Now) -> float:
    """Return what a fact adds to the rank: a clause counts more than its digits somewhere (I-9)."""
    return 3.0 if isinstance(node, Is) and node.field == CLAUSE else 0.0


#: No entry has such a value.
_NONE: Final = "\0"


def known_as(node: Node, names: Mapping[str, Mapping[str, frozenset[str]]]) -> Node:
    """Return the tree in which a fact that was asked for by a name is found by its values too (S-1).

    A value that is a name without values is none: nothing is found by it.
    """
    if isinstance(node, All | AnyOf):
        return type(node)(tuple(known_as(one, names) for one in node.of))
    if isinstance(node, No):
        return No(known_as(node.of, names))
    if not isinstance(node, Is):
        return node
    values: set[str] = set()
    itself: Node = node
    for name, meant in names.get(node.field, {}).items():
        key = number_key(name)
        if key == node.value or (node.beginning and key.startswith(node.value)):
            values |= meant
            itself = itself if meant else Is(node.field, _NONE)
    field = CHOICE if node.field.startswith(choice_of("")) else node.field
    others = tuple(Is(field, number_key(one)) for one in sorted(values))
    return AnyOf((itself, *others)) if others else itself


def parts_of(clause: Clause) -> tuple[str, ...]:
    """Return the texts that a clause is looked for in."""
    return (clause.part,) if clause.part else PARTS


def within(day: date | None, first: date | None, last: date | None) -> bool:
    """Say whether a day lies within a range whose ends are part of it; no day lies within none."""
    if first is None and last is None:
        return True
    return day is not None and (first or date.min) <= day <= (last or date.max)


def fact_values(entry: Entry) -> dict[str, frozenset[str]]:
    """Return what an entry may be asked for by name of field, folded as numbers are (S-1)."""
    found: dict[str, set[str]] = {}
    own = (
        ("kind", entry.kind),
        ("unit", entry.unit),
        ("type", entry.type),
        ("state", entry.state),
        ("retention", entry.retention),
        *((CHOICE, chosen_value(*one)) for one in entry.choices),
    )
    for field, value in (*own, *entry.facts):
        if key := clause_key(value) if field == CLAUSE else number_key(value):
            found.setdefault(field, set()).add(key)
    return {field: frozenset(values) for field, values in found.items()}
