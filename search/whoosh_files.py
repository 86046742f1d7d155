"""Where a whoosh index keeps its files, and the marker that says which of them belong to it (S-4).

whoosh never asks the disk to keep what it writes, deletes old files before anybody could know that the new
ones last, and unpickles what it finds. So: files are forced to disk first, then the marker that names them is
replaced, then what it does not name is deleted. A generation without its marker is made again, not opened.
"""

import json
import os
import pickle
import struct
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any, Final

from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex
from whoosh.index import IndexError as NoIndex
from whoosh.reading import ReaderClosed, TermNotFound

from search.errors import SearchError
from search.generations import sync

MARKER: Final = "MARKER"

#: What reading spoiled files raises: it depends on where the spoiled byte stands.
_SPOILED: Final = (
    OSError,
    ValueError,
    LookupError,
    EOFError,
    AssertionError,
    AttributeError,
    TypeError,
    MemoryError,
    pickle.UnpicklingError,
    struct.error,
    zlib.error,
    NoIndex,
    ReaderClosed,
    TermNotFound,
)


@dataclass(frozen=True, slots=True)
class Marker:
    """The files of one commit, each with its size and its checksum, and the position that they stand for."""

    position: int
    files: dict[str, tuple[int, int]]


class MarkedStorage(FileStorage):  # type: ignore[misc]  # whoosh has no types
    """A folder that shows only the files of the last commit, and deletes none before the next."""

    def __init__(self, folder: Path, known: set[str]) -> None:
        super().__init__(str(folder))
        self._known = known

    def list(self) -> list[str]:
        """Return what the marker names and what was made since."""
        return [name for name in super().list() if name in self._known]

    def create_file(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Make a file that counts as ours from now on."""
        self._known.add(name)
        return super().create_file(name, *args, **kwargs)

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        """Rename a file."""
        super().rename_file(oldname, newname, safe)
        self._known.discard(oldname)
        self._known.add(newname)

    def delete_file(self, name: str) -> None:
        """Forget a file; it is deleted once the marker no longer names it."""
        self._known.discard(name)


def read_marker(folder: Path) -> Marker | None:
    """Return what the marker says, None for one that is missing or makes no sense."""
    try:
        told = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        files = {str(name): (int(size), int(crc)) for name, (size, crc) in told["files"].items()}
        return Marker(int(told["position"]), files)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def open_files(folder: Path, marker: Marker) -> FileIndex:
    """Open the index of a marker for reading and writing. Raises what spoiled files raise."""
    return FileIndex(MarkedStorage(folder, set(marker.files)))


def write_marker(folder: Path, storage: MarkedStorage, position: int) -> None:
    """Force the files of a commit to disk, name them in the marker, delete all others."""
    before = read_marker(folder)
    known = before.files if before else {}
    # A file is never changed once it is named: what was forced to disk before need not be again.
    files = {name: known.get(name) or _forced(folder / name) for name in sorted(storage.list())}
    sync(folder)
    fresh = folder / f"{MARKER}.new"
    with fresh.open("w", encoding="utf-8") as file:
        json.dump({"position": position, "files": files}, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / MARKER)
    sync(folder)
    clear(folder, files)


def clear(folder: Path, known: dict[str, tuple[int, int]]) -> None:
    """Delete what the marker does not name: files of earlier commits, and what a killed writer left."""
    for path in folder.iterdir():
        if path.is_dir():
            rmtree(path, ignore_errors=True)
        elif path.name != MARKER and path.name not in known:
            path.unlink(missing_ok=True)


def is_whole(folder: Path) -> bool:
    """Say whether all files of the marker are there and of their size (S-4)."""
    marker = read_marker(folder)
    return marker is not None and are_sound(folder, marker.files, unread=set())


def are_sound(folder: Path, files: dict[str, tuple[int, int]], *, unread: Collection[str]) -> bool:
    """Say whether files are there and of their size, and those that are `unread` as they were written."""
    try:
        return all(
            (folder / name).stat().st_size == size and (name not in unread or _crc(folder / name) == crc)
            for name, (size, crc) in files.items()
        )
    except OSError:
        return False


@contextmanager
def spoiled_is(ours: type[SearchError]) -> Iterator[None]:
    """Turn what whoosh raises about spoiled files into our error."""
    try:
        yield
    except _SPOILED as error:
        raise ours(f"{type(error).__name__}: {error}") from error


def _forced(path: Path) -> tuple[int, int]:
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return path.stat().st_size, _crc(path)


def _crc(path: Path) -> int:
    crc = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            crc = zlib.crc32(block, crc)
    return crc
