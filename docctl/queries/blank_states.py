"""Stocks of printed blanks as SQL, and whose they are: register, page and inbox count alike (D-10)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
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
    found = _ends(session, rows)
    return {key: _tally(row, found[key]) for key, row in rows.items()}


def own_tallies(session: Session, actor: Actor, prints: Iterable[BlankPrint]) -> dict[UUID, Tally]:
    """Return where the numbers of prints are that the person answers for, and no others (D-10, X-3)."""
    rows = {one.id for one in prints}
    if not rows:
        return {}
    mine = and_(BlankIssue.print_id.in_(rows), with_actor(actor))
    found = _ends(session, rows, BlankEnd.issue_id.in_(select(BlankIssue.id).where(mine)))
    query = (
        select(
            BlankIssue.print_id,
            func.sum(BlankIssue.last - BlankIssue.first + 1),
            func.sum(BlankIssue.ended),
        )
        .where(mine)
        .group_by(BlankIssue.print_id)
    )
    sums = {print_id: (int(count), int(ended)) for print_id, count, ended in session.execute(query)}
    return {
        key: replace(_ended(found[key]), printed=count, out=count - ended)
        for key in rows
        for count, ended in (sums.get(key, (0, 0)),)
    }


def _ends(session: Session, prints: Collection[UUID], *only: Where) -> dict[UUID, dict[BlankState, int]]:
    size = func.sum(BlankEnd.last - BlankEnd.first + 1)
    found: dict[UUID, dict[BlankState, int]] = {one: {} for one in prints}
    query = (
        select(BlankEnd.print_id, BlankEnd.state, BlankEnd.was_lost, size)
        .where(BlankEnd.print_id.in_(prints), *only)
        .group_by(BlankEnd.print_id, BlankEnd.state, BlankEnd.was_lost)
    )
    for print_id, state, was_lost, count in session.execute(query) if prints else ():
        ends = found[print_id]
        ends[state] = ends.get(state, 0) + int(count)
        if was_lost:  # it is not lost any more
            ends[BlankState.LOST] = ends.get(BlankState.LOST, 0) - int(count)
    return found


def _tally(row: BlankPrint, ends: Mapping[BlankState, int]) -> Tally:
    return replace(
        _ended(ends),
        printed=row.span.count,
        store=row.span.count - row.issued - row.ended_in_store,
        out=row.issued - (row.ended - row.ended_in_store),
    )


def _ended(ends: Mapping[BlankState, int]) -> Tally:
    return Tally(
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
