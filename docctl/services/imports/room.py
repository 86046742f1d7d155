"""Whether the disk has room for what comes out of archives, asked before anything is written (I-1)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

from docctl.domain.verdicts import Refused, RuleRefused
from docctl.reading.errors import ReadingFailed
from docctl.reading.sources import archive_files
from docctl.services.house import House
from docctl.services.imports.folder import RunFolder
from storage.errors import Damaged

#: What is read of the files goes into the database on the same disk: one part in so many more.
_READ_OF_THEM: Final = 10


Opener = Callable[[Path], AbstractContextManager[BinaryIO]]


def _as_it_is(path: Path) -> AbstractContextManager[BinaryIO]:
    return path.open("rb")


def require_room(
    house: House,
    files: Iterable[tuple[Path, str]],
    run_id: UUID | None = None,
    *,
    opened: Opener = _as_it_is,
) -> None:
    """Raise RuleRefused where the disk cannot take what these files, by path and name, hold (I-1).

    Without a zip among them nothing is asked: those are files that lie on the disk already. What a run has
    copied before a stop needs no room any more. Sizes are as the archives announce them, in bytes; `opened`
    opens the files, where they lie encrypted.
    """
    found = list(files)
    if not any(is_archive(name) for _, name in found):
        return
    limit = house.staging.limit
    size = sum(
        _unpacked(path, limit, opened) if is_archive(name) else min(path.stat().st_size, limit)
        for path, name in found
    )
    if run_id is not None:
        size -= RunFolder.of(house.data, run_id).copied()
    needed = size + size // _READ_OF_THEM
    if opened is not _as_it_is:  # each archive in turn is decrypted beside what it holds
        needed += max(path.stat().st_size for path, name in found if is_archive(name))
    free = shutil.disk_usage(house.data).free
    if needed > free:
        raise RuleRefused(Refused("I-1", "no_room", {"needed": needed, "free": free}))


def is_archive(name: str) -> bool:
    """Say whether a file is taken apart on its way in."""
    return name.lower().endswith(".zip")


def _unpacked(path: Path, limit: int, opened: Opener) -> int:
    """Return how much of an archive is written; one that cannot be opened has its line and writes nothing."""
    try:
        with opened(path) as archive:
            return sum(min(one.size, limit) for one in archive_files(archive) if not one.problem)
    except (ReadingFailed, OSError, Damaged):
        return 0


__all__ = ["is_archive", "require_room"]
