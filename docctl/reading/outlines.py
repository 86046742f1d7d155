"""The outline of a text: its clauses, where each begins, and a place to go to for each in its HTML (I-9)."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final
from unicodedata import normalize

from docctl.reading.anchors import anchored, anchors, places
from docctl.reading.errors import OURS, ReadingFailed
from docctl.reading.facts.find import outline_of
from docctl.reading.files import Part
from docctl.reading.pool import ReaderPool

_OUTLINE: Final = "docctl.reading.outlines:outline"
_PATH: Final = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){0,11}")
_LONGEST_TITLE: Final = 80


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause: its path, the words of its heading, where it begins in the text, how it is numbered.

    `anchor` is the id of its place in the HTML, "" where it has none; `page` the one of its file, 0 for none.
    """

    path: str
    title: str
    start: int
    style: str
    anchor: str = ""
    page: int = 0


@dataclass(frozen=True, slots=True)
class Outlined:
    """The clauses of a text in their order, and its HTML with their anchors."""

    clauses: tuple[Clause, ...]
    html: str | None

    def as_json(self) -> str:
        """Return the clauses as they are kept."""
        return json.dumps([asdict(one) for one in self.clauses], ensure_ascii=False, separators=(",", ":"))


def clauses_of(kept: str) -> tuple[Clause, ...]:
    """Return the clauses that were kept as JSON."""
    return tuple(Clause(**one) for one in json.loads(kept)) if kept else ()


def outline(path: str) -> list[dict[str, Any]]:
    """Find the clauses of a text that lies as JSON at `path`, and their places in its HTML; in the child."""
    given = json.loads(Path(path).read_text(encoding="utf-8"))
    text = given["text"]
    found = outline_of(text, parts=[tuple(part) for part in given["parts"]])
    lines = [re.split(r"[\n\f]", text[one.start : one.start + 400], maxsplit=1)[0] for one in found]
    marks = places(given["html"] or "", lines)
    return [
        {**one.as_json(), "path": normalize("NFKC", one.path), "mark": mark}
        for one, mark in zip(found, marks, strict=True)
    ]


def outline_in_child(
    pool: ReaderPool,
    folder: Path,
    text: str,
    html: str | None,
    *,
    parts: Iterable[Part] = (),
    pages: Sequence[int] = (),
) -> Outlined:
    """Return the outline of a text, found in a child process; `folder` is for a work file.

    Raises ReadingFailed where the child gave up.
    """
    if not text.strip():
        return Outlined((), html)
    given = {"text": text, "html": html, "parts": [(one.kind, one.start, one.end) for one in parts]}
    path = folder / "outline.json"
    path.write_text(json.dumps(given, ensure_ascii=False), encoding="utf-8", errors="replace")
    try:
        answer = pool.run(_OUTLINE, path=str(path))
    finally:
        path.unlink(missing_ok=True)
    if not isinstance(answer, list):
        raise ReadingFailed("crash", "garbled answer")
    found = [_checked(one, len(text), html or "") for one in answer]
    named = zip(found, anchors(one.path for one, _ in found), strict=True)
    starts = pages if html is None and len(pages) > 1 else ()
    clauses: list[Clause] = []
    marks: list[tuple[int, str]] = []
    for (one, mark), anchor in named:
        is_shown = mark > (marks[-1][0] if marks else 0)
        if is_shown:
            marks.append((mark, anchor))
        page = bisect_right(starts, one.start)
        clauses.append(replace(one, anchor=anchor if is_shown else "", page=page))
    return Outlined(tuple(clauses), html if html is None else anchored(html, marks))


def outline_or_none(
    pool: ReaderPool,
    folder: Path,
    text: str,
    html: str | None,
    *,
    parts: Iterable[Part] = (),
    pages: Sequence[int] = (),
) -> Outlined:
    """Return the outline of a text; one on which the search for it fails has none (I-9).

    Raises ReadingFailed for what says nothing about the text: it is tried again.
    """
    try:
        return outline_in_child(pool, folder, text, html, parts=parts, pages=pages)
    except ReadingFailed as failed:
        if failed.code in OURS:
            raise
        return Outlined((), html)


def _checked(one: object, length: int, html: str) -> tuple[Clause, int]:
    """Take only the expected shape: a hostile file may have taken the child over."""
    match one:
        case {
            "path": str(path),
            "title": str(title),
            "start": int(start),
            "style": str(style),
            "mark": int(at),
        }:
            if _PATH.fullmatch(path) and 0 <= start < length and (at < 0 or html[at - 1 : at] == ">"):
                return Clause(path, title[:_LONGEST_TITLE], start, style[:20]), at
    raise ReadingFailed("crash", "garbled answer")
