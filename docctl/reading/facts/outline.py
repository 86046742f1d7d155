"""The clauses of a text, in every style of numbering: 4.2.1, 第五条, 一、（三）, ① (I-9)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from docctl.reading.facts.found import Finding

_HAN_DIGITS: Final = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_CHINESE: Final = "[零〇一二三四五六七八九十百两]{1,5}"
#: What is counted or measured, no clause: 10 个工作日, 3 天.
_COUNTED: Final = "[%‰个個天日年月周小分秒次人份元台件名张張页頁号號万米吨克条]|工作日"
#: A number of one part: 1. or 1、, or one with a blank or a Chinese word behind it.
_SINGLE: Final = (
    r"(\d{1,2})(?:[、.．](?!\d)\s{0,3}"
    rf"|(?!\s{{0,3}}(?:{_COUNTED}))(?![\d,，:：/~-])(?:\s{{1,3}}|(?=[\u3400-\u9fff])))"
)
_NUMERALS: Final = frozenset("零〇一二三四五六七八九十百两")
#: Style by name; earlier ones are outer ones where a text mixes them.
_STYLES: Final = (
    ("part", re.compile(rf"第({_CHINESE}|\d{{1,3}})[编篇編]\s{{0,3}}")),
    ("chapter", re.compile(rf"第({_CHINESE}|\d{{1,3}})[章]\s{{0,3}}")),
    ("section", re.compile(rf"第({_CHINESE}|\d{{1,3}})[节節]\s{{0,3}}")),
    ("article", re.compile(rf"第({_CHINESE}|\d{{1,3}})[条條]\s{{0,3}}")),
    (
        "decimal",
        re.compile(rf"(\d{{1,2}}(?:[.．。、]\d{{1,2}}){{1,5}})(?![\d%年月日])[.．、]?\s{{0,3}}|{_SINGLE}"),
    ),
    ("han", re.compile(rf"({_CHINESE})、\s{{0,3}}")),
    ("han_bracket", re.compile(rf"[(（]({_CHINESE})[)）]\s{{0,3}}")),
    ("bracket", re.compile(r"[(（](\d{1,2})[)）]\s{0,3}|(\d{1,2})[)）]\s{0,3}")),
    ("circle", re.compile(r"([①-⑳])\s{0,3}")),
    ("letter", re.compile(r"([a-zA-Z])[)）、.．](?![A-Za-z])\s{0,3}")),
)
_RANK: Final = {name: rank for rank, (name, _) in enumerate(_STYLES)}
_NUMBERED: Final = frozenset({"decimal", "article", "chapter", "han"})
_TITLE: Final = re.compile(r"[^。;；\n:：,，\t]{0,40}")
#: In texts whose lines were lost, a clause begins after a blank or a full stop.
_INSIDE: Final = re.compile(
    r"(?<=[\s。;；])(?=\d{1,2}(?:\.\d{1,2}){1,4}(?![\d%.年月])"
    r"|\d{1,2}[、.．]?\s?(?:目的|目标|范围|適用|适用|职责|職責|权责|定义|术语|引用|相关|程序|工作|作业|内容|流程|记录|附件|总则|管理|要求))"
)
_MOST: Final = 2_000


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause: its path from the outermost number, the words after it, where it begins."""

    path: str
    title: str
    start: int
    style: str

    def as_json(self) -> dict[str, Any]:
        """Return the clause as JSON can carry it."""
        return {"path": self.path, "title": self.title, "start": self.start, "style": self.style}


def find_outline(text: str, *, after: int = 0) -> tuple[Clause, ...]:
    """Return the clauses behind the header in their order; those of a table of contents come once."""
    open_: list[tuple[float, str]] = []
    found: list[Clause] = []
    for start, line in _beginnings(text, after):
        if (read := _numbered(line)) is None:
            continue
        style, number, behind = read
        title = _TITLE.match(line, behind)
        words = title[0].strip() if title else ""
        if _is_contents_line(line):
            continue
        path = _path(open_, style, number)
        found.append(Clause(path, words[:80], start, style))
        if len(found) >= _MOST:
            break
    return tuple(found)


def gaps(outline: tuple[Clause, ...]) -> list[Finding]:
    """Return numbers that are missing or stand twice among those of one level (I-9)."""
    findings: list[Finding] = []
    seen: set[str] = set()
    last: dict[str, int] = {}
    for clause in outline:
        if clause.style not in _NUMBERED:
            continue
        parent, _, own = clause.path.rpartition(".")
        # articles are counted through all chapters
        key = f"{clause.style}:{'' if clause.style == 'article' else parent}"
        number = int(own)
        if clause.style == "decimal" and parent and clause.path in seen:
            findings.append(_finding("clause_twice", clause.path, clause))
        elif key in last and last[key] + 1 < number < last[key] + 20:
            above = f"{parent}." if parent and clause.style != "article" else ""
            findings.append(_finding("clause_missing", f"{above}{last[key] + 1}", clause))
        seen.add(clause.path)
        last[key] = number
    return findings[:20]


def _finding(code: str, path: str, clause: Clause) -> Finding:
    return Finding("I-9", code, {"clause": path}, clause.start, clause.start + 1)


def clause_at(outline: tuple[Clause, ...], offset: int) -> Clause | None:
    """Return the clause that a place in the text belongs to (I-9)."""
    at = bisect_right(outline, offset, key=lambda clause: clause.start)
    return outline[at - 1] if at else None


def _beginnings(text: str, after: int) -> Iterator[tuple[int, str]]:
    """Yield where a clause may begin: at lines and, inside long lines, before numbers of several parts."""
    for line in re.finditer(r"[^\n\f]+", text[after:]):
        begin = after + line.start()
        inner = [0, *(match.start() for match in _INSIDE.finditer(line[0]))] if len(line[0]) > 80 else [0]
        for at, until in zip(inner, [*inner[1:], len(line[0])], strict=True):
            piece = line[0][at:until]
            stripped = piece.lstrip(" \u3000\t")
            yield begin + at + len(piece) - len(stripped), stripped[:200]


def _numbered(line: str) -> tuple[str, str, int] | None:
    for style, pattern in _by_first(line[:1]):
        match = pattern.match(line)
        if match is not None:
            number = next(group for group in match.groups() if group is not None)
            return style, re.sub("[．。、]", ".", number), match.end()
    return None


@cache
def _by_first(sign: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the styles whose numbers may begin with a sign: most lines begin with none of them."""
    if sign == "第":
        names = {"part", "chapter", "section", "article"}
    elif sign in {"(", "（"}:
        names = {"han_bracket", "bracket"}
    elif sign.isascii() and sign.isdigit():
        names = {"decimal", "bracket"}
    elif sign.isascii() and sign.isalpha():
        names = {"letter"}
    else:
        names = {"circle"} if "①" <= sign <= "⑳" else {"han"}
        names = names if sign in _NUMERALS or names == {"circle"} else set()
    return tuple(one for one in _STYLES if one[0] in names)


def _path(open_: list[tuple[float, str]], style: str, number: str) -> str:
    rank: float = _RANK[style]
    if style == "decimal":
        if "." in number or not any(one >= _RANK["han"] for one, _ in open_):
            open_[:] = [one for one in open_ if one[0] < _RANK["article"]] + [(rank, number)]
            return number
        rank = _RANK["han_bracket"] + 0.5  # 一、（一）1.（1）①
    while open_ and open_[-1][0] >= rank:
        open_.pop()
    shown = str(value_of(number))
    above = ".".join(one for _, one in open_)
    open_.append((rank, shown))
    return f"{above}.{shown}" if above else shown


def value_of(number: str) -> int:
    """Return a number in digits, in Chinese, in a circle, or as a letter."""
    if number.isdecimal():
        return int(number)
    if len(number) == 1 and "①" <= number <= "⑳":
        return ord(number) - ord("①") + 1
    if number.isascii() and number.isalpha():
        return ord(number[0].lower()) - ord("a") + 1
    total = current = 0
    for sign in number:
        if sign == "百":
            total, current = total + (current or 1) * 100, 0
        elif sign == "十":
            total, current = total + (current or 1) * 10, 0
        else:
            current = _HAN_DIGITS.get(sign, 0)
    return total + current


def _is_contents_line(line: str) -> bool:
    return re.search(r"(?:[.…·]{3,}|\s)[(（]?\d{1,3}[)）]?\s*$", line) is not None and "。" not in line
