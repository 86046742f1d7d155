"""What a text cites against what it lists under 相关文件 and 相关记录, and editions that it cites (D-12)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from docctl.domain import labels
from docctl.domain.normal_form import normal
from docctl.reading.checking.fact import TextFact, stretch
from docctl.reading.facts.chapters import Chapter, find_chapters
from docctl.reading.facts.citations import kind_of
from docctl.reading.facts.mentions import STANDARD, Mention, Mentions
from search.folding import fold

#: An edition right behind what is cited: A/0, (A0版), 第3版, V1.0.
_EDITION: Final = re.compile(
    r"[\s》>】”\"]{0,3}[(（\[【]?\s?(?:版本号?[:：]?|版次[:：]?)?(?P<label>第\s?[0-9一二三四五六七八九十A-Z]{1,2}\s?版(?:第?[0-9]次修[改订])?"
    r"|[A-Z]\s?/\s?\d{1,2}\s?版?|[A-Z]\d{0,2}\s?版|V(?:er\.?)?\s?\d{1,2}\.\d{1,2})\s?[)）\]】]?(?![A-Za-z0-9])"
)
#: The year of a standard, which is no part of what it is compared by.
_YEAR: Final = re.compile(r"\s?[-‐-―－—–:：]\s?(?:19|20)?\d\d(?!\d)\s*$")
_CORE: Final = re.compile(r"\d{4,5}")
#: Two numbers of one standard: GB/T 19001 is ISO 9001.
_SAME_CORE: Final = {"9001": "19001", "9000": "19000", "9004": "19004", "14001": "24001", "18001": "28001"}
#: Ends of names that a text leaves out when it goes on: 文件发放记录(表).
_SHORT: Final = re.compile("(?:表|单|记录|程序|制度)$")
_ANNEX: Final = re.compile(r"附[录錄件表图圖]|\b(?:Annex|Appendix|Attachment)\b", re.IGNORECASE)
_MOST: Final = 60


@dataclass(slots=True)
class _Cited:
    """One thing cited: under which keys, where it is listed, where it stands in the body."""

    kind: str
    mention: Mention
    names: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    listed: list[Mention] = field(default_factory=list)
    body: list[Mention] = field(default_factory=list)


def cited_facts(text: str, own_number: str = "", own_title: str = "") -> list[TextFact]:
    """Return what is cited and not listed, the reverse, and each citation with its edition (D-12)."""
    chapters = find_chapters(text)
    mentions = Mentions(text, chapters).all()
    own = {normal(fold(own_title)), normal(own_number)} - {""}
    found = [one for one in _together(mentions) if not (one.names | one.numbers) & own]
    facts = [*_listing(text, chapters, found), *(_cites(text, one) for one in found if one.kind != "generic")]
    return facts[: _MOST * 3]


def _together(mentions: Sequence[Mention]) -> list[_Cited]:
    """Put together the places that mean one thing, by name, number or the number of a standard."""
    by_key: dict[str, _Cited] = {}
    found: list[_Cited] = []
    for one in mentions:
        kind = kind_of(fold(one.name), one.number, one.chapter)
        names = {normal(fold(one.name))} - {""} if one.name else set()
        numbers = {_number_key(one.number)} - {""} if one.number else set()
        keys = names | numbers
        if not keys:
            continue
        known = [by_key[key] for key in keys if key in by_key]
        target = known[0] if known else _Cited(kind, one)
        if not known:
            found.append(target)
        for other in known[1:]:
            if other is not target:
                _join(target, other)
                found = [each for each in found if each is not other]
                by_key.update({key: target for key, each in by_key.items() if each is other})
        target.names |= names
        target.numbers |= numbers
        (target.listed if one.chapter else target.body).append(one)
        if target.kind == "generic":
            target.kind = kind
        by_key.update(dict.fromkeys(keys, target))
    return found


def _join(target: _Cited, other: _Cited) -> None:
    target.names |= other.names
    target.numbers |= other.numbers
    target.listed += other.listed
    target.body += other.body


def _number_key(number: str) -> str:
    plain = normal(number)
    core = _CORE.search(plain)
    if core is not None and re.match(r"(?:gb|iso|iec|iatf|gjb)", plain):
        digits = core[0]
        return f"standard {_SAME_CORE.get(digits, digits)}"
    return (normal(_YEAR.sub("", number)) if STANDARD.match(number) else plain) or plain


def _listing(text: str, chapters: list[Chapter], found: list[_Cited]) -> Iterator[TextFact]:
    kinds = {chapter.kind for chapter in chapters if any(_in(chapter, one) for one in found)}
    if not kinds:
        return
    listed = _plain("".join(text[one.start : one.end] for one in chapters))
    body = _plain(_outside(text, chapters))
    lists_outside = any(one.kind == "outside" and one.listed for one in found)
    for one in found:
        expected = {"document": "documents", "form": "forms", "outside": "documents"}.get(one.kind)
        if expected not in kinds or (one.kind == "outside" and not lists_outside):
            continue
        if one.body and not one.listed and not _stands(one, listed) and _is_certain(one):
            yield _fact(text, "not_listed", one, one.body)
        elif one.listed and not one.body and not _stands(one, body, shortened=True) and _is_item(text, one):
            yield _fact(text, "not_cited", one, one.listed)


def _in(chapter: Chapter, cited: _Cited) -> bool:
    return any(chapter.start <= one.start < chapter.end for one in cited.listed)


def _outside(text: str, chapters: list[Chapter]) -> str:
    kept, at = [], 0
    for one in chapters:
        kept.append(text[at : one.start])
        at = max(at, one.end)
    return "\n".join((*kept, text[at:]))


def _plain(text: str) -> str:
    return normal(fold(text))


def _stands(cited: _Cited, plain: str, *, shortened: bool = False) -> bool:
    """Say whether a text has a name or number of something in it, without marks around it."""
    names = set(cited.names)
    if shortened:
        names |= {short for one in cited.names if len(short := _SHORT.sub("", one)) >= 4}
    cores = {one.removeprefix("standard ") for one in cited.numbers}
    return any(one in plain for one in names | cores)


def _is_item(text: str, cited: _Cited) -> bool:
    """Say whether what is listed is an item of the list, and no heading of an annex behind it."""
    at = cited.listed[0].start
    return _ANNEX.search(text[max(0, at - 12) : at + 4]) is None


def _is_certain(cited: _Cited) -> bool:
    """Say whether what the body names is surely a document: by a number, or in the marks of titles."""
    return any(one.number for one in cited.body) or cited.kind in {"document", "form"}


def _fact(text: str, kind: str, cited: _Cited, places: list[Mention]) -> TextFact:
    at = places[0]
    name, number = _best(cited)
    quote, left, right = stretch(text, at.start, at.end)
    what = f"{number} {name}".strip()[:200]
    return TextFact(
        kind, what, at.start, quote, left, right, more=cited.kind, name=name, number=number, times=len(places)
    )


def _cites(text: str, cited: _Cited) -> TextFact:
    """Return a citation itself, with the edition that stands behind it: what it means is asked when shown."""
    every = (*cited.body, *cited.listed)
    labelled = next(((one, label) for one in every if (label := _label(text, one))), None)
    named = next((one for one in every if one.name and one.number and _is_marked(text, one)), None)
    at = labelled[0] if labelled else named or every[0]
    name, number = (named.name, named.number) if named else _best(cited)
    quote, left, right = stretch(text, at.start, at.end)
    told = {"listed": cited.listed, "body": cited.body, "named": named}
    return TextFact(
        "cites",
        f"{number} {name}".strip()[:200],
        at.start,
        quote,
        left,
        right,
        more=" ".join((cited.kind, *(word for word, is_so in told.items() if is_so))),
        name=name,
        number=number,
        label=labelled[1] if labelled else "",
    )


def _label(text: str, one: Mention) -> str:
    """Return the edition right behind a place where something is cited, "" for none."""
    match = _EDITION.match(text, one.end)
    return match["label"].strip() if match is not None and labels.read(match["label"]) is not None else ""


def _is_marked(text: str, one: Mention) -> bool:
    """Say whether a name is surely one: listed, or in marks; what follows a bare number may be a verb."""
    return bool(one.chapter) or re.search('[《<【“"「〈]', text[one.start : one.end]) is not None


def _best(cited: _Cited) -> tuple[str, str]:
    """Return the name and number by which a thing is cited, of one place that has both where there is one."""
    every = (*cited.body, *cited.listed)
    whole = next((one for one in every if one.name and one.number), None)
    if whole is not None:
        return whole.name, whole.number
    return (
        next((one.name for one in every if one.name), ""),
        next((one.number for one in every if one.number), ""),
    )
