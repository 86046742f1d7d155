"""The fair write gate for SQLite: first come first served in the process, then one process at a time.

PostgreSQL needs none.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol


class GateBusy(Exception):
    """The gate did not open within the time allowed."""


class Gate(Protocol):
    """What a writer passes before its transaction begins."""

    #: Longest wait seen, in seconds (for benchmarks and the status of the machine).
    longest_wait: float

    def __call__(self) -> AbstractContextManager[None]:
        """Wait for the turn; raise `GateBusy` where it does not come in time."""


class OpenGate:
    """No gate: PostgreSQL lets writers wait for each other's rows, in the order they came."""

    longest_wait = 0.0

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Go in."""
        yield


class FairGate:
    """A lock that serves threads in the order they came, and holds a file lock for other processes.

    SQLite alone lets some writers starve; `BEGIN IMMEDIATE` behind this gate never meets a busy
    database of our own making.
    """

    def __init__(self, path: Path, *, patience: float = 10.0) -> None:
        self._path = path
        self._patience = patience
        self._mutex = threading.Lock()
        self._queue: deque[threading.Event] = deque()
        self._held = False
        #: Longest wait seen, in seconds (for benchmarks and the status of the machine).
        self.longest_wait = 0.0

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Wait for the turn; raise `GateBusy` after `patience` seconds."""
        began = time.monotonic()
        deadline = began + self._patience
        self._enter(deadline)
        try:
            descriptor = self._lock_file(deadline)
            self.longest_wait = max(self.longest_wait, time.monotonic() - began)
            try:
                yield
            finally:
                os.close(descriptor)
        finally:
            self._leave()

    def _enter(self, deadline: float) -> None:
        with self._mutex:
            if not self._held and not self._queue:
                self._held = True
                return
            turn = threading.Event()
            self._queue.append(turn)
        if turn.wait(max(0.0, deadline - time.monotonic())):
            return
        with self._mutex:
            if turn.is_set():  # the turn came at the last moment: pass it on
                self._pass_on()
            else:
                self._queue.remove(turn)
        raise GateBusy

    def _leave(self) -> None:
        with self._mutex:
            self._pass_on()

    def _pass_on(self) -> None:
        if self._queue:
            self._queue.popleft().set()
        else:
            self._held = False

    def _lock_file(self, deadline: float) -> int:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        pause = 0.0002
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    os.close(descriptor)
                    raise GateBusy from None
                time.sleep(pause)
                pause = min(pause * 1.5, 0.001)
            else:
                return descriptor
