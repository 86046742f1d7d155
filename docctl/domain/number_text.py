"""Decides how a numbering scheme is typed in one line, in English or Chinese words (N-2, N-7).

`CDJJ-QP-03` is typed as `{company:2-4}-QP-{seq:2 per company}` or `{公司:2-4}-QP-{顺序号:2 按 公司}`. In
braces stands what varies, its width, what it consists of where that is not the usual, and `follows` (随版)
for what changes with a reissue, `follows amendments` (随版 含修订) with every issue. Everything outside of
braces is printed as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from docctl.domain.number_schemes import (
    EDITION,
    MONTH,
    YEAR,
    Edition,
    Literal,
    Month,
    Part,
    Pattern,
    Sequence,
    Value,
    Year,
)
from docctl.domain.verdicts import Refused, RuleRefused

#: The Chinese word of each name and keyword in braces.
CHINESE: Final[Mapping[str, str]] = {
    "company": "公司",
    "department": "部门",
    "level": "层级",
    "type": "类型",
    "class": "类别",
    "group": "分组",
    "systems": "体系",
    "clause": "条款",
    "chapter": "章节",
    "procedure": "程序号",
    "form": "表格编号",
    "parent": "上级编号",
    YEAR: "年",
    MONTH: "月",
    EDITION: "版",
    "seq": "顺序号",
    "per": "按",
    "follows": "随版",
    "amendments": "含修订",
    "letters": "字母",
    "digits": "数字",
    "code": "字符",
    "number": "编号",
}
#: Other words that people type for the same.
_ALSO: Final = {
    "序号": "seq",
    "流水号": "seq",
    "版次": EDITION,
    "章": "chapter",
    "级别": "level",
    "sequence": "seq",
}
_ENGLISH: Final = {word: name for name, word in CHINESE.items()} | _ALSO

#: What a value consists of, and how long it is, where nothing else is typed.
_USUAL: Final = {
    **dict.fromkeys(("company", "department", "level", "type", "class", "group", "systems"), Pattern.LETTERS),
    **dict.fromkeys(("chapter", "procedure"), Pattern.DIGITS),
    "clause": Pattern.CLAUSE,
    **dict.fromkeys(("form", "parent"), Pattern.NUMBER),
}
_USUAL_WIDTHS: Final = {Pattern.NUMBER: (2, 40), Pattern.CLAUSE: (1, 8)}

_PIECE: Final = re.compile(r"\{([^{}]*)\}|([^{}]+)")
_BETWEEN: Final = r"[\s,、\uff0c]+"
_INSIDE: Final = re.compile(
    r"\s*(?P<name>[^\W\d]\w*)(?:\s*[:\uff1a]\s*(?P<least>\d{1,2})(?:\s*[-~]\s*(?P<most>\d{1,2}))?)?"
    rf"(?P<rest>(?:{_BETWEEN}[^\s,、\uff0c]+)*)\s*"
)
_WORD: Final = re.compile(r"[^\W\d]\w*")


def read_pattern(text: str) -> tuple[Part, ...]:
    """Return the parts of a typed scheme; raise RuleRefused N-2 with the piece that cannot be read."""
    found: list[Part] = []
    at = 0
    for piece in _PIECE.finditer(text.strip()):
        if piece.start() != at:
            break
        at = piece.end()
        found.append(_part(piece[1]) if piece[2] is None else Literal(piece[2]))
    if at != len(text.strip()) or not found:
        raise _unreadable(text.strip()[at : at + 40] or text)
    return tuple(found)


def write_pattern(parts: tuple[Part, ...]) -> str:
    """Return a scheme as it is typed, in English words; `read_pattern` gives the same parts again."""
    return "".join(part.text if isinstance(part, Literal) else "{" + _said(part) + "}" for part in parts)


def say(text: str, language: str) -> str:
    """Return typed schemes with the words in braces in the reader's language."""
    if not language.startswith("zh"):
        return text
    return re.sub(r"\{[^{}]*\}", lambda braces: _WORD.sub(_chinese, braces[0]).replace(", ", "、"), text)


def english(word: str) -> str:
    """Return the name that a typed word stands for; any other word stands for itself."""
    return _ENGLISH.get(word, word)


def tidied(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Return the one form of parts that say the same: no text beside text, no width that says nothing."""
    found: list[Part] = []
    for part in parts:
        match part:
            case Literal(text=text) if found and isinstance(found[-1], Literal):
                found[-1] = Literal(found[-1].text + text)
            case Sequence(width=width, most=most) if most and most <= width:
                found.append(replace(part, most=0))
            case Value(pattern=Pattern.CLAUSE):
                least, most = _USUAL_WIDTHS[Pattern.CLAUSE]
                found.append(replace(part, least=least, most=most))
            case _:
                found.append(part)
    return tuple(found)


def _chinese(word: re.Match[str]) -> str:
    return CHINESE.get(word[0], word[0])


def _part(inside: str) -> Part:
    match = _INSIDE.fullmatch(inside)
    if match is None:
        raise _unreadable("{" + inside[:40] + "}")
    name = _ENGLISH.get(match["name"], match["name"])
    widths = (int(match["least"]), int(match["most"] or match["least"])) if match["least"] else None
    words = [_ENGLISH.get(word, word) for word in re.split(_BETWEEN, match["rest"]) if word]
    try:
        return _made(name, widths, iter(words))
    except (ValueError, StopIteration) as error:
        raise _unreadable("{" + inside[:40] + "}") from error


def _made(name: str, widths: tuple[int, int] | None, words: Iterator[str]) -> Part:
    rest = list(words)
    part: Part
    if name == "seq":
        width, most = widths or (0, 0)
        scope: tuple[str, ...] = ()
        if rest:
            if rest.pop(0) != "per" or not rest:
                raise ValueError("scope")
            scope, rest = tuple(rest), []
        part = Sequence(width, scope, most if most > width else 0)
    elif name in {YEAR, EDITION}:
        follows, amends = rest[:1] == ["follows"], rest == ["follows", "amendments"]
        rest = rest[1 + amends :] if follows else rest
        if name == EDITION and (amends or widths is not None):
            raise ValueError("width")
        part = Edition(follows) if name == EDITION else Year(widths[0] if widths else 4, follows, amends)
        if isinstance(part, Year) and widths and widths[0] != widths[1]:
            raise ValueError("width")
    elif name == MONTH:
        if widths is not None:
            raise ValueError("width")
        part = Month()
    else:
        pattern = Pattern(rest.pop(0)) if rest else _USUAL.get(name, Pattern.CODE)
        least, most = widths or _USUAL_WIDTHS.get(pattern, (1, 8))
        part = Value(name, pattern, least, most)
    if rest:
        raise ValueError("words")
    return part


def _said(part: Part) -> str:
    match part:
        case Sequence():
            most = f"-{part.most}" if part.most > part.width else ""
            per = f" per {', '.join(part.scope)}" if part.scope else ""
            return f"seq:{part.width}{most}{per}"
        case Year():
            follows = f"{' follows' if part.follows else ''}{' amendments' if part.amends else ''}"
            return f"{YEAR}{'' if part.digits == 4 else f':{part.digits}'}{follows}"
        case Edition():
            return f"{EDITION}{' follows' if part.follows else ''}"
        case Month():
            return MONTH
        case Value():
            widths = _USUAL_WIDTHS.get(part.pattern)
            wide = f":{part.least}" if part.least == part.most else f":{part.least}-{part.most}"
            kind = "" if _USUAL.get(part.name, Pattern.CODE) is part.pattern else f" {part.pattern.value}"
            return f"{part.name}{'' if widths == (part.least, part.most) else wide}{kind}"
        case Literal():
            return part.text


def _unreadable(text: str) -> RuleRefused:
    return RuleRefused(Refused("N-2", "pattern_unreadable", {"text": text[:60]}))
