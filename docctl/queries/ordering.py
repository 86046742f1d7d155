"""Where rows without a value stand in an order: first going up, last going down, on both databases."""

from __future__ import annotations

from typing import Any


def in_order(column: Any, *, descending: bool) -> Any:
    """Return the order of a column: SQLite's own, said aloud for PostgreSQL, which has the other one."""
    found = column.desc() if descending else column.asc()
    if not getattr(column, "nullable", True):
        return found  # so that an index still answers
    return found.nulls_last() if descending else found.nulls_first()
