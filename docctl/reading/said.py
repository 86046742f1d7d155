"""How the text of a file is put together, and which stretches of it are not its body."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

HEADER: Final = "header"
FOOTER: Final = "footer"
BOX: Final = "box"
NOTE: Final = "note"
COMMENT: Final = "comment"
DIAGRAM: Final = "diagram"
ATTACHMENT: Final = "attachment"
KINDS: Final = frozenset({HEADER, FOOTER, BOX, NOTE, COMMENT, DIAGRAM, ATTACHMENT})

#: A stretch of text and what it is; nothing for the body.
Piece = tuple[str, str | None]


class Said:
    """Joins pieces with new lines between them and remembers where those lie that are not body."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._parts: list[tuple[str, int, int]] = []
        self._length = 0

    @property
    def length(self) -> int:
        """Where the next piece would start, in characters."""
        return self._length + bool(self._texts)

    def add(self, text: str, kind: str | None = None, *, joins: bool = True) -> None:
        """Add a piece on a line of its own; unless told otherwise one of the same kind makes one part."""
        start = self.length
        self._texts.append(text)
        self._length = start + len(text)
        if kind is not None:
            self.mark(kind, start, self._length, joins=joins)

    def add_lines(self, pieces: Iterable[Piece], kind: str | None = None) -> None:
        """Add lines that each carry their own end; empty ones around them go. `kind` is of all of them."""
        lines = list(pieces)
        while lines and not lines[0][0].strip("\n"):
            del lines[0]
        while lines and not lines[-1][0].strip("\n"):
            del lines[-1]
        if not lines:
            return
        lines[0] = lines[0][0].lstrip("\n"), lines[0][1]
        lines[-1] = lines[-1][0].rstrip("\n"), lines[-1][1]
        at = start = self.length
        for text, own in lines:
            end = at + len(text)
            if own is not None and kind is None:
                self.mark(own, at, end - text.endswith(("\n", "\t")))
            at = end
        self._texts.append("".join(text for text, _ in lines))
        self._length = at
        if kind is not None:
            self.mark(kind, start, at, joins=False)

    def mark(self, kind: str, start: int, end: int, *, joins: bool = True) -> None:
        """Say of a stretch what it is; it may join the one before where only a new line parts them."""
        if start >= end:
            return
        if joins and self._parts and self._parts[-1][0] == kind and self._parts[-1][2] + 1 == start:
            start = self._parts.pop()[1]
        self._parts.append((kind, start, end))

    def answer(self, html: str | None, pages: list[int] | None = None) -> dict[str, Any]:
        """Return what a reader answers."""
        return {
            "text": "\n".join(self._texts),
            "html": html,
            "pages": pages or [0],
            "parts": [list(part) for part in self._parts],
        }
