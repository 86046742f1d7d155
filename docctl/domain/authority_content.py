"""Decides what an authority table may say, whole, without hole or overlap, and its canonical form (A-7)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from docctl.domain.amounts import LONGEST_UNIT, Amount, read_amount, show_amount, write_amount
from docctl.domain.route_content import names_somebody
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.domain.who import Who

MOST_CLASSES: Final = 100
MOST_AREAS: Final = 50
MOST_LEVELS: Final = 12
LONGEST_NAME: Final = 40

_CODE: Final = re.compile(r"[^\s|]{1,60}")


def shipped_authority() -> dict[str, Any]:
    """Return what a company starts with: no class of decisions, so that nothing asks for the table (A-7)."""
    return {"classes": []}


def check_authority(data: object) -> dict[str, Any]:
    """Return the canonical table, or raise RuleRefused with the class and level concerned (A-7)."""
    if not isinstance(data, Mapping) or set(data) != {"classes"}:
        raise _unfit(Refused("A-7", "content_unfit"))
    given = data["classes"]
    if not isinstance(given, list | tuple) or len(given) > MOST_CLASSES:
        raise _unfit(Refused("A-7", "too_many_classes", {"most": MOST_CLASSES}))
    found = [_checked_class(one) for one in given]
    names = [one["name"] for one in found]
    if twice := [one for one in names if names.count(one) > 1]:
        raise _unfit(Refused("A-7", "class_twice", {"class": twice[0]}))
    return {"classes": sorted(found, key=lambda one: str(one["name"]))}


def _checked_class(data: object) -> dict[str, Any]:
    if not isinstance(data, Mapping) or set(data) != {"name", "unit", "areas"}:
        raise _unfit(Refused("A-7", "content_unfit"))
    name = _name(data["name"])
    if not isinstance(data["unit"], str) or not 1 <= len(data["unit"]) <= LONGEST_UNIT:
        raise _unfit(Refused("A-7", "content_unfit"))
    unit = read_amount(f"1 {data['unit']}").unit
    areas = data["areas"]
    if not isinstance(areas, list | tuple) or not 1 <= len(areas) <= MOST_AREAS:
        raise _unfit(Refused("A-7", "too_many_areas", {"class": name, "most": MOST_AREAS}))
    found: dict[str, dict[str, Any]] = {}
    for one in areas:
        if not isinstance(one, Mapping) or set(one) != {"area", "levels"}:
            raise _unfit(Refused("A-7", "content_unfit"))
        area = one["area"]
        if not isinstance(area, str) or (area and not _CODE.fullmatch(area)):
            raise _unfit(Refused("A-7", "content_unfit"))
        if area in found:
            raise _unfit(Refused("A-7", "area_twice", {"class": name, "area": area}))
        found[area] = {"area": area, "levels": _checked_levels(one["levels"], name, unit)}
    if "" not in found:
        raise _unfit(Refused("A-7", "no_rest", {"class": name}))
    return {"name": name, "unit": unit, "areas": [found[area] for area in sorted(found)]}


def _checked_levels(data: object, name: str, unit: str) -> list[dict[str, Any]]:
    if not isinstance(data, list | tuple) or not 1 <= len(data) <= MOST_LEVELS:
        raise _unfit(Refused("A-7", "too_many_levels", {"class": name, "most": MOST_LEVELS}))
    levels = sorted((_checked_level(one, name) for one in data), key=lambda one: Decimal(one["over"]))
    reached: Decimal | None = Decimal(0)
    for one in levels:
        over = Decimal(one["over"])
        if reached is None or over < reached:
            raise _unfit(Refused("A-7", "overlap", {"class": name, "amount": _shown(over, unit)}))
        if over > reached:
            raise _unfit(
                Refused(
                    "A-7", "hole", {"class": name, "over": _shown(reached, unit), "up_to": _shown(over, unit)}
                )
            )
        reached = None if one["up_to"] is None else Decimal(one["up_to"])
        if reached is not None and reached <= over:
            raise _unfit(Refused("A-7", "empty_level", {"class": name, "amount": _shown(over, unit)}))
    if reached is not None:
        raise _unfit(Refused("A-7", "no_end", {"class": name, "amount": _shown(reached, unit)}))
    return levels


def _checked_level(data: object, name: str) -> dict[str, Any]:
    if not isinstance(data, Mapping) or set(data) != {"who", "over", "up_to"}:
        raise _unfit(Refused("A-7", "content_unfit"))
    who = data["who"]
    kinds = set(Who) - {Who.AUTHORITY}
    if not isinstance(who, Mapping) or set(who) != {"kind", "of"} or who["kind"] not in kinds:
        raise _unfit(Refused("A-7", "content_unfit"))
    if not names_somebody(Who(who["kind"]), who["of"]):
        raise _unfit(Refused("A-7", "who_unfit", {"class": name, "what": str(who["of"])[:40]}))
    return {
        "who": {"kind": str(who["kind"]), "of": " ".join(who["of"].split())},
        "over": _number(data["over"]),
        "up_to": None if data["up_to"] is None else _number(data["up_to"]),
    }


def _number(value: object) -> str:
    """Return an amount without its unit as it is stored, so that it stays exact."""
    if not isinstance(value, str) or not value.replace(".", "").isascii() or not value[:1].isdigit():
        raise _unfit(Refused("A-7", "content_unfit"))
    return write_amount(read_amount(value)).split()[0]


def _name(value: object) -> str:
    plain = " ".join(unicodedata.normalize("NFC", value).split()) if isinstance(value, str) else ""
    if not 1 <= len(plain) <= LONGEST_NAME or not plain.isprintable() or "|" in plain or plain[0] in "#&=+-@":
        raise _unfit(Refused("A-7", "class_name_unfit", {"longest": LONGEST_NAME}))
    return plain


def _shown(value: Decimal, unit: str) -> str:
    return show_amount(Amount(value, unit))


def _unfit(refused: Refused) -> RuleRefused:
    """Return a refusal beside the one field of the editor."""
    return RuleRefused(Refused(refused.rule, refused.code, {**refused.params, "field": "lines"}))
