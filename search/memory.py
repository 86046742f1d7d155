"""The reference engine: it looks through every entry, so it is right by inspection (S-2)."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from search import plain
from search.analysis import number_key
from search.api import Entry, Found, Generation, Hit, Query, Sort, State
from search.asked import Clause, Is, Looked, clauses, fact_weight, leaves, parts_of
from search.errors import CursorMoved
from search.language import read


class MemoryEngine:
    """Keeps entries in a dictionary."""

    def __init__(self) -> None:
        """Start empty."""
        self._generation = _Generation()

    @property
    def state(self) -> State:
        """Memory is never damaged."""
        return "ready" if self._generation.filled else "empty"

    def apply(
        self,
        upserts: Iterable[Entry],
        removals: Iterable[str],
        *,
        position: int,
        after: int | None = None,
    ) -> None:
        """See SearchEngine."""
        if after is not None and after != self.position():
            raise CursorMoved(self.position())
        self._generation.add(upserts)
        for entry_id in removals:
            self._generation.entries.pop(entry_id, None)
        self._generation.position = position
        if not self._generation.filled:
            self._generation.made_from = position
        self._generation.filled = True

    def position(self) -> int:
        """See SearchEngine."""
        return self._generation.position

    def search(self, query: Query) -> Found:
        """See SearchEngine."""
        node = read(query)
        generation = self._generation
        looked = [
            one
            for one in list(generation.entries.values())
            if plain.may_show(one.entry, query)
            and (not query.near or plain.is_near(one.entry.number, query.near))
            and (node is None or one.holds(node, query.at))
        ]
        passes = plain.passing(query)
        found = [one for one in looked if passes(one.entry)]
        scores = {}
        if query.sort is Sort.RELEVANCE and node is not None and (asked := clauses(node)):
            facts = [one for one in leaves(node) if isinstance(one, Is)]
            scores = {
                one.entry.id: _score(one, asked, query.text)
                + sum(fact_weight(fact) for fact in facts if one.holds(fact, query.at))
                for one in found
            }
        entries = plain.in_order((one.entry for one in found), query, scores)
        page = entries[query.offset : query.offset + query.limit]
        hits = tuple(Hit(entry.id, entry.kind, scores.get(entry.id, 0.0)) for entry in page)
        facets = plain.counts((one.entry for one in looked), query)
        return Found(len(entries), hits, generation.position, facets)

    def ids(self) -> Iterator[str]:
        """See SearchEngine."""
        return iter(list(self._generation.entries))

    def digests(self) -> Iterator[tuple[str, bytes]]:
        """See SearchEngine."""
        return iter([(name, one.entry.digest()) for name, one in self._generation.entries.items()])

    def count(self) -> int:
        """See SearchEngine."""
        return len(self._generation.entries)

    @contextmanager
    def rebuild(self, *, position: int) -> Iterator["_Generation"]:
        """See SearchEngine."""
        fresh = _Generation()
        yield fresh
        fresh.position, fresh.made_from, fresh.filled = position, position, True
        self._generation = fresh

    def purge(self, entries: Callable[[], Iterable[Entry]], *, position: int) -> None:
        """See SearchEngine."""
        with self.rebuild(position=position) as fresh:
            fresh.add(entries())

    def generation(self) -> Generation | None:
        """See SearchEngine."""
        made = self._generation
        return Generation(f"{id(made):x}", made.made_from) if made.filled else None

    def alone(self, *, wait: float | None = None) -> AbstractContextManager[None]:  # noqa: ARG002
        """Nobody else is here."""
        return nullcontext()

    def sweep(self) -> None:
        """See SearchEngine."""

    def intact(self) -> bool:
        """See SearchEngine."""
        return True

    def close(self) -> None:
        """See SearchEngine."""


class _Generation:
    """All entries of one making, each with its texts ready to be looked through."""

    def __init__(self) -> None:
        self.entries: dict[str, Looked] = {}
        self.position = self.made_from = 0
        self.filled = False

    def add(self, entries: Iterable[Entry]) -> None:
        """See FreshIndex."""
        for entry in entries:
            self.entries[entry.id] = Looked(entry)


def _score(one: Looked, asked: Iterable[Clause], typed: str) -> float:
    """Rank a number asked for whole before the title, the title before the body."""
    score = 50.0 if number_key(typed) == number_key(one.entry.number) else 0.0
    for clause in asked:
        held = {part for part in parts_of(clause) if one.texts[part].holds(clause)}
        score += 3.0 if held & {"number", "title"} else 1.0 if held else 0.0
    return score
