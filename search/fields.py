"""The fields that a search can name, and what their values ask for: a fact, days, in force (S-1)."""

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

from search.analysis import number_key
from search.asked import CLAUSE, Days, Is, Now, StateNow
from search.clauses import clause_key
from search.errors import QueryProblem
from search.folding import fold

_YEAR: Final = re.compile(r"(\d{4})年?")
_DAY: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?")
_RANGE: Final = re.compile(r"(.*?)(?:\.\.+|~)(.*)")
#: What says a state that follows from dates and is no stored value (V-3, V-6, V-8).
_NOW: Final[Mapping[str, StateNow]] = {
    "waiting": "waiting",
    "issued,notyetinforce": "waiting",
    "已发布未实施": "waiting",
    "in_force": "in_force",
    "inforce": "in_force",
    "in-force": "in_force",
    "现行": "in_force",
    "suspended": "suspended",
    "暂停使用": "suspended",
    "expired": "expired",
    "validityended": "expired",
    "有效期已过": "expired",
    "superseded": "superseded",
    "已作废(换版)": "superseded",
    "withdrawn": "withdrawn",
    "已作废": "withdrawn",
}


def field_of(name: str) -> str:
    """Return the field with this name in any script, empty where there is none."""
    return _fields().get(fold(name), "") if len(name) <= 20 else ""


def value_of(field: str, typed: str) -> Is | Days | Now:
    """Read the value of a field. Raises QueryProblem for one that is missing or no date."""
    value = number_key(typed)
    if not value.strip("*"):
        raise QueryProblem("field_without_value")
    if field in {"date", "year"}:
        return _days(value)
    if field == "state" and value in _NOW:
        return Now(_NOW[value])
    beginning = value.endswith("*")
    value = value.rstrip("*") if beginning else value
    if field == CLAUSE:  # the dot of 4.2.* stays: 4.20 does not lie under 4.2
        value = clause_key(value) + ("." if beginning and value.endswith(".") else "")
    return Is(field, value, beginning)


@cache
def _fields() -> dict[str, str]:
    text = files("search").joinpath("fields.txt").read_text(encoding="utf-8")
    lines = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return {fold(name): field for field, *names in lines for name in (field, *names)}


def _days(value: str) -> Days:
    """Read a day, a month or a year, or a range of them: 2024, 2024-05..2025-03-31, 2024.. ."""
    if (found := _RANGE.fullmatch(value)) is None:
        first, last = _stretch(value)
        return Days(first, last)
    start, end = found[1], found[2]
    if not start and not end:
        raise QueryProblem("bad_date")
    first_day = _stretch(start)[0] if start else None
    last_day = _stretch(end)[1] if end else None
    return Days(first_day, last_day)


def _stretch(value: str) -> tuple[date, date]:
    """Return the first and last day of what was typed."""
    try:
        if (year := _YEAR.fullmatch(value)) is not None:
            return date(int(year[1]), 1, 1), date(int(year[1]), 12, 31)
        if (found := _DAY.fullmatch(value)) is not None:
            number, month = int(found[1]), int(found[2])
            if found[3] is None:
                return date(number, month, 1), date(number, month, monthrange(number, month)[1])
            day = date(number, month, int(found[3]))
            return day, day
    except (ValueError, IndexError):  # the thirtieth of February, month 13
        pass
    raise QueryProblem("bad_date")
