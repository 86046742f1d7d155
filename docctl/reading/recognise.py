"""Tesseract: what a picture of a page says, where it is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from docctl.reading.errors import ReadingFailed
from docctl.reading.lines import CELL_GAP, Line, Piece, together
from docctl.reading.program import Bounds, run

#: Simplified, traditional, English: the order in which characters are tried.
WANTED: Final = ("chi_sim", "chi_tra", "eng")
_BOUNDS: Final = Bounds(processor_seconds=120, memory_mb=2048, file_mb=64, open_files=64)
_LONGEST: Final = 8 << 20
_CHINESE: Final = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")


def find_tesseract() -> tuple[Path, tuple[str, ...]] | None:
    """Return the program and those languages of `WANTED` that it has; nothing where it has none."""
    found = shutil.which("tesseract")
    if found is None:
        return None
    try:
        answer = subprocess.run(  # noqa: S603 - the program we found
            [found, "--list-langs"], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    there = set(answer.stdout.split())
    languages = tuple(name for name in WANTED if name in there)
    return (Path(found), languages) if languages else None


class Recogniser:
    """Reads pictures of pages, one at a time."""

    def __init__(
        self,
        program: Path,
        languages: Sequence[str],
        *,
        seconds: float = 60,
        scratch: Path | None = None,
    ) -> None:
        """Take what `find_tesseract` found; `seconds` is the time for each page."""
        self.languages = tuple(languages)
        self._program = program
        self._seconds = seconds
        self._scratch = scratch

    def page(self, picture: Path) -> list[Line]:
        """Return the lines of a picture that a reader made; raise ReadingFailed where that takes too long."""
        with tempfile.TemporaryDirectory(prefix="docctl-ocr-", dir=self._scratch) as name:
            folder = Path(name)
            command = [
                *(str(self._program), str(picture.absolute()), "page"),
                *("-l", "+".join(self.languages), "--psm", "3", "tsv"),
            ]
            more = {"OMP_THREAD_LIMIT": "1"}  # more threads only wait for each other
            run(command, _BOUNDS, folder=folder, seconds=self._seconds, more=more)
            written = folder / "page.tsv"
            if not written.is_file() or written.is_symlink():
                raise ReadingFailed("unreadable", "nothing written")
            with written.open("rb") as file:
                return lines_in(file.read(_LONGEST).decode("utf-8", "ignore"))


def lines_in(table: str) -> list[Line]:
    """Return the lines out of Tesseract's table of words with their boxes."""
    height = 1.0
    pieces: list[Piece] = []
    before: list[str] = []
    for row in table.splitlines()[1:]:
        cells = row.split("\t", 11)
        if len(cells) < 11 or not all(cell.isdecimal() for cell in cells[:10]):
            continue
        left, top, width, tall = map(float, cells[6:10])
        if cells[0] == "1":
            height = max(tall, 1.0)
        words = cells[11].strip() if len(cells) == 12 else ""
        if cells[0] != "5" or not words:
            continue
        new = Piece(words, left, left + width, height - top - tall, height - top)
        if pieces and cells[1:5] == before:
            _put_beside(pieces[-1], new)
        else:
            pieces.append(new)
        before = cells[1:5]
    return together(pieces, height)


def _put_beside(line: Piece, word: Piece) -> None:
    """Add a word to its line: after a tab where it stands far, at once where both ends are Chinese."""
    size = max(line.high - line.low, word.high - word.low)
    if word.left - line.right > CELL_GAP * size:
        line.text += "\t"
    elif not (_CHINESE.match(line.text[-1]) and _CHINESE.match(word.text)):
        line.text += " "
    line.text += word.text
    line.right = max(line.right, word.right)
    line.low, line.high = min(line.low, word.low), max(line.high, word.high)
