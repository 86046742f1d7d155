"""The watched folder: files that lie there at rest become a run for document control to check (I-1)."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import select

from docctl.jobs.imports.work import receive
from docctl.models.documents import DocumentType
from docctl.models.organisation import Unit
from docctl.reading.sources import Source, archive_files, folder_files
from docctl.services.caller import the_system
from docctl.services.house import House
from docctl.services.imports.start import StartImport, start_import

log = logging.getLogger(__name__)

#: Where taken files are moved, below the watched folder; nothing is deleted there.
TAKEN: Final = ".taken"
#: Who copies a file is done when it has not changed for so long, in seconds.
AT_REST: Final = 10.0
#: How often the folder is looked at, in seconds.
EVERY: Final = 15.0


class Watcher:
    """Looks at the watched folder of this host from time to time."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._looked = float("-inf")

    def __call__(self) -> bool:
        """Take what lies there at rest; say whether there was anything."""
        folder = self._house.import_folder
        if folder is None or time.monotonic() - self._looked < EVERY:
            return False
        self._looked = time.monotonic()
        try:
            return take_watched(self._house, folder)
        except OSError:
            log.warning("the watched folder cannot be used", exc_info=True)
            return False


def take_watched(house: House, folder: Path) -> bool:
    """Start a run of all files of the folder, once none of them still changes; move them aside."""
    found = _entries(folder)
    if not found or any(_changed_at(one) > time.time() - AT_REST for one in found):
        return False
    with house.uow.read() as session:
        unit = session.scalars(select(Unit).where(Unit.valid_until.is_(None)).order_by(Unit.code)).first()
        kind = session.scalars(
            select(DocumentType).where(DocumentType.is_form.is_(False)).order_by(DocumentType.ordinal)
        ).first()
    if unit is None or kind is None:
        return False
    now = house.clock().astimezone(house.zone)
    cmd = StartImport(f"{folder.name} {now:%Y-%m-%d %H:%M}", "watched", unit.id, kind.id)
    run_id = start_import(cmd, by=the_system(house.clock()), house=house)
    receive(house, run_id, _sources(found))
    aside = folder / TAKEN / f"{now:%Y-%m-%d}-{run_id}"
    aside.mkdir(parents=True)
    for one in found:
        one.rename(aside / one.name)
    return True


def _entries(folder: Path) -> list[Path]:
    return sorted(one for one in folder.iterdir() if one.name != TAKEN and not one.is_symlink())


def _changed_at(path: Path) -> float:
    """Return when anything at or below a path changed last, seconds since 1970."""
    below = [path, *path.rglob("*")] if path.is_dir() else [path]
    return max(one.lstat().st_mtime for one in below)


def _sources(found: list[Path]) -> Iterator[Source]:
    for one in found:
        if one.is_file() and one.suffix.lower() == ".zip":
            yield from archive_files(one)
        elif one.is_dir():
            yield from (_below(one.name, source) for source in folder_files(one))
        else:
            yield from folder_files(one)


def _below(name: str, source: Source) -> Source:
    return Source(f"{name}/{source.path}"[-1000:], source.size, source.open, source.problem)
