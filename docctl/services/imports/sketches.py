"""Sketches of the texts of a run while they are compared: on disk, in a file without a name (I-4)."""

from __future__ import annotations

import os
import tempfile
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from secrets import randbits
from types import TracebackType
from typing import Final, Self

from docctl.domain.import_alike import BANDS

_NUMBER: Final = 8
#: So many sketches are read at once.
_AT_ONCE: Final = 1_000


class SketchFile:
    """Sketches in a file that ends with its use. Numbers stand there changed by a secret, each at its place
    alike, so that equal ones are equal and what was read says nothing.
    """

    def __init__(self, folder: Path) -> None:
        """Make it in a folder for work files."""
        self._file = tempfile.TemporaryFile(prefix="sketches-", dir=folder)  # noqa: SIM115  # closed by __exit__
        self._size, self._secret = 0, 0
        #: The place of each sketch's file among those that are compared.
        self.places = array("L")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, place: int, sketch: Sequence[int]) -> None:
        """Add the sketch of the file at a place; all have one length, and a text too short has none."""
        if not sketch:
            return
        given = array("Q", sketch).tobytes()
        if not self._size:
            self._size, self._secret = len(given), randbits(8 * len(given))
        if len(given) != self._size:
            raise ValueError(f"a sketch of {len(sketch)} numbers among those of {self._size // _NUMBER}")
        self._file.write((int.from_bytes(given) ^ self._secret).to_bytes(self._size))
        self.places.append(place)

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, at: int, /) -> Sequence[int]:
        if not 0 <= at < len(self):
            raise IndexError(at)
        return array("Q", os.pread(self._file.fileno(), self._size, at * self._size))

    def band(self, band: int, /) -> Iterator[bytes]:
        """Yield one band of each sketch."""
        self._file.flush()
        width = self._size // _NUMBER // BANDS * _NUMBER
        start, end = band * width, (band + 1) * width
        for first in range(0, len(self), _AT_ONCE):
            some = os.pread(self._file.fileno(), _AT_ONCE * self._size, first * self._size)
            for at in range(0, len(some), self._size):
                yield some[at + start : at + end]


__all__ = ["SketchFile"]
