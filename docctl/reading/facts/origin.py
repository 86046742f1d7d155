"""Whether a text is the company's own or from outside: a standard, a law, a customer's paper (D-9, I-1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from docctl.reading.facts.cells import Cell, Sheet
from docctl.reading.facts.found import SURE, Found
from docctl.reading.facts.mentions import STANDARD
from docctl.reading.facts.words import ends_as, is_one_of
from search.folding import fold

EXTERNAL: Final = "external"
#: A cover has so many lines and characters at most; what stands further down is spoken of.
_ROWS, _CHARACTERS, _LONGEST = 24, 1_500, 80
_ZONES: Final = frozenset({"header", "box", "top"})
#: What covers of standards and laws bear; compared folded.
_COVER: Final = re.compile(
    r"中华人民共和国(?:国家标准|国家军用标准|国家计量技术规范|[一-鿿]{2,8}(?:行业标准|标准)|[一-鿿]{2,20}(?:法|条例))"
    r"|(?:国家|行业|地方|团体)标准|国家军用标准|international standard|national standard(?: of .{2,40})?"
    r"|european standard"
)
_ORDER: Final = re.compile(r"(?:中华人民共和国)?(?P<body>国务院|主席|[一-鿿]{2,12}[部局])令")
#: How a standard's code is recognised as a number: with its year.
_YEAR: Final = re.compile(r"[-‐-―－:：]\s?(?:19|20)\d\d")
_RELEASED: Final = re.compile(
    r"(?P<body>[^\t:：]{3,60}?)\s{0,8}(?:发布|颁布|批准发布)"
    r"|(?:published|issued) by\s?:?\s?(?P<named>.{3,60})"
)
_LABELLED: Final = re.compile(
    r"(?:发布机构|发布机关|颁布机构|颁布机关|发文机关|issuing body|issuer)\s?[:：]\s?(?P<body>.{2,60})"
)
#: A standard's code at the beginning of a name, behind perhaps a place in a collection.
_IN_NAME: Final = re.compile(r"(?:\d{1,3}[-_. 、])?\s?")


@dataclass(frozen=True, slots=True)
class Origin:
    """What says that a text comes from outside: the mark itself, who issued it, its number there.

    `title` is set where what was read as title is the mark.
    """

    mark: Found | None = None
    issuer: Found | None = None
    number: Found | None = None
    title: Found | None = None


def find_origin(
    sheet: Sheet, name: str, *, number: Found | None, title: Found | None, is_signed: bool
) -> Origin:
    """Return what says that a text is an outside one, nothing for the company's own (D-9).

    `number` is the number that it was found to have, `is_signed` that somebody of a company prepared it. A
    standard's code alone is cited by many own texts, so it counts only where neither says otherwise.
    """
    cover = list(_cover(sheet))
    code = _code(cover) or (number if number is not None and _is_code(number.value) else None)
    has_own = number is not None and not _is_code(number.value)
    mark = _marked(cover) or _in_folder(name)
    if mark is None and not has_own and not is_signed:
        mark = code or _code_of_name(name)
    if mark is None:
        return Origin()
    found = code or _code_of_name(name)
    is_none = title is not None and title.value == mark.shown  # what stands above the title of a standard
    return Origin(_as_mark(mark), _issuer(cover), found, _title(cover, mark) if is_none else None)


def _as_mark(found: Found) -> Found:
    return Found(EXTERNAL, found.shown, found.start, found.end, found.source, found.confidence)


def _title(cover: list[Cell], mark: Found) -> Found | None:
    """Return the first line below the mark that is no code, day or issuer: as covers of standards have it."""
    for cell in cover:
        text = cell.text.strip()
        if cell.start <= mark.start or mark.start < 0:
            continue
        folded = cell.folded.text.strip()
        is_other = STANDARD.match(text) or _RELEASED.match(folded) or _LABELLED.match(folded) or ":" in folded
        if is_other or re.match(r"代替|部分代替|ics|\d|[a-z]\s?\d", folded) or len(text) < 4:
            continue
        start = cell.start + cell.text.index(text)
        return Found(text, text, start, start + len(text), "cover", SURE["cover"] - 10)
    return None


def _cover(sheet: Sheet) -> Iterator[Cell]:
    """Yield the short cells of the first page."""
    for cell in sheet.cells:
        if cell.row >= _ROWS or cell.start >= _CHARACTERS:
            return
        if cell.zone in _ZONES and 0 < len(cell.text.strip()) <= _LONGEST:
            yield cell


def _found(cell: Cell, start: int, end: int, source: str, less: int = 0, value: str = "") -> Found:
    first, last = cell.source(start, end)
    shown = cell.text[first - cell.start : last - cell.start]
    return Found(value or shown, shown, first, last, source, SURE[source] - less)


def _marked(cover: list[Cell]) -> Found | None:
    for cell in cover:
        text = cell.folded.text.strip()
        at = cell.folded.text.find(text)
        if is_one_of("outside_marks", text):
            return _found(cell, at, at + len(text), "line")
        match = _COVER.fullmatch(text) or _ORDER.match(text)
        if match is not None:
            return _found(cell, at, at + match.end(), "cover")
    return None


def _code(cover: list[Cell]) -> Found | None:
    """Return the code that stands alone in a cell of the cover, perhaps with what it replaces behind."""
    for cell in cover:
        text = cell.text.strip()
        match = STANDARD.match(text)
        if match is None or not _is_code(match[0]):
            continue
        rest = text[match.end() :].strip()
        if not rest or rest.startswith(("代替", "/", "(", "（", "部分代替")):
            start = cell.start + cell.text.index(text)
            return Found(match[0], match[0], start, start + match.end(), "line", SURE["line"] - 10)
    return None


def _is_code(text: str) -> bool:
    match = STANDARD.match(text.strip())
    return match is not None and (_YEAR.search(match[0]) is not None or match[0].endswith(("号", "號")))


def _in_folder(name: str) -> Found | None:
    for folder in name.split("/")[:-1]:
        if is_one_of("outside_folders", fold(folder)):
            return Found(folder, folder, -1, -1, "name", SURE["name"])
    return None


def _code_of_name(name: str) -> Found | None:
    """Return the code a file's name begins with; one of a company's papers on a standard is cited."""
    stem = re.sub(r"\.[A-Za-z]{2,5}$", "", name.rsplit("/", 1)[-1])
    begin = _IN_NAME.match(stem)
    rest = stem[begin.end() if begin else 0 :].replace("_T", "/T").replace("_Z", "/Z")
    match = STANDARD.match(rest)
    if match is None or not _is_code(match[0]):
        return None
    behind = fold(rest[match.end() :]).strip(" _-")
    if ends_as("strict_titles", behind) or re.search("程序|手册|体系文件|记录|制度|表格", behind):
        return None
    return Found(match[0], match[0], -1, -1, "name", SURE["name"])


def _issuer(cover: list[Cell]) -> Found | None:
    for cell in cover:
        for pattern in (_LABELLED, _RELEASED, _ORDER):
            match = pattern.match(cell.folded.text.strip())
            if match is None:
                continue
            group = "named" if match.groupdict().get("named") else "body"
            body = match[group].strip()
            if not re.search(r"\d{4}", body) and (pattern is not _RELEASED or _is_body(body)):
                at = cell.folded.text.index(body)
                return _found(cell, at, at + len(body), "cover")
    return None


def _is_body(folded: str) -> bool:
    return ends_as("issuing_bodies", folded) or ends_as("units", folded)
