"""Where an index lives on disk: generations in a folder, one pointer, locks between processes
(S-4).

CURRENT                 names the generation in use and what it was made with; replaced atomically
write.lock rebuild.lock taken by who changes the generation in use, and by who makes a new one
follow.lock             taken by the one follower that is at work
generations/<name>/     the files of one generation; a name is never used twice
"""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import uuid4

from search.api import Generation, State
from search.errors import IndexBusy

_POLL_SECONDS: Final = 0.01


class Generations:
    """The generations of one index, of which at most one is current."""

    def __init__(
        self, folder: Path, *, made_with: str, wait: float, is_whole: Callable[[Path], bool]
    ) -> None:
        """Use `folder`; a generation `made_with` something else counts as none. Nothing is written yet.

        `is_whole` says of a generation whether all its files are there.
        """
        self.folder = folder
        self._made_with = made_with
        self._wait = wait
        self._is_whole = is_whole
        self._read: tuple[tuple[int, ...], Path | None] = ((), None)

    def current(self) -> Path | None:
        """Return the folder of the current generation, None if there is none that we made."""
        signature = self.signature()  # before what it says is read: a newer pointer is read again next time
        seen, inside = self._read
        if not signature or seen != signature:
            inside = self._pointed_at()
            self._read = (signature, inside)
        return inside if inside is not None and inside.is_dir() else None

    def _pointed_at(self) -> Path | None:
        try:
            pointer = json.loads((self.folder / "CURRENT").read_text(encoding="utf-8"))
            name, made_with = str(pointer["generation"]), pointer["made_with"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return self.folder / "generations" / Path(name).name if made_with == self._made_with else None

    def state(self) -> State:
        """Say whether the current generation can be used, was never made, or is broken."""
        current = self.current()
        if current is not None:
            return "ready" if self._is_whole(current) else "damaged"
        try:
            pointer = json.loads((self.folder / "CURRENT").read_text(encoding="utf-8"))
            outdated = pointer["made_with"] != self._made_with
        except FileNotFoundError:
            return "empty"
        except (OSError, ValueError, KeyError, TypeError):
            return "damaged"
        return "empty" if outdated else "damaged"

    def made(self) -> Generation | None:
        """Return what the pointer says of the current generation; an older pointer told no position."""
        current = self.current()
        if current is None:
            return None
        try:
            made_from = json.loads((self.folder / "CURRENT").read_text(encoding="utf-8")).get("made_from", 0)
            beside = [one for one in (self.folder / "generations").iterdir() if one != current]
        except (OSError, ValueError):
            return None
        return Generation(current.name, int(made_from), is_alone=not beside)

    def signature(self) -> tuple[int, ...]:
        """Return what changes whenever another process committed or swapped; cheap."""
        return stamp(self.folder / "CURRENT")

    def new(self) -> Path:
        """Make the folder of a new generation, readable by us alone."""
        self._prepare()
        fresh = self.folder / "generations" / uuid4().hex
        fresh.mkdir(mode=0o700)
        return fresh

    def swap(self, fresh: Path, *, made_from: int) -> None:
        """Make `fresh` the current generation, durably; readers see the old one or the new one.

        `made_from` is the position of what it was filled with.
        """
        sync(fresh)
        sync(fresh.parent)
        pointer = self.folder / f"CURRENT.{uuid4().hex}"
        with pointer.open("x", encoding="utf-8") as file:
            json.dump({"generation": fresh.name, "made_with": self._made_with, "made_from": made_from}, file)
            file.flush()
            os.fsync(file.fileno())
        pointer.replace(self.folder / "CURRENT")
        sync(self.folder)

    def sweep(self) -> None:
        """Delete every generation but the current one, and what a crash left; under both locks
        (R-6).
        """
        current = self.current()
        for leftover in (self.folder / "generations").iterdir():
            if leftover != current:
                shutil.rmtree(leftover, ignore_errors=True)
        for pointer in self.folder.glob("CURRENT.*"):
            pointer.unlink(missing_ok=True)

    @contextmanager
    def locked(self, name: str, *, wait: float | None = None) -> Iterator[None]:
        """Hold a lock of the folder against other threads and processes. Raises IndexBusy."""
        self._prepare()
        # Not deleted afterwards: a waiter would then hold the lock of a file nobody else sees.
        with (self.folder / f"{name}.lock").open("a") as file:
            deadline = time.monotonic() + (self._wait if wait is None else wait)
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= deadline:
                        raise IndexBusy(name) from None
                time.sleep(_POLL_SECONDS)
            yield

    def _prepare(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        (self.folder / "generations").mkdir(mode=0o700, exist_ok=True)


def stamp(path: Path) -> tuple[int, ...]:
    """Return what changes with every replacement of a file; nothing where there is none."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_ino, found.st_size


def sync(folder: Path) -> None:
    """Make the names in a folder last."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
