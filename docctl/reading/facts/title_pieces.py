"""Pieces of which titles are put together, or that one is taken from: two lines, a cell that wraps (I-1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from docctl.reading.facts.cells import Cell, Sheet
from docctl.reading.facts.words import ends_as, is_made_of, is_one_of
from search.folding import fold

_HAN: Final = "\u3400-\u9fff"
JOINING: Final = frozenset("和与與及或的、")
#: How the second line of a title begins, or all of it: 和…, 控制程序.
_GOES_ON: Final = re.compile(
    r"[和与與及或的、]"
    r"|(?:控制|管理|工作|作业)?(?:程序|制度|办法|辦法|规定|規定|规程|規程|规范|細則|细则|指导书|手册)(?:[(（].{1,8}[)）])?$"
)
#: The same in English, a line of its own.
_KIND_ALONE: Final = re.compile(
    r"(?:Control |Management |Operating )?"
    r"(?:Procedure|Policy|Manual|Instruction|Plan|Program|Programme|Specification)"
)


#: Heads the table of revisions: 文件履历表, 修订记录.
_HISTORY: Final = re.compile(
    r"(?:文件)?(?:修订|修改|变更|更改|版本|文件|修正)(?:履历|历史|历程|沿革|记录|纪录|记事|状况)(?:记录|一览)?表?"
)
#: Before the kind of papers: a year, a company.
_BEFORE_SERIES: Final = re.compile(
    r"^(?:\d{4}年?(?:度|版)?|(?:iso|iatf|gb/?t?|gjb)\s?[\d:.-]{4,14}c?|.{2,30}(?:公司|集团|工厂|厂))\s?(?=.)"
)
#: A collection, perhaps with its volume or year: 行政管理制度汇编 · 第三分册.
_COLLECTION: Final = re.compile(r"汇编(?:[\s·(].{0,12}|第.{1,3}册|(?:19|20)\d\d年?版?)?$")


@dataclass(frozen=True, slots=True)
class Named:
    """A candidate: the cleaned title, how it was written, where."""

    text: str
    shown: str
    start: int
    end: int
    source: str


def is_series(head: str) -> bool:
    """Say whether a line names the kind of papers, not this one: 质量管理体系程序文件, 2023年程序文件."""
    folded = _BEFORE_SERIES.sub("", fold(head).strip(' ·.-—_()《》【】[]"'))
    if _COLLECTION.search(folded) or _HISTORY.fullmatch(folded):
        return True
    return is_one_of("series", folded) or is_made_of("series_made", folded)


def joined(one: Named, other: Named) -> Named | None:
    """Join two pieces of a title that goes on: 目标和管理方案 / 控制程序."""
    if one.source != "line" or other.source != "line":
        return None
    if one.text[-1] in JOINING and len(one.text) >= 4 and ends_as("titles", fold(other.text)):
        text = one.text + other.text  # 环境目标、指标及 / 管理方案控制程序
        return Named(text, text, one.start, other.end, "joined") if len(text) <= 60 else None
    if not (goes_on := _GOES_ON.match(other.text)):
        return None
    if len(one.text) < 4 or (goes_on[0] in JOINING and not ends_as("titles", fold(other.text))):
        return None
    text = one.text + other.text
    return Named(text, text, one.start, other.end, "joined") if len(text) <= 60 else None


def with_kind(one: Named, cell: Cell) -> Named | None:
    """Join an English title and the kind of paper alone in the next line: Internal Audit / Procedure."""
    kind = cell.text.strip()
    if one.source != "line" or not _KIND_ALONE.fullmatch(kind) or ends_as("titles", fold(one.text)):
        return None
    if re.fullmatch(r"[A-Z][A-Za-z&,/ -]{3,50}", one.text) is None or is_series(f"{one.text} {kind}"):
        return None
    text = f"{one.text} {kind}"
    return Named(text, text, one.start, cell.start + len(cell.text.rstrip()), "joined")


def wrapped(sheet: Sheet, cell: Cell) -> str:
    """Return a title of which the last signs stand alone in the next row, as print wraps it; else nothing."""
    text = cell.text.strip()
    below = sheet.row(cell.row + 1)
    if cell.columns < 2 or len(below) != 1 or not re.fullmatch(f"[{_HAN}]{{4,40}}", text):
        return ""
    rest = below[0].text.strip()
    if not re.fullmatch(f"[{_HAN}]{{1,3}}", rest) or ends_as("titles", fold(text)):
        return ""
    return text + rest if ends_as("strict_titles", fold(text + rest)) else ""


def of_two(text: str) -> str:
    """Return the title of a cell that also says it in English, or whose first line is the company."""
    parts = re.split(r"\s{2,}", text)
    fit = [one for one in parts if not one.isascii() and ends_as("titles", fold(one))]
    if len(parts) != 2 or len(fit) != 1:
        return text
    other = parts[1 - parts.index(fit[0])]
    is_company = other == parts[0] and ends_as("givers", fold(other))
    return fit[0] if other.isascii() or is_company else text
