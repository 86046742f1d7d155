"""What came out of an upload, or the one problem that stood against it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeGuard

from docctl.domain.verdicts import Allowed, Refused, Verdict
from docctl.reading.errors import ReadingFailed
from docctl.reading.kinds import MEDIA_TYPES, RULE, Kind, sniff
from docctl.reading.names import clean_name
from docctl.reading.pool import ReaderPool
from docctl.reading.said import KINDS

_READERS: Final = {
    Kind.DOCX: "docctl.reading.docx:read",
    Kind.PDF: "docctl.reading.pdf:read",
    Kind.TXT: "docctl.reading.text:read",
    Kind.XLSX: "docctl.reading.xlsx:read",
}
NO_TEXT: Final = "no_text"
#: Nobody could ever read these, so they are no record either.
_LOST: Final = frozenset({"encrypted"})
#: These say nothing about the file: it may be tried again.
_OURS: Final = frozenset({"busy", "closed"})


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a text that is not its body: characters from `start` up to, not with, `end`."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """The text of a file, HTML where the browser cannot show it itself, and where pages start.

    `parts` are in order and do not overlap. `problem` is `no_text` for a scan, or the code of
    `ReadingFailed`; then text is empty.
    """

    kind: Kind
    media_type: str
    text: str
    html: str | None
    pages: tuple[int, ...]
    problem: str | None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a reader answered, of the expected shape."""

    text: str
    html: str | None
    pages: tuple[int, ...]
    parts: tuple[Part, ...]


def read_text(pool: ReaderPool, path: Path, name: str) -> Reading:
    """Read a file in a child process; whatever the file does becomes a `problem`."""
    kind = sniff(path, name)
    media_type = MEDIA_TYPES[kind]
    reader = _READERS.get(kind)
    if reader is None:
        return Reading(kind, media_type, "", None, (), None)
    try:
        answer = _checked(pool.run(reader, path=str(path.absolute())))
    except ReadingFailed as failed:
        return Reading(kind, media_type, "", None, (), failed.code)
    problem = None if answer.text.strip() else NO_TEXT
    return Reading(kind, media_type, answer.text, answer.html, answer.pages, problem, answer.parts)


def accept(reading: Reading, name: str, *, for_document: bool) -> Verdict:
    """Say whether a file is taken: a document must have been read, a record only be open.

    A scan without text is taken. After `busy` and `closed` nothing is known, so both refuse.
    """
    problem = reading.problem
    if problem is None or problem == NO_TEXT:
        return Allowed()
    if not for_document and problem not in _LOST | _OURS:
        return Allowed()
    return Refused(RULE, problem, {"name": clean_name(name)})


def _checked(answer: object) -> _Answer:
    """Take only the expected shape from a child that a hostile file may have taken over."""
    match answer:
        case {"text": str(text), "html": str() | None as html, "pages": list(pages), "parts": list(parts)}:
            starts = tuple(page for page in pages if _is_place(page, text))
            found = tuple(_parts(parts, text))
            if len(starts) == len(pages) and len(found) == len(parts):
                return _Answer(text, html, starts, found)
    raise ReadingFailed("crash", "garbled answer")


def _parts(parts: list[object], text: str) -> Iterator[Part]:
    """Yield the parts that lie in order within the text."""
    last = 0
    for part in parts:
        match part:
            case [str(kind), start, end] if kind in KINDS and _is_place(start, text) and _is_place(end, text):
                if last <= start < end:
                    yield Part(kind, start, end)
                    last = end


def _is_place(value: object, text: str) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= len(text)
