"""Decides how routes are typed, and written again (A-1, A-6).

    # 程序文件 | type procedure | unit QA PD
    form_check 形式审查 | role reviewer | 1 working_days
    - 编号、版本与封面一致
    - 附件齐全
    review 审核 | role reviewer | 3 working_days
    review 会签 | head PD | 2 working_days | if not first_issue
    & review 会签 | head CS | 2 working_days
    approve | role approver | 3 working_days
    inform 抄送 | post PD/调度

A line with `#` begins a route; `&` sets a step beside the one before; `may_repeat` lets its signer sign
another step too; `delegate never` and `delegate post UNIT/NAME` say who may stand in for its signer (A-8);
without either, whoever may sign. Lines with `-` are what the formal check above them asks (A-9). A line with
`inform` tells somebody, beside (`&`) the step before, else when the next one opens, after the last one with
the issue (A-10). Routes are looked at from above; the last one is for all that is left.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from docctl.domain.copy_to import INFORM
from docctl.domain.route_content import MEANINGS, check_routes
from docctl.domain.step_limits import UNITS, USUAL, limit_to_data
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.domain.who import Delegable, Who

_WORDS: Final = {
    "形式审查": "form_check",
    "审核": "review",
    "批准": "approve",
    "抄送": INFORM,
    "抄报": INFORM,
    "知会": INFORM,
    "角色": "role",
    "岗位": "post",
    "部门负责人": "head",
    "分管领导": "leader",
    "人员": "person",
    "核决权限": "authority",
    "类型": "type",
    "部门": "unit",
    "若": "if",
    "可同人": "may_repeat",
    "代签": "delegate",
    "不可": "never",
    "不限": "free",
    "工作日": "working_days",
    "自然日": "days",
    "天": "days",
    "工作小时": "working_hours",
    "小时": "hours",
    "周": "weeks",
}

#: What begins a point of a formal check (A-9).
_POINT: Final = "-－—–•·"


def read_routes(typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the routes that were typed; raise RuleRefused with the line that cannot be read (A-1)."""
    routes: list[dict[str, Any]] = []
    for raw in typed.get("routes", "").splitlines():
        line = unicodedata.normalize("NFC", raw).replace("｜", "|").strip()
        if not line:
            continue
        if line[0] in "#＃":
            routes.append(_read_route(line))
        elif not routes:
            raise _unreadable(line)
        elif line[0] in _POINT:
            if not routes[-1]["steps"]:
                raise _unreadable(line)
            routes[-1]["steps"][-1].setdefault("points", []).append(line.lstrip(_POINT).strip())
        else:
            routes[-1]["steps"].append(_read_step(line))
    return check_routes({"routes": routes})


def _parts(text: str, line: str) -> tuple[list[str], str]:
    """Return what stands between the bars, and the condition, which is the last and may hold bars."""
    parts: list[str] = []
    rest = text
    while rest:
        first, _, after = rest.partition("|")
        word = _word(first.split()[0]) if first.split() else ""
        if parts and word == "if":
            said = rest.strip().split(maxsplit=1)
            if len(said) == 1:
                raise _unreadable(line)
            return parts, said[1]
        parts.append(first.strip())
        rest = after
    return parts, ""


def _read_route(line: str) -> dict[str, Any]:
    parts, condition = _parts(line[1:], line)
    found: dict[str, Any] = {
        "name": parts[0] if parts else "",
        "types": [],
        "units": [],
        "condition": condition,
        "steps": [],
    }
    for part in parts[1:]:
        word, *codes = part.split() or [""]
        if _word(word) not in {"type", "unit"} or not codes:
            raise _unreadable(line)
        found[f"{_word(word)}s"] = codes
    return found


def _read_step(line: str) -> dict[str, Any]:
    beside = line[0] in "&＆"
    parts, condition = _parts(line[1:] if beside else line, line)
    if _word((parts[0].split() or [""])[0]) == INFORM:
        return _read_copy(parts, condition, line, beside=beside)
    separate, delegate = True, None
    while parts and (word := _word((parts[-1].split() or [""])[0])) in {"may_repeat", "delegate"}:
        said = parts.pop()
        if word == "delegate" and delegate is None:
            delegate = _read_delegate(said, line)
        elif word == "may_repeat" and separate and len(said.split()) == 1:
            separate = False
        else:
            raise _unreadable(line)
    if len(parts) not in {2, 3}:
        raise _unreadable(line)
    meaning, _, name = parts[0].partition(" ")
    kind, _, of = parts[1].partition(" ")
    if _word(meaning) not in MEANINGS or _word(kind) not in set(Who):
        raise _unreadable(line)
    return {
        "meaning": _word(meaning),
        "name": name.strip(),
        "who": {"kind": _word(kind), "of": of.strip()},
        "limit": _read_limit(parts[2], line) if len(parts) == 3 else limit_to_data(USUAL),
        "separate": separate,
        "beside": beside,
        "condition": condition,
        **({} if delegate is None else {"delegate": delegate}),
    }


def _read_copy(parts: list[str], condition: str, line: str, *, beside: bool) -> dict[str, Any]:
    """Return a copy-to step; 抄报 and 知会 stay its name where it has no other (A-10)."""
    if len(parts) != 2:
        raise RuleRefused(Refused("A-10", "informs_plainly", {"field": "routes", "line": line[:60]}))
    word, _, name = parts[0].partition(" ")
    kind, _, of = parts[1].partition(" ")
    if _word(kind) not in set(Who):
        raise _unreadable(line)
    return {
        "meaning": INFORM,
        "name": name.strip() or (word if word in {"抄报", "知会"} else ""),
        "who": {"kind": _word(kind), "of": of.strip()},
        "beside": beside,
        "condition": condition,
    }


def _read_delegate(text: str, line: str) -> dict[str, str]:
    _, kind, of = [*text.split(maxsplit=2), "", ""][:3]
    if _word(kind) not in set(Delegable):
        raise _unreadable(line)
    return {"kind": _word(kind), "of": of.strip()}


def _read_limit(text: str, line: str) -> dict[str, Any]:
    found = re.fullmatch(r"(\d{1,5})\s*(\S+)", unicodedata.normalize("NFKC", text))
    if found is None or _word(found[2]) not in set(UNITS):
        raise _unreadable(line)
    return {"amount": int(found[1]), "unit": _word(found[2])}


def write_routes(content: Mapping[str, Any]) -> dict[str, str]:
    """Return the routes as they are typed; reading them again gives the same content."""
    return {
        "routes": "\n\n".join(
            "\n".join([_head(one), *map(_lines, one["steps"])]) for one in content["routes"]
        )
    }


def lines_of_routes(content: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the routes line by line, by name and number, for comparing two contents."""
    found = {}
    for number, one in enumerate(content["routes"], start=1):
        found[f"{one['name']} 00"] = f"{number}. {_head(one)[2:]}"
        for at, step in enumerate(one["steps"], start=1):
            found[f"{one['name']} {at:02}"] = f"{one['name']} · {_line(step)}"
            for number_of, point in enumerate(step.get("points", ()), start=1):
                found[f"{one['name']} {at:02} {number_of:02}"] = f"{one['name']} · - {point}"
    return {"routes": found}


def _head(route: Mapping[str, Any]) -> str:
    parts = [f"# {route['name']}"]
    parts += [f"{word} {' '.join(route[f'{word}s'])}" for word in ("type", "unit") if route[f"{word}s"]]
    return " | ".join([*parts, *([f"if {route['condition']}"] if route["condition"] else [])])


def _line(step: Mapping[str, Any]) -> str:
    who, limit = step["who"], step.get("limit")
    parts = [f"{step['meaning']} {step['name']}".strip(), f"{who['kind']} {who['of']}".strip()]
    parts += [f"{limit['amount']} {limit['unit']}"] if limit else []  # who is told has none
    parts += [] if step.get("separate", True) else ["may_repeat"]
    if (said := step.get("delegate")) is not None:
        parts.append(f"delegate {said['kind']} {said['of']}".strip())
    parts += [f"if {step['condition']}"] if step["condition"] else []
    return ("& " if step["beside"] else "") + " | ".join(parts)


def _lines(step: Mapping[str, Any]) -> str:
    return "\n".join([_line(step), *(f"- {point}" for point in step.get("points", ()))])


def _word(text: str) -> str:
    return _WORDS.get(text, text.casefold())


def _unreadable(line: str) -> RuleRefused:
    return RuleRefused(Refused("A-1", "line_unfit", {"field": "routes", "line": line[:60]}))
