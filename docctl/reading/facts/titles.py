"""What a text is called: title lines, header cells, file name, freed of noise, compared (I-1, I-8)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from dataclasses import replace
from typing import Final

from docctl.reading.facts import title_pieces as pieces
from docctl.reading.facts.cells import Cell, Sheet
from docctl.reading.facts.found import SURE, Finding, Found
from docctl.reading.facts.labels import kinds_of, labels_in
from docctl.reading.facts.noise import NUMBER_BEFORE, clean, from_name
from docctl.reading.facts.placeholders import is_placeholder
from docctl.reading.facts.title_pieces import Named, is_series
from docctl.reading.facts.words import ends_as, is_one_of
from search.folding import fold

_HAN: Final = "\u3400-\u9fff"
#: One of a collection whose name stands above it: 之三：…, 第四部分 ….
_MEMBER: Final = re.compile(
    r"之[一二三四五六七八九十]{1,3}\s?[、.:：]|第[一二三四五六七八九十\d]{1,3}(?:部分|分册|篇|册)"
)
#: Whose papers these are, before the title on its line.
_COMPANY: Final = re.compile(
    rf"^[{_HAN}A-Za-z（）()·]{{2,30}}(?:有限公司|有限责任公司|股份公司|集团|集團|分公司)\s+(?=\S)"
)
#: A number, which is called nothing.
_CODE: Final = re.compile(r"[A-Za-z0-9]{1,12}(?:[-/_.][A-Za-z0-9.]{1,12}){1,6}")
#: Of what kind of thing the paper is, before the title: 300MW 汽轮机运行规程.
_MODEL: Final = re.compile(r"\d{1,4}[A-Z]{1,3}")
#: The number of a paper of an authority: 卫发〔2023〕12号.
_OFFICIAL: Final = re.compile(
    rf"[{_HAN}]{{1,12}}\s?[〔\[［【（(](?:19|20)\d\d[〕\]］】）)]\s?第?\s?\d{{1,4}}\s?[号號]"
)
#: Lines of a table of contents and chapters: no titles.
_CHAPTER: Final = re.compile(
    r"\d{1,2}\.\d|(?i:purpose|scope|objective|introduction|definitions?|contents)$|目\s{0,4}[录錄次]$|.*[.…·]{4,}\s?\d{1,3}$"
    r"|(?:\d{1,2}|[一二三四五六七八九十]{1,2})[、.．\s]{0,3}(?:目\s?的|范\s?围|适用范围|职\s?责|总\s?则|定义|术语)"
)
#: Blanks that part pieces of a line; those between English words do not.
_BESIDE_HAN: Final = re.compile(rf"(?<=[{_HAN}）)])\s+|\s+(?=[{_HAN}])|\s{{2,}}")
#: So many lines at the beginning may be titles.
_LINES: Final = 14


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
            yield from filter(None, (_in_cell(sheet, cell) or _wrapped(sheet, cell),))
        elif cell.zone in {"top", "box"} and cell.text.strip() and lines < _LINES:
            lines += 1
            found = list(_in_line(cell))
            yield from found
            if before is not None:
                joined = pieces.joined(before, found[0]) if found else pieces.with_kind(before, cell)
                yield from filter(None, (joined,))
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
            and not is_series(one.text.strip())
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
    if not 3 <= len(text) <= 90 or next(labels_in(cell), None) is not None:
        return None
    text = NUMBER_BEFORE.sub("", pieces.of_two(text))
    left = next((one for one in sheet.row(cell.row) if one.column == cell.column - 1), None)
    if left is not None and kinds_of(fold(left.text).strip(" :")):
        return None
    is_topic = (
        cell.zone == "header"
        and len(text) >= 5
        and (ends_as("topics", fold(text)) or ends_as("quoted_forms", fold(text)))
    )
    if not (is_topic or ends_as("titles", fold(text))) or is_series(text):
        return None
    if len(_bare(text)) < 5 and not ends_as("strict_titles", fold(text)):
        return None  # 控制方法 heads a column
    return Named(clean(text), text, *_span(cell, text), "page_header" if cell.zone == "header" else "table")


def _wrapped(sheet: Sheet, cell: Cell) -> Named | None:
    shown = pieces.wrapped(sheet, cell)
    if not shown or next(labels_in(cell), None) is not None:
        return None
    return Named(clean(shown), shown, *_span(cell, cell.text.strip()), "table")


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
    if _CHAPTER.match(head) or re.fullmatch(
        r"[\W\d_]*|.*(?:有限公司|集团|集團)(?:\([^)]*\))?|.*[ ,](?i:ltd|limited|inc|llc|corp|gmbh|plc)[.]?",
        head,
    ):
        return
    if is_series(head):
        if ends_as("strict_titles", fold(head)) and len(clean(head)) >= 5:
            yield Named(clean(head), head, *_span(cell, head), "series")
        return
    parts = [piece for piece in re.split(_BESIDE_HAN, head) if ends_as("titles", fold(clean(piece)))]
    # of one in two languages the Chinese
    parts = [piece for piece in parts if not piece.isascii()] or parts
    if parts and pieces.JOINING & {parts[-1][0]}:  # 危险源辨识、风险评价 和风险控制程序
        parts = []
    shown = parts[-1] if parts and len(parts[-1]) >= 5 else head
    if (model := re.search(rf"(?:^|\s)({_MODEL.pattern}\s{re.escape(shown)})", head)) is not None:
        shown = model[1]
    elif shown == head and (wide := re.split(r"\s{3,}", head))[1:]:
        wide = [one for one in wide if not (_CODE.fullmatch(one) or ends_as("givers", fold(one)))]
        if len(wide) != 1:
            return  # who it is of and its number, at both ends of the line
        shown = wide[0]
    if len(text := clean(shown)) >= 3 and (shown == head or not is_series(shown)):
        yield Named(text, shown, *_span(cell, shown), "line")


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
    if _CODE.fullmatch(text) or _OFFICIAL.fullmatch(text):
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
    if one.source == "line" and one.text.isascii():
        score += _shared(one, others)
    if one.source == "line" and not ends_as("titles", fold(one.text)) and _is_above(one.text):
        score -= 3
    if one.source == "line" and fold(one.text).endswith("规范程序文件"):
        score -= 2  # 良好农业规范程序文件 is the kind of papers
    if one.source == "line" and one is next((other for other in others if other.source == "line"), None):
        score += 1.5
    return score


def _is_above(line: str) -> bool:
    """Say whether a line says whose paper it is, or on which path it lies."""
    return ends_as("givers", fold(line)) or re.fullmatch(r"[A-Z][A-Z &-]{3,}|.* [/>] .*", line) is not None


def _shared(one: Named, others: list[Named]) -> float:
    """Return what an English line gains by words that the file's name says too: Notice - lift works."""
    words = [set(re.findall("[a-z]{4,}", fold(named.text))) for named in others if named.source == "name"]
    shared = words[0] & set(re.findall("[a-z]{4,}", fold(one.text))) if words else set()
    return 2.5 if len(shared) > 1 else 1.5 if shared else 0


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
