"""The chapters that list what a text cites, 相关文件 and 相关记录, and the items in them (D-6)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Final

from docctl.reading.facts.outline import value_of
from docctl.reading.facts.words import ends_as, is_one_of
from search.folding import fold

_HAN: Final = "\u3400-\u9fff"
_NAME: Final = rf"(?P<name>[{_HAN}、]{{2,12}}|[A-Za-z][A-Za-z ]{{3,28}}[A-Za-z])"
#: A heading with its number; within a line too, where line ends were lost.
_NUMBERED: Final = re.compile(
    r"(?:^|(?<=[\s。;；]))"
    r"(?P<number>\d{1,2}(?:\.\d{1,2}){0,2}|[一二三四五六七八九十]{1,3}|第[一二三四五六七八九十]{1,3}[章条條])"
    rf"\s?[、.．。:：]?\s?{_NAME}\s?[:：]?(?=\s|$|[《<\d(（])",
    re.MULTILINE,
)
#: A heading that is a line of its own, or begins one with a colon.
_PLAIN: Final = re.compile(
    rf"^[ \u3000\t]{{0,8}}[【\[]?{_NAME}[】\]]?[ \u3000]{{0,4}}(?:[:：]|$)", re.MULTILINE
)
#: What begins an item: 5.1, (1), a), ①, a dot.
_MARKER: Final = re.compile(
    r"(?:^|(?<=[\s。;；、,，]))"
    r"(?:\d{1,2}(?:\.\d{1,2}){0,3}(?:[.、)）]|(?=[\s《<])|(?=[A-Z]{2})|(?=[\u3400-\u9fff]))"
    r"|[(（]\d{1,2}[)）]|[a-z][)）.、]|[①-⑳]|[●■◆·•*-](?![-*]))\s{0,3}"
)
#: A code beside a name in a list.
CODE: Final = re.compile(
    r"(?<![A-Za-z0-9/_.-])(?:[A-Z]{1,8}(?:[-/_.－—–][A-Z0-9.]{1,12}){1,5}|[A-Z]{2,6}\d{2,6}(?:[-.]\d{1,3}){0,2})"
    r"(?![A-Za-z0-9/_-])"
)
#: A heading that shares the line with what it heads: 上级文件：QP-08 采购程序.
_HEADING: Final = re.compile(rf"\s*([{_HAN}]{{2,10}})\s?[:：]\s?")
#: What wide blanks part; those behind a number that leads do not.
_PARTED: Final = re.compile(r"(?:^[A-Z][A-Z0-9/ .:：—-]*\d\s{2,})?(?:[^\s;；。]|\s(?!\s))+")
#: Behind the name in a list: how long it is kept.
_KEPT: Final = re.compile(r"[\s(（,，]{0,3}(?:保存|保管|留存)(?:期|年|\d).{0,20}$")
#: What stands between a form's name and its number.
_IS_LABEL: Final = re.compile(r"[(（]?(?:编号|編號|表号|No\.?)[:：]?")
_LONGEST: Final = 4_000
#: Words that head no list of documents by themselves.
_TOO_SHORT: Final = frozenset(
    {"文件", "标准", "资料", "程序", "程序文件", "依据", "引用", "documents", "procedures"}
)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter that lists "documents" or "forms": half-open offsets behind its heading."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Head:
    """A heading: where, behind, what it heads, how deep its number is (0: none), its number, if it names."""

    start: int
    behind: int
    kind: str
    depth: int
    number: int
    is_name: bool


def find_chapters(text: str) -> list[Chapter]:
    """Return the chapters that list documents or forms, in their order."""
    found: list[Chapter] = []
    heads = sorted(_heads(text), key=lambda head: head.start)
    for at, head in enumerate(heads):
        is_inside = bool(found) and head.start < found[-1].end and head.kind == found[-1].kind
        if head.kind in {"documents", "forms"} and not is_inside:
            end = min(_end(head, heads, at + 1, len(text)), head.behind + _LONGEST)
            found.append(Chapter(head.kind, head.behind, max(head.behind, end)))
    return found


def chapter_at(chapters: list[Chapter], offset: int) -> str:
    """Return in which kind of chapter an offset lies, or nothing."""
    at = bisect_right(chapters, offset, key=lambda one: one.start) - 1
    return chapters[at].kind if at >= 0 and offset < chapters[at].end else ""


def items(text: str, chapter: Chapter) -> Iterator[tuple[int, int]]:
    """Yield the stretches of single items of a chapter: cells, lines, what stands between marks."""
    for line in re.finditer(r"[^\n\f]+", text[chapter.start : chapter.end]):
        start = chapter.start + line.start()
        if "\t" in line[0]:
            yield from _row(start, line[0])
            continue
        marks = [(0, 0), *(mark.span() for mark in _MARKER.finditer(line[0]))]
        ends = [*(begin for begin, _ in marks[1:]), len(line[0])]
        for (_, behind), until in zip(marks, ends, strict=True):
            yield from _parts(start + behind, line[0][behind:until])


def _row(start: int, line: str) -> Iterator[tuple[int, int]]:
    """Yield name and code of a table's row as one stretch, if they stand side by side, else the name."""
    cells: list[tuple[int, int, str]] = []
    for cell in line.split("\t"):
        cells.append((start, start + len(cell), cell))
        start += len(cell) + 1
    nobody = (0, 0, "")
    for before, named, after in zip([nobody, *cells], cells, [*cells[1:], nobody], strict=False):
        if not _is_name(fold(named[2])):
            continue
        if CODE.fullmatch(after[2].strip()):
            yield named[0], after[1]
        else:
            yield (before if CODE.fullmatch(before[2].strip()) else named)[0], named[1]


def _parts(start: int, piece: str) -> Iterator[tuple[int, int]]:
    """Yield the names of a piece: parted by blanks, by 、 where each part is a name, by codes."""
    if (head := _HEADING.match(piece)) is not None and any(
        is_one_of(kind, fold(head[1])) for kind in ("documents_chapter", "forms_chapter")
    ):
        start, piece = start + head.end(), piece[head.end() :]
    for part in _PARTED.finditer(piece):
        begin, shown = start + part.start(), _KEPT.sub("", part[0]).rstrip(" ,，、")
        names = re.split("[、,，]", shown)
        if len(names) > 1 and all(_is_name(fold(name)) for name in names):
            edges = [0, *(comma.end() for comma in re.finditer("[、,，]", shown)), len(shown) + 1]
            for first, last in pairwise(edges):
                yield begin + first, begin + last - 1
            continue
        yield from _by_codes(begin, shown)


def _by_codes(start: int, shown: str) -> Iterator[tuple[int, int]]:
    codes = [code.span() for code in CODE.finditer(shown) if is_number(code[0])]
    if not codes:
        yield from _by_names(start, shown)
        return
    leads = not shown[: codes[0][0]].strip(" (（")
    if not leads and len(codes) == 1:  # 管理评审报告 QR-01 三年
        *others, last = _by_names(start, shown[: codes[0][0]])
        yield from others
        yield last[0], start + codes[0][1] + (shown[codes[0][1] : codes[0][1] + 1] in {")", "）"})
        return
    cuts = [begin for begin, _ in codes] if leads else [end for _, end in codes]
    for begin, end in pairwise(sorted({0, *cuts, len(shown)})):
        if shown[begin:end].strip():
            yield start + begin, start + (end if not leads else begin + _first_name(shown[begin:end]))


def _by_names(start: int, shown: str) -> Iterator[tuple[int, int]]:
    """Part what one blank parts where a whole name stands before it: 供方评价表 附表一."""
    begin = 0
    for blank in re.finditer(r"\s", shown):
        if _is_name(fold(shown[begin : blank.start()])) and not shown[begin : blank.end()].isascii():
            if _IS_LABEL.fullmatch(shown[blank.end() :].strip()):
                break
            yield start + begin, start + blank.start()
            begin = blank.end()
    if begin == 0 or shown[begin:].strip():
        yield start + begin, start + len(shown)


def _first_name(shown: str) -> int:
    """Return where the first name behind a code ends; the end of all where none does before."""
    for blank in re.finditer(r"\s", shown):
        name = CODE.sub("", shown[: blank.start()], count=1)
        if not name.isascii() and _is_name(fold(name)):
            return blank.start()
    return len(shown)


def is_number(code: str) -> bool:
    """Say whether a code numbers something; A/0 labels a revision."""
    return re.search(r"\d", code) is not None and re.fullmatch(r"[A-Z][-/.]?\d{1,2}", code) is None


def _is_name(folded: str) -> bool:
    return 3 <= len(folded) <= 40 and (ends_as("forms", folded) or ends_as("listed_documents", folded))


#: Each Chinese heading that is looked for has one of these.
_TELLING: Final = frozenset("记記紀录錄表单單文标標资資程引参參依修变變更附流解版法")


def _heads(text: str) -> Iterator[_Head]:
    for match in _NUMBERED.finditer(text):
        name = fold(match["name"])
        number = match["number"].rpartition(".")[2].strip("第章条條")
        depth = 1 + match["number"].count(".")
        yield _Head(match.start(), match.end(), _kind(name), depth, value_of(number), _is_name(name))
    for match in _PLAIN.finditer(text):
        if not match["name"].isascii() and _TELLING.isdisjoint(match["name"]):
            continue
        name = fold(match["name"])
        kind = "other" if is_one_of("other_chapters", name) else _kind(name)
        if kind:
            yield _Head(match.start(), match.end(), kind, 0, 0, is_name=False)


def _kind(name: str) -> str:
    if is_one_of("forms_chapter", name):
        return "forms"
    return "documents" if is_one_of("documents_chapter", name) and name not in _TOO_SHORT else ""


def _end(head: _Head, heads: list[_Head], at: int, length: int) -> int:
    """Return where a chapter ends; numbered names that count up from 1 are its items, no chapters."""
    counted = 0
    for one in islice(heads, at, None):
        if one.kind == head.kind:
            continue
        if one.kind:
            return one.start
        if one.is_name and one.number == counted + 1:
            counted = one.number
        elif 0 < one.depth <= max(head.depth, 1):
            return one.start
    return length
