"""When is this due? A limit counted by a revision of the working calendar (W-1, W-2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import groupby
from typing import Any

from sqlalchemy.orm import Session

from docctl.domain.calendar_content import calendar_of
from docctl.domain.limits import Due, Limit, due
from docctl.domain.working_calendar import Calendar, Day
from docctl.i18n import Translator
from docctl.queries.controlled import setting_at


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row of one kind and name that were counted, or skipped."""

    first: Day
    last: Day
    days: int
    is_counted: bool


def calendar_at(session: Session, at: datetime) -> tuple[str, Calendar]:
    """Return the working calendar in force at an instant, and how a clock names it (W-2)."""
    found = setting_at(session, "calendar", at)
    return found.name, calendar_of(found.content)


def when_due(content: Mapping[str, Any], limit: Limit, start: datetime, zone: tzinfo) -> Due:
    """Return when a limit ends by a calendar's content; raise RuleRefused for one that cannot be counted."""
    return due(limit, start, calendar_of(content), zone)


def stretches(found: Due) -> tuple[Stretch, ...]:
    """Return the days of a count in their order, those in a row of one kind together."""
    counted = {one.date for one in found.counted}
    days = sorted({*found.counted, *found.skipped}, key=lambda one: one.date)
    groups = groupby(days, key=lambda one: (one.kind, one.name, one.is_provisional, one.date in counted))
    parts = []
    for (_, _, _, is_counted), group in groups:
        row = list(group)
        parts.append(Stretch(row[0], row[-1], len(row), is_counted))
    return tuple(parts)


def until_in_words(found: Due, said: Translator) -> str:
    """Return the instant at which a limit ends, in the company's time zone."""
    shown = said.instant(found.until)
    return f"{found.last_day.isoformat()} 24:00" if shown[:10] > found.last_day.isoformat() else shown
