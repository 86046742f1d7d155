"""What came out of an upload, or the one problem that stood against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from docctl.domain.verdicts import Allowed, Refused, Verdict
from docctl.reading.errors import OURS
from docctl.reading.examining import RULE
from docctl.reading.kinds import Kind
from docctl.reading.names import clean_name

NO_TEXT: Final = "no_text"
#: Nobody could ever read these, so they are no record either.
_LOST: Final = frozenset({"encrypted"})


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a text that is not its body: characters from `start` up to, not with, `end`."""

    kind: str
    start: int
    end: int

    def shifted(self, by: int) -> Part:
        """Return the same part where the text stands so many characters further on."""
        return Part(self.kind, self.start + by, self.end + by)


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


def accept(reading: Reading, name: str, *, for_document: bool) -> Verdict:
    """Say whether a file is taken: a document must have been read, a record only be open.

    A scan without text is taken. After `busy` and `closed` nothing is known, so both refuse.
    """
    problem = reading.problem
    if problem is None or problem == NO_TEXT:
        return Allowed()
    if not for_document and problem not in _LOST | OURS:
        return Allowed()
    return Refused(RULE, problem, {"name": clean_name(name)})
