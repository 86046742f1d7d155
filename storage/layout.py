"""Decides where in a folder the files of an object are, and who may change them when (R-4)."""

import os
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from storage.disk import TEMPORARY, Disk, Temporary, exclusive, inode
from storage.errors import StoreUnavailable
from storage.keys import Area, Key

_MARKER: Final = "storage.format"
_FORMAT: Final = "docctl local store 1\n"
STATE: Final = ".state"
_VERSION: Final = re.compile(r"[0-9a-f]{32}")


class Layout:
    """The folders `<area>/<kind>/<item id>` below a root, all of mode 0700."""

    def __init__(self, root: Path, disk: Disk) -> None:
        self.root, self._disk = root, disk
        self._durable: set[Path] = set()
        self._noting = threading.Lock()

    def prepare(self) -> None:
        """Make the folders of a new store, or recognise one that is there."""
        marker = self.root / _MARKER
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not marker.exists():
            if any(_is_foreign(path.name) for path in self.root.iterdir()):
                raise StoreUnavailable("the folder holds other things than a store")
            for area in Area:
                (self.root / area).mkdir(mode=0o700, exist_ok=True)
            # Last, and at once: a store with a marker is complete. Two makers write the same.
            temporary = Temporary(self.root, _MARKER)
            try:
                temporary.write(_FORMAT.encode())
                self._disk.sync(temporary.fd)
                temporary.path.replace(marker)
            finally:
                temporary.discard()
            self._disk.sync_folder(self.root)
            self._disk.sync_folder(self.root.parent)
        elif (found := marker.read_text(encoding="utf-8")) != _FORMAT:
            raise StoreUnavailable(f"a store of another format: {found.strip()!r}")
        self.root.chmod(0o700)

    def require_present(self) -> None:
        """Raise unless the store is there: a disk not mounted is not a missing object."""
        if not (self.root / _MARKER).exists():
            raise StoreUnavailable("the store's folder is not there")

    def kind(self, key: Key) -> Path:
        """Return the folder of a kind; its lock guards the folders in it."""
        return self.root / key.area / key.kind

    def item(self, key: Key) -> Path:
        """Return the folder of an item; its lock guards the files in it."""
        return self.kind(key) / str(key.item_id)

    def content(self, key: Key, version: str) -> Path:
        """Return the file of a version's bytes; what is no version names no file."""
        if not _VERSION.fullmatch(version):
            version = "none"
        return self.item(key) / f"{key.leaf}.{version}"

    def state(self, key: Key) -> Path:
        """Return the file that makes the object exist."""
        return self.item(key) / f"{key.leaf}{STATE}"

    @contextmanager
    def kind_locked(self, key: Key) -> Iterator[None]:
        """Keep others from making and removing folders of this kind.

        Where both are locked, the kind comes before the item.
        """
        kind = self.kind(key)
        with suppress(FileExistsError):
            kind.mkdir(mode=0o700)
        with exclusive(kind):
            if kind not in self._durable:  # kinds are never removed: once is enough
                self._disk.sync_folder(kind.parent)
                with self._noting:
                    self._durable.add(kind)
            yield

    def make_item(self, key: Key) -> Path:
        """Make the folder of an item durably; call it under `kind_locked`."""
        folder = self.item(key)
        if not folder.exists():
            folder.mkdir(mode=0o700)
            self._disk.sync_folder(folder.parent)
        return folder

    def drop_if_empty(self, folder: Path) -> None:
        """Remove the folder of an item without objects; call it under `kind_locked`."""
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
            self._disk.sync_folder(folder.parent)

    def remove(self, folder: Path, paths: Iterable[Path]) -> None:
        """Remove files of one folder, durably."""
        for path in paths:
            path.unlink(missing_ok=True)
        self._disk.sync_folder(folder)


def _is_foreign(name: str) -> bool:
    """Say whether a name is none of those that a half-made store has."""
    return name not in {_MARKER, *Area} and not name.startswith(TEMPORARY)


class Names:
    """What lies in an item's folder under one key."""

    def __init__(self, folder: Path, key: Key) -> None:
        start, temporary = f"{key.leaf}.", f"{TEMPORARY}{key.leaf}."
        try:
            paths = list(folder.iterdir())
        except (FileNotFoundError, NotADirectoryError):  # none yet, or destroyed just now
            paths = []
        #: Everything but temporary files.
        self.files = [path for path in paths if path.name.startswith(start)]
        self.temporaries = [path for path in paths if path.name.startswith(temporary)]
        being_put = {inode(path) for path in self.temporaries}
        #: The bytes of versions that were stored: they have no temporary name any more.
        self.stored = {
            path.suffix[1:]: path
            for path in sorted(self.files)
            if _VERSION.fullmatch(path.suffix[1:]) and inode(path) not in being_put
        }

    def __bool__(self) -> bool:
        """Say whether anything is there."""
        return bool(self.files or self.temporaries)


def folders(folder: Path) -> Iterator[Path]:
    """Yield the folders in a folder by name, with their names alone in memory."""
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    return (folder / name for name in names)


def open_to_read(path: Path) -> int | None:
    """Open a file of the store; None if it is not there. A symbolic link is an error."""
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
