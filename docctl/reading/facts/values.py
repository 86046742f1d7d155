"""How the value behind a label is read, by what the label is of; None where nothing fits (I-1, I-5)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from docctl.domain import labels as revision_labels
from docctl.reading.facts import dates, labels, persons
from docctl.reading.facts.placeholders import is_placeholder
from docctl.reading.facts.words import ends_as
from search.folding import fold

_HAN: Final = "\u3400-\u9fff"
_LATIN: Final = "A-Za-z0-9Ａ-Ｚａ-ｚ０-９"
_SIGN: Final = r"[-‐-―－_/／\\.．·:：]"
_OPEN, _CLOSE = "(（〔［\\[【", ")）〕］\\]】"
#: Pieces of letters and digits joined by signs, by brackets, by blanks before digits; Chinese ones
#: only beside a sign or a bracket: QP-04, Q/HX G 02-2020, QP—质—01, 质控〔2020〕5号.
_NUMBER: Final = re.compile(
    rf"(?:[{_LATIN}]{{1,24}}|[{_HAN}]{{1,6}}(?=\s?(?:[-‐-―－_/]|[{_OPEN}]\s?[{_LATIN}])))"
    rf"(?:\s{{0,2}}{_SIGN}\s{{0,2}}(?:[{_LATIN}]{{1,24}}|[{_HAN}]{{1,6}}(?=\s?[-‐-―－_/{_OPEN}])|[{_HAN}]{{1,2}}(?=\s|$))"
    rf"|\s?[-_/]?[{_OPEN}]\s?[{_LATIN}]{{1,8}}\s?[{_CLOSE}](?:\s?第?\s?\d{{1,4}}(?=\s?[号號])|[{_LATIN}]{{1,12}})?"
    rf"|(?<=[A-Z0-9])\s(?=[A-Z]{{0,4}}\s?\d)[{_LATIN}]{{1,12}}){{0,9}}"
)
#: Before a number without a colon: No. OP-21, Doc. No. OP-21.
_NAMED: Final = re.compile(
    r"(?:(?:Doc|Document|File|Procedure|SOP|WI)\.?\s?)?N[oO][.:．：]{1,2}\s?(?=[A-Z]{2})"
)
#: Issues and amendments counted; what an amendment is called.
_COUNT: Final = r"[0-9一二三四五六七八九十壹贰叁肆伍陆柒捌玖拾貳參陸]{1,3}"
_AMENDED: Final = "(?:修改|修订|修訂|更改)"
#: The digits of issues as they are written out.
_DIGITS: Final = str.maketrans("一二三四五六七八九壹贰叁肆伍陆柒捌玖貳參陸", "123456789123456789236")
_REVISION: Final = re.compile(
    rf"""(?:第\s?(?:{_COUNT}|[A-Z]|[0-9]\.[0-9])\s?版(?:\s?[/、,，]?\s?第?\s?{_COUNT}\s?次?{_AMENDED})?
    |(?:V|Ver\.?|Version|Rev\.?|Revision|Edition|Ed\.|Issue|Iss\.)\s?\.?\s?[0-9]{{1,3}}(?:\.[0-9]{{1,3}}){{0,2}}
    |(?:(?:Revision|Edition|Issue)\s|(?:Rev|Ed|Iss)\.?\s?)?[A-Z]{{1,2}}\s?(?:版本?)?\s?[/／\-.]?\s?(?:第?\s?[0-9]{{1,3}}(?:\s?次?{_AMENDED}|\s?[次修])?|修[订訂改]\s?[0-9]{{1,2}}|[(（]\s?[0-9]{{1,2}}\s?[)）])?(?:版本?)?
    |[0-9]{{1,3}}(?:\.[0-9]{{1,3}}){{0,2}}\s?(?:版本?)?(?:\s?/\s?(?:修[订訂改]\s?)?[0-9]{{1,2}}|(?<=版)\s?第?\s?[0-9]{{1,2}}\s?次?(?:{_AMENDED}|次))?
    |[一二三四五六七八九十]\s?版
    |(?:19|20)\d\d\s?年?\s?第\s?{_COUNT}\s?版
    |(?:19|20)\d\d\s?[-/]\s?(?:\d{{1,2}}|[A-Z])(?![-/.年月]\s?\d)
    |(?:19|20)\d\d(?:\s?年?\s?版|(?!\s?[-/.年]\s?\d)))(?![A-Za-z0-9])""",
    re.VERBOSE | re.IGNORECASE,
)
#: A unit's name runs over these; it ends where one of its words ends, before anything but a letter.
_UNIT_RUN: Final = re.compile(
    rf"[{_HAN}A-Za-z0-9&·、/（）().\-]+(?: [{_HAN}A-Za-z0-9&·、/（）().\-]+){{0,4}}"
)
#: What belongs to a unit's name behind its end: a group in brackets, the dot of Dept.
_UNIT_MORE: Final = re.compile(rf"[（(][{_HAN}A-Za-z0-9]{{1,8}}[)）]|(?<=[Dd]ept)\.|(?<=[Dd]iv)\.")
#: A unit whose name ends like none, with nothing behind it.
_UNIT_PLAIN: Final = re.compile(
    rf"(?![详詳见見各由本第])[{_HAN}]{{2,6}}(?=\s|$)"
    r"|[A-Z][A-Za-z&/]+(?: [A-Z&][A-Za-z&/]*){0,3}(?=\s*(?:\n|$))"
)
_UNIT_END: Final = re.compile(rf"(?<=[{_HAN}A-Za-z）)])(?![{_HAN}A-Za-z])")
_STATE: Final = re.compile(
    r"非\s?管\s?制|管\s?制|非\s?受\s?控|不\s?受\s?控|受\s?控|uncontrolled|non-?controlled|controlled"
    r"|(?:^|(?<=[\s■☑√✓✔●☒▣◉⊙□○☐◯]))[是否](?![\u3400-\u9fff])|^yes|^no(?![a-z.])",
    re.IGNORECASE,
)
#: Drawn from a label to its value, or under it: 编制人……张三, ____QP-61____.
_LEADER: Final = re.compile(r"(?:[…]{1,40}|[.·]{4,80}|[_＿]{2,40})\s{0,3}(?=[^\s…._＿·年月日])")
_TICK: Final = "[■☑√✓✔●☒▣◉⊙]"
_BOX: Final = "[■☑√✓✔●☒▣◉⊙□○☐◯]"


@dataclass(frozen=True, slots=True)
class Value:
    """What was understood and the stretch of the looked-at text it was read from."""

    value: str
    start: int
    end: int


def read(kind: str, text: str) -> Value | None:
    """Read the value of a fact at the beginning of `text`; None where nothing fit stands there."""
    stripped = text.lstrip(" \u3000\t\n:：")
    leader = _LEADER.match(stripped)
    stripped = stripped[leader.end() :] if leader is not None else stripped
    offset = len(text) - len(stripped)
    if not stripped.strip() or is_placeholder(stripped):
        return None
    found = _READERS[kind](stripped)
    return None if found is None else Value(found.value, offset + found.start, offset + found.end)


def can_read(kind: str) -> bool:
    """Say whether values of this kind are taken at all."""
    return kind in _READERS


def _number(text: str) -> Value | None:
    named = _NAMED.match(text)
    if named is not None and (rest := _number(text[named.end() :])) is not None:
        return Value(rest.value, named.end() + rest.start, named.end() + rest.end)
    match = _NUMBER.match(text)
    if match is None or not re.search(r"[0-9０-９]", match[0]) or len(match[0]) > 60:
        return None
    end = match.end()
    numbered = re.compile(r"\s?[号號]").match(text, end)
    if numbered is not None and match[0][-1].isdigit() and re.search("[〔\\[（(第]", match[0]):
        end = numbered.end()
    shown = text[:end].rstrip("-_/.:：(（ ")
    if dates.first_date(shown, at_start=True) is not None and not re.search("[A-Za-z]", shown):
        return None
    if re.search(rf"[{_HAN}]", shown) and not re.search(r"[-‐-―－/_〔\[（(]", shown):
        return None
    tidy = unicodedata.normalize("NFKC", shown)
    tidy = re.sub(r"\s*([-‐-―_/.])\s*", r"\1", tidy)
    return Value(" ".join(tidy.split()), 0, len(shown))


def _revision(text: str) -> Value | None:
    match = _REVISION.match(text)
    if match is None:
        return None
    shown = match[0].strip().rstrip(" /／-.")
    if re.fullmatch("[A-Za-z]{2}", shown) and not shown.isupper():
        return None  # Ed. is a word
    following = text[match.end() : match.end() + 1]
    if re.match(rf"[{_HAN}]", following) and shown.isalnum() and len(shown) > 2 and not shown[-1].isdigit():
        return None
    chinese = unicodedata.normalize("NFKC", shown).translate(_DIGITS)
    if revision_labels.read(chinese) is None and not re.fullmatch(
        r"(?:19|20)\d\d(?:年?版|年?第\d+版|[-/](?:\d{1,2}|[A-Za-z]))?|\D*\d+(?:\.\d+){1,2}版?", chinese
    ):
        return None
    return Value(re.sub(r"\s+", "", shown), 0, len(shown))


def _amendment(text: str) -> Value | None:
    match = re.match(r"第?\s?(\d{1,2})(?![\d./年-])\s?次?(?:修改|修订|修訂)?", text)
    return Value(match[1], 0, match.end()) if match else None


def _day(text: str) -> Value | None:
    since = 1 if text[:1] in "自从從于於" else 0  # 自2019年4月1日起
    found = dates.first_date(text[since:40], at_start=True, short=True)
    return None if found is None else Value(found.day.isoformat(), found.start + since, found.end + since)


def _person(text: str) -> Value | None:
    names, end = persons.names_at_start(text)
    return Value("、".join(names), 0, end) if names else None


def _unit(text: str) -> Value | None:
    run = _UNIT_RUN.match(text[:60])
    if run is None:
        return None
    for end in _UNIT_END.finditer(run[0]):
        shown = run[0][: end.start()]
        if ends_as("units", fold(shown)):
            shown += _more_words(run[0][end.start() :]) if shown[-1].isascii() else ""
            if labels.kinds_of(fold(shown)):
                return None
            more = _UNIT_MORE.match(text, len(shown))
            shown = text[: more.end()] if more else shown
            return Value(shown, 0, len(shown))
    plain = _UNIT_PLAIN.match(text)
    if plain is None or labels.kinds_of(fold(plain[0])):
        return None
    if " " in plain[0] and persons.is_name(plain[0]):
        return None  # Owner: Grace Lee
    return Value(plain[0], 0, plain.end())


def _more_words(text: str) -> str:
    """Return the words by which an English unit goes on to a further end: Quality Assurance."""
    more = re.match(r"(?: (?:&|and|[A-Z][A-Za-z.]*)){1,3}(?![A-Za-z])", text)
    words = more[0].split(" ")[1:] if more else []
    if more and re.match(r" of\b", text[more.end() :]):
        words.pop()  # Control of Records is a title
    while words and not ends_as("units", fold(words[-1])):
        words.pop()
    return "".join(f" {word}" for word in words)


def _status(text: str) -> Value | None:
    """Read 受控, 非受控, and the ticked one of several; boxes stand before or behind."""
    line = re.split(r"[\n\t]", text)[0][:60]
    states = list(_STATE.finditer(line))
    if not states:
        return None
    if re.search(_BOX, line):
        # the first sign of all says on which side the boxes stand
        leads = re.match(rf"\s*[(（\[]?{_BOX}", line) is not None
        ticked = [one for one in states if _is_ticked(line, one, leads=leads)]
        if len(ticked) != 1 or (len(states) < 2 and not leads):
            return None
        choices = re.compile(rf"(?:{_STATE.pattern}|{_BOX}|[\s(（)）\[\]/、])+", re.IGNORECASE).match(line)
        end = len(choices[0].rstrip()) if choices else ticked[0].end()
        return Value("no" if _is_negative(ticked[0][0]) else "yes", 0, end)
    first = states[0]
    if first.start() > 0 or re.match(
        r"\s?[/／、或]\s?(?:非|不|受|un|con)", line[first.end() :], re.IGNORECASE
    ):
        return None
    return Value("no" if _is_negative(first[0]) else "yes", *first.span())


def _is_ticked(line: str, state: re.Match[str], *, leads: bool) -> bool:
    beside = line[: state.start()] if leads else line[state.end() :]
    pattern = rf"{_TICK}[)）\]]?\s{{0,3}}$" if leads else rf"^\s{{0,3}}[(（\[]?{_TICK}"
    return re.search(pattern, beside) is not None


def _is_negative(text: str) -> bool:
    return text.lower().startswith(("非", "不", "un", "non", "否", "no"))


def _copy(text: str) -> Value | None:
    if dates.first_date(text[:24], at_start=True, short=True) is not None:
        return None
    match = re.match(
        rf"(?:No\.?\s?)?(?:[{_HAN}]{{1,6}}[-－])?[A-Za-z0-9][A-Za-z0-9\-/]{{0,15}}(?![A-Za-z0-9])", text
    )
    return Value(match[0], 0, match.end()) if match and re.search(r"\d", match[0]) else None


def _title(text: str) -> Value | None:
    shown = re.split(r"[\n\t|｜┃│;；]|\s{2,}", text.strip())[0].strip(" 《》<>")
    if not 2 <= len(shown) <= 100 or not re.search(rf"[{_HAN}A-Za-z]", shown):
        return None
    start = text.index(shown)
    return Value(shown, start, start + len(shown))


_READERS: Final[Mapping[str, Callable[[str], Value | None]]] = {
    "number": _number,
    "form_number": _number,
    "title": _title,
    "revision": _revision,
    "amendment": _amendment,
    "effective": _day,
    "issued": _day,
    "made_on": _day,
    "expires": _day,
    "revised_on": _day,
    "date": _day,
    "prepared_on": _day,
    "reviewed_on": _day,
    "approved_on": _day,
    "department": _unit,
    "prepared": _person,
    "reviewed": _person,
    "proofread": _person,
    "standardised": _person,
    "settled": _person,
    "approved": _person,
    "countersigned": _person,
    "status": _status,
    "distribution": _copy,
}
