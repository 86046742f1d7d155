"""Files within a file, written out by a child within bounds for its parent to have them read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from docctl.reading.errors import ReadingFailed
from docctl.reading.names import clean_name

_LONGEST_NAME: Final = 500
_SPACES: Final = re.compile(r"\s+")


class Enclosed:
    """Writes numbered files into a folder; names are only words, never paths."""

    def __init__(self, folder: Path, most_files: int, most_bytes: int) -> None:
        self.files: list[list[str | None]] = []
        self._folder = folder
        self._left = most_files
        self._room = most_bytes

    @property
    def room(self) -> int:
        """How many bytes may still be written."""
        return self._room

    def add(self, name: str, content: bytes | None) -> None:
        """Write one file; beyond the bounds, and without content, only its name is kept."""
        shown = _SPACES.sub(" ", name).strip()[:_LONGEST_NAME] or clean_name(name)
        if len(self.files) >= 10_000:
            raise ReadingFailed("bomb", "files")
        if content is None or self._left <= 0 or len(content) > self._room:
            self.files.append([None, shown])
            return
        number = str(len(self.files) + 1)
        (self._folder / number).write_bytes(content)
        self._left -= 1
        self._room -= len(content)
        self.files.append([number, shown])
