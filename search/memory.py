"""The reference engine: it looks through every entry, so it is right by inspection (S-2)."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date

from search.analysis import number_key
from search.api import RECORD, CursorMoved, Entry, Found, Generation, Hit, Query, Sort, State
from search.language import Clause, Searched, parse


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
        clauses = parse(query.text)
        generation = self._generation
        found = [
            (entry, texts)
            for entry, texts in list(generation.entries.values())
            if _may_show(entry, query) and all(_occurs(clause, texts) for clause in clauses)
        ]
        scores = {
            entry.id: _score(entry, texts, clauses, query.text) if query.sort is Sort.RELEVANCE else 0.0
            for entry, texts in found
        }
        entries = [entry for entry, _ in found]
        entries.sort(key=lambda entry: entry.id)
        if query.sort is Sort.RELEVANCE and clauses:
            entries.sort(key=lambda entry: -scores[entry.id])
        elif query.sort is Sort.DATE:
            entries.sort(key=lambda entry: entry.day or date.min, reverse=True)
        else:
            entries.sort(key=lambda entry: number_key(entry.number))
        page = entries[query.offset : query.offset + query.limit]
        hits = tuple(Hit(entry.id, entry.kind, scores[entry.id]) for entry in page)
        return Found(len(entries), hits, generation.position)

    def ids(self) -> Iterator[str]:
        """See SearchEngine."""
        return iter(list(self._generation.entries))

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
        self.entries: dict[str, tuple[Entry, tuple[Searched, ...]]] = {}
        self.position = self.made_from = 0
        self.filled = False

    def add(self, entries: Iterable[Entry]) -> None:
        """See FreshIndex."""
        for entry in entries:
            texts = tuple(map(Searched, (entry.number, entry.title, entry.body)))
            self.entries[entry.id] = (entry, texts)


def _occurs(clause: Clause, texts: tuple[Searched, ...]) -> bool:
    return any(clause.in_text(text) for text in texts)


def _score(entry: Entry, texts: tuple[Searched, ...], clauses: Iterable[Clause], asked: str) -> float:
    """Rank a number asked for whole before the title, the title before the body."""
    number, title, _ = texts
    score = 50.0 if number_key(asked) == number_key(entry.number) else 0.0
    for clause in clauses:
        score += 3.0 if clause.in_text(title) or clause.in_text(number) else 1.0
    return score


def _may_show(entry: Entry, query: Query) -> bool:
    return (
        entry.id not in query.exclude
        and (entry.access in query.sets or (entry.published in query.sets and entry.is_valid(query.at)))
        and _passes(entry, query)
    )


def _passes(entry: Entry, query: Query) -> bool:
    chosen = (
        (query.kinds, entry.kind),
        (query.units, entry.unit),
        (query.types, entry.type),
        (query.states, entry.state),
    )
    return (
        all(not wanted or value in wanted for wanted, value in chosen)
        and _within_days(entry.day, query)
        and (not query.in_force_only or not _bound_to_time(entry) or entry.is_valid(query.at))
    )


def _within_days(day: date | None, query: Query) -> bool:
    if query.day_from is None and query.day_until is None:
        return True
    return day is not None and (query.day_from or date.min) <= day <= (query.day_until or date.max)


def _bound_to_time(entry: Entry) -> bool:
    return entry.kind != RECORD and entry.valid_from is not None
