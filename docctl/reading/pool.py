"""Who reads when: a few child processes, kept warm, replaced after failing or long service."""

from __future__ import annotations

import logging
import os
import threading
import weakref
from pathlib import Path
from typing import Any, Final

from docctl.reading.child import Child, Limits
from docctl.reading.errors import ReadingFailed
from docctl.reading.programs import Programs

READERS: Final = (
    "docctl.reading.docx",
    "docctl.reading.pdf",
    "docctl.reading.text",
    "docctl.reading.xlsx",
)
#: A refusal of the file leaves the child as good as before; after anything else it is replaced.
_HARMLESS: Final = frozenset({"unreadable", "encrypted", "macros", "bomb"})
_log = logging.getLogger(__name__)


class ReaderPool:
    """Runs functions in child processes that have limits; safe to use from many threads.

    Nothing starts before the first `run` or `warm`. `patience` is how long a request waits for a
    free child before it fails as `busy`; `lifetime` is how many requests a child serves.
    """

    def __init__(
        self,
        workers: int = 2,
        seconds: float = 20,
        memory_mb: int = 512,
        *,
        file_mb: int = 256,
        patience: float = 60,
        lifetime: int = 200,
        preload: tuple[str, ...] = READERS,
        scratch: Path | None = None,
        programs: Programs | None = None,
    ) -> None:
        """`programs` are those of others that help reading; without them nothing else is started."""
        self._workers = workers
        self._limits = Limits(seconds, memory_mb, file_mb)
        self._patience = patience
        self._lifetime = lifetime
        self._preload = preload
        self._scratch = scratch
        self._programs = programs or Programs()
        self._free = threading.Semaphore(workers)
        self._lock = threading.Lock()
        self._idle: list[Child] = []
        self._all: set[Child] = set()
        self._closed = False
        self._finalizer = weakref.finalize(self, _end, self._all, os.getpid())

    def run(self, function: str, /, **kwargs: Any) -> Any:
        """Run `module:function` in a child with arguments that JSON can carry; paths go as text.

        Raises `ReadingFailed` with the code for what happened.
        """
        if not self._free.acquire(timeout=self._patience):
            raise ReadingFailed("busy")
        try:
            child = self._take()
            try:
                result = child.ask(function, kwargs)
            except ReadingFailed as error:
                harmless = error.code in _HARMLESS
                level = logging.INFO if harmless else logging.WARNING
                _log.log(level, "reading failed: %s %s %s", function, error.code, error.detail)
                self._give_back(child, fit=harmless)
                if self._closed:
                    raise ReadingFailed("closed") from None
                raise
            except BaseException:
                self._give_back(child, fit=False)
                raise
            self._give_back(child, fit=child.served < self._lifetime)
            return result
        finally:
            self._free.release()

    def warm(self) -> None:
        """Start all children that are missing and do not wait for them."""
        with self._lock:
            while not self._closed and len(self._all) < self._workers:
                self._idle.append(self._start())

    def close(self) -> None:
        """End all children; whoever waits for one gets `closed`."""
        with self._lock:
            self._closed = True
            while self._idle:
                self._drop(self._idle.pop())
            for busy in self._all:
                busy.stop()  # its own thread notices, and clears up
        self._programs.close()

    @property
    def scratch(self) -> Path | None:
        """Where files in work are kept; nothing where that is left to the system."""
        return self._scratch

    @property
    def programs(self) -> Programs:
        """The programs of others that help reading."""
        return self._programs

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the children that run, for the health page and the tests."""
        with self._lock:
            return tuple(child.pid for child in self._all if child.alive)

    def __enter__(self) -> ReaderPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _take(self) -> Child:
        with self._lock:
            if self._closed:
                raise ReadingFailed("closed")
            while self._idle:
                if (child := self._idle.pop()).alive:
                    return child
                self._drop(child)
            return self._start()

    def _give_back(self, child: Child, *, fit: bool) -> None:
        with self._lock:
            if fit and not self._closed:
                self._idle.append(child)
            else:
                self._drop(child)

    def _start(self) -> Child:
        child = Child(self._limits, preload=self._preload, scratch=self._scratch)
        self._all.add(child)
        return child

    def _drop(self, child: Child) -> None:
        child.kill()
        self._all.discard(child)


def _end(children: set[Child], owner: int) -> None:
    """End the children at the exit of the process that started them, not of a copy of it."""
    if os.getpid() == owner:
        for child in tuple(children):
            child.kill()
        children.clear()
