"""The page that tries a condition out: its facts, their values, what it says and why (A-6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from flask import Blueprint, request

from docctl.domain.condition_check import LONGEST, check, write_condition
from docctl.domain.condition_facts import read_facts, read_values
from docctl.domain.condition_text import read_condition
from docctl.domain.conditions import Answer, answer
from docctl.domain.verdicts import RuleRefused, require
from docctl.i18n import Explained
from docctl.web.context import explain, render, requires, words
from docctl.web.fields import read_text

T = TypeVar("T")

bp = Blueprint("conditions", __name__, url_prefix="/settings/conditions")

#: As much as each field of the address is read.
_LONGEST: Final = {"condition": LONGEST + 1, "facts": 4_000, "values": 4_000}


@dataclass(frozen=True, slots=True)
class Tried:
    """What was typed, what came of it, and problems by field."""

    typed: Mapping[str, str]
    written: str
    found: Answer | None
    problems: Mapping[str, Explained]


@bp.get("")
@requires("settings.view")
def page() -> str:
    """Try a condition out; with nothing asked, an example (A-6)."""
    if "condition" in request.args:
        typed = {name: request.args.get(name, "")[:longest] for name, longest in _LONGEST.items()}
    else:
        typed = {name: words().t(f"conditions.example.{name}") for name in _LONGEST}
    return render("settings/conditions.html", tried=tried(typed))


def tried(typed: Mapping[str, str]) -> Tried:
    """Answer what was typed."""
    problems: dict[str, Explained] = {}

    def read(name: str, reader: Callable[[str], T]) -> T | None:
        try:
            return reader(read_text(name, typed[name]))
        except RuleRefused as error:
            problems[name] = explain(error.refused)
            return None

    facts = read("facts", read_facts)
    condition = read("condition", read_condition)
    values = read("values", lambda text: read_values(text, facts or {})) if facts is not None else None
    written = write_condition(condition) if condition is not None else ""
    if facts is None or condition is None:
        return Tried(typed, written, None, problems)
    try:
        require(check(condition, facts))
    except RuleRefused as error:
        problems["condition"] = explain(error.refused)
    found = None if problems or values is None else answer(condition, values)
    return Tried(typed, written, found, problems)
