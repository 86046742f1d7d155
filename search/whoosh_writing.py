"""How whoosh's writer is used: one batch one commit, an id never twice, the marker last (S-4)."""

from collections.abc import Iterable, Mapping, Set
from pathlib import Path
from typing import Any, Final

from whoosh.index import FileIndex

from search.api import Entry
from search.errors import SearchError
from search.whoosh_files import (
    MarkedStorage,
    clear,
    open_files,
    read_marker,
    spoiled_is,
    write_marker,
)
from search.whoosh_schema import document, key, make_schema

_MEGABYTES: Final = 64


def write(folder: Path, kept: Mapping[str, Entry], gone: Set[str], position: int) -> None:
    """Change entries by id and the position in one commit; an empty folder gets its first one."""
    index = _index(folder)
    writer = _writer(index)
    try:
        for entry_id in {*kept, *gone}:
            writer.delete_by_term("id", key(entry_id))
        for entry_id, entry in kept.items():
            if entry_id not in gone:
                writer.add_document(**document(entry))
    except BaseException:
        writer.cancel()
        raise
    writer.commit()
    write_marker(folder, index.storage, position)


class Filling:
    """See FreshIndex."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with spoiled_is(SearchError):
            self._index = _index(folder)
            self._writer: Any = _writer(self._index)
        self._ids: set[str] = set()

    def add(self, entries: Iterable[Entry]) -> None:
        """See FreshIndex."""
        for entry in entries:
            if entry.id in self._ids:  # a writer deletes only what was committed before it began
                self._writer.commit(merge=False)
                self._writer = _writer(self._index)
                self._writer.delete_by_term("id", key(entry.id))
            self._ids.add(entry.id)
            self._writer.add_document(**document(entry))

    def finish(self, position: int) -> None:
        """Commit all and the position."""
        with spoiled_is(SearchError):
            self._writer.commit()
            self._writer = None
            write_marker(self._folder, self._index.storage, position)

    def close(self) -> None:
        """Forget what is not committed."""
        if self._writer is not None:
            self._writer.cancel()
            self._writer = None


def _index(folder: Path) -> FileIndex:
    """Open the index of a folder after the marker, or begin one where there is none."""
    marker = read_marker(folder)
    if marker is None:
        return FileIndex.create(MarkedStorage(folder, set()), make_schema())
    clear(folder, marker.files)  # what a killed writer left
    return open_files(folder, marker)


def _writer(index: FileIndex) -> Any:
    # Without whoosh's own lock: ours is held, and a file of its name would be no file of the index.
    return index.writer(limitmb=_MEGABYTES, _lk=False)
