"""Clause numbers that stand twice, are missing or out of their order (D-12).

Numbers of several parts only (4.2.1): what a list counts is no clause. Whatever the text itself shows at the
beginning of some line is not missing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from docctl.reading.checking.fact import TextFact, stretch
from docctl.reading.facts.outline import Clause

_PATH: Final = re.compile(r"\d{1,2}(?:\.\d{1,2}){1,5}")
#: Behind a number these make it a reference or a value, no heading: 4.2.3 条, 1.5 倍, 2.0 版, 5.2 的规定.
_NO_HEADING: Final = re.compile(
    r"\s{0,2}(?:[.．]\s?\d|[条款章节的和与及或、，,。)）%‰~～-]|版|倍|[mkM]?[mMgLVAW]\b|毫|厘|米|元|万|度)"
)
_MOST: Final = 40
#: More numbers missing in a row are a chapter that is numbered otherwise.
_HOLE: Final = 3


@dataclass(slots=True)
class _Level:
    """The numbers under one number, in the order in which they stand."""

    numbers: list[tuple[int, Clause]] = field(default_factory=list)


def clause_faults(text: str, outline: Sequence[Clause]) -> list[TextFact]:
    """Return what is wrong with the clause numbers of a text (D-12)."""
    clauses = [one for one in outline if one.style == "decimal" and _PATH.fullmatch(one.path)]
    clauses = [one for one in clauses if _is_heading(text, one)]
    body = _without_contents(clauses)
    found: list[TextFact] = []
    for part in _parts(body):
        for parent, level in _levels(part).items():
            found += _of_level(text, parent, level)
    found.sort(key=lambda one: one.start)
    return found[:_MOST]


def _is_heading(text: str, clause: Clause) -> bool:
    behind = re.compile(re.escape(clause.path).replace(r"\.", "[.．。、]")).match(text, clause.start)
    return behind is not None and _NO_HEADING.match(text, behind.end()) is None


def _without_contents(clauses: list[Clause]) -> list[Clause]:
    """Leave out a table of contents: clauses that come again later with the same words."""
    seen = Counter((one.path, one.title) for one in clauses)
    first: set[tuple[str, str]] = set()
    kept = []
    for one in clauses:
        key = (one.path, one.title)
        if seen[key] > 1 and key not in first:
            first.add(key)
            continue
        kept.append(one)
    return kept


def _parts(clauses: list[Clause]) -> Iterator[list[Clause]]:
    """Yield the parts of a text that count on their own: where counting begins again after it went on."""
    part: list[Clause] = []
    highest = 0
    for one in clauses:
        chapter = int(one.path.split(".")[0])
        begins_again = one.path in {"1.1", "0.1"} or (chapter < highest - 1 and one.path.endswith(".1"))
        if part and begins_again and any(other.path == one.path or chapter < highest for other in part):
            yield part
            part, highest = [], 0
        highest = max(highest, chapter)
        part.append(one)
    if part:
        yield part


def _levels(part: list[Clause]) -> dict[str, _Level]:
    levels: dict[str, _Level] = {}
    for one in part:
        parent, _, own = one.path.rpartition(".")
        levels.setdefault(parent, _Level()).numbers.append((int(own), one))
    return levels


def _of_level(text: str, parent: str, level: _Level) -> Iterator[TextFact]:
    counted = Counter(number for number, _ in level.numbers)
    if sum(counted.values()) - len(counted) > max(2, len(counted) // 2):
        return  # a table, or a list that begins again and again
    there = counted.keys()
    seen: dict[int, Clause] = {}
    highest = 0
    for at, (number, clause) in enumerate(level.numbers):
        if number > highest + 1 + _HOLE and any(other < number for other, _ in level.numbers[at + 1 :]):
            # 4.13 between 4.1 and 4.2 is itself the one that is wrong
            yield _fact(
                text, "clause_misplaced", clause.path, clause, f"{parent}.{highest}" if highest else ""
            )
            continue
        if number in seen:
            if seen[number].title != clause.title:
                yield _fact(text, "clause_twice", clause.path, clause, seen[number].title)
        elif number < highest:
            after = f"{parent}.{highest}"
            yield _fact(text, "clause_misplaced", clause.path, clause, after)
        elif highest + 1 < number <= highest + (1 + _HOLE if highest else 2) and len(there) > 1:
            for gap in range(highest + 1, number):
                if gap not in there and not _stands(text, f"{parent}.{gap}"):
                    yield _fact(text, "clause_missing", f"{parent}.{gap}", clause, clause.path)
        seen.setdefault(number, clause)
        highest = max(highest, number)


def _stands(text: str, path: str) -> bool:
    """Say whether a number begins a line, a cell or a part of a sentence, whatever it was taken for."""
    written = re.escape(path).replace(r"\.", r"\s?[.．。、]\s?")
    return re.search(rf"(?:^|[\s。；;，,、：:])\s*{written}(?![\d])", text, re.MULTILINE) is not None


def _fact(text: str, kind: str, path: str, clause: Clause, more: str) -> TextFact:
    end = clause.start + len(clause.path)
    quote, left, right = stretch(text, clause.start, end)
    return TextFact(kind, path, clause.start, quote, left, right, more=more[:80])
