"""What a whoosh index finds for texts and words: in each segment, where the terms stand (S-2)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from math import log
from typing import Any, Final

from whoosh.matching import NullMatcher

from search.analysis import BLANK
from search.api import Entry
from search.asked import (
    All,
    AnyOf,
    Clause,
    Days,
    Is,
    No,
    Node,
    Now,
    Text,
    Word,
    fact_values,
    fact_weight,
    has_fact,
    parts_of,
)
from search.whoosh_schema import entry_of

_WEIGHTS: Final = {"number": 3.0, "title": 3.0, "body": 1.0}

#: Documents of a segment, each with how well it answers.
Scored = dict[int, float]


@dataclass(slots=True)
class Segment:
    """One immutable part of the index, read once: its postings, and its entries without their texts."""

    reader: Any
    entries: dict[int, Entry] = field(default_factory=dict)
    digests: dict[int, bytes] = field(default_factory=dict)
    facts: dict[int, dict[str, frozenset[str]]] = field(default_factory=dict)

    def load(self) -> None:
        """Read what stands beside the terms of every document that is not deleted."""
        for number in self.reader.all_doc_ids():
            entry, digest = entry_of(self.reader.stored_fields(number)["entry"])
            self.entries[number], self.digests[number] = entry, digest

    def holding(self, node: Node, among: Iterable[int], at: datetime) -> Scored:
        """Return which of some documents hold what is asked for."""
        if isinstance(node, All):
            return self._all(node, among, at)
        if isinstance(node, AnyOf):
            return _sum(self.holding(one, among, at) for one in node.of)
        if isinstance(node, No):
            without = self.holding(node.of, among, at)
            return {number: 0.0 for number in among if number not in without}
        if isinstance(node, Is | Days | Now):
            weight = fact_weight(node)
            return {one: weight for one in among if has_fact(self.entries[one], self._facts(one), node, at)}
        found = self._clause(node)
        return {number: found[number] for number in among if number in found}

    def _all(self, node: All, among: Iterable[int], at: datetime) -> Scored:
        found = dict.fromkeys(among, 0.0)
        for one in node.of:
            scores = self.holding(one, found, at)
            found = {number: found[number] + score for number, score in scores.items()}
        return found

    def _facts(self, number: int) -> dict[str, frozenset[str]]:
        if number not in self.facts:
            self.facts[number] = fact_values(self.entries[number])
        return self.facts[number]

    def _clause(self, clause: Clause) -> Scored:
        found: Scored = {}
        for part in parts_of(clause):
            counts = self._row(part, clause.needle) if isinstance(clause, Text) else self._word(part, clause)
            rarity = log(1 + len(self.entries) / (1 + len(counts)))
            for number, count in counts.items():
                score = _WEIGHTS[part] * rarity * count / (count + 1.2)
                found[number] = found.get(number, 0.0) + score
        return found

    def _row(self, part: str, needle: str) -> Scored:
        """Find a row of pairs; every other one will do, each character is in one of them."""
        needle = needle.replace(" ", BLANK)
        if len(needle) == 1:
            return self._beginning(part, needle)
        if len(needle) == 2:
            return self._term(part, needle)
        starts = {*range(0, len(needle) - 1, 2), len(needle) - 2}
        terms = [(at, needle[at : at + 2]) for at in starts]
        # The rarest pair first: of all others only the documents that are left are looked at.
        terms.sort(key=lambda one: self.reader.doc_frequency(part, one[1]))
        (first_at, first), *others = terms
        found = {
            number: {place - first_at for place in places} for number, places in self._places(part, first)
        }
        for at, term in others:
            there = self._places_in(part, term, sorted(found))
            both = ((number, found[number] & {one - at for one in places}) for number, places in there)
            found = {number: places for number, places in both if places}
        return {number: float(len(places)) for number, places in found.items()}

    def _places(self, part: str, term: str) -> Iterator[tuple[int, list[int]]]:
        """Yield where a term stands."""
        matcher = self._postings(part, term)
        while matcher.is_active():
            yield matcher.id(), matcher.value_as("positions")
            matcher.next()

    def _places_in(self, part: str, term: str, among: list[int]) -> Iterator[tuple[int, list[int]]]:
        """Yield where a term stands in some documents, which come in their order."""
        matcher = self._postings(part, term)
        for wanted in among:
            if matcher.is_active() and matcher.id() < wanted:
                matcher.skip_to(wanted)
            if not matcher.is_active():
                return
            if matcher.id() == wanted:
                yield wanted, matcher.value_as("positions")

    def _word(self, part: str, clause: Word) -> Scored:
        """Find a word by its beginning, by its stem, or as all parts of a compound."""
        field_name = f"{part}_words"
        found = self._beginning(field_name, clause.beginning)
        if clause.stem is not None:
            found = _sum((found, self._term(field_name, clause.stem)))
        if clause.parts:
            each = [self._term(field_name, one) for one in clause.parts]
            together = set.intersection(*map(set, each))
            found = _sum((found, {one: sum(scores[one] for scores in each) for one in together}))
        return found

    def _beginning(self, field_name: str, start: str) -> Scored:
        terms = self.reader.expand_prefix(field_name, start)
        return _sum(self._term(field_name, term) for term in terms)

    def _term(self, field_name: str, term: str | bytes) -> Scored:
        """Return in which documents a term stands, and how often."""
        matcher = self._postings(field_name, term)
        found: Scored = {}
        while matcher.is_active():
            found[matcher.id()] = matcher.weight()
            matcher.next()
        return found

    def _postings(self, field_name: str, term: str | bytes) -> Any:
        if (field_name, term) not in self.reader:
            return NullMatcher()
        return self.reader.postings(field_name, term)


def _sum(found: Iterable[Scored]) -> Scored:
    """Join what was found in several ways."""
    total: Scored = {}
    for scores in found:
        for number, score in scores.items():
            total[number] = total.get(number, 0.0) + score
    return total
