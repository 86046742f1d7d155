"""The engine of both set-ups: tantivy over our own terms, one generation in use, one writer at a
time (S-1 to S-4).
"""

import threading
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import tantivy

from search import schema, tantivy_files
from search.analysis import ANALYSIS
from search.api import Entry, Found, Hit, Query, Sort
from search.errors import CursorMoved, IndexDamaged
from search.filling import SMALL, Filled
from search.generations import Generations, stamp
from search.ondisk import OnDisk
from search.questions import question, scores_differ
from search.tantivy_counts import Counted, counting, joined
from search.writing import vendor_errors, write

#: So many passes count by facets at the same time.
_AT_ONCE: Final = 4
_MADE_WITH: Final = f"tantivy {version('tantivy')}, fields {schema.FORMAT}, analysis {ANALYSIS}"


@dataclass(frozen=True, slots=True)
class _View:
    """One generation as of one commit; answers stay consistent while others write."""

    index: tantivy.Index
    searcher: tantivy.Searcher
    stamps: tuple[tuple[int, ...], ...]
    position: int


class TantivyEngine(OnDisk):
    """See SearchEngine. Several processes may read a folder while one writes it."""

    def __init__(self, folder: Path, *, wait: float = 10.0, small: int = SMALL) -> None:
        """Open the index in `folder`; writers wait `wait` seconds for each other.

        A new generation of more than `small` characters is filled by a process of its own.
        """
        self._small = small
        self._generations = Generations(
            folder, made_with=_MADE_WITH, wait=wait, is_whole=tantivy_files.is_whole
        )
        self._lock = threading.Lock()
        self._beside = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="docctl-count")
        self._seen: _View | None = None
        self._broken: tuple[tuple[int, ...], ...] | None = None

    def apply(
        self,
        upserts: Iterable[Entry],
        removals: Iterable[str],
        *,
        position: int,
        after: int | None = None,
    ) -> None:
        """See SearchEngine."""
        with self._generations.locked("write"):
            view = self._view()
            if after is not None and after != (view.position if view else 0):
                raise CursorMoved(view.position if view else 0)
            if view is None:
                fresh = self._generations.new()
                index = tantivy.Index(schema.SCHEMA, path=str(fresh))
            else:
                fresh, index = None, view.index
                if (current := self._generations.current()) is not None:
                    tantivy_files.forget_unfinished(current)
            write(index, upserts, removals, position)
            if fresh is not None:
                self._begin(fresh, made_from=position)

    def position(self) -> int:
        """See SearchEngine."""
        view = self._view()
        return view.position if view else 0

    def search(self, query: Query) -> Found:
        """See SearchEngine."""
        asked = question(query)
        view = self._view()
        if view is None:
            return Found(0, (), 0)
        passes = counting(view.searcher, asked, query, self._beside)
        with self._noticing_damage(view), _waiting(passes):
            total, page = _page(view.searcher, asked, query)
            hits = tuple(_hit(view.searcher, score, address) for score, address in page)
            counts = joined(one.result() for one in passes)
        return Found(total, hits, view.position, counts)

    def ids(self) -> Iterator[str]:
        """See SearchEngine."""
        for stored in self._stored():
            yield str(stored["id"][0])

    def digests(self) -> Iterator[tuple[str, bytes]]:
        """See SearchEngine."""
        for stored in self._stored():
            yield str(stored["id"][0]), bytes(stored["digest"][0])

    def _stored(self) -> Iterator[Any]:
        view = self._view()
        if view is None:
            return
        with self._noticing_damage(view):
            everything = tantivy.Query.all_query()
            result = view.searcher.search(everything, max(view.searcher.num_docs, 1), count=False)
            for _, address in result.hits:
                stored: Any = view.searcher.doc(address)
                if str(stored["id"][0]) != schema.CURSOR:
                    yield stored

    def count(self) -> int:
        """See SearchEngine."""
        view = self._view()
        return view.searcher.num_docs - 1 if view else 0

    def _view(self) -> _View | None:
        """Return the newest commit of the current generation, whoever made it; None if unusable."""
        for _ in range(5):  # another process may swap between our looking and our opening
            current = self._generations.current()
            if current is None:
                return None
            stamps = (self._generations.signature(), stamp(current / "meta.json"))
            with self._lock:
                if self._seen is not None and self._seen.stamps == stamps:
                    return self._seen
                if self._broken == stamps:
                    return None
                self._seen = None
                if (view := _open(current, stamps)) is not None:
                    self._seen, self._broken = view, None
                    return view
                if current == self._generations.current() and stamps[1] == stamp(current / "meta.json"):
                    self._broken = stamps
        return None

    def _is_open(self) -> bool:
        return self._view() is not None

    def _fill(self, folder: Path) -> Filled:
        return Filled(folder, small=self._small)

    def _is_unchanged(self, folder: Path) -> bool:
        return tantivy_files.is_whole(folder, thoroughly=True)

    def _forget(self) -> None:
        with self._lock:
            self._seen = None

    def close(self) -> None:
        """See SearchEngine."""
        super().close()
        self._beside.shutdown()

    @contextmanager
    def _noticing_damage(self, view: _View) -> Iterator[None]:
        try:
            with vendor_errors(IndexDamaged):
                yield
        except IndexDamaged:
            with self._lock:
                self._seen, self._broken = None, view.stamps
            raise


@contextmanager
def _waiting(passes: Collection[Future[Counted]]) -> Iterator[None]:
    """Wait for what was begun, whatever failed meanwhile."""
    try:
        yield
    finally:
        wait(passes)


def _open(current: Path, stamps: tuple[tuple[int, ...], ...]) -> _View | None:
    if not tantivy_files.is_whole(current):
        return None
    try:
        with vendor_errors(IndexDamaged):
            index = tantivy.Index.open(str(current))
            index.config_reader("manual")
            index.reload()
            searcher = index.searcher()
            cursor = tantivy.Query.term_query(schema.SCHEMA, "id", schema.CURSOR, "basic")
            hits = searcher.search(cursor, 1).hits
            position = int(searcher.doc(hits[0][1])["position"][0])
    except (IndexDamaged, IndexError):
        return None
    return _View(index, searcher, stamps, position)


def _page(
    searcher: tantivy.Searcher, asked: tantivy.Query, query: Query
) -> tuple[int, list[tuple[float, tantivy.DocAddress]]]:
    """Return the total and one page of scores and addresses, in an order that does not depend on
    files.
    """
    last = query.offset + query.limit
    if last == 0 or query.offset >= max(searcher.num_docs, 1):
        return _count(searcher, asked), []
    if query.sort is Sort.RELEVANCE and scores_differ(query):
        total, ranked = _by_relevance(searcher, asked, last)
        return total, ranked[query.offset : last]
    field, order = "by_number", tantivy.Order.Asc
    if query.sort is Sort.DATE:
        field, order = "by_day", tantivy.Order.Desc
    result: Any = searcher.search(asked, query.limit, order_by_field=field, order=order, offset=query.offset)
    return result.count, [(0.0, address) for _, address in result.hits]


def _count(searcher: tantivy.Searcher, asked: tantivy.Query) -> int:
    result: Any = searcher.search(asked, 1)
    return int(result.count)


def _by_relevance(
    searcher: tantivy.Searcher, asked: tantivy.Query, last: int
) -> tuple[int, list[tuple[float, tantivy.DocAddress]]]:
    """Rank; equal scores are told apart by a weight from the id (see schema.tie).

    Left alone, tantivy settles them by their place in its files, which every commit may change.
    """
    result: Any = searcher.search(asked, last, weight_by_field="tie")
    return int(result.count), result.hits


def _hit(searcher: tantivy.Searcher, score: float, address: tantivy.DocAddress) -> Hit:
    stored: Any = searcher.doc(address)
    return Hit(str(stored["id"][0]), str(stored["kind"][0]), score)
