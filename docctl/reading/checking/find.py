"""All checks of a text by itself, in a child process: texts are other people's (D-12, I-1)."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from docctl.reading.checking.annexes import annex_faults
from docctl.reading.checking.clauses import clause_faults
from docctl.reading.checking.fact import TextFact
from docctl.reading.checking.listing import cited_facts
from docctl.reading.checking.words import vague_times
from docctl.reading.errors import ReadingFailed
from docctl.reading.facts.outline import Clause, clause_at, find_outline
from docctl.reading.pool import ReaderPool

_CHECK: Final = "docctl.reading.checking.find:check"
#: So many findings of one text are kept; a text with more has others to be mended first.
MOST: Final = 600
#: Titles of clauses in which nothing is asked of anybody.
_PURPOSE: Final = re.compile(
    r"\s*(?:目的|宗旨|目标|原则|範圍|范围|适用范围|方针|purpose|scope|objective|policy)", re.IGNORECASE
)
_KINDS: Final = frozenset(
    {
        "cites",
        "not_listed",
        "not_cited",
        "clause_twice",
        "clause_missing",
        "clause_misplaced",
        "named_absent",
        "not_named",
        "vague_time",
    }
)


def find_faults(
    text: str,
    *,
    number: str = "",
    title: str = "",
    outline: tuple[Clause, ...] | None = None,
    pages: Sequence[int] = (),
    words: Sequence[str] = (),
) -> list[TextFact]:
    """Return what the checks find in a text, in its order, each with its clause and page (D-12).

    Without an outline it is read from the text.
    """
    clauses = find_outline(text) if outline is None else outline
    found = [
        *cited_facts(text, number, title),
        *clause_faults(text, clauses),
        *annex_faults(text),
        *vague_times(text, words),
    ]
    found = [one for one in found if not _says_why(one, clauses)]
    once: dict[tuple[str, str, str], TextFact] = {}
    for one in sorted(found, key=lambda each: each.start):
        key = (one.kind, one.what, one.quote if one.kind == "vague_time" else "")
        known = once.get(key)
        once[key] = replace(known, times=known.times + one.times) if known else one
    return [_placed(one, clauses, pages) for one in list(once.values())[:MOST]]


def _says_why(one: TextFact, clauses: tuple[Clause, ...]) -> bool:
    """Say whether a word stands in a clause that tells what for, not when: 目的 为及时处理投诉."""
    at = clause_at(clauses, one.start) if one.kind == "vague_time" else None
    return at is not None and _PURPOSE.match(at.title) is not None


def _placed(one: TextFact, clauses: tuple[Clause, ...], pages: Sequence[int]) -> TextFact:
    clause = clause_at(clauses, one.start)
    page = bisect_right(pages, one.start) if len(pages) > 1 else 0
    return replace(one, clause=clause.path if clause else "", page=page)


def check(path: str, number: str, title: str) -> list[dict[str, Any]]:
    """Check a text that lies as JSON at `path`; runs in the child."""
    given = json.loads(Path(path).read_text(encoding="utf-8"))
    outline = tuple(Clause(*one) for one in given["clauses"]) if given["clauses"] is not None else None
    found = find_faults(
        given["text"],
        number=number,
        title=title,
        outline=outline,
        pages=given["pages"],
        words=given["words"],
    )
    return [one.as_json() for one in found]


def faults_in_child(
    pool: ReaderPool,
    folder: Path,
    text: str,
    *,
    number: str,
    title: str,
    clauses: Sequence[tuple[str, str, int, str]] | None,
    pages: Sequence[int] = (),
    words: Sequence[str] = (),
) -> list[TextFact]:
    """Return what the checks find in a text, looked for in a child process; `folder` is for a work file.

    `clauses` are path, title, beginning and style of those of the text; None: they are read from it. Raises
    ReadingFailed.
    """
    given = {"text": text, "clauses": clauses, "pages": list(pages), "words": list(words)}
    path = folder / "checked.json"
    path.write_text(json.dumps(given, ensure_ascii=False), encoding="utf-8", errors="replace")
    try:
        answer = pool.run(_CHECK, path=str(path), number=number, title=title)
    finally:
        path.unlink(missing_ok=True)
    if not isinstance(answer, list):
        raise ReadingFailed("crash", "garbled answer")
    return [_checked(one, len(text)) for one in answer[:MOST]]


#: The texts of a fact, with how long each may be.
_TEXTS: Final = {
    "what": 200,
    "quote": 400,
    "more": 80,
    "name": 200,
    "number": 200,
    "label": 40,
    "clause": 80,
}
_NUMBERS: Final = ("start", "from_", "to", "page", "times")


def _checked(one: object, length: int) -> TextFact:
    """Take only the expected shape: a hostile file may have taken the child over."""
    if not isinstance(one, dict) or set(one) != {"kind", *_TEXTS, *_NUMBERS} or one["kind"] not in _KINDS:
        raise ReadingFailed("crash", "garbled answer")
    if not all(isinstance(one[name], str) for name in _TEXTS) or not all(
        isinstance(one[name], int) for name in _NUMBERS
    ):
        raise ReadingFailed("crash", "garbled answer")
    if not (0 <= one["start"] < length and 0 <= one["from_"] <= one["to"] <= len(one["quote"][:400])):
        raise ReadingFailed("crash", "garbled answer")
    return TextFact(
        kind=one["kind"],
        **{name: one[name][:most] for name, most in _TEXTS.items()},
        **{name: one[name] for name in _NUMBERS},
    )
