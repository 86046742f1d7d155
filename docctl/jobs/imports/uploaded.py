"""Uploaded files as the import takes them: archives apart, single files as they are (I-1, I-2)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from docctl.reading.sources import Source, packed_files
from docctl.services.imports.copies import Copies
from docctl.services.imports.room import is_archive
from storage.errors import Damaged


def uploaded(copies: Copies) -> Iterator[Source]:
    """Yield the files of all uploads of a run that are still to be taken apart; one that is gone is told.

    Raises StorageError where the key store cannot be used.
    """
    for name in copies.folder.lost_uploads():
        yield Source(name, 0, None, "file_unreadable")
    for path, name in copies.folder.uploads():
        size = copies.size(path)
        if not is_archive(name):
            yield Source(name, size, partial(copies.opened, path))
            continue
        try:
            with copies.unnamed(path) as archive:
                yield from packed_files(archive, name)
        except Damaged:
            yield Source(name, size, None, "archive_unreadable")


__all__ = ["uploaded"]
