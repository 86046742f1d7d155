"""Who is named behind a label: Chinese and English names, teams that stand in their place (I-1, I-10)."""

from __future__ import annotations

import re
from typing import Final

from docctl.reading.facts.labels import kinds_of
from docctl.reading.facts.placeholders import is_placeholder
from docctl.reading.facts.words import ends_as, is_surname, may_be_name
from search.folding import fold

_HAN: Final = "\u3400-\u9fff"
_CAPITAL, _SMALL = "[A-ZÀ-Þ]", "[a-zß-ÿ'’-]"
_PERSON: Final = re.compile(
    rf"(?P<han>[{_HAN}·]{{2,4}})(?![{_HAN}])"
    rf"|(?:(?:Mr|Mrs|Ms|Dr)\.?\s)?(?:[A-Z]\.\s?){{0,2}}{_CAPITAL}{_SMALL}+(?:\s[A-Z]\.?)?(?:\s{_CAPITAL}[A-Za-zÀ-ÿ'’-]+){{1,2}}"
    rf"|(?:[A-Z]\.\s?){{1,2}}{_CAPITAL}{_SMALL}+|[A-Z]{{2,12}}(?:\s[A-Z][A-Za-z]+){{1,2}}"
)
#: Words that are written like English names and are none.
_NOT_NAMED: Final = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December|Date|Dept|Department"
    r"|Signature|Name|Title|Page|Rev|Revision|Effective|Approved|Reviewed|Prepared|Checked|By)\b"
)
_TEAM: Final = re.compile(rf"[{_HAN}A-Za-z0-9]{{2,14}}(?![{_HAN}])")
_SPACED: Final = re.compile(rf"([{_HAN}])[ \u3000]{{1,3}}([{_HAN}])(?![{_HAN}])")
_BOXES: Final = frozenset("□☐☑☒■")
#: A unit or a post before who is named: 客服中心 段玉洁.
_BEFORE_NAME: Final = re.compile(rf"([{_HAN}]{{2,10}})[ \u3000\n]{{1,3}}(?=[{_HAN}])")
#: Between the names of several who signed.
_JOINT: Final = re.compile(r"\s?[、,，/；;&](?:\s?[、,，/；;&])?\s?")


def names_at_start(text: str) -> tuple[list[str], int]:
    """Return who is named where a text begins, and where the last name ends; nothing where nobody is."""
    names: list[str] = []
    at = end = 0
    while (name := _name_at(text, at)) is not None:
        shown, until = name
        if kinds_of(fold(shown)) or ends_as("posts", fold(shown)) or is_placeholder(shown):
            break
        names.append(shown)
        end = until
        joint = _JOINT.match(text, end)
        if joint is None:
            break
        at = joint.end()
    return names, end


def is_name(text: str) -> bool:
    """Say whether the whole of a text is written like one person's name."""
    return _PERSON.fullmatch(text) is not None


def _name_at(text: str, at: int) -> tuple[str, int] | None:
    before = _BEFORE_NAME.match(text, at)
    if before is not None and any(ends_as(kind, fold(before[1])) for kind in ("units", "posts")):
        behind = _PERSON.match(text, before.end())
        if behind is not None and (han := behind["han"]) and is_surname(han[0]) and _is_free(han):
            return han, behind.end()  # 客服中心 段玉洁, 物業經理 郭家豪
    match = _team(text, at) or _PERSON.match(text, at)
    if match is not None:
        han = match.groupdict().get("han")
        if _NOT_NAMED.search(match[0]) or (han and not is_surname(han[0]) and not _is_alone(text, match)):
            return None
        return match[0], match.end()
    spaced = _SPACED.match(text, at)  # 王　伟
    if spaced is None or not is_surname(spaced[1]):
        return None
    return spaced[1] + spaced[2], spaced.end()


def _is_free(name: str) -> bool:
    return not kinds_of(fold(name)) and not any(ends_as(kind, fold(name)) for kind in ("units", "posts"))


def _is_alone(text: str, match: re.Match[str]) -> bool:
    """Say whether what begins as no Chinese name may still be one: nothing like 见审批单 or a clause."""
    behind = text[match.end() : match.end() + 1]
    if re.match(r"[\s/(（]{1,4}(?:19|20)\d\d\s?[-./年]", text[match.end() : match.end() + 12]):
        return match[0][0] not in "见同无待各由请"  # 库尔班江 2022.04.15
    may_be = may_be_name(fold(match[0])) or _is_rare(match[0])
    return may_be and (not behind or behind in " \u3000\t\n(（/／")


def _is_rare(name: str) -> bool:
    """Say whether a word of three or more is a name though one character of it is in other words: 阿日娜."""
    if len(name) < 3 or name[0] in "见同无待各由请按依第":
        return False
    return sum(not may_be_name(fold(sign)) for sign in name) == 1 and _is_free(name)


def _team(text: str, at: int) -> re.Match[str] | None:
    match = _TEAM.match(text, at)
    if match is None or match[0][0] in "各本由全该該相有所":
        return None
    if text[match.end() : match.end() + 1] in _BOXES:  # a department that may be ticked signs nothing
        return None
    return match if ends_as("teams", fold(match[0])) else None
