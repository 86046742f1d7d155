"""Stocks of printed blanks as SQL, and whose they are: register, page and inbox count alike (D-10)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from docctl.domain.blanks import BlankState, Tally
from docctl.domain.permissions import Actor
from docctl.domain.roles import Role
from docctl.models.blanks import BlankEnd, BlankIssue, BlankPrint
from docctl.models.organisation import Unit
from docctl.queries.copy_states import not_over, over

Where = ColumnElement[bool]


def still_open() -> Where:
    """Say in SQL whether numbers of a print have not ended: in store or with a unit."""
    return BlankPrint.last - BlankPrint.first + 1 > BlankPrint.ended


def still_out() -> Where:
    """Say in SQL whether numbers of an issue are still with the unit."""
    return BlankIssue.last - BlankIssue.first + 1 > BlankIssue.ended


#: Every state of a print as the condition at an instant, for queries that join its revision (D-2, D-10).
PRINT_STATES: Final[Mapping[str, Callable[[Any], Where]]] = {
    "open": lambda at: and_(still_open(), not_over(at)),
    "recalled": lambda at: and_(still_open(), over(at)),
    "settled": lambda _at: BlankPrint.last - BlankPrint.first + 1 == BlankPrint.ended,
}


def with_actor(actor: Actor) -> Where:
    """Say in SQL whether the person answers for an issue: they have it, or head or keep for its unit."""
    headed = select(Unit.id).where(Unit.head_id == actor.person_id)
    kept = sorted(unit for role, unit in actor.roles if role is Role.KEEPER and unit is not None)
    return or_(
        BlankIssue.person_id == actor.person_id,
        BlankIssue.unit_id.in_(headed),
        *([BlankIssue.unit_id.in_(kept)] if kept else []),
    )


def tallies(session: Session, prints: Iterable[BlankPrint]) -> dict[UUID, Tally]:
    """Return where the numbers of prints are: one question for however many (D-10)."""
    rows = {one.id: one for one in prints}
    size = func.sum(BlankEnd.last - BlankEnd.first + 1)
    found: dict[UUID, dict[BlankState, int]] = {one: {} for one in rows}
    query = (
        select(BlankEnd.print_id, BlankEnd.state, BlankEnd.was_lost, size)
        .where(BlankEnd.print_id.in_(rows))
        .group_by(BlankEnd.print_id, BlankEnd.state, BlankEnd.was_lost)
    )
    for print_id, state, was_lost, count in session.execute(query) if rows else ():
        ends = found[print_id]
        ends[state] = ends.get(state, 0) + int(count)
        if was_lost:  # it is not lost any more
            ends[BlankState.LOST] = ends.get(BlankState.LOST, 0) - int(count)
    return {key: _tally(row, found[key]) for key, row in rows.items()}


def _tally(row: BlankPrint, ends: Mapping[BlankState, int]) -> Tally:
    return Tally(
        printed=row.span.count,
        store=row.span.count - row.issued - row.ended_in_store,
        out=row.issued - (row.ended - row.ended_in_store),
        used=ends.get(BlankState.USED, 0),
        void=ends.get(BlankState.VOID, 0),
        returned=ends.get(BlankState.RETURNED, 0),
        destroyed=ends.get(BlankState.DESTROYED, 0),
        lost=ends.get(BlankState.LOST, 0),
    )


def tally_of_form(session: Session, document_id: UUID) -> Tally:
    """Return where the numbers of all prints of a form are, all its revisions (D-10)."""
    prints = session.scalars(select(BlankPrint).where(BlankPrint.document_id == document_id)).all()
    return sum(tallies(session, prints).values(), Tally())


def open_counts(session: Session, revision_ids: Collection[UUID]) -> int:
    """Return how many numbers of revisions have not ended (D-10)."""
    left = func.coalesce(func.sum(BlankPrint.last - BlankPrint.first + 1 - BlankPrint.ended), 0)
    return int(session.scalar(select(left).where(BlankPrint.revision_id.in_(revision_ids))) or 0)
