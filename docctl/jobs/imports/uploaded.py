"""Uploaded files as the import takes them: archives apart, single files as they are (I-1, I-2)."""

from __future__ import annotations

from collections.abc import Iterator

from docctl.reading.sources import Source, packed_files
from docctl.services.imports.folder import RunFolder
from docctl.services.imports.room import is_archive


def uploaded(folder: RunFolder) -> Iterator[Source]:
    """Yield the files of all uploads of a run that are still to be taken apart."""
    for path, name in folder.uploads():
        if is_archive(name):
            yield from packed_files(path, name)
        else:
            yield Source(name, path.stat().st_size, lambda path=path: path.open("rb"))  # type: ignore[misc]


__all__ = ["uploaded"]
