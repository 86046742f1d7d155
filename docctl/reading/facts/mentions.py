"""Where a text mentions something by number or name, and what stands there (D-6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from docctl.reading.facts.chapters import CODE, Chapter, chapter_at, is_number, items
from docctl.reading.facts.labels import kinds_of
from docctl.reading.facts.words import ends_as, is_one_of
from search.folding import fold, without_readings

_HAN: Final = "\u3400-\u9fff"
#: Marks that hold names of documents whatever they are; a name may be broken by line ends.
_TITLED: Final = re.compile(r"《([^《》]{2,60})》|<<([^<>\n]{2,60})>>|〈([^〈〉\n]{2,40})〉")
#: Marks that also hold other things: warnings, slogans, words of emphasis.
_MARKED: Final = re.compile(
    r"【([^【】\n]{3,40})】|(?<![A-Za-z/<])<([^<>\n/=]{3,40})>(?!>)|“([^“”\n。,，;；!！]{3,30})”"
    r"|\"([^\"\n。,，;；!！]{3,30})\"|「([^「」\n。,，;；!！]{3,30})」"
)
#: What names in quotation marks do not have in them: such are sentences.
_SPOKEN: Final = re.compile(r"[!！?？]|第一|至上|一切|必须|严禁|坚决|认真|就是|不[要得准能]|[我你]")
_ISSUERS: Final = (
    r"(?:GB(?:\s?[/\\]\s?[TZ])?|GJB(?:\s?[/\\]?\s?Z)?|ISO(?:\s?/\s?(?:IEC|TS|DIS|TR))?|IEC|IATF|DB\d\d(?:\s?/\s?T)?"
    r"|JGJ|JJ[FG]|(?:JB|YY|HB|HG|SJ|QB|NB|DL|CJ|SB|LY|GA|RB|DA|QC)(?:\s?/\s?T)?|HJ|OHSAS|ASTM|EN|CNS|SA|TS|VDA)"
)
_CODED: Final = (
    rf"(?<![A-Za-z0-9/-]){_ISSUERS}\s?[A-Z]?\s?\d{{2,5}}[A-Z]?(?:[.]\s?\d{{1,4}}){{0,3}}[A-Z]?"
    r"(?:\s?[-‐-―－:：]\s?(?:(?:19|20)\d\d|\d\d)(?!\d))?"
    rf"(?:\s?(?:idt|IDT|eqv|/)\s?{_ISSUERS}\s?\d{{4,5}}(?:\s?[-–—:：]\s?(?:19|20)\d\d)?)?"
)
#: Orders and papers of authorities: 国务院令第291号, 国发〔2019〕5号.
_ORDERED: Final = (
    r"(?:国务院令|國務院令|主席令|部令|局令|总局令)\s?第?\s?\d{1,4}\s?号"
    rf"|[{_HAN}]{{1,6}}[〔\[［]\s?(?:19|20)\d\d\s?[〕\]］]\s?第?\s?\d{{1,4}}\s?[号號]"
)
STANDARD: Final = re.compile(f"{_CODED}|{_ORDERED}")
_ONLY_CODED: Final = re.compile(_CODED)
_BEFORE: Final = re.compile(rf"(?P<code>{CODE.pattern})[\s:：]{{0,3}}$")
_AFTER: Final = re.compile(
    rf"[\s:：]{{0,2}}[(（\[【]?\s?(?:(?:编|編)\s?(?:号|號)|表\s?号|No\.?)?\s?[:：]?\s?(?P<code>{CODE.pattern})\s?[)）\]】]?"
)
_NEXT_NAME: Final = re.compile(r"\s?[《<][^《》<>\n]{2,60}[》>]")
_STANDARD_AFTER: Final = re.compile(rf"[\s:：]{{0,2}}[(（\[]?\s?(?P<code>{STANDARD.pattern})\s?[)）\]]?")
_STANDARD_BEFORE: Final = re.compile(rf"(?P<code>{STANDARD.pattern})[\s:：]{{0,3}}$")
#: A form's name right behind its number, up to where the sentence goes on.
_NAME_BEHIND: Final = re.compile(rf"\s?(?P<name>[{_HAN}A-Za-z()（）]{{3,20}}?)(?=[,，。;；、:：\s\n]|$)")
_LEADING: Final = re.compile(rf"(?P<code>{CODE.pattern})\s{{0,3}}[:：]?\s{{0,3}}(?P<name>.*)")
_TRAILING: Final = re.compile(
    r"(?P<name>.*?)[\s(（:：\[]{0,3}(?:(?:编号|編號|表号|No\.?)[\s:：]{0,3})?"
    rf"(?P<code>{CODE.pattern})[)）\]]?"
)
#: Before the name of a form that is annexed, or behind a row: 附表一, 三年.
_BEFORE_NAME: Final = re.compile(
    r"\s{0,3}(?:(?:[一二三四五六七八九十0-9]{1,3}\s?年|长期|永久)\s{1,3})?"
    r"(?:附[表件录錄]\s?[一二三四五六七八九十0-9A-Z]{0,2}\s?[:：.、]?\s{0,3}(?=\S{3}))?"
)
_NOISE: Final = ' 《》<>“”"「」【】、,，.:：；;-_()（）'
#: Listed where nothing is: 无, 略, N/A.
_NOTHING: Final = frozenset({"无", "略", "无相关记录", "无相关文件", "n/a", "none", "nil", "暂无"})
_WINDOW: Final = 48


@dataclass(frozen=True, slots=True)
class Mention:
    """A place that names something: name and number as written but tidied, half-open offsets."""

    name: str
    number: str
    start: int
    end: int
    chapter: str


class Mentions:
    """All mentions of a text; what one has taken is no other's."""

    def __init__(self, text: str, chapters: list[Chapter]) -> None:
        self._text = text
        self._chapters = chapters
        self._taken = bytearray(len(text))

    def all(self) -> list[Mention]:
        """Return the mentions in the order in which they stand."""
        found = [*self._titled(), *self._marked(), *self._listed(), *self._standards(), *self._codes()]
        return sorted(found, key=lambda one: (one.start, one.end))

    def _titled(self) -> Iterator[Mention]:
        for match in _TITLED.finditer(self._text):
            yield from self._named(match)

    def _marked(self) -> Iterator[Mention]:
        for match in _MARKED.finditer(self._text):
            if not self._is_free(*match.span()):
                continue
            name = fold(_tidy(_inside(match)))
            if _SPOKEN.search(name) or len(name) > 30:
                continue
            if _is_named(name):
                yield from self._named(match)

    def _named(self, match: re.Match[str]) -> Iterator[Mention]:
        """Yield a name in marks with the number in it, before it or behind it."""
        name, number = apart(_inside(match))
        start, end = match.span()
        if not number:
            number, start, end = self._number_beside(start, end)
        if name or number:
            self._take(start, end)
            yield Mention(name, number, start, end, chapter_at(self._chapters, match.start()))

    def _number_beside(self, start: int, end: int) -> tuple[str, int, int]:
        window = self._text[max(0, start - _WINDOW) : start]
        for pattern in (_STANDARD_BEFORE, _BEFORE):
            before = pattern.search(window)
            if (
                before is not None
                and not _is_label(before["code"])
                and self._is_free(start - len(window) + before.start(), start)
            ):
                return _tidy_number(before["code"]), start - len(window) + before.start(), end
        for pattern in (_STANDARD_AFTER, _AFTER):
            after = pattern.match(self._text, end, end + _WINDOW)
            if after is not None and not _is_label(after["code"]) and not self._is_of_next(after):
                return _tidy_number(after["code"]), start, after.end()
        return "", start, end

    def _is_of_next(self, after: re.Match[str]) -> bool:
        """Say whether a number behind a name is the next one's: 《甲》QR-01《乙》."""
        if after[0].rstrip()[-1] in ")）]】":
            return False
        following = _NEXT_NAME.match(self._text, after.end())
        return following is not None and _AFTER.match(self._text, following.end()) is None

    def _listed(self) -> Iterator[Mention]:
        for chapter in self._chapters:
            for start, end in items(self._text, chapter):
                if not self._is_free(start, end):
                    continue
                name, number = apart(self._text[start:end])
                if _is_listed(fold(name), number, chapter.kind):
                    self._take(start, end)
                    yield Mention(name, number, start, end, chapter.kind)

    def _standards(self) -> Iterator[Mention]:
        # most texts name no order, and looking for one at each character is slow
        pattern = STANDARD if re.search(r"令\s?第?\s?\d|[〔\[［]\s?(?:19|20)", self._text) else _ONLY_CODED
        for match in pattern.finditer(self._text):
            if self._is_free(*match.span()):
                self._take(*match.span())
                at = chapter_at(self._chapters, match.start())
                yield Mention("", _tidy_number(match[0]), *match.span(), at)

    def _codes(self) -> Iterator[Mention]:
        for match in CODE.finditer(self._text):
            code = match[0].rstrip(".")
            if (
                not re.search(r"\d{2}", code)
                or not re.search("[-/_－—–]", code)
                or not self._is_free(*match.span())
            ):
                continue
            name, end = "", match.end()
            behind = _NAME_BEHIND.match(self._text, match.end())
            if behind is not None and ends_as("forms", fold(behind["name"])):
                name, end = _tidy(behind["name"]), behind.end()
            self._take(match.start(), end)
            yield Mention(name, code, match.start(), end, chapter_at(self._chapters, match.start()))

    def _is_free(self, start: int, end: int) -> bool:
        return self._taken.find(1, start, end) < 0

    def _take(self, start: int, end: int) -> None:
        self._taken[start:end] = b"\1" * (end - start)


def _is_label(code: str) -> bool:
    """Say whether what stands beside a name is the label of its revision: 《文件控制程序》(A/0)."""
    return STANDARD.match(code) is None and not is_number(code)


def apart(shown: str) -> tuple[str, str]:
    """Return name and number of what stands in marks or in a list; either may be empty."""
    if (before := _BEFORE_NAME.match(shown)) is not None:
        shown = shown[before.end() :]
    text = without_readings(_tidy(shown)).strip(_NOISE)
    standard = STANDARD.match(text)
    if standard is not None:
        return text[standard.end() :].strip(_NOISE), _tidy_number(standard[0])
    for pattern in (_LEADING, _TRAILING):
        match = pattern.fullmatch(text)
        if match is not None and is_number(match["code"]):
            return match["name"].strip(_NOISE), match["code"]
    balanced = shown.count("(") + shown.count("（")
    name = text + (")" if balanced and text.count("(") > text.count(")") else "")
    return name, ""


def _is_named(name: str) -> bool:
    """Say whether what stands in quotation marks is a name, and no word of emphasis."""
    return (
        ends_as("quoted_forms", name)
        or (len(name) >= 4 and ends_as("quoted_documents", name))
        or (len(name) >= 5 and ends_as("quoted_plans", name))
    )


def _is_listed(name: str, number: str, kind: str) -> bool:
    """Say whether an unmarked item of a list names something."""
    if name in _NOTHING or len(name) > 40 or re.search("[。;:?!]", name) or kinds_of(name):
        return False
    if number:
        return True
    if len(name) < 3 and not is_one_of("generic", name):
        return False
    return (
        ends_as("listed_documents", name)
        or (kind == "forms" and ends_as("forms", name))
        or (kind == "documents" and ends_as("quoted_forms", name))
    )


def _inside(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group is not None)


def _tidy(shown: str) -> str:
    """Return a name without line ends and blanks among Chinese characters."""
    return re.sub(rf"(?<=[{_HAN}、]) (?=[{_HAN}、(（])", "", " ".join(shown.split()))


def _tidy_number(shown: str) -> str:
    return " ".join(shown.split())
