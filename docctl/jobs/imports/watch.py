"""The watched folder: files that lie there at rest become a run for document control to check (I-1)."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final
from uuid import UUID

from docctl.domain.imports import Watched
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.jobs.imports.work import receive
from docctl.models.base import new_id
from docctl.models.imports import ImportRun
from docctl.reading.sources import Source, folder_files, packed_files, shown_name
from docctl.services.caller import the_system
from docctl.services.house import House
from docctl.services.imports.folder import RunFolder
from docctl.services.imports.room import is_archive, require_room
from docctl.services.imports.start import StartImport, start_import
from docctl.services.imports.watched import GoesTo, goes_to, note_room

log = logging.getLogger(__name__)

#: Where taken files are moved, below the watched folder; nothing is deleted there.
TAKEN: Final = ".taken"
#: Ends the name of what is still being taken.
_UNDER_WAY: Final = ".part"
#: Who copies a file is done when it has not changed for so long, in seconds.
AT_REST: Final = 10.0
#: How often the folder is looked at, in seconds.
EVERY: Final = 15.0


class Watcher:
    """Looks at the watched folders of this host from time to time."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._looked = float("-inf")

    def __call__(self) -> bool:
        """Take what lies there at rest; say whether there was anything."""
        if not self._house.watched or time.monotonic() - self._looked < EVERY:
            return False
        self._looked = time.monotonic()
        taken = [self._taken(one) for one in self._house.watched]
        return any(taken)

    def _taken(self, watched: Watched) -> bool:
        try:
            return take_watched(self._house, watched)
        except Exception:  # one folder that cannot be used harms no other
            log.warning("a watched folder cannot be used", exc_info=True)
            return False


def take_watched(house: House, watched: Watched) -> bool:
    """Start a run of all files of a folder, once none of them still changes.

    They are moved aside before, so that nothing is taken twice and what cannot be moved starts no run; what a
    stop left half done is gone on with first. Where unit or type is not there, or the disk has no room, they
    stay where they are, which `docctl doctor` and the page of imports say.
    """
    folder = watched.path
    with house.uow.read() as session:
        target = goes_to(session, watched)
    if isinstance(target, Refused):
        log.warning("a watched folder is not taken from: %s", target.key, extra={"folder": folder.name})
        return False
    with RunFolder(house.data / "imports" / "watched").alone(waits=False) as is_alone:
        if not is_alone:
            return False
        for aside in sorted((folder / TAKEN).glob(f"*{_UNDER_WAY}")):
            if not _has_room(house, watched, aside.iterdir(), UUID(aside.stem[-36:])):
                return False
            _take(house, folder, aside, target)
        found = _entries(folder)
        if not found:
            note_room(house, watched, None)  # what waited was taken away
        if not found or any(_still_changes(one) for one in found) or not _has_room(house, watched, found):
            return False
        aside = folder / TAKEN / f"{house.today():%Y-%m-%d}-{new_id()}{_UNDER_WAY}"
        aside.mkdir(parents=True)
        if not [one for one in found if _moved(one, aside)]:
            aside.rmdir()
            return False
        return _take(house, folder, aside, target)


def _has_room(house: House, watched: Watched, found: Iterable[Path], run_id: UUID | None = None) -> bool:
    """Say whether what archives hold can be written; until then they stay where they are, which is told."""
    files = [(one, one.name) for one in found if one.is_file() and not one.is_symlink()]
    try:
        require_room(house, files, run_id)
    except RuleRefused as error:
        log.warning("a watched folder waits: %s %s", error.refused.key, dict(error.refused.params))
        note_room(house, watched, error.refused)
        return False
    note_room(house, watched, None)
    return True


def _take(house: House, folder: Path, aside: Path, target: GoesTo) -> bool:
    """Start the run of what was moved aside, unless it was started before a stop, and receive its files."""
    run_id = UUID(aside.stem[-36:])
    with house.uow.read() as session:
        is_there = session.get(ImportRun, run_id) is not None
    now = house.clock().astimezone(house.zone)
    if not is_there:
        name = f"{shown_name(folder)} {now:%Y-%m-%d %H:%M}"
        cmd = StartImport(name, "watched", target.unit_id, target.type_id, item_id=run_id)
        start_import(cmd, by=the_system(house.clock()), house=house)
    receive(house, run_id, _sources(aside))
    aside.rename(aside.with_suffix(""))
    return True


def _moved(path: Path, aside: Path) -> bool:
    try:
        path.rename(aside / path.name)
    except OSError:
        log.warning("a file of the watched folder cannot be moved aside", exc_info=True)
        return False
    return True


def _entries(folder: Path) -> list[Path]:
    return sorted(one for one in folder.iterdir() if one.name != TAKEN)


def _still_changes(path: Path) -> bool:
    """Say whether anything at or below a path changed just now; a day to come says nothing."""
    below = [path, *path.rglob("*")] if path.is_dir() and not path.is_symlink() else [path]
    now = time.time()
    return any(now - AT_REST < one.lstat().st_mtime <= now + AT_REST for one in below)


def _sources(aside: Path) -> Iterator[Source]:
    for one in sorted(aside.iterdir()):
        if one.is_symlink():
            yield Source(shown_name(one), 0, None, "link")
        elif one.is_file() and is_archive(one.name):
            yield from packed_files(one, shown_name(one))
        elif one.is_dir():
            yield from (_below(shown_name(one), source) for source in folder_files(one))
        else:
            yield from folder_files(one)


def _below(name: str, source: Source) -> Source:
    return Source(f"{name}/{source.path}"[-1000:], source.size, source.open, source.problem)
