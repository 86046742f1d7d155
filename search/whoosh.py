"""The engine for machines without tantivy: whoosh, all Python, over the same terms, up to 10,000 entries.

Who may see what, order and counts are decided by the same code as in memory; whoosh only says which texts
hold which terms (S-1 to S-4).
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from whoosh.index import FileIndex

from search import plain, whoosh_files, whoosh_schema
from search.analysis import ANALYSIS, number_key
from search.api import Entry, Found, Hit, Query, Sort
from search.asked import Node, clauses
from search.errors import CursorMoved, IndexDamaged, SearchError
from search.generations import Generations, stamp
from search.language import read
from search.ondisk import OnDisk
from search.whoosh_postings import Segment
from search.whoosh_writing import Filling, write

_MADE_WITH: Final = f"whoosh {version('whoosh-reloaded')}, fields {whoosh_schema.FORMAT}, analysis {ANALYSIS}"

Stamps = tuple[tuple[int, ...], ...]


@dataclass(slots=True)
class _View:
    """One generation as of one commit."""

    reader: Any
    stamps: Stamps
    position: int
    segments: list[Segment] = field(default_factory=list)


class WhooshEngine(OnDisk):
    """See SearchEngine. Several processes may read a folder while one writes it."""

    def __init__(self, folder: Path, *, wait: float = 10.0) -> None:
        """Open the index in `folder`; writers wait `wait` seconds for each other."""
        self._generations = Generations(
            folder, made_with=_MADE_WITH, wait=wait, is_whole=whoosh_files.is_whole
        )
        # One search at a time: readers of whoosh are not made for several threads.
        self._lock = threading.RLock()
        self._seen: _View | None = None
        self._broken: Stamps | None = None
        #: Files that were read whole and found as they were written; once named they never change.
        self._sound: set[Path] = set()

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
            there = self.position()
            if after is not None and after != there:
                raise CursorMoved(there)
            current = self._generations.current() if self._is_open() else None
            folder = current or self._generations.new()
            kept, gone = {one.id: one for one in upserts}, set(removals)
            with whoosh_files.spoiled_is(SearchError):
                write(folder, kept, gone, position)
            if current is None:
                self._begin(folder, made_from=position)

    def position(self) -> int:
        """See SearchEngine."""
        with self._lock:
            view = self._view()
            return view.position if view else 0

    def search(self, query: Query) -> Found:
        """See SearchEngine."""
        node = read(query)
        with self._lock:
            if (view := self._view()) is None:
                return Found(0, (), 0)
            with self._noticing_damage(view):
                looked = dict(_holding(view, node, query))
            position = view.position
        passes = plain.passing(query)
        found = {one.id: (one, score) for one, score in looked.values() if passes(one)}
        scores: dict[str, float] = {}
        if query.sort is Sort.RELEVANCE and clauses(node):
            asked = number_key(query.text)
            scores = {
                name: score + (50.0 if number_key(one.number) == asked else 0.0)
                for name, (one, score) in found.items()
            }
        entries = plain.in_order((one for one, _ in found.values()), query, scores)
        page = entries[query.offset : query.offset + query.limit]
        hits = tuple(Hit(one.id, one.kind, scores.get(one.id, 0.0)) for one in page)
        return Found(len(entries), hits, position, plain.counts((one for one, _ in looked.values()), query))

    def ids(self) -> Iterator[str]:
        """See SearchEngine."""
        return (name for name, _ in self.digests())

    def digests(self) -> Iterator[tuple[str, bytes]]:
        """See SearchEngine."""
        with self._lock:
            view = self._view()
            return iter(
                [
                    (one.entries[number].id, digest)
                    for one in (view.segments if view else ())
                    for number, digest in one.digests.items()
                ]
            )

    def count(self) -> int:
        """See SearchEngine."""
        with self._lock:
            view = self._view()
            return sum(len(one.entries) for one in view.segments) if view else 0

    def _is_open(self) -> bool:
        with self._lock:
            return self._view() is not None

    def _fill(self, folder: Path) -> Filling:
        return Filling(folder)

    def _is_unchanged(self, folder: Path) -> bool:
        marker = whoosh_files.read_marker(folder)
        return marker is not None and whoosh_files.are_sound(folder, marker.files, unread=marker.files)

    def _forget(self) -> None:
        with self._lock:
            if self._seen is not None:
                self._seen.reader.close()
            self._seen = None

    def _view(self) -> _View | None:
        """Return the newest commit of the generation in use, whoever made it; None if it cannot be used.

        Called with the lock. A writer may put another commit in its place while it is being opened.
        """
        for _ in range(5):
            current = self._generations.current()
            if current is None:
                return None
            stamps = (self._generations.signature(), stamp(current / whoosh_files.MARKER))
            if self._seen is not None and self._seen.stamps == stamps:
                return self._seen
            if self._broken == stamps:
                return None
            before = self._seen
            self._seen = None
            view = self._open(current, stamps)
            if before is not None:
                before.reader.close()
            if view is not None:
                self._seen, self._broken = view, None
                return view
            if current == self._generations.current() and stamps[1] == stamp(current / whoosh_files.MARKER):
                self._broken = stamps
        return None

    def _open(self, folder: Path, stamps: Stamps) -> _View | None:
        """Open a commit, after every byte that is unpickled was found as it was written."""
        marker = whoosh_files.read_marker(folder)
        if marker is None:
            return None
        unread = {name for name in marker.files if folder / name not in self._sound}
        if not whoosh_files.are_sound(folder, marker.files, unread=unread):
            return None
        self._sound = {folder / name for name in marker.files}
        view: _View | None = None
        try:
            with whoosh_files.spoiled_is(IndexDamaged):
                index: FileIndex = whoosh_files.open_files(folder, marker)
                view = _View(index.reader(), stamps, marker.position)
                view.segments = [Segment(one) for one, _ in view.reader.leaf_readers()]
                for segment in view.segments:
                    segment.load()
        except IndexDamaged:
            if view is not None:
                view.reader.close()
            return None
        return view

    @contextmanager
    def _noticing_damage(self, view: _View) -> Iterator[None]:
        try:
            with whoosh_files.spoiled_is(IndexDamaged):
                yield
        except IndexDamaged:
            self._forget()
            self._broken = view.stamps
            raise


def _holding(view: _View, node: Node | None, query: Query) -> Iterator[tuple[str, tuple[Entry, float]]]:
    """Yield what a person may see of what holds what is asked for, facets left out."""
    for segment in view.segments:
        among = [
            number
            for number, one in segment.entries.items()
            if plain.may_show(one, query) and (not query.near or plain.is_near(one.number, query.near))
        ]
        scores = dict.fromkeys(among, 0.0) if node is None else segment.holding(node, among, query.at)
        for number, score in scores.items():
            yield segment.entries[number].id, (segment.entries[number], score)
