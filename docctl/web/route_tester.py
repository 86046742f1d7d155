"""The tester beside the routes: who signs this, by which route, and what is left out (A-1, A-6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from flask import request

from docctl.domain.amounts import Amount, in_yuan, read_amount
from docctl.domain.conditions import Value
from docctl.domain.setting_kinds import Content
from docctl.domain.verdicts import RuleRefused
from docctl.queries.route_tester import Asked, RouteChoices, route_choices, who_signs
from docctl.web.context import house, lang

#: What a question says, and as much of each field as is read.
_NAMES: Final = (
    "type",
    "unit",
    "title",
    "author",
    "first_issue",
    "external",
    "confidentiality",
    "amount",
    "system",
)
_LONGEST: Final = 200
_LEVEL: Final = re.compile(r"\d{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Routed:
    """What was asked, what may be chosen, and what came of it; None while nothing is asked."""

    typed: Mapping[str, str]
    choices: RouteChoices
    english: bool
    found: Asked | None


def _amount(text: str) -> Amount | None:
    try:
        return read_amount(text) if text else None
    except RuleRefused:
        return None


def routed(content: Content) -> Routed:
    """Answer what the address asks, by a content's routes and the people that there are now (A-1, A-2)."""
    typed = {name: request.args.get(name, "").strip()[:_LONGEST] for name in _NAMES}
    home = house()
    with home.uow.read() as session:
        choices = route_choices(session)
        found = None
        if typed["type"] in {one[0] for one in choices.types}:
            amount = _amount(typed["amount"])
            level = typed["confidentiality"]
            values: dict[str, Value] = {
                "type": typed["type"],
                "unit": typed["unit"],
                "title": typed["title"],
                "first_issue": bool(typed["first_issue"]),
                "external": bool(typed["external"]),
                "confidentiality": Decimal(level if _LEVEL.fullmatch(level) else 0),
                "systems": frozenset({typed["system"]} - {""}),
                "amount": in_yuan(amount),
            }
            author = next((one.id for one in choices.authors if str(one.id) == typed["author"]), None)
            found = who_signs(
                session, content, values, author=author, amount=amount, at=home.clock(), zone=home.zone
            )
    return Routed(typed, choices, lang() == "en", found)
