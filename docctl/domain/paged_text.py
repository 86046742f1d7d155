"""In which file, and on which page of it, the words of a hit stand (S-3)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

#: What a page of hits shows as one blank.
_BLANK: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_MORE: Final = "…"
#: So many characters before the hit tell its place from others of the same words.
_BEFORE: Final = 60


@dataclass(frozen=True, slots=True)
class PagedText:
    """The text of an item, its files after each other; `pages` are (place, page from 1, 0 for none).

    `parts` are where each begins, and the id of its file, None for what is no file.
    """

    text: str
    pages: tuple[tuple[int, int], ...] = ()
    parts: tuple[tuple[int, UUID | None], ...] = ()

    def page_at(self, place: int) -> int | None:
        """Return the page on which a character stands; nothing where its file has none (S-3)."""
        at = bisect_right(self.pages, place, key=lambda start: start[0])
        return (self.pages[at - 1][1] or None) if at else None

    def page_of(self, shown: Sequence[tuple[str, bool]]) -> int | None:
        """Return the page of the first marked words of a hit's lines, as they are shown (S-3)."""
        if not any(page for _, page in self.pages):
            return None
        place = self._place_of(shown)
        return None if place is None else self.page_at(place)

    def file_of(self, shown: Sequence[tuple[str, bool]]) -> UUID | None:
        """Return the file in which the first marked words of a hit's lines stand (S-3)."""
        if len(self.parts) < 2 or (place := self._place_of(shown)) is None:
            return None
        at = bisect_right(self.parts, place, key=lambda start: start[0])
        return self.parts[at - 1][1] if at else None

    def _place_of(self, shown: Sequence[tuple[str, bool]]) -> int | None:
        before = ""
        for words, is_hit in shown:
            if is_hit:
                return self._place(before.rpartition(_MORE)[2].lstrip()[-_BEFORE:], words)
            before += words
        return None

    def _place(self, before: str, words: str) -> int | None:
        for context in (before, ""):
            # Without the blank it may begin with, which would be tried at every place of the text.
            if (place := _end_of(re.split(r"\s+", (context + words).lstrip()), self.text)) is not None:
                return place - 1
        return None


def _end_of(pieces: Sequence[str], text: str) -> int | None:
    """Return where pieces with blanks between them end, the first time they stand so; compiles no pattern."""
    start = text.find(pieces[0])
    while start >= 0:
        at = start + len(pieces[0])
        for piece in pieces[1:]:
            blank = _BLANK.match(text, at)
            if blank is None or not text.startswith(piece, blank.end()):
                break
            at = blank.end() + len(piece)
        else:
            return at
        start = text.find(pieces[0], start + 1)
    return None


def put_together(
    files: Sequence[tuple[str, Sequence[int], bool]],
    parting: str = "\n\n",
    ids: Sequence[UUID | None] | None = None,
) -> PagedText:
    """Return the text of files after each other: each its text, where its pages start, whether it has any.

    `ids` are those of the files, one for each.
    """
    texts: list[str] = []
    pages: list[tuple[int, int]] = []
    parts: list[tuple[int, UUID | None]] = []
    length = 0
    for (text, starts, has_pages), file_id in zip(files, ids or [None] * len(files), strict=True):
        if not text:
            continue
        length += len(parting) if texts else 0
        if has_pages and len(starts) > 1:
            pages += [
                (length + start, page) for page, start in enumerate(starts, start=1) if start < len(text)
            ]
        else:
            pages.append((length, 0))
        parts.append((length, file_id))
        texts.append(text)
        length += len(text)
    return PagedText(parting.join(texts), tuple(pages), tuple(parts))
