"""The columns that every kind of work in the inbox has (A-4)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Date, Select, Uuid, literal, select


def work(
    kind: str,
    id: Any,  # noqa: A002  # the column's name
    *,
    since: Any,
    number: Any = None,
    title: Any = None,
    label: Any = None,
    whose: Any = None,
    due_on: Any = None,
    part_id: Any = None,
) -> Select[*tuple[Any, ...]]:
    """Return a query of one kind of work; what does not apply is empty."""

    def text(value: Any, name: str) -> Any:
        return (literal("") if value is None else value).label(name)

    return select(
        literal(kind).label("kind"),
        id.label("id"),
        (literal(None, Uuid()) if part_id is None else part_id).label("part_id"),
        text(number, "number"),
        text(title, "title"),
        text(label, "label"),
        text(whose, "whose"),
        (literal(None, Date()) if due_on is None else due_on).label("due_on"),
        since.label("since"),
    )
