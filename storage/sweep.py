"""Decides which files a crash has left and nobody needs: temporary ones without a writer (R-7)."""

import os
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from storage.disk import TEMPORARY, exclusive, inode, is_being_written
from storage.keys import Area
from storage.layout import STATE, Layout, folders


@dataclass(frozen=True, slots=True)
class Swept:
    """How much a sweep has removed."""

    files: int
    size: int


def sweep(layout: Layout, *, older_than: timedelta) -> Swept:
    """Remove what puts have left that did not end, and whose writers are gone."""
    # The age is that of the file system, so its clock counts here, not the injected one.
    newest = time.time() - older_than.total_seconds()
    files = size = 0
    for area in Area:
        for kind in folders(layout.root / area):
            for item in folders(kind):
                if not _needs_a_look(item):
                    continue
                with exclusive(kind), exclusive(item):
                    for temporary, length in _left(item, newest):
                        _remove(layout, temporary)
                        files, size = files + 1, size + length
                    layout.drop_if_empty(item)
    return Swept(files, size)


def _needs_a_look(item: Path) -> bool:
    """Say without a lock whether an item's folder is empty or has temporary files."""
    try:
        names = os.listdir(item)  # noqa: PTH208 - a hundred thousand folders at each start
    except FileNotFoundError:
        return False
    return not names or any(name.startswith(TEMPORARY) for name in names)


def _left(item: Path, newest: float) -> list[tuple[Path, int]]:
    """Return the temporary files that are old enough and have no writer, each with its size."""
    left = []
    for path in item.glob(f"{TEMPORARY}*"):
        try:
            found = path.lstat()
            if found.st_mtime <= newest and not is_being_written(path):
                left.append((path, found.st_size))
        except FileNotFoundError:
            continue  # its writer has just ended
    return left


def _remove(layout: Layout, temporary: Path) -> None:
    """Remove a temporary file, and before it the second name of bytes that never appeared.

    The other way round, a crash in between would make leftovers look like an object that has
    lost its state. Where there is a state, the second name is that of an object: it stays.
    """
    leaf = temporary.name.removeprefix(TEMPORARY).partition(".")[0]
    folder = temporary.parent
    if not (folder / f"{leaf}{STATE}").exists():
        twins = [path for path in folder.glob(f"{leaf}.*") if inode(path) == inode(temporary)]
        if twins:
            layout.remove(folder, twins)
    layout.remove(folder, [temporary])
