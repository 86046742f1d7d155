"""What came out of an upload, or the one problem that stood against it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from docctl.domain.verdicts import Allowed, Refused, Verdict
from docctl.reading.errors import ReadingFailed
from docctl.reading.kinds import MEDIA_TYPES, RULE, Kind, sniff
from docctl.reading.names import clean_name
from docctl.reading.pool import ReaderPool

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
class Reading:
    """The text of a file, HTML where the browser cannot show it itself, and where pages start.

    `problem` is `no_text` for a scan, or the code of `ReadingFailed`; then text is empty.
    """

    kind: Kind
    media_type: str
    text: str
    html: str | None
    pages: tuple[int, ...]
    problem: str | None


def read_file(pool: ReaderPool, path: Path, name: str) -> Reading:
    """Read an upload in a child process; whatever the file does becomes a `problem`."""
    kind = sniff(path, name)
    media_type = MEDIA_TYPES[kind]
    reader = _READERS.get(kind)
    if reader is None:
        return Reading(kind, media_type, "", None, (), None)
    try:
        answer = pool.run(reader, path=str(path.absolute()))
        text, html, pages = _checked(answer)
    except ReadingFailed as failed:
        return Reading(kind, media_type, "", None, (), failed.code)
    problem = None if text.strip() else NO_TEXT
    return Reading(kind, media_type, text, html, pages, problem)


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


def _checked(answer: object) -> tuple[str, str | None, tuple[int, ...]]:
    """Take only the expected shape from a child that a hostile file may have taken over."""
    match answer:
        case {"text": str(text), "html": str() | None as html, "pages": list(pages)} if all(
            isinstance(page, int) for page in pages
        ):
            return text, html, tuple(pages)
    raise ReadingFailed("crash", "garbled answer")
