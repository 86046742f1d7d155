"""Decides how an authority table is typed and written again, as lines or as rows of a sheet (A-7).

    采购合同 | * | 0 - 50000 元 | head
    采购合同 | * | 50000 - 500000 元 | leader
    采购合同 | * | over 500000 元 | post GM/总经理
    采购合同 | CS | over 0 元 | head CS

A line is a level: the class of decisions, the area (a unit with all below it, `*` for the rest), the amounts
that it decides, from above the first up to the second, and who it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from docctl.domain.amounts import YUAN, read_amount
from docctl.domain.authority_content import check_authority
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.domain.who import Who

#: The columns of a sheet, and how their heads may be written.
COLUMNS: Final = ("class", "area", "over", "up_to", "unit", "kind", "of")
HEADS: Final[Mapping[str, str]] = {
    "class": "事项类别",
    "area": "范围",
    "over": "超过",
    "up_to": "至",
    "unit": "单位",
    "kind": "审批人",
    "of": "岗位/部门/账号",
}
CHINESE: Final[Mapping[str, str]] = {
    Who.ROLE: "角色",
    Who.POST: "岗位",
    Who.HEAD: "部门负责人",
    Who.LEADER: "分管领导",
    Who.PERSON: "人员",
}
_ENGLISH: Final = {word: name for name, word in CHINESE.items()}
_REST: Final = frozenset({"", "*", "全部", "其余", "all"})
_NUMBER: Final = r"[\d.,]+\s*(?:百万|千万|千|万|亿)?"
_RANGE: Final = re.compile(
    rf"(?P<over>{_NUMBER})[^\d\-–—~至]*(?:-|–|—|~|至|to)\s*(?P<up_to>{_NUMBER})(?P<unit>.*)"
)
_OVER: Final = re.compile(rf"(?:over|超过|>|大于)\s*(?P<over>{_NUMBER})(?P<unit>.*)")
_ABOVE: Final = re.compile(rf"(?P<over>{_NUMBER})(?P<unit>.*?)\s*(?:以上|and more|\+)")
_UP_TO: Final = re.compile(rf"(?:up to|不超过|<=|≤|至)\s*(?P<up_to>{_NUMBER})(?P<unit>.*)")


def read_authority(typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the table that was typed; raise RuleRefused with the line that cannot be read (A-7)."""
    rows = []
    for raw in typed.get("lines", "").splitlines():
        line = unicodedata.normalize("NFC", raw).replace("｜", "|").strip()
        if not line:
            continue
        parts = [one.strip() for one in line.split("|")]
        if len(parts) != 4:
            raise _unreadable(line)
        kind, _, of = parts[3].partition(" ")
        over, up_to, unit = _amounts(parts[2], line)
        rows.append((parts[0], parts[1], over, up_to, unit, kind, of))
    return of_rows(rows)


def of_rows(rows: Iterable[Sequence[str]]) -> dict[str, Any]:
    """Return the table that rows under the columns say; raise RuleRefused for one that cannot be read."""
    classes: dict[str, dict[str, Any]] = {}
    for row in rows:
        name, area, over, up_to, unit, kind, of = (one.strip() for one in row)
        line = " | ".join(filter(None, (name, area, over, up_to, unit, kind, of)))
        word = _ENGLISH.get(kind, kind.casefold())
        if word not in set(Who) - {Who.AUTHORITY}:
            raise _unreadable(line)
        first, last = _one(over or "0", unit, line), _one(up_to, unit, line) if up_to else None
        found = classes.setdefault(name, {"name": name, "unit": first[1], "areas": {}})
        if {first[1], last[1] if last else first[1]} != {found["unit"]}:
            raise RuleRefused(Refused("A-7", "two_units", {"field": "lines", "class": name[:40]}))
        found["areas"].setdefault("" if area.casefold() in _REST else area, []).append(
            {
                "who": {"kind": str(word), "of": of},
                "over": first[0],
                "up_to": last[0] if last else None,
            }
        )
    return check_authority(
        {
            "classes": [
                {
                    **one,
                    "areas": [{"area": area, "levels": levels} for area, levels in one["areas"].items()],
                }
                for one in classes.values()
            ]
        }
    )


def rows_of(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return the table as rows under the columns; reading them again gives the same content."""
    return [
        (
            kind["name"],
            area["area"] or "*",
            level["over"],
            level["up_to"] or "",
            kind["unit"],
            level["who"]["kind"],
            level["who"]["of"],
        )
        for kind in content["classes"]
        for area in kind["areas"]
        for level in area["levels"]
    ]


def write_authority(content: Mapping[str, Any]) -> dict[str, str]:
    """Return a table as it is typed; reading it again gives the same content."""
    return {"lines": "\n".join(map(_line, rows_of(content)))}


def lines_of_authority(content: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the levels by class, area and place, for comparing two contents."""
    found: dict[str, str] = {}
    counts: dict[tuple[str, str], int] = {}
    for row in rows_of(content):
        place = counts[row[0], row[1]] = counts.get((row[0], row[1]), 0) + 1
        found[f"{row[0]} {row[1]} {place:02}"] = _line(row)
    return {"lines": found}


def say_authority(text: str, language: str) -> str:
    """Return typed lines in the words of a language."""
    if not language.startswith("zh"):
        return text
    lines = []
    for line in text.split("\n"):
        parts = line.split(" | ")
        if len(parts) != 4:
            lines.append(line)
            continue
        name, area, amounts, who = parts
        kind, _, of = who.partition(" ")
        if amounts.startswith("over "):
            amounts = f"{amounts[5:]}以上"
        said = f"{CHINESE.get(kind, kind)} {of}".strip()
        lines.append(f"{name} | {'全部' if area == '*' else area} | {amounts} | {said}")
    return "\n".join(lines)


def _line(row: Sequence[str]) -> str:
    name, area, over, up_to, unit, kind, of = row
    amounts = f"{over} - {up_to} {unit}" if up_to else f"over {over} {unit}"
    return f"{name} | {area} | {amounts} | {kind} {of}".strip()


def _amounts(text: str, line: str) -> tuple[str, str, str]:
    """Return above what a level decides, up to what ("" for without end), and the unit."""
    plain = unicodedata.normalize("NFKC", text).strip()
    for pattern in (_RANGE, _OVER, _ABOVE, _UP_TO):
        if found := pattern.fullmatch(plain):
            said = {"over": "", "up_to": "", **found.groupdict()}
            return said["over"], said["up_to"], said["unit"].strip()
    raise _unreadable(line)


def _one(text: str, unit: str, line: str) -> tuple[str, str]:
    try:
        found = read_amount(f"{text} {unit}" if unit else f"{text} {YUAN}")
    except RuleRefused as error:
        raise _unreadable(line) from error
    return f"{found.value:f}", found.unit


def _unreadable(line: str) -> RuleRefused:
    return RuleRefused(Refused("A-7", "line_unfit", {"field": "lines", "line": line[:60]}))
