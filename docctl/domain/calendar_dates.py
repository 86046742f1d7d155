"""Decides how days, months and years are counted from a day, and when a day begins (R-2, R-4)."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta, tzinfo


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return the instant at which a day of the company's time zone begins, UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def instant_as_of(day: date | None, now: datetime, zone: tzinfo) -> datetime:
    """Return the last instant of a past day, and now for today or a day to come (D-7)."""
    if day is None or day >= now.astimezone(zone).date():
        return now
    return midnight(day + timedelta(days=1), zone) - timedelta(microseconds=1)


def add_days(day: date, days: int) -> date:
    """Return the day `days` later, or the last day that there is (R-4)."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max


def add_months(day: date, months: int, *, from_month_end: bool = False) -> date:
    """Return the same day `months` later, clipped: 31 January + 1 is 28 February (R-4).

    `from_month_end` lets an end of month stay one: 28 February 2023 + 12 is 29 February 2024.
    """
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    last = last_of_month(year, month0 + 1)
    if from_month_end and day == last_of_month(day.year, day.month):
        return last
    return last.replace(day=min(day.day, last.day))


def last_of_month(year: int, month: int) -> date:
    """Return the last day of a month (R-2)."""
    return date(year, month, calendar.monthrange(year, month)[1])


def year_end(day: date, *, month: int = 12) -> date:
    """Return the last day of the year around `day` that ends with `month` (R-2)."""
    year = day.year if day.month <= month else min(day.year + 1, date.max.year)
    return last_of_month(year, month)
