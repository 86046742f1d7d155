"""The witness: a folder elsewhere that gets the heads, one file each, never overwritten (T-2)."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from typing import Final

from docctl.services.audit.faults import SealFault
from storage.durable import sync_folder

#: Heads of epoch 0 have no number of theirs.
_NAME: Final = re.compile(r"head-(?:e(\d{3})-)?(\d{12})\.json")

#: A file system without hard links answers with one of these.
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


class Witness:
    """The folder; every method raises SealFault `witness_unreachable` where it cannot be used."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self._folder

    def places(self) -> list[tuple[int, int]]:
        """Return size and epoch of the heads that it has, smallest first."""
        try:
            names = os.listdir(self._folder)  # noqa: PTH208  # names alone: there may be many
        except OSError as error:
            raise SealFault("witness_unreachable") from error
        found = (match for name in names if (match := _NAME.fullmatch(name)))
        return sorted((int(match[2]), int(match[1] or 0)) for match in found)

    def read(self, size: int, epoch: int = 0) -> str:
        """Return the head of this size and epoch as it was handed over."""
        try:
            return self._path(size, epoch).read_text("utf-8", errors="replace")
        except OSError as error:
            raise SealFault("witness_unreachable") from error

    def heads(self) -> Iterator[tuple[int, str]]:
        """Yield all heads that it has, smallest first."""
        for size, epoch in self.places():
            yield size, self.read(size, epoch)

    def notes(self, kind: str) -> Iterator[str]:
        """Yield the notes of a kind that it has: of destroyed records, of counters."""
        try:
            paths = sorted(self._folder.glob(f"{kind}-*.json"))
        except OSError as error:
            raise SealFault("witness_unreachable") from error
        for path in paths:
            try:
                yield path.read_text("utf-8", errors="replace")
            except OSError as error:
                raise SealFault("witness_unreachable") from error

    def note(self, kind: str, name: str, text: str) -> None:
        """Write a note for good; one that is there stays."""
        path = self._folder / f"{kind}-{name}.json"
        try:
            if not path.exists():
                self._write(path, text)
        except OSError as error:
            raise SealFault("witness_unreachable") from error

    def hand_over(self, size: int, text: str, epoch: int = 0) -> None:
        """Write a head for good, or find it there; raise SealFault `witness_differs` for another one.

        The file appears whole and on the disk, or not at all, and replaces none.
        """
        path = self._path(size, epoch)
        try:
            if not path.exists():
                self._write(path, text)
            found = path.read_bytes()
        except OSError as error:
            raise SealFault("witness_unreachable") from error
        if found != text.encode():
            raise SealFault("witness_differs")

    def _path(self, size: int, epoch: int) -> Path:
        mark = f"e{epoch:03d}-" if epoch else ""
        return self._folder / f"head-{mark}{size:012d}.json"

    def _write(self, path: Path, text: str) -> None:
        beside = self._folder / f".{path.name}.{token_hex(4)}"
        try:
            _durably(beside, text)
            try:
                os.link(beside, path)
            except FileExistsError:
                return  # another was first: what it wrote is compared next
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                _durably(path, text)
        finally:
            beside.unlink(missing_ok=True)
        sync_folder(self._folder)


def _durably(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
    with os.fdopen(descriptor, "wb") as target:
        target.write(text.encode())
        target.flush()
        os.fsync(target.fileno())
