"""Decides which files a crash has left and nobody needs: temporary ones without a writer (R-7)."""

import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from storage.disk import TEMPORARY, exclusive, inode, is_being_written
from storage.keys import Area
from storage.layout import STATE, Layout


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
    for kind in sorted(kind for area in Area for kind in (layout.root / area).iterdir()):
        for item in sorted(kind.iterdir()):
            with exclusive(kind), exclusive(item):
                for temporary in _left(item, newest):
                    size += temporary.stat().st_size
                    files += 1
                    _remove(layout, temporary)
                layout.drop_if_empty(item)
    return Swept(files, size)


def _left(item: Path, newest: float) -> list[Path]:
    paths = list(item.iterdir()) if item.is_dir() else []
    return [
        path
        for path in paths
        if path.name.startswith(TEMPORARY)
        and path.stat().st_mtime <= newest
        and not is_being_written(path)
    ]


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
