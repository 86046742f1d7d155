"""How often a revision was returned, by whom and why, and what of the list is done (A-9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.delegation import for_whom
from docctl.models.documents import Revision
from docctl.models.organisation import Person
from docctl.models.returns import ReturnItem, RevisionReturn


@dataclass(frozen=True, slots=True)
class ReturnedItem:
    """A line of the list; who ticked it as done, and when in the company's zone."""

    id: UUID
    ordinal: int
    text: str
    done_by: str
    done_at: datetime | None

    @property
    def is_done(self) -> bool:
        """Whether it is ticked."""
        return self.done_at is not None


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """One return: the how manieth, at which step, by whom (代 …), why, and what was missing.

    `meaning` is "" where document control took back what was approved.
    """

    ordinal: int
    meaning: str
    step: str
    who: str
    at: datetime
    reason: str
    items: tuple[ReturnedItem, ...]

    @property
    def done(self) -> int:
        """How many of its items are ticked."""
        return sum(one.is_done for one in self.items)


def returns_of(session: Session, revision_id: UUID, zone: tzinfo) -> tuple[ReturnLine, ...]:
    """Return all returns of a revision, the last one first (A-9)."""
    behalf, ticker = aliased(Person), aliased(Person)
    rows = session.execute(
        select(RevisionReturn, Person.name, behalf.name.label("behalf"))
        .join(Person, Person.id == RevisionReturn.returned_by)
        .outerjoin(behalf, behalf.id == RevisionReturn.on_behalf_of)
        .where(RevisionReturn.revision_id == revision_id)
        .order_by(RevisionReturn.ordinal.desc())
    ).all()
    items: dict[UUID, list[ReturnedItem]] = {row.RevisionReturn.id: [] for row in rows}
    found = session.execute(
        select(ReturnItem, ticker.name)
        .outerjoin(ticker, ticker.id == ReturnItem.done_by)
        .where(ReturnItem.return_id.in_(items))
        .order_by(ReturnItem.ordinal)
    )
    for item, name in found if items else ():
        done_at = item.done_at.astimezone(zone) if item.done_at else None
        items[item.return_id].append(ReturnedItem(item.id, item.ordinal, item.text, name or "", done_at))
    return tuple(
        ReturnLine(
            ordinal=row.RevisionReturn.ordinal,
            meaning=row.RevisionReturn.meaning.value if row.RevisionReturn.meaning else "",
            step=row.RevisionReturn.step_name,
            who=for_whom(row.name, row.behalf or ""),
            at=row.RevisionReturn.returned_at.astimezone(zone),
            reason=row.RevisionReturn.reason,
            items=tuple(items[row.RevisionReturn.id]),
        )
        for row in rows
    )


def times_returned(of: Any = Revision.id) -> ColumnElement[int]:
    """Return in SQL how often a revision was returned (A-9)."""
    return (
        select(func.count())
        .select_from(RevisionReturn)
        .where(RevisionReturn.revision_id == of)
        .correlate(Revision)
        .scalar_subquery()
    )
