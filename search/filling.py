"""How a new generation is filled: a small one here, a large one in a process of its own (S-4).

So a rebuild has a processor to itself beside the pages, and its memory goes when it ends.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import tantivy

from search import schema
from search.api import Entry
from search.errors import SearchError
from search.writing import Filling

#: A process takes half a second to start; so few characters are written before that.
SMALL: Final = 2_000_000
#: So many characters go to the process at once.
_BATCH: Final = 200_000
#: So many seconds may a process take to end after it was told to.
_ENDING: Final = 10.0


class Filled:
    """See FreshIndex: keeps what fits into memory, then starts a process and hands everything on to it."""

    def __init__(self, folder: Path, *, small: int = SMALL) -> None:
        """Begin in an empty folder; more than `small` characters go to a process."""
        self._folder = folder
        self._small = small
        self._kept: list[Entry] = []
        self._characters = 0
        self._process: subprocess.Popen[bytes] | None = None

    def add(self, entries: Iterable[Entry]) -> None:
        """See FreshIndex. Raises SearchError where the process is gone."""
        for entry in entries:
            self._kept.append(entry)
            self._characters += len(entry.body) + 100
            if self._characters > (self._small if self._process is None else _BATCH):
                self._hand_on()

    def finish(self, position: int) -> None:
        """Commit all and the position. Raises SearchError."""
        if self._process is None:
            filling = Filling(tantivy.Index(schema.SCHEMA, path=str(self._folder)))
            try:
                filling.add(self._kept)
                filling.finish(position)
            finally:
                filling.close()
            return
        self._hand_on()
        self._send(position)
        assert self._process.stdout is not None
        answer = self._process.stdout.readline()
        if answer != b"\n":
            raise SearchError(answer.decode("utf-8", "replace").strip() or "the process that fills is gone")

    def close(self) -> None:
        """End the process; what it has not committed is forgotten."""
        self._kept = []
        if (process := self._process) is None:
            return
        self._process = None
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:  # what was not sent has nobody to take it
                    continue
        try:
            process.wait(_ENDING)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _hand_on(self) -> None:
        if self._process is None:
            self._process = _started(self._folder)
        kept, self._kept, self._characters = self._kept, [], 0
        for batch in _batches(kept):
            self._send(batch)

    def _send(self, given: list[Entry] | int) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(pickle.dumps(given, pickle.HIGHEST_PROTOCOL))
            self._process.stdin.flush()
        except OSError as error:
            raise SearchError("the process that fills the index is gone") from error


def _batches(entries: Iterable[Entry]) -> Iterable[list[Entry]]:
    batch: list[Entry] = []
    characters = 0
    for entry in entries:
        batch.append(entry)
        characters += len(entry.body)
        if characters > _BATCH:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _started(folder: Path) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-m", "search.filler", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,  # Ctrl-C is for the parent to handle
        )
    except OSError as error:
        raise SearchError(f"no process to fill the index: {error}") from error
