"""Addresses of registers: filters, order, page; nonsense counts as absent. And all rows, for files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from docctl.queries import paging
from docctl.queries.paging import Paged
from docctl.web.context import house

Head = Callable[[str], tuple[str, str]]


def chosen(text: str | None) -> UUID | None:
    """Return the id in an address, or None."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def all_chosen(texts: Sequence[str]) -> tuple[UUID, ...]:
    """Return the ids among what was ticked, each once."""
    return tuple(dict.fromkeys(one for text in texts if (one := chosen(text)) is not None))


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


def address(path: str, asked: Mapping[str, object]) -> str:
    """Return an address that asks for this; what is empty is left out, of a list each value stands in it."""
    query = urlencode({name: value for name, value in asked.items() if value}, doseq=True)
    return f"{path}?{query}" if query else path


def itself(path: str, kept: Mapping[str, object]) -> Callable[..., str]:
    """Return how a page writes the address of itself with something changed."""
    return lambda **changed: address(path, {**kept, **changed})


def itself_or_file(
    path: str, kept: Mapping[str, object], *, files: str, **of_file: object
) -> Callable[..., str]:
    """Return how a page writes the address of itself, or with `export` of its file, with something changed.

    `files` is where files of every format are; `of_file` is asked of them alone.
    """

    def here(*, export: str = "", **changed: object) -> str:
        if not export:
            return address(path, {**kept, **changed})
        return address(files, {**kept, **changed, "format": export, **of_file})

    return here


def every_row(ask: Callable[[Any, int, int], Paged]) -> Iterator[Any]:
    """Yield all rows of a register, as one reading finds them; `ask(session, page, size)` gives a page."""
    with house().uow.read() as session:
        yield from paging.every_row(lambda page, size: ask(session, page, size))
