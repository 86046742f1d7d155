"""Decides what a working calendar may say, how it is typed, and its one canonical form (W-2)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time
from functools import lru_cache
from typing import Any, Final

from docctl.domain.public_holidays import ANNOUNCED, days_off, make_up_days
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.domain.working_calendar import ONE_DAY, Calendar

#: The fields that name days, each as day → what it is called.
DAYS: Final = ("days_off", "make_up_days", "own_days_off", "own_working_days")
#: Of two fields in a pair no day may stand in both.
_OPPOSED: Final = (("days_off", "make_up_days"), ("own_days_off", "own_working_days"))
_ANNOUNCED_DAYS: Final = ("days_off", "make_up_days")
_YEARS: Final = range(1990, 2191)
#: Days that a field names at most, and signs of a name.
MOST_DAYS: Final = 3_000
LONGEST_NAME: Final = 60
MOST_HOURS: Final = 12
#: Days that one line names at most.
LONGEST_STRETCH: Final = 366

_DAY: Final = r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
_LINE: Final = re.compile(rf"{_DAY}(?:\s*(?:\.\.|~|–|—|至|到)\s*{_DAY})?(?:[\s:,、]+(.*))?")
_TIME: Final = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00", re.ASCII)
_HOURS: Final = re.compile(r"(\d{1,2}):(\d{2})\s*(?:-|\.\.|~|–|—|至|到)\s*(\d{1,2}):(\d{2})")

#: Hours that a company starts with.
_USUAL_HOURS: Final = (("08:30", "12:00"), ("13:00", "17:30"))


def shipped_calendar() -> dict[str, Any]:
    """Return the calendar that a company starts with: five days, the announced holidays (W-2)."""
    return check_calendar(
        {
            "week": [1, 2, 3, 4, 5],
            "hours": [list(one) for one in _USUAL_HOURS],
            "announced": sorted(ANNOUNCED),
            "days_off": _named(days_off()),
            "make_up_days": _named(make_up_days()),
            "own_days_off": {},
            "own_working_days": {},
        }
    )


def check_calendar(data: object) -> dict[str, Any]:
    """Return a calendar's canonical content, or raise RuleRefused with the field and what is wrong (W-2)."""
    names = {"week", "hours", "announced", *DAYS}
    if not isinstance(data, Mapping) or (odd := {str(one) for one in data} ^ names):
        field = "content" if not isinstance(data, Mapping) else min(odd)
        raise _unfit(field)
    week = sorted({_whole(one, "week") for one in _listed(data["week"], "week")})
    if not week or not set(week) <= set(range(1, 8)):
        raise RuleRefused(Refused("W-2", "no_working_day", {"field": "week"}))
    announced = sorted({_whole(one, "announced") for one in _listed(data["announced"], "announced")})
    if not set(announced) <= set(_YEARS):
        raise _unfit("announced")
    days = {name: _checked_days(data[name], name) for name in DAYS}
    _check_days_together(days, announced)
    return {"week": week, "hours": _checked_hours(data["hours"]), "announced": announced, **days}


def calendar_of(content: Mapping[str, Any]) -> Calendar:
    """Return the calendar that a canonical content says (W-2)."""
    days = {name: {date.fromisoformat(day): what for day, what in content[name].items()} for name in DAYS}
    return Calendar(
        week=frozenset(content["week"]),
        hours=tuple((time.fromisoformat(start), _end(end)) for start, end in content["hours"]),
        announced=frozenset(content["announced"]),
        **days,
    )


def read_calendar(typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the content that was typed: days one in a line, `2026-02-15..2026-02-23 春节` (W-2)."""
    return check_calendar(
        {
            "week": _numbers(typed.get("week", ""), "week"),
            "hours": [list(_read_hours(line)) for line in _lines(typed.get("hours", ""), ",;、，；")],
            "announced": _numbers(typed.get("announced", ""), "announced"),
            **{name: _read_days(typed.get(name, ""), name) for name in DAYS},
        }
    )


def write_calendar(content: Mapping[str, Any]) -> dict[str, str]:
    """Return a content as it is typed; reading it again gives the same content."""
    return {
        "week": " ".join(map(str, content["week"])),
        "hours": "\n".join(f"{start}-{end}" for start, end in content["hours"]),
        "announced": " ".join(map(str, content["announced"])),
        **{name: "\n".join(_stretches(content[name])) for name in DAYS},
    }


def lines_of_calendar(content: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return what each field says, line by line, for comparing two contents."""
    return {
        "week": {str(one): str(one) for one in content["week"]},
        "hours": {start: f"{start}-{end}" for start, end in content["hours"]},
        "announced": {str(one): str(one) for one in content["announced"]},
        **{name: {day: f"{day} {what}".strip() for day, what in content[name].items()} for name in DAYS},
    }


def _check_days_together(days: Mapping[str, Mapping[str, str]], announced: list[int]) -> None:
    for one, other in _OPPOSED:
        if both := days[one].keys() & days[other].keys():
            raise RuleRefused(Refused("W-2", "day_twice", {"field": other, "day": min(both)}))
    for name in _ANNOUNCED_DAYS:
        for day in days[name]:
            if int(day[:4]) not in announced:
                raise RuleRefused(Refused("W-2", "year_not_announced", {"field": name, "day": day}))
    for year in announced:
        if not any(day.startswith(f"{year:04}-") for day in days["days_off"]):
            raise RuleRefused(
                Refused("W-2", "year_without_holidays", {"field": "announced", "year": str(year)})
            )


def _named(days: Mapping[date, str]) -> dict[str, str]:
    return {day.isoformat(): name for day, name in days.items()}


def _unfit(field: str) -> RuleRefused:
    return RuleRefused(Refused("W-2", "content_unfit", {"field": field}))


def _listed(value: object, field: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise _unfit(field)
    return list(value)


def _whole(value: object, field: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _unfit(field)
    return value


def _checked_days(value: object, field: str) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise _unfit(field)
    if len(value) > MOST_DAYS:
        raise RuleRefused(Refused("W-2", "too_many_days", {"field": field, "most": MOST_DAYS}))
    found = {}
    for day, name in value.items():
        try:
            known = date.fromisoformat(day) if isinstance(day, str) else None
        except ValueError:
            known = None
        if known is None or known.isoformat() != day or known.year not in _YEARS or not isinstance(name, str):
            raise RuleRefused(Refused("W-2", "day_unfit", {"field": field, "line": str(day)[:60]}))
        plain = " ".join(unicodedata.normalize("NFC", name).split())
        if len(plain) > LONGEST_NAME or not plain.isprintable() or not _is_read_again(plain):
            raise RuleRefused(
                Refused("W-2", "name_unfit", {"field": field, "day": day, "longest": LONGEST_NAME})
            )
        found[day] = plain
    return dict(sorted(found.items()))


@lru_cache(maxsize=1_024)
def _is_read_again(name: str) -> bool:
    """Say whether a name behind its day is read as a name, unlike `至 2026-03-09`: that is a stretch."""
    found = _LINE.fullmatch(f"2026-03-05 {name}".rstrip())
    return found is not None and found[4] is None and (found[7] or "") == name


def _checked_hours(value: object) -> list[list[str]]:
    found: list[list[str]] = []
    before = time(0)
    for one in _listed(value, "hours"):
        pair = _listed(one, "hours")
        if not all(isinstance(each, str) for each in pair):
            raise _unfit("hours")
        # Only as they are written: `fromisoformat` also takes T0830, and 08+01 with an offset.
        fits = len(pair) == 2 and all(_TIME.fullmatch(each) for each in pair) and pair[0] != "24:00"
        if not fits or not before <= time.fromisoformat(pair[0]) < _end(pair[1]):
            line = "-".join(pair)[:60]
            raise RuleRefused(Refused("W-2", "hours_unfit", {"field": "hours", "line": line}))
        before = _end(pair[1])
        found.append(pair)
    if not found or len(found) > MOST_HOURS:
        raise RuleRefused(Refused("W-2", "hours_needed", {"field": "hours", "most": MOST_HOURS}))
    return found


def _end(text: str) -> time:
    """Return a closing time; `time.max` stands for 24:00, as in `Calendar.open_hours`."""
    return time.max if text == "24:00" else time.fromisoformat(text)


def _lines(text: str, also: str = "") -> Iterator[str]:
    plain = unicodedata.normalize("NFC", text)
    for one in re.split(f"[\n{also}]", plain):
        if line := " ".join(one.split()):
            yield line


def _numbers(text: str, field: str) -> list[int]:
    found = re.split(r"[\s,;、，；]+", unicodedata.normalize("NFKC", text).strip())
    words = [one for one in found if one]
    if not all(re.fullmatch(r"\d{1,4}", one, re.ASCII) for one in words):
        raise _unfit(field)
    return [int(one) for one in words]


def _read_hours(line: str) -> tuple[str, str]:
    found = _HOURS.fullmatch(unicodedata.normalize("NFKC", line))
    if found is None:
        raise RuleRefused(Refused("W-2", "hours_unfit", {"field": "hours", "line": line[:60]}))
    first, first_minute, last, last_minute = found.groups()
    return f"{int(first):02}:{first_minute}", f"{int(last):02}:{last_minute}"


def _read_days(text: str, field: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _lines(text):
        match = _LINE.fullmatch(line) or _LINE.fullmatch(unicodedata.normalize("NFKC", line))
        if match is None:
            raise RuleRefused(Refused("W-2", "day_unfit", {"field": field, "line": line[:60]}))
        numbers = match.groups()
        try:
            first = date(*(int(one) for one in numbers[:3]))
            last = date(*(int(one) for one in numbers[3:6])) if numbers[3] else first
        except ValueError:
            raise RuleRefused(Refused("W-2", "day_unfit", {"field": field, "line": line[:60]})) from None
        if last < first or (last - first).days >= LONGEST_STRETCH:
            raise RuleRefused(Refused("W-2", "day_unfit", {"field": field, "line": line[:60]}))
        for number in range((last - first).days + 1):
            day = (first + number * ONE_DAY).isoformat()
            if day in found:
                raise RuleRefused(Refused("W-2", "day_twice", {"field": field, "day": day}))
            found[day] = numbers[6] or ""
    return found


def _stretches(days: Mapping[str, str]) -> Iterable[str]:
    """Yield days in a row of one name as one line."""
    first = last = None
    name = ""
    for day, what in [*((date.fromisoformat(day), what) for day, what in days.items()), (None, "")]:
        if (
            first is not None
            and day is not None
            and last is not None
            and day == last + ONE_DAY
            and what == name
            and (day - first).days < LONGEST_STRETCH
        ):
            last = day
            continue
        if first is not None and last is not None:
            stretch = first.isoformat() if first == last else f"{first.isoformat()}..{last.isoformat()}"
            yield f"{stretch} {name}".strip()
        first = last = day
        name = what
