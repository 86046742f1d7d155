"""Decides how retention classes are typed and written again, as lines or as rows of a sheet (R-1, V-2).

    quality | 质量记录 | 公司记录控制程序 | 5 years | completion | destroy | functions quality
    other | 其他记录 | 公司记录控制程序 | 4 years | completion | destroy | catch_all
    accounting_tax | 纳税申报表 | law 会计档案管理办法 | 10 years | end_of_fiscal_year:12 | review

A line is a class: code, name, basis (`law` before it where it is one), period, what it counts from, what
then; behind, as far as there is any: `max 6 years`, `functions quality legal`, `catch_all` or `closed`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from docctl.domain.class_content import EVENTS, Use, check_classes, schedule_of, unfit
from docctl.domain.retention_classes import EndAction, Period, Trigger, TriggerKind, Unit
from docctl.domain.verdicts import Refused, RuleRefused

#: The columns of a sheet, and how their heads may be written.
COLUMNS: Final = (
    "code",
    "name",
    "basis",
    "law",
    "period",
    "trigger",
    "action",
    "maximum",
    "functions",
    "use",
)
HEADS: Final[Mapping[str, str]] = {
    "code": "类别代码",
    "name": "名称",
    "basis": "依据",
    "law": "法律规定",
    "period": "保存期限",
    "trigger": "起算点",
    "action": "到期后",
    "maximum": "最长期限",
    "functions": "鉴定职能",
    "use": "用途",
}
#: The words of lines in Chinese, by the plain ones.
CHINESE: Final[Mapping[str, str]] = {
    Unit.DAYS: "天",
    Unit.MONTHS: "个月",
    Unit.YEARS: "年",
    Unit.PERMANENT: "永久",
    TriggerKind.COMPLETION: "完成",
    TriggerKind.END_OF_CALENDAR_YEAR: "年末",
    TriggerKind.END_OF_FISCAL_YEAR: "会计年度末",
    TriggerKind.SUPERSESSION: "被替代",
    TriggerKind.EVENT: "事件",
    "product_life_end": "产品寿命终止",
    "asset_scrapped": "资产报废",
    "contract_end": "合同终止",
    "project_handover": "项目移交",
    "warranty_end": "保修期满",
    "dispute_end": "争议终结",
    "staff_left": "人员离职",
    "shelf_life_end": "保质期满",
    "last_activity": "最后活动",
    "deal_given_up": "交易放弃",
    EndAction.REVIEW: "复核",
    EndAction.DESTROY: "销毁",
    EndAction.TRANSFER: "移交",
    "quality": "质量管理",
    "purchasing": "采购",
    "legal": "法务",
    "personnel": "人事",
    "environment": "环境管理",
    "safety": "安全管理",
    "accounting": "财务会计",
    Use.CATCH_ALL: "其余",
    Use.CLOSED: "停用",
    Use.OPEN: "可选",
    "law": "法律",
    "max": "最长",
    "functions": "职能",
}
_ENGLISH: Final = {
    **{word: str(name) for name, word in CHINESE.items()},
    "鉴定": "review",
    "日": "days",
    "day": "days",
    "月": "months",
    "month": "months",
    "year": "years",
    "是": "law",
    "yes": "law",
}
_PERIOD: Final = re.compile(r"(?P<amount>\d{1,6})\s*(?P<unit>\D+)")
_BETWEEN: Final = re.compile(r"[\s,、，;；]+")
_FEWEST, _MOST = 6, 9


def read_classes(typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the schedule that was typed; raise RuleRefused with the line that cannot be read (R-1)."""
    rows = []
    for raw in typed.get("classes", "").splitlines():
        line = unicodedata.normalize("NFC", raw).replace("｜", "|").strip()
        if not line:
            continue
        parts = [one.strip() for one in line.split("|")]
        if not _FEWEST <= len(parts) <= _MOST:
            raise _unreadable(line)
        code, name, basis, period, trigger, action, *more = parts
        law, basis = _law(basis)
        rows.append((code, name, basis, law, period, trigger, action, *_more(more, line)))
    return of_rows(rows)


def of_rows(rows: Iterable[Sequence[str]]) -> dict[str, Any]:
    """Return the schedule that rows under the columns say; raise RuleRefused for one that cannot be read."""
    return check_classes({"classes": [_read(tuple(one.strip() for one in row)) for row in rows]})


def rows_of(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return the schedule as rows under the columns; reading them again gives the same content."""
    return [
        (
            one.cls.code,
            one.cls.name,
            one.cls.basis,
            "law" if one.cls.is_law else "",
            _period(one.cls.period),
            str(one.cls.trigger),
            one.cls.action.value,
            _period(one.cls.maximum) if one.cls.maximum else "",
            " ".join(one.cls.functions),
            "" if one.use is Use.OPEN else one.use.value,
        )
        for one in schedule_of(content)
    ]


def write_classes(content: Mapping[str, Any]) -> dict[str, str]:
    """Return a schedule as it is typed; reading it again gives the same content."""
    return {"classes": "\n".join(map(_line, rows_of(content)))}


def lines_of_classes(content: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the classes by code, for comparing two contents."""
    return {"classes": {row[0]: _line(row) for row in rows_of(content)}}


def say_classes(text: str, language: str) -> str:
    """Return typed lines in the words of a language."""
    if not language.startswith("zh"):
        return text
    return "\n".join(map(_said, text.split("\n")))


def _said(line: str) -> str:
    parts = line.split(" | ")
    if len(parts) < _FEWEST:
        return line
    code, name, basis, period, trigger, action, *more = parts
    law, basis = _law(basis)
    said = [code, name, f"{CHINESE['law']} {basis}" if law else basis, _period_said(period)]
    said.append("：".join(CHINESE.get(one, one) for one in trigger.split(":")))
    said.append(CHINESE.get(action, action))
    for one in more:
        word, _, rest = one.partition(" ")
        told = _period_said(rest) if word == "max" else " ".join(CHINESE.get(x, x) for x in rest.split())
        said.append(f"{CHINESE.get(word, word)} {told}".strip())
    return " | ".join(said)


def _period_said(text: str) -> str:
    return " ".join(CHINESE.get(one, one) for one in text.split())


def _line(row: Sequence[str]) -> str:
    code, name, basis, law, period, trigger, action, maximum, functions, use = row
    more = [f"max {maximum}" if maximum else "", f"functions {functions}" if functions else "", use]
    return " | ".join(
        (code, name, f"law {basis}" if law else basis, period, trigger, action, *filter(None, more))
    )


def _period(period: Period) -> str:
    return period.unit.value if period.is_permanent else f"{period.amount} {period.unit.value}"


def _law(basis: str) -> tuple[str, str]:
    """Return whether a basis is marked as law, and the basis without the mark."""
    word, _, rest = basis.partition(" ")
    return ("law", rest.strip()) if _plain(word) == "law" and rest.strip() else ("", basis)


def _more(parts: Iterable[str], line: str) -> tuple[str, str, str]:
    """Return the maximum, the functions and the use that stand behind a line, each at most once."""
    found: dict[str, str] = {}
    for one in parts:
        first, _, rest = one.partition(" ")
        word = _plain(first)
        name = "use" if word in set(Use) else word
        if name not in {"max", "functions", "use"} or name in found or (name == "use") == bool(rest):
            raise _unreadable(line)
        found[name] = word if name == "use" else rest
    return found.get("max", ""), found.get("functions", ""), found.get("use", "")


def _read(row: Sequence[str]) -> dict[str, Any]:
    code, name, basis, law, period, trigger, action, maximum, functions, use = row
    line = " | ".join(filter(None, row))
    kind, _, rest = trigger.replace("：", ":").partition(":")
    word, rest = _plain(kind), _plain(rest)
    if word in EVENTS:  # the event alone is understood too
        word, rest = TriggerKind.EVENT.value, word
    is_fiscal = word == TriggerKind.END_OF_FISCAL_YEAR
    if rest and (not rest.isdecimal() if is_fiscal else word != TriggerKind.EVENT):
        raise unfit(Refused("R-2", "trigger_unknown", {"class": code[:60], "value": trigger[:60]}))
    if _plain(law) not in {"", "law", "no", "否"} or _plain(use) not in {"", *Use}:
        raise _unreadable(line)
    if _plain(action) not in set(EndAction):
        raise unfit(Refused("R-1", "action_unknown", {"class": code[:60], "value": action[:60]}))
    return {
        "code": code,
        "name": name,
        "basis": basis,
        "use": _plain(use) or Use.OPEN.value,
        "period": _period_read(period, line),
        "trigger": {
            "kind": word,
            "event": rest if word == TriggerKind.EVENT else "",
            "month": int(rest[:4]) if is_fiscal and rest else Trigger(TriggerKind.COMPLETION).month,
        },
        "is_law": _plain(law) == "law",
        "action": _plain(action),
        "maximum": _period_read(maximum, line) if maximum else None,
        "functions": [_plain(one) for one in _BETWEEN.split(functions) if one],
    }


def _period_read(text: str, line: str) -> dict[str, Any]:
    plain = unicodedata.normalize("NFKC", text).strip()
    if _plain(plain) == Unit.PERMANENT:
        return {"amount": 0, "unit": Unit.PERMANENT.value}
    found = _PERIOD.fullmatch(plain)
    unit = _plain(found["unit"]) if found else ""
    if found is None or unit not in {Unit.DAYS, Unit.MONTHS, Unit.YEARS}:
        raise _unreadable(line)
    return {"amount": int(found["amount"]), "unit": unit}


def _plain(word: str) -> str:
    word = unicodedata.normalize("NFKC", word).strip()
    return _ENGLISH.get(word, word.casefold())


def _unreadable(line: str) -> RuleRefused:
    return unfit(Refused("R-1", "line_unfit", {"line": line[:60]}))
