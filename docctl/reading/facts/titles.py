"""What a text is called: title lines, header cells, file name, freed of noise, compared (I-1, I-8)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from typing import Final

from docctl.reading.facts.cells import Cell, Sheet
from docctl.reading.facts.found import SURE, Finding, Found
from docctl.reading.facts.labels import kinds_of, labels_in
from docctl.reading.facts.noise import NUMBER_BEFORE, clean, from_name
from docctl.reading.facts.placeholders import is_placeholder
from docctl.reading.facts.words import ends_as, is_made_of, is_one_of
from search.folding import fold

_HAN: Final = "\u3400-\u9fff"
#: Heads the table of revisions: 文件履历表, 修订记录.
_HISTORY: Final = re.compile(
    r"(?:文件)?(?:修订|修改|变更|更改|版本|文件|修正)(?:履历|历史|历程|沿革|记录|纪录|记事|状况)(?:记录|一览)?表?"
)
#: One of a collection whose name stands above it: 之三：…, 第四部分 ….
_MEMBER: Final = re.compile(
    r"之[一二三四五六七八九十]{1,3}\s?[、.:：]|第[一二三四五六七八九十\d]{1,3}(?:部分|分册|篇|册)"
)
_JOINING: Final = frozenset("和与與及或的、")
#: How the second line of a title begins, or all of it: 和…, 控制程序.
_GOES_ON: Final = re.compile(
    r"[和与與及或的、]"
    r"|(?:控制|管理|工作|作业)?(?:程序|制度|办法|辦法|规定|規定|规程|規程|规范|細則|细则|指导书|手册)(?:[(（].{1,8}[)）])?$"
)
#: Before the kind of papers: a year, a company.
_BEFORE_SERIES: Final = re.compile(
    r"^(?:\d{4}年?(?:度|版)?|(?:iso|iatf|gb/?t?|gjb)\s?[\d:.-]{4,14}c?|.{2,30}(?:公司|集团|工厂|厂))\s?(?=.)"
)
#: Whose papers these are, before the title on its line.
_COMPANY: Final = re.compile(
    rf"^[{_HAN}A-Za-z（）()·]{{2,30}}(?:有限公司|有限责任公司|股份公司|集团|集團|分公司)\s+(?=\S)"
)
#: Lines of a table of contents and chapters: no titles.
_CHAPTER: Final = re.compile(
    r"\d{1,2}\.\d|(?i:purpose|scope|objective|introduction|definitions?|contents)$|目\s{0,4}[录錄次]$|.*[.…·]{4,}\s?\d{1,3}$"
    r"|(?:\d{1,2}|[一二三四五六七八九十]{1,2})[、.．\s]{0,3}(?:目\s?的|范\s?围|适用范围|职\s?责|总\s?则|定义|术语)"
)
#: A collection, perhaps with its volume or year: 行政管理制度汇编 · 第三分册.
_COLLECTION: Final = re.compile(r"汇编(?:[\s·(].{0,12}|第.{1,3}册|(?:19|20)\d\d年?版?)?$")
#: Blanks that part pieces of a line; those between English words do not.
_BESIDE_HAN: Final = re.compile(rf"(?<=[{_HAN}）)])\s+|\s+(?=[{_HAN}])|\s{{2,}}")
#: So many lines at the beginning may be titles.
_LINES: Final = 14


@dataclass(frozen=True, slots=True)
class Named:
    """A candidate: the cleaned title, how it was written, where."""

    text: str
    shown: str
    start: int
    end: int
    source: str


def find_title(
    sheet: Sheet, labelled: Found | None, name: str, without: Set[int] = frozenset()
) -> tuple[Found | None, list[Finding]]:
    """Return the title and what is to be said about it: noise, a heading that differs (I-8).

    No title is looked for in rows `without`: those of a table of revisions.
    """
    candidates = list(_candidates(sheet, name, without))
    if labelled is not None:
        findings = _differs(labelled.value, candidates)
        return labelled, findings
    best = _choose(candidates)
    if best is None:
        return None, [Finding("I-5", "nothing_behind_label", {"field": "title"})]
    source = {"joined": "line", "series": "text"}.get(best.source, best.source)
    confidence = SURE[source]
    if sum(_same(best.text, one.text) for one in candidates) > 1:
        confidence = min(95, confidence + 15)
    found = Found(best.text, best.shown, best.start, best.end, source, confidence)
    findings = _differs(best.text, candidates)
    if fold(best.shown) != fold(best.text):
        findings.append(
            Finding(
                "I-8", "title_noise", {"shown": best.shown[:80], "title": best.text}, best.start, best.end
            )
        )
    return found, findings


def _candidates(sheet: Sheet, name: str, without: Set[int]) -> Iterable[Named]:
    lines = 0
    before: Named | None = None
    for cell in sheet.cells:
        if cell.row in without or _is_in_list(sheet, cell):
            continue
        if cell.zone == "header" and not cell.is_in_table:
            yield from filter(None, (_in_cell(sheet, piece) for piece in _parted(cell)))
        elif cell.zone == "header" or (cell.is_in_table and cell.zone == "top"):
            if (named := _in_cell(sheet, cell)) is not None:
                yield named
        elif cell.zone in {"top", "box"} and cell.text.strip() and lines < _LINES:
            lines += 1
            found = list(_in_line(cell))
            yield from found
            if before is not None and found and (joined := _joined(before, found[0])):
                yield joined
            before = found[-1] if found else None
    title = from_name(name)
    if title:
        yield Named(title, name, -1, -1, "name")


def _parted(cell: Cell) -> Iterable[Cell]:
    """Yield the pieces of a line that wide blanks part, each as a cell."""
    for piece in re.finditer(r"\S+(?:\s\S+)*", cell.text):
        yield replace(cell, start=cell.start + piece.start(), text=piece[0])


def _is_in_list(sheet: Sheet, cell: Cell) -> bool:
    """Say whether a cell is one of a column of names: a list of documents is called none of them."""
    return (
        cell.columns > 2 and ends_as("titles", fold(cell.text.strip())) and _has_ordinal(sheet, cell)
    ) or (
        cell.columns > 2
        and ends_as("titles", fold(cell.text.strip()))
        and any(
            _bare(one.text) != _bare(cell.text)
            and ends_as("titles", fold(one.text.strip()))
            and not _is_series(one.text.strip())
            for row in (cell.row - 1, cell.row + 1)
            for one in sheet.row(row)
            if one.column == cell.column and one.columns == cell.columns
        )
    )


def _has_ordinal(sheet: Sheet, cell: Cell) -> bool:
    return re.fullmatch(r"\s*\d{1,3}\s*", sheet.first(cell.row).text) is not None


def _in_cell(sheet: Sheet, cell: Cell) -> Named | None:
    """Take a header cell that is neither label nor value: it ends as titles do."""
    text = cell.text.strip()
    if not 3 <= len(text) <= 60 or next(labels_in(cell), None) is not None:
        return None
    left = next((one for one in sheet.row(cell.row) if one.column == cell.column - 1), None)
    if left is not None and kinds_of(fold(left.text).strip(" :")):
        return None
    if not ends_as("titles", fold(text)) or _is_series(text):
        return None
    if len(_bare(text)) < 5 and not ends_as("strict_titles", fold(text)):
        return None  # 控制方法 heads a column
    return Named(clean(text), text, *_span(cell, text), "page_header" if cell.zone == "header" else "table")


def _in_line(cell: Cell) -> Iterable[Named]:
    """Take the beginning of a line up to its first label: all of it, or the piece that ends like a title."""
    first = next(labels_in(cell), None)
    until = len(cell.text) if first is None else cell.source(first.start, first.end)[0] - cell.start
    head = _COMPANY.sub("", NUMBER_BEFORE.sub("", cell.text[:until].strip()))
    if not head or is_placeholder(head):
        return
    if len(head) <= 60 and not re.search(r"[。;；!！?？]", head):
        yield from _in_short(cell, head)
        return
    for piece in re.split(rf"{_BESIDE_HAN.pattern}|(?<=。)", head[:400]):
        if (
            5 <= len(piece) <= 40
            and ends_as("titles", fold(clean(piece)))
            and not re.search(r"[,，。;；]", piece)
        ):
            yield Named(clean(piece), piece, *_span(cell, piece), "text")


def _in_short(cell: Cell, head: str) -> Iterable[Named]:
    """Take what is no sentence: all of it, or its last piece that ends like a title."""
    if _CHAPTER.match(head) or re.fullmatch(r"[\W\d_]*|.*(?:有限公司|集团|集團)(?:\([^)]*\))?", head):
        return
    if _is_series(head):
        if ends_as("strict_titles", fold(head)) and len(clean(head)) >= 5:
            yield Named(clean(head), head, *_span(cell, head), "series")
        return
    pieces = [piece for piece in re.split(_BESIDE_HAN, head) if ends_as("titles", fold(clean(piece)))]
    # of one in two languages the Chinese
    pieces = [piece for piece in pieces if not piece.isascii()] or pieces
    if pieces and _JOINING & {pieces[-1][0]}:  # 危险源辨识、风险评价 和风险控制程序
        pieces = []
    shown = pieces[-1] if pieces and len(pieces[-1]) >= 5 else head
    if len(text := clean(shown)) >= 3:
        yield Named(text, shown, *_span(cell, shown), "line")


def _is_series(head: str) -> bool:
    """Say whether a line names the kind of papers, not this one: 质量管理体系程序文件, 2023年程序文件."""
    folded = _BEFORE_SERIES.sub("", fold(head).strip(' ·.-—_()《》【】[]"'))
    if _COLLECTION.search(folded) or _HISTORY.fullmatch(folded):
        return True
    return is_one_of("series", folded) or is_made_of("series_made", folded)


def _joined(one: Named, other: Named) -> Named | None:
    """Join two pieces of a title that goes on: 目标、指标和管理方案 / 控制程序."""
    if one.source != "line" or other.source != "line" or not (goes_on := _GOES_ON.match(other.text)):
        return None
    if len(one.text) < 4 or (goes_on[0] in _JOINING and not ends_as("titles", fold(other.text))):
        return None
    text = one.text + other.text
    return Named(text, text, one.start, other.end, "joined") if len(text) <= 60 else None


def _span(cell: Cell, piece: str) -> tuple[int, int]:
    start = cell.start + max(cell.text.find(piece), 0)
    return start, start + len(piece)


def _choose(candidates: list[Named]) -> Named | None:
    """Prefer what the header says, then what is said twice, then the first line that ends like a title."""
    fit = [one for one in candidates if _is_fit(one.text)]
    # 控制程序 alone is a piece of a title
    fit = [one for one in fit if not is_one_of("titles", fold(one.text))] or fit
    scored = [(-_score(one, fit), order, one) for order, one in enumerate(fit)]
    return min(scored)[2] if scored else None


def _is_fit(text: str) -> bool:
    """Say whether a text may be a title: no placeholder, no sentence, no item of a list."""
    if not 3 <= len(text) <= 80 or is_placeholder(text) or re.match("[①-⒇]", text):
        return False
    return ends_as("titles", fold(text)) or re.search("[,，;；:：]", text) is None


def _score(one: Named, others: list[Named]) -> float:
    score = {
        "page_header": 6.0,
        "table": 6.0,
        "joined": 5.5,
        "line": 3.0,
        "name": 2.0,
        "text": 1.5,
        "series": 0.0,
    }[one.source]
    if ends_as("titles", fold(one.text)):
        score += 3
    elif ends_as("quoted_forms", fold(one.text)):
        score += 2
    if one.source == "line" and _MEMBER.match(one.shown) and ends_as("titles", fold(one.text)):
        score += 2
    score += 2.5 * min(2, sum(_same(one.text, other.text) for other in others) - 1)
    if one.source == "line" and one is next((other for other in others if other.source == "line"), None):
        score += 1.5
    return score


def _same(one: str, other: str) -> bool:
    return _bare(one) == _bare(other)


def _bare(title: str) -> str:
    return re.sub(r"[\W_]", "", fold(title))


def _differs(title: str, candidates: list[Named]) -> list[Finding]:
    """Report headings that say something else than the title (I-8)."""
    for one in candidates:
        if one.source == "line" and len(one.text) > 6 and ends_as("strict_titles", fold(one.text)):
            here, there = _bare(one.text), _bare(title)
            if here not in there and there not in here:
                return [
                    Finding(
                        "I-8",
                        "heading_differs",
                        {"title": title[:80], "heading": one.text[:80]},
                        one.start,
                        one.end,
                    )
                ]
    return []
