"""The tester beside the authority table: who may decide this (A-7)?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask import request

from docctl.domain.amounts import read_amount
from docctl.domain.setting_kinds import Content
from docctl.domain.verdicts import RuleRefused
from docctl.i18n import Explained
from docctl.queries.authority_tester import AuthorityChoices, Decided, authority_choices, who_decides
from docctl.web.context import explain, house

_NAMES: Final = ("class", "amount", "unit", "person")
_LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class Weighed:
    """What was asked, what may be chosen, what came of it, or why nothing did."""

    typed: Mapping[str, str]
    choices: AuthorityChoices
    found: Decided | None
    problem: Explained | None


def weighed(content: Content) -> Weighed:
    """Answer what the address asks, by a content and the people that there are now (A-7)."""
    typed = {name: request.args.get(name, "").strip()[:_LONGEST] for name in _NAMES}
    home = house()
    with home.uow.read() as session:
        choices = authority_choices(session, content)
        person = next((one.id for one in choices.people if str(one.id) == typed["person"]), None)
        if not typed["class"]:
            return Weighed(typed, choices, None, None)
        try:
            amount = read_amount(typed["amount"]) if typed["amount"] else None
            found = who_decides(
                session,
                content,
                typed["class"],
                amount,
                unit=typed["unit"],
                person=person,
                at=home.clock(),
                zone=home.zone,
            )
        except RuleRefused as error:
            return Weighed(typed, choices, None, explain(error.refused))
    return Weighed(typed, choices, found, None)
