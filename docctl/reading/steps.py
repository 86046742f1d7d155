"""How a file of any kind is read: which child, which program, what lies within; step by step.

Between two steps whoever reads may do something else: a scan of many pages takes minutes.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from docctl.reading.answers import Answer, checked, drawn, joined, with_pages
from docctl.reading.errors import OURS, ReadingFailed
from docctl.reading.files import NO_TEXT, Reading
from docctl.reading.kinds import MEDIA_TYPES, Kind
from docctl.reading.lines import Line
from docctl.reading.pool import ReaderPool
from docctl.reading.sniffing import sniff

_READERS: Final = {
    Kind.DOCX: "docctl.reading.docx:read",
    Kind.PDF: "docctl.reading.pdf:read",
    Kind.TXT: "docctl.reading.text:read",
    Kind.XLSX: "docctl.reading.xlsx:read",
    Kind.PPTX: "docctl.reading.pptx:read",
    Kind.OFD: "docctl.reading.ofd:read",
    Kind.RTF: "docctl.reading.rtf:read",
    Kind.HTML: "docctl.reading.html_text:read",
}
#: These hold files, which are read in their turn.
_CONTAINERS: Final = {
    Kind.EML: "docctl.reading.mail:unpack",
    Kind.MSG: "docctl.reading.msg:unpack",
    Kind.ZIP: "docctl.reading.archive:unpack",
}
#: These are converted first.
_CONVERTED: Final = {Kind.DOC: Kind.DOCX, Kind.XLS: Kind.XLSX, Kind.PPT: Kind.PPTX}
_PICTURES: Final = frozenset({Kind.PNG, Kind.JPEG, Kind.TIFF, Kind.GIF, Kind.BMP, Kind.WEBP})
_DEPTH: Final = 3


@dataclass(slots=True)
class _Budget:
    """What one upload may take with all that lies within it; what is beyond stays unread."""

    files: int = 200
    bytes: int = 256 << 20
    text: int = 20_000_000
    pages: int = 300
    until: float = field(default_factory=lambda: time.monotonic() + 1_800)

    @property
    def is_spent(self) -> bool:
        return self.files <= 0 or self.text <= 0 or time.monotonic() > self.until


def read_text(pool: ReaderPool, path: Path, name: str) -> Reading:
    """Read a file of any kind; whatever the file does becomes a `problem`.

    It uses no database. A scan of many pages takes minutes: `reading_steps` lets go in between.
    """
    steps = reading_steps(pool, path, name)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            found = done.value
            assert isinstance(found, Reading)
            return found


def reading_steps(pool: ReaderPool, path: Path, name: str) -> Generator[None, None, Reading]:
    """Read a file in steps of seconds; the last one returns what was read."""
    with tempfile.TemporaryDirectory(prefix="reading-", dir=pool.scratch) as folder:
        return (yield from _Reader(pool, Path(folder)).read(path, name))


def render(pool: ReaderPool, path: Path, name: str, folder: Path) -> Path:
    """Return a PDF in `folder` that shows an office file as it prints; it can be stamped as any other.

    Raises ReadingFailed: `no_program` where LibreOffice does not open such a file here, `encrypted`,
    `unreadable`, `timeout`, `too_long`, `crash`, `closed`.
    """
    kind = sniff(path, name)
    if kind in _CONVERTED:
        pool.run("docctl.reading.ole_locks:check", path=str(path.absolute()))
    office = pool.programs.office
    if office is None or not office.opens(kind.value):
        raise ReadingFailed("no_program", "LibreOffice")
    return office.convert(path, kind.value, to="pdf", folder=folder)


class _Reader:
    """Reads one upload and what lies within it."""

    def __init__(self, pool: ReaderPool, folder: Path) -> None:
        self._pool = pool
        self._folder = folder
        self._made = 0
        self._budget = _Budget()

    def read(self, path: Path, name: str, depth: int = 0) -> Generator[None, None, Reading]:
        kind = sniff(path, name)
        media_type = MEDIA_TYPES[kind]
        try:
            answer = yield from self._answer(kind, path.absolute(), depth)
        except ReadingFailed as failed:
            return Reading(kind, media_type, "", None, (), failed.code)
        if answer is None:
            return Reading(kind, media_type, "", None, (), None)
        problem = None if answer.text.strip() else NO_TEXT
        return Reading(kind, media_type, answer.text, answer.html, answer.pages, problem, answer.parts)

    def _answer(self, kind: Kind, path: Path, depth: int) -> Generator[None, None, Answer | None]:
        if kind in _CONTAINERS:
            return (yield from self._container(kind, path, depth))
        if kind in _PICTURES:
            return (yield from self._picture(path))
        if kind in _CONVERTED:
            path, kind = self._convert(path, kind), _CONVERTED[kind]
            yield
        if kind not in _READERS:
            return None
        answer = checked(self._pool.run(_READERS[kind], path=str(path)))
        if kind is Kind.PDF and answer.scans and self._pool.programs.recogniser is not None:
            answer = yield from self._scans(path, answer)
        return answer

    def _convert(self, path: Path, kind: Kind) -> Path:
        self._pool.run("docctl.reading.ole_locks:check", path=str(path))
        office = self._pool.programs.office
        if office is None or not office.opens(kind.value):
            raise ReadingFailed("no_program", "LibreOffice")
        return office.convert(path, kind.value, to=_CONVERTED[kind].value, folder=self._new_folder())

    def _picture(self, path: Path) -> Generator[None, None, Answer | None]:
        """Recognise a picture of one page, or the pages of a TIFF."""
        recogniser = self._pool.programs.recogniser
        if recogniser is None:
            return None
        pages: list[list[Line]] = []
        count = 1
        while len(pages) < count and self._may_recognise():
            yield
            count, lines = self._recognised("docctl.reading.images:draw", path, len(pages))
            pages.append(lines)
        return with_pages(pages)

    def _scans(self, path: Path, answer: Answer) -> Generator[None, None, Answer]:
        """Add to the pages of a PDF that are pictures what is recognised there."""
        found: dict[int, list[Line]] = {}
        for number in answer.scans:
            if not self._may_recognise():
                break
            yield
            _, found[number] = self._recognised("docctl.reading.pdf:draw", path, number)
        return answer.with_scans(found)

    def _may_recognise(self) -> bool:
        return self._budget.pages > 0 and not self._budget.is_spent

    def _recognised(self, drawer: str, path: Path, number: int) -> tuple[int, list[Line]]:
        """Return how many pages there are and what is recognised on one; nothing where that fails."""
        recogniser = self._pool.programs.recogniser
        assert recogniser is not None
        self._budget.pages -= 1
        target = self._folder / "page.png"
        target.unlink(missing_ok=True)
        count, is_drawn = drawn(self._pool.run(drawer, path=str(path), number=number, target=str(target)))
        if not is_drawn or not target.is_file() or target.is_symlink():
            return count, []
        try:
            return count, recogniser.page(target)
        except ReadingFailed as failed:
            if failed.code == "closed":
                raise
            return count, []  # a page that cannot be recognised does not lose the others

    def _container(self, kind: Kind, path: Path, depth: int) -> Generator[None, None, Answer]:
        """Read a mail or an archive, then each file in it, under its name."""
        folder = self._new_folder()
        answer = checked(
            self._pool.run(
                _CONTAINERS[kind],
                path=str(path),
                folder=str(folder),
                most_files=max(0, self._budget.files),
                most_bytes=max(0, self._budget.bytes),
            )
        )
        inside: list[tuple[str, Reading | None]] = []
        for number, name in answer.files:
            yield
            place = folder / number if number else None
            inside.append((name, (yield from self._inside(place, name, depth))))
        return joined(answer, inside)

    def _inside(self, place: Path | None, name: str, depth: int) -> Generator[None, None, Reading | None]:
        if place is None or self._budget.is_spent or not place.is_file() or place.is_symlink():
            return None
        self._budget.files -= 1
        self._budget.bytes -= place.stat().st_size
        try:
            if place.stat().st_size == 0 or depth >= _DEPTH:
                return None
            found = yield from self.read(place, name, depth + 1)
        finally:
            place.unlink(missing_ok=True)
        self._budget.text -= len(found.text)
        if found.problem in OURS:
            raise ReadingFailed(found.problem)
        return found if self._budget.text >= 0 else None

    def _new_folder(self) -> Path:
        self._made += 1
        folder = self._folder / str(self._made)
        folder.mkdir()
        return folder
