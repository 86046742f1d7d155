"""Decides what the header blocks of a company may say: rows of cells with words to fill in (D-3, D-14, O-4).

    # copy
    {company} | {number} | {issue} / {amendment}
    {drafting} | {systems} | {effective}
    foot: {number} {label} {page}/{pages}

    # list NB
    {company} | {title} | {day}

A line with `#` begins a block: for stamped copies, lists or slips, of one legal entity or of all the others.
Where there is no block, what is printed stays as it is shipped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from docctl.domain.verdicts import Refused, RuleRefused

MOST_BLOCKS: Final = 100
MOST_ROWS: Final = 6
MOST_CELLS: Final = 4
LONGEST_CELL: Final = 80

_ITEM: Final = ("company", "number", "title", "unit")
#: What can be filled in, by what is printed; Chinese words are understood as well.
PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    "copy": (
        *_ITEM,
        "label",
        "issue",
        "amendment",
        "type",
        "drafting",
        "systems",
        "approved",
        "issued",
        "effective",
        "copy",
        "holder",
        "printed",
        "word",
    ),
    "list": ("company", "title", "day"),
    "slip": (*_ITEM, "form", "day"),
}
#: What the foot of a copy can say besides; it always says which page of how many (D-3).
PAGES: Final = ("page", "pages")
_CHINESE: Final[Mapping[str, str]] = {
    "公司": "company",
    "编号": "number",
    "名称": "title",
    "部门": "unit",
    "归口部门": "unit",
    "版本": "label",
    "版本号": "issue",
    "修订状态": "amendment",
    "类型": "type",
    "拟文部门": "drafting",
    "体系": "systems",
    "批准日期": "approved",
    "发布日期": "issued",
    "实施日期": "effective",
    "分发号": "copy",
    "持有人": "holder",
    "打印时间": "printed",
    "标识": "word",
    "日期": "day",
    "表格": "form",
    "页": "page",
    "总页数": "pages",
}
_USES: Final[Mapping[str, str]] = {"副本": "copy", "清单": "list", "标签": "slip"}
SAID: Final[Mapping[str, str]] = {english: chinese for chinese, english in _USES.items()}
_FIELD: Final = re.compile(r"\{([^{}]*)\}")
_FOOT: Final = re.compile(r"(?:foot|页脚)\s*[:：]\s*(.*)")  # as it is typed in Chinese
_CODE: Final = re.compile(r"[^\s|{}#]{1,40}")


@dataclass(frozen=True, slots=True)
class Block:
    """A header block: its rows of cells, and the foot of a copy, "" as it is shipped."""

    rows: tuple[tuple[str, ...], ...]
    foot: str


def shipped_headers() -> dict[str, Any]:
    """Return what a company starts with: no block, so that everything is printed as it was (D-14)."""
    return {"blocks": []}


def check_headers(data: object) -> dict[str, Any]:
    """Return the canonical blocks, or raise RuleRefused with what is wrong in which (D-14)."""
    if not isinstance(data, Mapping) or set(data) != {"blocks"}:
        raise _unfit(Refused("D-14", "header_unfit"))
    given = data["blocks"]
    if not isinstance(given, list | tuple) or len(given) > MOST_BLOCKS:
        raise _unfit(Refused("D-14", "header_too_many", {"most": MOST_BLOCKS}))
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for one in given:
        block = _checked(one)
        key = block["use"], block["entity"]
        if key in found:
            raise _unfit(Refused("D-14", "header_twice", {"block": " ".join(filter(None, key))}))
        found[key] = block
    return {"blocks": [found[key] for key in sorted(found)]}


def _checked(data: object) -> dict[str, Any]:
    if not isinstance(data, Mapping) or set(data) != {"use", "entity", "rows", "foot"}:
        raise _unfit(Refused("D-14", "header_unfit"))
    use, entity, rows, foot = data["use"], data["entity"], data["rows"], data["foot"]
    if use not in PLACES or not isinstance(entity, str) or (entity and not _CODE.fullmatch(entity)):
        raise _unfit(Refused("D-14", "header_unfit"))
    if not isinstance(rows, list | tuple) or not 1 <= len(rows) <= MOST_ROWS:
        raise _unfit(Refused("D-14", "header_rows", {"block": use, "most": MOST_ROWS}))
    checked = [_row(row, use) for row in rows]
    named = {name for row in checked for cell in row for name in _FIELD.findall(cell)}
    if use == "copy" and not ("number" in named and ("label" in named or {"issue", "amendment"} <= named)):
        raise _unfit(Refused("D-3", "header_needs_number"))
    if use == "slip" and "number" not in named:
        raise _unfit(Refused("N-4", "header_needs_number"))
    return {"use": use, "entity": entity, "rows": checked, "foot": _foot(foot, use)}


def _row(data: object, use: str) -> list[str]:
    if not isinstance(data, list | tuple) or not 1 <= len(data) <= MOST_CELLS:
        raise _unfit(Refused("D-14", "header_cells", {"block": use, "most": MOST_CELLS}))
    return [_cell(one, PLACES[use]) for one in data]


def _foot(data: object, use: str) -> str:
    if data == "":
        return ""
    if use != "copy":
        raise _unfit(Refused("D-14", "header_unfit"))
    text = _cell(data, (*PLACES["copy"], *PAGES))
    if set(PAGES) - set(_FIELD.findall(text)):
        raise _unfit(Refused("D-3", "header_needs_pages"))
    return text


def _cell(data: object, places: Collection[str]) -> str:
    if not isinstance(data, str):
        raise _unfit(Refused("D-14", "header_unfit"))
    text = " ".join(unicodedata.normalize("NFC", data).split())
    if len(text) > LONGEST_CELL or not text.isprintable() or "|" in text:
        raise _unfit(Refused("D-14", "header_cell_unfit", {"longest": LONGEST_CELL}))
    names = _FIELD.findall(text)
    if text.count("{") != len(names) or text.count("}") != len(names):
        raise _unfit(Refused("D-14", "header_braces", {"cell": text[:40]}))
    read = {name: _CHINESE.get(name.strip(), name.strip().casefold()) for name in names}
    for name, place in read.items():
        if place not in places:
            raise _unfit(Refused("D-14", "header_place_unknown", {"place": name[:40]}))
    return _FIELD.sub(lambda found: f"{{{read[found[1]]}}}", text)


def block_of(content: Mapping[str, Any], use: str, entity: str) -> Block | None:
    """Return the block of a legal entity, else that of all the others, None for as shipped (O-4)."""
    by_entity = {one["entity"]: one for one in content["blocks"] if one["use"] == use}
    found = by_entity.get(entity) or by_entity.get("")
    return Block(tuple(map(tuple, found["rows"])), found["foot"]) if found else None


def filled(block: Block, values: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    """Return the rows with their values; a cell whose values are all missing is empty, a row of them goes."""
    rows = (tuple(_filled(cell, values) for cell in row) for row in block.rows)
    return tuple(row for row in rows if any(row))


def foot_of(block: Block, values: Mapping[str, str]) -> str:
    """Return the foot with its values; the pages stay to be filled in."""
    return _FIELD.sub(lambda found: found[0] if found[1] in PAGES else values.get(found[1], ""), block.foot)


def _filled(cell: str, values: Mapping[str, str]) -> str:
    names = _FIELD.findall(cell)
    if names and not any(values.get(name) for name in names):
        return ""
    return _FIELD.sub(lambda found: values.get(found[1], ""), cell).strip()


def uses_of(block: Block) -> frozenset[str]:
    """Return what the rows of a block fill in."""
    return frozenset(name for row in block.rows for cell in row for name in _FIELD.findall(cell))


def read_headers(typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the blocks that were typed; raise RuleRefused with the line that cannot be read (D-14)."""
    blocks: list[dict[str, Any]] = []
    for raw in typed.get("blocks", "").splitlines():
        line = unicodedata.normalize("NFC", raw).strip()
        if not line:
            continue
        if line[0] in "#\uff03":
            use, _, entity = line[1:].strip().partition(" ")
            name = _USES.get(use, use.casefold())
            if name not in PLACES:
                raise _unfit(Refused("D-14", "header_line_unfit", {"line": line[:60]}))
            blocks.append({"use": name, "entity": entity.strip(), "rows": [], "foot": ""})
        elif not blocks:
            raise _unfit(Refused("D-14", "header_line_unfit", {"line": line[:60]}))
        elif found := _FOOT.fullmatch(line):
            blocks[-1]["foot"] = found[1]
        else:
            blocks[-1]["rows"].append([one.strip() for one in line.replace("\uff5c", "|").split("|")])
    return check_headers({"blocks": blocks})


def write_headers(content: Mapping[str, Any]) -> dict[str, str]:
    """Return the blocks as they are typed; reading them again gives the same content."""
    return {"blocks": "\n\n".join("\n".join(_lines(one)) for one in content["blocks"])}


def lines_of_headers(content: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the rows by block and place, for comparing two contents."""
    return {
        "blocks": {
            f"{one['use']} {one['entity']} {at:02}": line
            for one in content["blocks"]
            for at, line in enumerate(_lines(one))
        }
    }


def say_headers(text: str, language: str) -> str:
    """Return typed lines in the words of a language."""
    if not language.startswith("zh"):
        return text
    words: dict[str, str] = {}
    for chinese, name in _CHINESE.items():
        words.setdefault(name, chinese)
    lines = []
    for line in text.split("\n"):
        said = _FIELD.sub(lambda found: f"{{{words.get(found[1], found[1])}}}", line)
        if line.startswith("# "):
            use, _, entity = line[2:].partition(" ")
            said = f"# {SAID.get(use, use)} {entity}".rstrip()
        lines.append(f"页脚：{said[5:].strip()}" if said.startswith("foot:") else said)
    return "\n".join(lines)


def _lines(block: Mapping[str, Any]) -> list[str]:
    head = f"# {block['use']} {block['entity']}".rstrip()
    rows = [" | ".join(row) for row in block["rows"]]
    return [head, *rows, *([f"foot: {block['foot']}"] if block["foot"] else [])]


def _unfit(refused: Refused) -> RuleRefused:
    """Return a refusal beside the one field of the editor."""
    return RuleRefused(Refused(refused.rule, refused.code, {**refused.params, "field": "blocks"}))
