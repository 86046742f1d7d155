"""Whether a text is whole: cut-off end, brackets, chapters named but absent, unreadable runs (I-6, I-9)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from docctl.reading.facts.found import Finding
from docctl.reading.facts.outline import Clause, gaps

_PAIRS: Final = {"》": "《", "）": "（", "】": "【", "」": "「", "』": "『", "〕": "〔", "”": "“"}
_ENDS_WELL: Final = re.compile(
    r"[。.!！?？;；:：)）》】」』”’\"'\]〕|\d年月日页0-9]\s*$|(?:以下空白|完|结束|END)\s*$", re.IGNORECASE
)
#: Signs of a wrong decoding: replacement characters, UTF-8 read as something else.
_GARBLED: Final = re.compile(r"\ufffd|锟斤拷|烫烫烫|屯屯屯|(?:Ã.|Â.|â€.){2,}")
_PAGES: Final = re.compile(
    r"共\s{0,3}(\d{1,3})\s{0,3}[页頁]|(?:page|of)\s{1,3}(\d{1,3})\s{0,3}(?:of|pages)?", re.IGNORECASE
)
_NAMED: Final = re.compile(
    r"(?:见|詳見|详见|参见|按照?|依据|執行|执行)\s?(?P<own>本(?:程序|文件|制度|手册)\s?)?(?:第?\s?)(?P<clause>\d{1,2}(?:\.\d{1,2}){1,4})\s?(?:条|款|章|节|條|節)?"
)
_FIGURES: Final = re.compile(
    r"(?:见|详见|如|詳見)\s?[(（《]?\s?((?:图|表|附图|附表|附件|附录|圖|附錄)\s?[0-9一二三四五六七八九A-Z]{1,3})"
)
_MARK_END: Final = re.compile(r"[一-鿿，,、：:]$")
_SHORT: Final = 40


def look_over(
    text: str, outline: tuple[Clause, ...], pages: Sequence[int] = (), *, whole: str = ""
) -> list[Finding]:
    """Return what is doubtful about a text; grave ones make it a draft "needs checking" (I-6).

    `whole` is the text with its page headers, which say how many pages there are.
    """
    return [
        *_emptiness(text),
        *_garbled(text),
        *_end(text),
        *_brackets(text),
        *_page_count(whole or text, pages),
        *_absent(text, outline),
        *gaps(outline),
    ]


def _emptiness(text: str) -> Iterator[Finding]:
    if text.strip() and len(text.strip()) < _SHORT:
        yield Finding(
            "I-6", "hardly_any_text", {"characters": len(text.strip())}, 0, len(text), is_grave=True
        )


def _garbled(text: str) -> Iterator[Finding]:
    found = list(_GARBLED.finditer(text))
    if found:
        grave = len(found) > max(3, len(text) // 500)
        yield Finding(
            "I-6", "garbled", {"places": len(found)}, found[0].start(), found[0].end(), is_grave=grave
        )


def _end(text: str) -> Iterator[Finding]:
    """A last line that stops in the middle of a sentence: long, and no sign that ends one."""
    lines = [line for line in re.split(r"[\n\f]", text) if line.strip()]
    if not lines:
        return
    last = lines[-1].rstrip()
    if len(last) > 30 and "\t" not in last and not _ENDS_WELL.search(last) and re.search("[。,，;；]", last):
        start = text.rstrip().rfind(last[-20:])
        yield Finding("I-6", "cut_off_end", {"end": last[-20:]}, start, start + 20, is_grave=True)


def _brackets(text: str) -> Iterator[Finding]:
    for closing, opening in _PAIRS.items():
        more, fewer = text.count(opening), text.count(closing)
        if more != fewer and abs(more - fewer) <= 50:
            sign = opening if more > fewer else closing
            at = text.rfind(sign)
            yield Finding("I-6", "unbalanced", {"sign": sign, "times": abs(more - fewer)}, at, at + 1)


def _page_count(text: str, pages: Sequence[int]) -> Iterator[Finding]:
    match = _PAGES.search(text[:3_000]) or _PAGES.search(text, max(0, len(text) - 1_000))
    if match is None or len(pages) < 2:
        return
    said = int(match[1] or match[2])
    if said and said != len(pages):
        yield Finding(
            "I-6",
            "page_count",
            {"said": said, "pages": len(pages)},
            match.start(),
            match.end(),
            is_grave=said > len(pages),
        )


def _absent(text: str, outline: tuple[Clause, ...]) -> Iterator[Finding]:
    """Clauses, figures, annexes that are named and stand nowhere else."""
    if len(outline) >= 5:
        there = {clause.path for clause in outline}
        chapters = {path.split(".")[0] for path in there}
        for match in _NAMED.finditer(text):
            clause = match["clause"]
            # another chapter's number may be one of a standard
            if clause not in there and (match["own"] or clause.split(".")[0] in chapters):
                yield Finding("I-6", "clause_absent", {"clause": clause}, *match.span("clause"))
    seen: set[str] = set()
    for match in _FIGURES.finditer(text):
        name = re.sub(r"\s", "", match[1])
        if name not in seen and len(re.findall(re.escape(name[0]) + r"\s?" + re.escape(name[1:]), text)) == 1:
            yield Finding("I-6", "figure_absent", {"name": name}, match.start(1), match.end(1))
        seen.add(name)
