"""How a document usually goes through its life: a line of days becomes steps of its people (V-6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from docctl.demo.content import Do, Event

#: Who takes a step where the line names nobody else.
_USUAL: Final = {Do.REVIEW: "ouyangxue", Do.APPROVE: "zhaomin", Do.ISSUE: "chenjing"}
#: On which day of the line, and when on it.
_STEPS: Final = (
    (Do.REVIEW, "reviewed", time(10)),
    (Do.APPROVE, "approved", time(14)),
    (Do.ISSUE, "issued", time(15)),
)
#: So far apart are the steps of lines that follow each other, so that no two fall on one moment.
_APART: Final = timedelta(minutes=6)
_IN_TURN: Final = 8


def events_of(lines: list[Mapping[str, Any]], authors: Mapping[str, str], zone: ZoneInfo) -> Iterator[Event]:
    """Return what happened in each line; the first line of a document creates it."""
    known: set[str] = set()
    for place, line in enumerate(lines):
        later = _APART * (place % _IN_TURN)

        def at(day: date, clock: time, later: timedelta = later) -> datetime:
            return datetime.combine(day, clock, zone) + later

        number, label = line["document"], line["revision"]
        first = Do.REVISE if number in known else Do.CREATE
        known.add(number)
        author = authors[number]
        yield Event(at(line["prepared"], time(9)), first, number, label, author)
        yield Event(at(line["prepared"], time(13)), Do.SUBMIT, number, label, author)
        for do, day, clock in _STEPS:
            if day in line:
                by = line.get("approver", _USUAL[do]) if do is Do.APPROVE else _USUAL[do]
                effective = line["effective"] if do is Do.ISSUE else None
                yield Event(at(line[day], clock), do, number, label, by, effective=effective)
