"""Decides how objects are copied from one local folder to another, bytes as stored and locks with them (T-3).

The copy is a store of its own: same names, same states. Keys are not needed, and nothing is decrypted.
"""

import hashlib
import os
import secrets
import shutil
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from storage.disk import Disk, translated
from storage.errors import Damaged, ObjectMissing
from storage.keys import Area, Key
from storage.layout import Layout, folders
from storage.listing import listed
from storage.state import State, read_state

_CHUNK: Final = 1 << 20
#: Names of files on their way; a copy that was killed leaves them, the next one removes them.
_FRESH: Final = ".copy-"


@dataclass(frozen=True, slots=True)
class Taken:
    """What lies in the copy now; size and hash of the stored bytes; `is_new`: they were copied."""

    key: Key
    version: str
    size: int
    sha256: str
    is_new: bool


class LocalCopy:
    """A folder that holds copies of the objects of a local store, and can be opened as one."""

    def __init__(self, root: Path) -> None:
        """Open the folder, or make it."""
        self._disk = Disk()
        self._layout = Layout(root, self._disk)
        with translated():
            self._layout.prepare()

    def take(self, key: Key, version: str, source: Path, *, check: bool = False) -> Taken:
        """Copy one version out of the local store in `source`, unless it is here already.

        Objects are written once, so what is here under this name has these bytes; with `check` it is read
        all the same. Raises ObjectMissing, and Damaged where the bytes are not those that were stored: then
        what was here before stays.
        """
        theirs = Layout(source, self._disk)
        state = read_state(theirs.state(key), key)
        if state is None or state.version != version:
            raise ObjectMissing(key, version)
        with translated():
            folder = self._folder(key)
            path = self._layout.content(key, version)
            is_new = not _has_size(path, state.size) or (check and _sha256(path) != state.sha256)
            if is_new:
                self._copy(theirs.content(key, version), path, state)
            self._keep_state(key, state)
            self._disk.sync_folder(folder)
        return Taken(key, version, state.size, state.sha256, is_new)

    def holds(self, key: Key, version: str, size: int, sha256: str) -> bool:
        """Say whether a version is here with its state and exactly these bytes."""
        try:
            state = read_state(self._layout.state(key), key)
        except Damaged:
            return False
        path = self._layout.content(key, version)
        fits = state is not None and state.version == version and _has_size(path, size)
        return fits and _sha256(path) == sha256

    def keep(self, key: Key, version: str, source: Path) -> None:
        """Take over a version as it lies in another folder, sound or not, by a second link if possible."""
        theirs = Layout(source, self._disk)
        pairs = (
            (theirs.content(key, version), self._layout.content(key, version)),
            (theirs.state(key), self._layout.state(key)),
        )
        with translated():
            folder = self._folder(key)
            for old, new in pairs:
                if not old.exists() or new.exists():
                    continue
                try:
                    os.link(old, new)
                except OSError:
                    shutil.copy2(old, new)
                    with new.open("rb") as copied:
                        self._disk.sync(copied.fileno())
            self._disk.sync_folder(folder)

    def adopt_state(self, key: Key, version: str, source: Path) -> bool:
        """Take lock and hold of a version from another store with the same bytes; say whether it did."""
        try:
            theirs = read_state(Layout(source, self._disk).state(key), key)
        except Damaged:
            return False
        ours = read_state(self._layout.state(key), key)
        same = theirs is not None and ours is not None and theirs.version == version == ours.version
        if not same or theirs is None or ours is None or theirs.sha256 != ours.sha256 or theirs == ours:
            return False
        with translated():
            self._keep_state(key, theirs)
            self._disk.sync_folder(self._layout.item(key))
        return True

    def keep_only(self, wanted: Collection[str]) -> int:
        """Remove all objects but those with these keys, and what killed copies left; return how many.

        What was destroyed in the store leaves its copies so (R-7).
        """
        removed = 0
        with translated():
            for area in Area:
                for kind in folders(self._layout.root / area):
                    for item in folders(kind):
                        removed += self._clear(area, item, wanted)
        return removed

    def _clear(self, area: Area, item: Path, wanted: Collection[str]) -> int:
        gone = set()
        for path in list(item.iterdir()):
            key = f"{area}/{item.parent.name}/{item.name}/{path.name.partition('.')[0]}"
            if path.name.startswith(_FRESH) or key not in wanted:
                path.unlink()
                gone.add(key)
        if gone:
            self._disk.sync_folder(item)
            with suppress(OSError):  # something is still in it
                item.rmdir()
        return len({one for one in gone if not one.endswith("/")})

    def _folder(self, key: Key) -> Path:
        folder = self._layout.item(key)
        if not folder.is_dir():
            kind = folder.parent
            if not kind.is_dir():
                kind.mkdir(mode=0o700, exist_ok=True)
                self._disk.sync_folder(kind.parent)
            folder.mkdir(mode=0o700, exist_ok=True)
            self._disk.sync_folder(kind)
        return folder

    def _copy(self, source: Path, target: Path, state: State) -> None:
        fresh = target.with_name(f"{_FRESH}{secrets.token_hex(8)}")
        digest, size = hashlib.sha256(), 0
        try:
            with source.open("rb") as reading, os.fdopen(_made(fresh), "wb") as writing:
                while chunk := reading.read(_CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    writing.write(chunk)
                writing.flush()
                self._disk.sync(writing.fileno())
            if (digest.hexdigest(), size) != (state.sha256, state.size):
                raise Damaged(state.key, state.version, state.sha256, digest.hexdigest())
            fresh.replace(target)
        except FileNotFoundError as error:
            raise ObjectMissing(state.key, state.version) from error
        finally:
            fresh.unlink(missing_ok=True)

    def _keep_state(self, key: Key, state: State) -> None:
        path, data = self._layout.state(key), state.to_bytes()
        with suppress(FileNotFoundError):
            if path.read_bytes() == data:
                return
        fresh = path.with_name(f"{_FRESH}{secrets.token_hex(8)}")
        try:
            with os.fdopen(_made(fresh), "wb") as writing:
                writing.write(data)
                writing.flush()
                self._disk.sync(writing.fileno())
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)


def versions_in(root: Path, area: Area = Area.RECORDS, prefix: str = "") -> Iterator[tuple[Key, str]]:
    """Yield key and version of every object in a local store's folder; nothing where there is no store."""
    layout = Layout(root, Disk())
    if (root / area).is_dir():
        for one in listed(layout, area, prefix, None):
            yield one.key, one.version


def bytes_of(root: Path, key: Key, version: str) -> bytes | None:
    """Return the bytes of a small object as they lie in a folder, unchecked; None without it."""
    try:
        return Layout(root, Disk()).content(key, version).read_bytes()
    except OSError:
        return None


def found_in(root: Path, key: Key, version: str) -> tuple[int, str] | None:
    """Return size and SHA-256 of an object's bytes as they are in a local store's folder now."""
    path = Layout(root, Disk()).content(key, version)
    try:
        return path.stat().st_size, _sha256(path)
    except OSError:
        return None


def _made(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o400)


def _has_size(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except FileNotFoundError:
        return False


def _sha256(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
