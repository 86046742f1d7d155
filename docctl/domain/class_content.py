"""Decides what the retention classes of a company may say together, and their one form (R-1, R-2, R-3)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from docctl.domain.class_data import class_in, class_to_data
from docctl.domain.retention_classes import RetentionClass, TriggerKind, check_class
from docctl.domain.retention_schedule import BUILT_IN, CATCH_ALL
from docctl.domain.verdicts import Refused, RuleRefused

MOST_CLASSES: Final = 200
LONGEST_NAME: Final = 60
LONGEST_BASIS: Final = 200
MOST_FUNCTIONS: Final = 10

#: Events that a period may wait for (R-2).
EVENTS: Final = (
    "product_life_end",
    "asset_scrapped",
    "contract_end",
    "project_handover",
    "warranty_end",
    "dispute_end",
    "staff_left",
    "shelf_life_end",
    "last_activity",
    "deal_given_up",
)
#: Functions that units answer for, and that may be asked for an opinion (R-6).
FUNCTIONS: Final = ("quality", "purchasing", "legal", "personnel", "environment", "safety", "accounting")

_CODE: Final = re.compile("[a-z][a-z0-9_]{0,39}")
_KEYS: Final = frozenset(
    {"code", "name", "basis", "use", "period", "trigger", "is_law", "action", "maximum", "functions"}
)
_DATA: Final = ("period", "trigger", "is_law", "action", "maximum", "functions")


class Use(StrEnum):
    """What a class is for: forms choose it, it is for the rest, or forms choose it no longer."""

    OPEN = "open"
    CATCH_ALL = "catch_all"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A class of the schedule, and what it is for."""

    cls: RetentionClass
    use: Use


def shipped_classes() -> dict[str, Any]:
    """Return what a company starts with: the built-in classes that count from a day (R-3).

    Events cannot be entered yet, so none waits for one.
    """
    dated = [one for one in BUILT_IN if one.trigger.kind is not TriggerKind.EVENT]
    return classes_content(
        Scheduled(one, Use.CATCH_ALL if one.code == CATCH_ALL else Use.OPEN) for one in dated
    )


def classes_content(classes: Iterable[Scheduled]) -> dict[str, Any]:
    """Return classes as canonical content."""
    return {
        "classes": [
            {
                "code": one.cls.code,
                "name": one.cls.name,
                "basis": one.cls.basis,
                "use": one.use.value,
                **class_to_data(one.cls),
            }
            for one in classes
        ]
    }


def schedule_of(content: Mapping[str, Any]) -> tuple[Scheduled, ...]:
    """Return the classes of a canonical content, in their order."""
    return tuple(
        Scheduled(class_in(one["code"], one["name"], one["basis"], one), Use(one["use"]))
        for one in content["classes"]
    )


def data_of_line(line: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a row stores of a class of a canonical content besides code, name, basis and use."""
    return {name: line[name] for name in _DATA}


def check_classes(data: object) -> dict[str, Any]:
    """Return the canonical schedule, or raise RuleRefused with the class concerned (R-1, R-2, R-10).

    Exactly one class is for the rest, and no two have one code.
    """
    if (
        not isinstance(data, Mapping)
        or set(data) != {"classes"}
        or not isinstance(data["classes"], list | tuple)
    ):
        raise unfit(Refused("R-1", "schedule_unfit"))
    given = data["classes"]
    if len(given) > MOST_CLASSES:
        raise unfit(Refused("R-1", "too_many_classes", {"most": MOST_CLASSES}))
    found: dict[str, Scheduled] = {}
    for one in given:
        line = _checked(one)
        if line.cls.code in found:
            raise unfit(Refused("R-1", "class_twice", {"class": line.cls.code}))
        found[line.cls.code] = line
    rest = [one.cls.code for one in found.values() if one.use is Use.CATCH_ALL]
    if not rest:
        raise unfit(Refused("R-10", "no_catch_all"))
    if len(rest) > 1:
        raise unfit(Refused("R-10", "two_catch_alls", {"class": rest[1], "other": rest[0]}))
    return classes_content(found.values())


def _checked(data: object) -> Scheduled:
    if not isinstance(data, Mapping) or set(data) != _KEYS or not isinstance(data["code"], str):
        raise unfit(Refused("R-1", "schedule_unfit"))
    code = data["code"].strip()
    if not _CODE.fullmatch(code):
        raise unfit(Refused("R-1", "class_code_unfit", {"class": code[:60]}))
    name, basis = _plain(data["name"]), _plain(data["basis"])
    if not _fits(name, LONGEST_NAME):
        raise unfit(Refused("R-1", "name_unfit", {"class": code, "longest": LONGEST_NAME}))
    if not _fits(basis, LONGEST_BASIS):
        raise unfit(Refused("R-1", "basis_unfit", {"class": code, "longest": LONGEST_BASIS}))
    if not _is_typed(data):
        raise unfit(Refused("R-1", "class_unfit", {"class": code}))
    trigger = data["trigger"]
    if not _is_known(trigger):
        shown = str(trigger["event"] or trigger["kind"])[:60]
        raise unfit(Refused("R-2", "trigger_unknown", {"class": code, "value": shown}))
    try:
        cls, use = class_in(code, name, basis, data), Use(data["use"])
    except (KeyError, TypeError, ValueError) as error:
        raise unfit(Refused("R-1", "class_unfit", {"class": code})) from error
    functions = tuple(sorted(set(cls.functions)))
    if unknown := [one for one in functions if one not in FUNCTIONS]:
        raise unfit(Refused("R-6", "function_unknown", {"class": code, "value": unknown[0][:60]}))
    cls = RetentionClass(
        code, name, basis, cls.period, cls.trigger, cls.is_law, cls.action, cls.maximum, functions
    )
    verdict = check_class(cls)
    if isinstance(verdict, Refused):
        raise unfit(Refused(verdict.rule, verdict.code, {**verdict.params, "class": code}))
    return Scheduled(cls, use)


def _is_known(trigger: Mapping[str, Any]) -> bool:
    return trigger["kind"] in set(TriggerKind) - {TriggerKind.EVENT} or (
        trigger["kind"] == TriggerKind.EVENT and trigger["event"] in EVENTS
    )


def _is_typed(data: Mapping[str, Any]) -> bool:
    """Say whether the parts of a class are of the types that they are stored as."""
    trigger, functions = data["trigger"], data["functions"]
    periods = [data["period"], *([data["maximum"]] if data["maximum"] is not None else [])]
    return (
        all(
            isinstance(one, Mapping) and set(one) == {"amount", "unit"} and type(one["amount"]) is int
            for one in periods
        )
        and isinstance(trigger, Mapping)
        and set(trigger) == {"kind", "event", "month"}
        and isinstance(trigger["kind"], str)
        and isinstance(trigger["event"], str)
        and type(trigger["month"]) is int
        and isinstance(data["is_law"], bool)
        and isinstance(functions, list | tuple)
        and len(functions) <= MOST_FUNCTIONS
        and all(isinstance(one, str) for one in functions)
    )


def _plain(value: object) -> str:
    return " ".join(unicodedata.normalize("NFC", value).split()) if isinstance(value, str) else ""


def _fits(text: str, longest: int) -> bool:
    """Say whether a text can be typed in a line, and stand in a cell that no sheet takes for a formula."""
    is_mark = text.partition(" ")[0].casefold() in {"law", "法律"}  # what marks a basis as law begins none
    return (
        1 <= len(text) <= longest
        and text.isprintable()
        and not {*"|\uff5c"} & {*text}
        and text[0] not in "=+-@"
        and not is_mark
    )


def unfit(refused: Refused) -> RuleRefused:
    """Return a refusal beside the one field of the editor."""
    return RuleRefused(Refused(refused.rule, refused.code, {**refused.params, "field": "classes"}))
