"""The tester beside the calendar: "when is this due?", with the days it counted and skipped (W-1, W-2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask import request
from werkzeug.datastructures import MultiDict

from docctl.domain.limits import Due, Limit, LimitUnit
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.queries.calendar import Stretch, stretches, until_in_words, when_due
from docctl.web.context import explain, house, words
from docctl.web.fields import read_fields

#: What the tester begins with, and what an address may say.
_STANDARD: Final = {"amount": "3", "unit": LimitUnit.WORKING_DAYS.value, "before": "", "rolls": ""}


@dataclass(frozen=True, slots=True)
class Question:
    """A limit and its start, as typed."""

    start: datetime
    amount: int
    unit: LimitUnit
    before: bool = False
    rolls: bool = False


@dataclass(frozen=True, slots=True)
class Tested:
    """What was asked, and what came of it: a due with its days, or problems by field.

    `until` is the end in words: the end of a day is its 24:00.
    """

    typed: Mapping[str, str]
    found: Due | None
    until: str
    days: tuple[Stretch, ...]
    problems: Mapping[str, Any]


def tested(content: Mapping[str, Any]) -> Tested:
    """Answer what the address asks, by a calendar's content; by default three working days from now."""
    now = house().clock().astimezone(house().zone)
    asked = {name: request.args[name][:40] for name in ("start", *_STANDARD) if name in request.args}
    standard = {"start": now.strftime("%Y-%m-%dT%H:%M"), **_STANDARD}
    typed = standard if "start" not in asked else {**dict.fromkeys(standard, ""), **asked}
    read, unread = read_fields(Question, MultiDict(typed), zone=house().zone)
    if unread:
        return Tested(typed, None, "", (), {name: explain(one) for name, one in unread.items()})
    question = Question(**read)
    limit = Limit(question.amount, question.unit, question.before, question.rolls)
    try:
        found = when_due(content, limit, question.start, house().zone)
    except RuleRefused as error:
        return Tested(typed, None, "", (), {_place(error.refused): explain(error.refused)})
    return Tested(typed, found, until_in_words(found, words()), stretches(found), {})


def _place(refused: Refused) -> str:
    return {"amount_unfit": "amount", "start_unfit": "start"}.get(refused.code, "unit")
