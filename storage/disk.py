"""Decides how a write survives a crash: temporary files, links, and every fsync counted (R-4)."""

import errno
import fcntl
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from storage.errors import StoreFull, StoreUnavailable

TEMPORARY: Final = ".tmp-"
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Disk:
    """Counts fsyncs, and refuses to write on after one of them has failed.

    After a failed fsync nobody knows what is on the disk, and asking again may answer yes
    although the pages were dropped. So nothing is written until the store is opened anew.
    """

    def __init__(self) -> None:
        self.fsyncs = 0
        self._counting = threading.Lock()
        self._failure: str | None = None

    def require_sound(self) -> None:
        """Raise `StoreUnavailable` if an fsync has failed before."""
        if self._failure is not None:
            raise StoreUnavailable(self._failure)

    def sync(self, fd: int) -> None:
        """Write an open file or folder through to the disk."""
        self.require_sound()
        try:
            os.fsync(fd)
        except OSError as error:
            if error.errno not in _NO_ROOM:
                self._failure = f"fsync failed ({_reason(error)}); open the store again"
            raise
        with self._counting:
            self.fsyncs += 1

    def sync_folder(self, folder: Path) -> None:
        """Write the names in a folder through to the disk."""
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self.sync(fd)
        finally:
            os.close(fd)


class Temporary:
    """A file that nobody sees; locked while its writer lives, so that a sweep spares it."""

    def __init__(self, folder: Path, leaf: str) -> None:
        self.path = folder / f"{TEMPORARY}{leaf}.{secrets.token_hex(8)}"
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW
        self.fd = os.open(self.path, flags, 0o400)
        fcntl.flock(self.fd, fcntl.LOCK_EX)

    def write(self, block: bytes) -> None:
        """Append all of a block; the system may take it in parts."""
        rest = memoryview(block)
        while rest:
            rest = rest[os.write(self.fd, rest) :]

    def discard(self) -> None:
        """Take the name away, if it is still there, and close. Never raises."""
        with suppress(OSError):
            self.path.unlink()
        with suppress(OSError):
            os.close(self.fd)


@contextmanager
def exclusive(folder: Path) -> Iterator[bool]:
    """Keep all other threads and processes from changing a folder; False if there is none."""
    fd = _lock(folder)
    if fd is None:
        yield False
        return
    try:
        yield True
    finally:
        # Closing is not enough: a forked child may hold a copy of the descriptor.
        fcntl.flock(fd, fcntl.LOCK_UN)
        os.close(fd)


def _lock(folder: Path) -> int | None:
    while True:
        try:
            fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            # While we waited the folder may have been removed, and another made in its place.
            if inode(folder) == os.fstat(fd).st_ino:
                return fd
        except BaseException:
            os.close(fd)
            raise
        os.close(fd)


def inode(path: Path) -> int | None:
    """Return what two names of one file have in common; None for a file that has gone."""
    try:
        return path.lstat().st_ino
    except FileNotFoundError:
        return None


def is_being_written(path: Path) -> bool:
    """Say whether the writer of a temporary file still lives; raise FileNotFoundError once it is done."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        # The writer may have taken the name away and closed between our opening and our lock.
        if inode(path) != os.fstat(fd).st_ino:
            raise FileNotFoundError(path)
        return False
    finally:
        os.close(fd)


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the system says into `StoreFull` or `StoreUnavailable`."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StoreFull(_reason(error)) from error
        raise StoreUnavailable(_reason(error)) from error


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
