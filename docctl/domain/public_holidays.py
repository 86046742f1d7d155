"""Public holidays and make-up days (调休) of the years that the State Council has announced (W-2).

Each year's arrangement comes out in the autumn before it (国务院办公厅关于部分节假日安排的通知). A company
has what stands here as the first revision of its calendar, and takes over a later year with its own revision.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Holiday:
    """Days off in a row, first and last as month and day, and the weekend days worked instead."""

    name: str
    first: tuple[int, int]
    last: tuple[int, int]
    instead: tuple[tuple[int, int], ...] = ()


#: By year, each as the notice of the year before says it.
ANNOUNCED: Final[Mapping[int, tuple[Holiday, ...]]] = {
    2024: (
        Holiday("元旦", (1, 1), (1, 1)),
        Holiday("春节", (2, 10), (2, 17), ((2, 4), (2, 18))),
        Holiday("清明节", (4, 4), (4, 6), ((4, 7),)),
        Holiday("劳动节", (5, 1), (5, 5), ((4, 28), (5, 11))),
        Holiday("端午节", (6, 10), (6, 10)),
        Holiday("中秋节", (9, 15), (9, 17), ((9, 14),)),
        Holiday("国庆节", (10, 1), (10, 7), ((9, 29), (10, 12))),
    ),
    2025: (
        Holiday("元旦", (1, 1), (1, 1)),
        Holiday("春节", (1, 28), (2, 4), ((1, 26), (2, 8))),
        Holiday("清明节", (4, 4), (4, 6)),
        Holiday("劳动节", (5, 1), (5, 5), ((4, 27),)),
        Holiday("端午节", (5, 31), (6, 2)),
        Holiday("国庆节、中秋节", (10, 1), (10, 8), ((9, 28), (10, 11))),
    ),
    2026: (
        Holiday("元旦", (1, 1), (1, 3), ((1, 4),)),
        Holiday("春节", (2, 15), (2, 23), ((2, 14), (2, 28))),
        Holiday("清明节", (4, 4), (4, 6)),
        Holiday("劳动节", (5, 1), (5, 5), ((5, 9),)),
        Holiday("端午节", (6, 19), (6, 21)),
        Holiday("中秋节", (9, 25), (9, 27)),
        Holiday("国庆节", (10, 1), (10, 7), ((9, 20), (10, 10))),
    ),
}


def days_off() -> dict[date, str]:
    """Return every announced day off with the name of its holiday."""
    return {day: one.name for year, one in _all() for day in _days(year, one)}


def make_up_days() -> dict[date, str]:
    """Return every announced weekend day that is worked, with the holiday it makes up for (调休)."""
    return {date(year, *day): one.name for year, one in _all() for day in one.instead}


def _all() -> Iterator[tuple[int, Holiday]]:
    for year, holidays in ANNOUNCED.items():
        for one in holidays:
            yield year, one


def _days(year: int, one: Holiday) -> Iterator[date]:
    first, last = date(year, *one.first), date(year, *one.last)
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
