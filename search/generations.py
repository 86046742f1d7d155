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
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import uuid4

from search.api import Generation, IndexBusy, State

_POLL_SECONDS: Final = 0.01
_FOOTER_MAGIC: Final = 1337
_FOOTER_TAIL: Final = 8
_SEGMENT_FILES: Final = ("store", "idx", "pos", "term", "fieldnorm", "fast")


class Generations:
    """The generations of one index, of which at most one is current."""

    def __init__(self, folder: Path, *, made_with: str, wait: float) -> None:
        """Use `folder`; a generation `made_with` something else counts as none. Nothing is written
        yet.
        """
        self.folder = folder
        self._made_with = made_with
        self._wait = wait

    def current(self) -> Path | None:
        """Return the folder of the current generation, None if there is none that we made."""
        try:
            pointer = json.loads((self.folder / "CURRENT").read_text(encoding="utf-8"))
            name, made_with = str(pointer["generation"]), pointer["made_with"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        inside = self.folder / "generations" / Path(name).name
        return inside if made_with == self._made_with and inside.is_dir() else None

    def state(self) -> State:
        """Say whether the current generation can be used, was never made, or is broken."""
        current = self.current()
        if current is not None:
            return "ready" if is_whole(current) else "damaged"
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
        return _stamp(self.folder / "CURRENT")

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
        _sync(fresh)
        _sync(fresh.parent)
        pointer = self.folder / f"CURRENT.{uuid4().hex}"
        with pointer.open("x", encoding="utf-8") as file:
            json.dump({"generation": fresh.name, "made_with": self._made_with, "made_from": made_from}, file)
            file.flush()
            os.fsync(file.fileno())
        pointer.replace(self.folder / "CURRENT")
        _sync(self.folder)

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


def stamp(generation: Path) -> tuple[int, ...]:
    """Return what changes with every commit to a generation."""
    return _stamp(generation / "meta.json")


def is_whole(generation: Path, *, thoroughly: bool = False) -> bool:
    """Say whether every file of a generation is there and complete; thoroughly: and unchanged
    (S-4).
    """
    try:
        return all(_is_sound(file, thoroughly=thoroughly) for file in _segment_files(generation))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _segment_files(generation: Path) -> Iterator[Path]:
    meta = json.loads((generation / "meta.json").read_text(encoding="utf-8"))
    for segment in meta["segments"]:
        name = segment["segment_id"].replace("-", "")
        for extension in _SEGMENT_FILES:
            yield generation / f"{name}.{extension}"
        if segment.get("deletes"):
            yield generation / f"{name}.{segment['deletes']['opstamp']}.del"


def _is_sound(path: Path, *, thoroughly: bool) -> bool:
    """Check the footer that tantivy writes last: JSON with a CRC of what stands before it."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(size - _FOOTER_TAIL)
        tail = file.read(_FOOTER_TAIL)
        length, magic = int.from_bytes(tail[:4], "little"), int.from_bytes(tail[4:], "little")
        if magic != _FOOTER_MAGIC or length + _FOOTER_TAIL > size:
            return False
        body = size - _FOOTER_TAIL - length
        file.seek(body)
        promised = json.loads(file.read(length))["crc"]
        if not thoroughly:
            return True
        file.seek(0)
        crc = 0
        while body > 0 and (block := file.read(min(body, 1 << 20))):
            crc = zlib.crc32(block, crc)
            body -= len(block)
        return bool(crc == promised)


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_ino, found.st_size


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def forget_unfinished(generation: Path) -> None:
    """Remove lists of deletions that a killed writer left behind its last commit (S-4).

    The next commit would write a file of the same name, and tantivy refuses to. Nobody reads them: they are
    newer than what `meta.json` names. Call it with the lock of the writers.
    """
    meta = json.loads((generation / "meta.json").read_text(encoding="utf-8"))
    for path in generation.glob("*.del"):
        opstamp = path.name.split(".")[1]
        if opstamp.isdigit() and int(opstamp) > int(meta["opstamp"]):
            path.unlink(missing_ok=True)
