"""Testers beside number and label rules: "parse this number", "what would be the next one?" (N-2, V-1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import request

from docctl.domain.canonical import canonical
from docctl.domain.label_content import labels_in
from docctl.domain.number_rules import rules_of
from docctl.domain.setting_kinds import Content
from docctl.domain.verdicts import RuleRefused
from docctl.queries.number_tester import (
    LabelsAfter,
    NextNumber,
    NumberQuestion,
    kinds,
    labels_after,
    next_number,
)
from docctl.queries.settings import ReadNumber, read_number
from docctl.web.context import actor, explain, house, lang

#: As much of what is typed as a tester reads.
_LONGEST: Final = 200

#: Where it is said that a part of the number is missing or does not fit.
VALUES: Final = {
    "N-2.part_missing": "number_values",
    "N-2.value_unfit": "number_values",
    "N-2.values_unreadable": "number_values",
}

#: Code and name, for choosing.
Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TestedNumbers:
    """What was asked of number rules, and what came of it; `problems` by question."""

    number: str
    read: tuple[ReadNumber, ...]
    typed: Mapping[str, str]
    kinds: Choices
    next: NextNumber | None
    problems: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TestedLabels:
    """What was asked of label rules, and what came of it; `problems` by question."""

    typed: Mapping[str, str]
    kinds: Choices
    after: LabelsAfter | None
    problems: Mapping[str, Any]


def tested_numbers(content: Content) -> TestedNumbers:
    """Read the number in the address by a revision's schemes, and say the next one of a type."""
    rules = rules_of(content)
    number = _asked("number")
    typed = {name: _asked(name) for name in ("kind", "department", "parent", "values")}
    now = house().clock().astimezone(house().zone)
    found, problems = None, {}
    with house().uow.read() as session:
        choices = _choices(kinds(session))
        if typed["kind"]:
            question = NumberQuestion(
                typed["kind"],
                actor().unit_id,
                department=typed["department"].upper(),
                parent=typed["parent"],
                typed=typed["values"],
            )
            try:
                found = next_number(session, rules, question, today=now.date())
            except RuleRefused as error:
                problems["next"] = explain(error.refused)
    read = tuple(read_number(rules, number)) if number else ()
    return TestedNumbers(number, read, typed, choices, found, problems)


def tested_labels(content: Content) -> TestedLabels:
    """Say what comes after the label in the address, by a revision's rules."""
    typed = {name: _asked(name) for name in ("kind", "label")}
    rules = labels_in(canonical(content))
    with house().uow.read() as session:
        choices = tuple(one for one in _choices(kinds(session)) if one[0] in rules.types)
    found, problems = None, {}
    if typed["kind"] in rules.types:
        try:
            found = labels_after(rules, typed["kind"], typed["label"])
        except RuleRefused as error:
            problems["label"] = explain(error.refused)
    return TestedLabels(typed, choices, found, problems)


def _choices(found: tuple[tuple[str, str, str], ...]) -> Choices:
    return tuple((code, name_en if lang() == "en" else name) for code, name, name_en in found)


def _asked(name: str) -> str:
    return request.args.get(name, "").strip()[:_LONGEST]
