"""Words that say no time, where the sentence itself says none either: 及时, 定期, promptly (D-12)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from docctl.reading.checking.fact import TextFact, stretch
from search.folding import fold, fold_mapped

_NUMBER: Final = "(?:[0-9]{1,4}|[一二三四五六七八九十两半]{1,3})"
#: A time that is said: 24小时, 三个工作日内, 每月, 当天, 每年一次, 月底前, within 5 days, monthly.
_SAID: Final = re.compile(
    rf"{_NUMBER}\s?(?:个)?(?:小时|工作日|天|日|周|星期|月|季度|年|分钟|班次)"
    r"|每(?:一|隔|半)?(?:个)?(?:天|日|周|星期|月|季|季度|年|班|批|次|半年|年度)"
    r"|[当次隔][天日月周班年]|(?:月|季|年|周)(?:底|末|初)|(?:上|中|下)旬|半年|年度|季度"
    r"|\b(?:within|every|per|each)\s(?:the\s)?(?:\w+\s){0,2}(?:minute|hour|day|week|month|quarter|year|shift)s?\b"
    r"|\b\d{1,3}\s?(?:minutes?|hours?|(?:working|business|calendar)?\s?days?|weeks?|months?|years?)\b"
    r"|\b(?:daily|weekly|monthly|quarterly|annually|yearly|semi-annually|biannually)\b"
)
#: What makes a word part of another one: 及时率, 及时性.
_BEHIND: Final = re.compile(r"[率性]|存款|报表")
_BEFORE: Final = re.compile(r"[不未欠非]$")
#: What stands in the marks of a name is the name's.
_NAMES: Final = re.compile(r"《[^《》]{2,60}》|<<[^<>\n]{2,60}>>|【[^【】\n]{2,40}】")
_SENTENCE: Final = re.compile(r"[。;!?\n\f\t]")
_MOST: Final = 300


def vague_times(text: str, words: Sequence[str]) -> Iterator[TextFact]:
    """Yield the places where a word says no time and its sentence says none (D-12)."""
    folded = fold_mapped(text)
    wanted = {fold(one): one for one in words if fold(one)}
    plain = folded.text
    pattern = _pattern(wanted)
    if pattern is None:
        return
    names = [match.span() for match in _NAMES.finditer(plain)]
    defined = {one for one in wanted if _defines(plain, one)}
    found = 0
    for match in pattern.finditer(plain):
        word, (start, end) = match[0], match.span()
        if word in defined or _BEHIND.match(plain, end) or _is_named(names, start):
            continue
        if _BEFORE.search(plain[max(0, start - 1) : start]) and not word.startswith("不"):
            continue
        if _SAID.search(_sentence(plain, start, end)):
            continue
        begin, until = folded.span(start, end)
        quote, left, right = stretch(text, begin, until)
        yield TextFact("vague_time", wanted[word], begin, quote, left, right)
        found += 1
        if found >= _MOST:
            return


def _pattern(wanted: dict[str, str]) -> re.Pattern[str] | None:
    """Return what finds the longest word at each place; English ones only as whole words."""
    if not wanted:
        return None
    ordered = sorted(wanted, key=lambda one: (-len(one), one))
    parts = [rf"\b{re.escape(one)}\b" if one.isascii() else re.escape(one) for one in ordered]
    return re.compile("|".join(parts))


def _is_named(names: list[tuple[int, int]], at: int) -> bool:
    return any(start <= at < end for start, end in names)


def _sentence(text: str, start: int, end: int) -> str:
    """Return the sentence around a place, at most 200 characters on each side."""
    begin = max(0, start - 200)
    before = [match.end() for match in _SENTENCE.finditer(text, begin, start)]
    after = _SENTENCE.search(text, end, end + 200)
    return text[before[-1] if before else begin : after.start() if after else end + 200]


def _defines(text: str, word: str) -> bool:
    """Say whether the text says what the word means: “及时”是指24小时内."""
    is_meant = rf"(?:是指|系指|指的是|为[:\"“]|means\b|[:]\s?(?:指|{_NUMBER}))"
    said = rf"{re.escape(word)}[”\"」』)]?\s?(?:一词)?{is_meant}"
    headed = rf"^[\s\d.、()]{{0,12}}[“\"「『]?{re.escape(word)}[”\"」』]?\s?[:]"
    return re.search(said, text) is not None or re.search(headed, text, re.MULTILINE) is not None
