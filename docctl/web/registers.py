"""What the address of a register says: filters, order, page; nonsense in it counts as absent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from uuid import UUID

Head = Callable[[str], tuple[str, str]]


def chosen(text: str | None) -> UUID | None:
    """Return the id in an address, or None."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def flag(text: str | None) -> bool:
    """Say whether an address switches something on."""
    return text == "1"


def number(text: str | None) -> int:
    """Return the page number in an address, 1 where there is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else 1


def past_day(text: str | None, today: date) -> date | None:
    """Return the past day in an address, None where there is none."""
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        return None
    return day if day is not None and day < today and day.year >= 1900 else None


def sorted_by(given: Mapping[str, str], columns: Sequence[str]) -> tuple[str, bool]:
    """Return the column that a register is sorted by, and whether it goes down."""
    column = given.get("sort", "")
    return (column if column in columns else columns[0], given.get("order") == "desc")
