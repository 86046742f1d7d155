"""How a page of a register counts its rows: fifty at a time, from one; and how all rows are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

#: Rows of a page.
PAGE_SIZE: Final = 50
#: Rows read at a time where all are wanted: a register is never asked for whole.
AT_ONCE: Final = 1000


class Paged:
    """A page of rows: gives the places of its first and last one; registers derive from it."""

    __slots__ = ()

    rows: tuple[Any, ...]
    total: int
    page: int

    @property
    def first(self) -> int:
        """The place of the page's first row, 0 where there is none."""
        return (self.page - 1) * PAGE_SIZE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The place of the page's last row."""
        return self.first + len(self.rows) - 1 if self.rows else 0

    @property
    def has_next(self) -> bool:
        """Whether more rows follow."""
        return self.last < self.total


def every_row(ask: Callable[[int, int], Paged]) -> Iterator[Any]:
    """Yield all rows of a register; `ask(page, size)` gives a page, as one reading finds it."""
    page = 1
    while True:
        found = ask(page, AT_ONCE)
        yield from found.rows
        if page * AT_ONCE >= found.total:
            return
        page += 1


def page_within(asked: int, total: int, size: int) -> int:
    """Return the page asked for, or the last one that there is; the first where there are no rows."""
    return min(max(asked, 1), max(-(-total // size), 1))
