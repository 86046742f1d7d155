"""What engines on disk have in common: one generation in use, a fresh one beside it, locks (S-4, R-6)."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from typing import Protocol

from search.api import Entry, Generation, State
from search.errors import IndexBusy
from search.generations import Generations


class Fresh(Protocol):
    """A new generation being filled by an engine."""

    def add(self, entries: Iterable[Entry]) -> None:
        """See FreshIndex."""

    def finish(self, position: int) -> None:
        """Commit all and the position."""

    def close(self) -> None:
        """Forget what is not committed and let go of files."""


class OnDisk(ABC):
    """The part of a SearchEngine that does not depend on what the files are."""

    _generations: Generations

    @abstractmethod
    def _is_open(self) -> bool:
        """Say whether the generation in use can be read."""

    @abstractmethod
    def _fill(self, folder: Path) -> Fresh:
        """Begin a generation in an empty folder."""

    @abstractmethod
    def _forget(self) -> None:
        """Let go of what was opened."""

    @abstractmethod
    def _is_unchanged(self, folder: Path) -> bool:
        """Read a generation whole and say whether it is as it was written."""

    @property
    def state(self) -> State:
        """See SearchEngine."""
        if self._is_open():
            return "ready"
        found = self._generations.state()
        return "damaged" if found == "ready" else found

    @contextmanager
    def rebuild(self, *, position: int) -> Iterator[Fresh]:
        """See SearchEngine."""
        with self._generations.locked("rebuild"):
            folder = self._generations.new()
            try:
                fresh = self._fill(folder)
                try:
                    yield fresh
                    fresh.finish(position)
                finally:
                    fresh.close()
                with self._generations.locked("write"):
                    self._generations.swap(folder, made_from=position)
                    self._forget()
                    self._generations.sweep()
            except BaseException:
                rmtree(folder, ignore_errors=True)
                raise

    def purge(self, entries: Callable[[], Iterable[Entry]], *, position: int) -> None:
        """See SearchEngine."""
        with self.rebuild(position=position) as fresh:
            fresh.add(entries())

    def generation(self) -> Generation | None:
        """See SearchEngine."""
        return self._generations.made() if self._is_open() else None

    def alone(self, *, wait: float | None = None) -> AbstractContextManager[None]:
        """See SearchEngine."""
        return self._generations.locked("follow", wait=wait)

    def sweep(self) -> None:
        """See SearchEngine."""
        with self._generations.locked("rebuild"), self._generations.locked("write"):
            self._generations.sweep()

    def intact(self) -> bool:
        """See SearchEngine."""
        current = self._generations.current()
        return current is not None and self._is_unchanged(current)

    def close(self) -> None:
        """See SearchEngine."""
        self._forget()

    def _begin(self, fresh: Path, *, made_from: int) -> None:
        """Take a first generation into use, made by a batch; called with the lock of the writers."""
        self._generations.swap(fresh, made_from=made_from)
        with suppress(IndexBusy), self._generations.locked("rebuild", wait=0):
            self._generations.sweep()
