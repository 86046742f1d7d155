"""Annexes, figures and tables that are named and not there, or there and never named (D-12)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from docctl.reading.checking.fact import TextFact, stretch
from docctl.reading.facts.outline import value_of

_HAN_NUMBER: Final = "[一二三四五六七八九十]{1,3}"
_OWN: Final = rf"(?P<number>\d{{1,2}}(?:[.\-－]\d{{1,2}})?(?![\d.]*\d)|{_HAN_NUMBER}|[A-Z](?![A-Za-z]))"
#: Behind these signs a name is one; within a word it is not: 示意图1, 记录表2.
_FREE: Final = r"(?<![\u3400-\u9fffA-Za-z])|(?<=[见如按照据在于与和及或至由从详参以用为填附看到对是有])"
_WRITTEN: Final = re.compile(
    rf"(?:{_FREE})(?P<word>附录|附錄|附件|附表|附图|附圖|图|圖|表)\s?{_OWN}"
    rf"|\b(?P<word2>Annex|Appendix|Attachment|Figure|Fig\.|Table|Exhibit)\s(?P<number2>\d{{1,2}}(?:[.-]\d{{1,2}})?|[A-Z])\b",
    re.IGNORECASE,
)
_ONE: Final = {
    "附錄": "附录",
    "附圖": "附图",
    "圖": "图",
    "annex": "附录",
    "appendix": "附录",
    "attachment": "附件",
    "exhibit": "附件",
    "figure": "图",
    "fig.": "图",
    "table": "表",
}
#: What goes on with a sentence behind the number: then the line begins with a reference, no heading.
_GOES_ON: Final = re.compile(
    r"\s{0,2}(?:[，,。；;、)）”\"》]|中|所[示述列]|的|规定|執行|执行|进行|要求|填写|内容|为|是|给出|列出|shows?\b|is\b|of\b|and\b|or\b|to\b|for\b)"
)
#: What lies between a place and the beginning of its line, so that it begins the line: 8.1, (1), blanks.
_BEGINS: Final = re.compile(
    r"(?:[\s\u3000●■◆·•*-]|\d{1,2}(?:\.\d{1,2}){0,3}[.、)）]?|[(（]?[\d一二三四五六七八九十]{1,2}[)）、.．]|[《【])*"
)
#: Of somebody else's: 《XX合同》附件1, GB/T 19001 附录A, 标准附录B.
_OTHERS: Final = re.compile(
    r"(?:[》>】]\s?(?:的|中的|中|之)?|标准的?|合同的?|协议的?|\d\s?(?:的|中的|中|之)?)\s?$"
)
#: Words by which one thing is called, there and where it is named.
_WORDS: Final = {
    "附录": ("附件", "附表", "附图"),
    "附件": ("附录", "附表", "附图"),
    "附表": ("附件", "附录", "表"),
    "附图": ("附件", "附录", "图"),
}
_MOST: Final = 40


@dataclass(slots=True)
class _Named:
    """One annex, figure or table: where it is named, and where it begins a line as a heading does."""

    shown: str
    named: list[tuple[int, int]] = field(default_factory=list)
    there: list[tuple[int, int]] = field(default_factory=list)


def annex_faults(text: str) -> list[TextFact]:
    """Return what is named and not there, and what is there and never named (D-12)."""
    found: dict[str, _Named] = {}
    for key, shown, start, end, is_there in _places(text):
        one = found.setdefault(key, _Named(shown))
        (one.there if is_there else one.named).append((start, end))
    facts = []
    for key, one in found.items():
        others = _alike(key, found)
        if one.named and not one.there and not any(other.there for other in others):
            facts.append(_fact(text, "named_absent", one.shown, one.named, len(one.named)))
        elif len(one.there) == 1 and not one.named and not any(other.named for other in others):
            facts.append(_fact(text, "not_named", one.shown, one.there, 1))
    facts.sort(key=lambda one: one.start)
    return facts[:_MOST]


def is_annex(shown: str, annexes: Sequence[str]) -> bool:
    """Say whether what a text names is one of the annexes that lie beside it, called so, in their order.

    附件2 is the second one; or one whose title begins so, as 附录A 术语.
    """
    match = _WRITTEN.fullmatch(shown)
    if match is None:
        return False
    word = (match["word"] or match["word2"]).casefold()
    if _ONE.get(word, word) not in {"附件", "附录", "附表", "附图"}:
        return False
    number = _plain(match["number"] or match["number2"])
    if number.isdigit() and 1 <= int(number) <= len(annexes):
        return True
    plain = "".join(shown.split()).casefold()
    return any("".join(one.split()).casefold().startswith(plain) for one in annexes)


def _alike(key: str, found: dict[str, _Named]) -> list[_Named]:
    """Return what has the number under another word: 附录1 may be headed 附件1."""
    word, _, number = key.partition(" ")
    return [found[one] for other in _WORDS.get(word, ()) if (one := f"{other} {number}") in found]


def _places(text: str) -> Iterator[tuple[str, str, int, int, bool]]:
    """Yield what is named: a key for it, as written, where, and whether it begins its line as a heading."""
    for match in _WRITTEN.finditer(text):
        word = (match["word"] or match["word2"]).casefold()
        number = match["number"] or match["number2"]
        start, end = match.start("word" if match["word"] else "word2"), match.end()
        line = max(text.rfind("\n", 0, start), text.rfind("\f", 0, start), text.rfind("\t", 0, start)) + 1
        before = text[line:start]
        begins = len(before) <= 40 and _BEGINS.fullmatch(before) is not None
        if re.search(r"\s\d", match[0]) and re.match("[\u3400-\u9fff]", text[end : end + 1]):
            continue  # 见附件 5内容: the number begins the next clause
        is_there = begins and _GOES_ON.match(text, end) is None
        if not is_there and _OTHERS.search(text[max(0, start - 8) : start]):
            continue
        yield f"{_ONE.get(word, word)} {_plain(number)}", match[0].strip(), start, end, is_there


def _plain(number: str) -> str:
    if re.fullmatch(_HAN_NUMBER, number):
        return str(value_of(number))
    return re.sub("[-－]", ".", number).upper()


def _fact(text: str, kind: str, shown: str, places: list[tuple[int, int]], times: int) -> TextFact:
    start, end = places[0]
    quote, left, right = stretch(text, start, end)
    return TextFact(kind, " ".join(shown.split()), start, quote, left, right, times=times)
