"""The tester beside the checks: what would be found in this text (D-12)?"""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from docctl.domain.verdicts import RuleRefused
from docctl.queries.check_tester import LONGEST, found_in
from docctl.queries.controlled import SettingPage
from docctl.queries.draft_checks import Finding
from docctl.web.context import house
from docctl.web.fields import read_text


@dataclass(frozen=True, slots=True)
class Tried:
    """What was typed, what is found in it, and by which revision; `failed` says why nothing could be."""

    ordinal: int
    text: str = ""
    found: tuple[Finding, ...] = ()
    failed: str = ""


def tried(page: SettingPage) -> Tried:
    """Answer what was sent, by a revision's checks."""
    ordinal = page.shown.ordinal
    given = request.form.get("text", "") if request.endpoint == "controlled.try_checks" else ""
    try:
        text = read_text("text", given)[:LONGEST]
    except RuleRefused:
        text = ""
    if not text:
        return Tried(ordinal)
    found = found_in(house(), page.content, text)
    return Tried(ordinal, text, found.findings, found.failed)
