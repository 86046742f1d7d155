"""Where one file holds several documents: title lines, 篇二, 附件一 (I-3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from docctl.reading.facts.cells import Parts
from docctl.reading.facts.noise import clean
from search.folding import fold

_PIECE: Final = re.compile(
    r"^[ \u3000]*(?:篇\s?[0-9一二三四五六七八九十]{1,3}\s?[:：]?"
    r"|附件\s?[0-9一二三四五六七八九十]{1,3}\s?[:：]"
    r"|附录\s?[A-Z0-9一二三四五六七八九十]{1,2}\s?[:：])\s?(?P<title>[^\n\t。]{2,60})?$",
    re.MULTILINE,
)
#: Ends that only titles of whole documents have.
_ENDS: Final = "程序|制度|办法|规定|规程|细则|流程|指导书"
_TITLE: Final = re.compile(
    rf"^[ \u3000]*(?P<title>[^\n\t。,，;；:：]{{3,40}}(?:{_ENDS}))[ \u3000]*$", re.MULTILINE
)
#: Within a line, where line ends were lost.
_INLINE: Final = re.compile(
    r"(?:^|(?<=[\s。□■]))(?P<title>[\u3400-\u9fff、]{3,30}(?:程序|制度|办法|规定|规程|细则|指导书))\s{1,5}"
    r"(?=(?:[1一]|第一[章条]|[(（]一[)）])[、.．\s]{0,3}(?:目\s?的|总\s?则))"
)
_CHAPTER: Final = re.compile(
    r"(?:\s{0,5}[^\n。]{0,40})?\s{1,5}(?:[1一]|第一[章条]|[(（]一[)）])[、.．\s]{0,3}(?:目\s?的|总\s?则|范\s?围|适用)"
)
_SHORTEST: Final = 200


@dataclass(frozen=True, slots=True)
class Split:
    """A document within a file: its title, half-open offsets, what it was told by."""

    title: str
    start: int
    end: int
    by: str

    def as_json(self) -> dict[str, Any]:
        """Return the piece as JSON can carry it."""
        return {"title": self.title, "start": self.start, "end": self.end, "by": self.by}


def find_splits(text: str, parts: Parts = (), title: str = "") -> tuple[Split, ...]:
    """Return the pieces that a file may be split into; nothing where it is one document.

    `title` is that of the whole file. A title line begins a piece where the first chapter follows it;
    篇 and 附件 lines always do.
    """
    body_ends = min((start for kind, start, _ in parts if kind in {"header", "footer"}), default=len(text))
    body = text[: body_ends if body_ends > len(text) // 2 else len(text)]
    begins: dict[int, tuple[str, str]] = {}
    for match in _PIECE.finditer(body):
        begins[match.start()] = (clean(match["title"] or match[0]), "piece")
    for match in _TITLE.finditer(body):
        if _CHAPTER.match(body, match.end()):
            begins.setdefault(match.start(), (clean(match["title"]), "title"))
    for match in _INLINE.finditer(body):
        begins.setdefault(match.start(), (clean(match["title"]), "title"))
    places = _apart(sorted(begins))
    if places and places[0] >= _SHORTEST:  # what stands before the first of them is a document too
        begins[0] = (title, "title")
        places.insert(0, 0)
    if len(places) < 2:
        return ()
    pieces: list[Split] = []
    for start, end in zip(places, [*places[1:], len(body)], strict=True):
        name, by = begins[start]
        pieces.append(Split(name, start if pieces else 0, end, by))
    distinct = {fold(one.title) for one in pieces}
    return tuple(pieces) if len(distinct) > 1 else ()


def _apart(places: list[int]) -> list[int]:
    """Leave out titles that are said twice in a row."""
    kept: list[int] = []
    for place in places:
        if not kept or place - kept[-1] >= _SHORTEST:
            kept.append(place)
    return kept
