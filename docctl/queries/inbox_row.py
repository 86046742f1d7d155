"""The columns that every kind of work in the inbox has (A-4)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Date, Select, Uuid, literal, select

from docctl.models.base import Instant
from docctl.models.documents import Document, Revision


def work(
    kind: str,
    id: Any,  # noqa: A002  # the column's name
    *,
    since: Any,
    number: Any = None,
    title: Any = None,
    label: Any = None,
    whose: Any = None,
    behalf: Any = None,
    due_on: Any = None,
    due_at: Any = None,
    calendar: Any = None,
    provisional: Any = None,
    reminded_at: Any = None,
    part_id: Any = None,
    times: Any = None,
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
        text(behalf, "behalf"),
        (literal(None, Date()) if due_on is None else due_on).label("due_on"),
        (literal(None, Instant()) if due_at is None else due_at).label("due_at"),
        text(calendar, "calendar"),
        (literal(False) if provisional is None else provisional).label("is_provisional"),
        (literal(None, Instant()) if reminded_at is None else reminded_at).label("reminded_at"),
        (literal(0) if times is None else times).label("times"),
        since.label("since"),
    )


def revision_work_row(kind: str, id: Any, *, since: Any, **more: Any) -> Select[*tuple[Any, ...]]:  # noqa: A002
    """Return a query of work on a revision of a document, named by both; see `work`."""
    return work(
        kind,
        id,
        part_id=Document.id,
        number=Document.number,
        title=Revision.title,
        label=Revision.label,
        since=since,
        **more,
    )
