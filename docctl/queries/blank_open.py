"""Which numbers of a print have not ended, as rows of numbers: counted by the database (D-10)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from sqlalchemy import CompoundSelect, func, literal, select, union_all
from sqlalchemy.orm import Session

from docctl.domain.blank_rows import Span
from docctl.models.blanks import BlankEnd, BlankIssue, BlankPrint

#: So many rows of numbers are told altogether; how many numbers there are is counted elsewhere.
MOST_SPANS: Final = 400


def open_of_issues(session: Session, issue_ids: Collection[UUID]) -> dict[UUID, list[Span]]:
    """Return what is still out of each issue, by number: one question for however many."""
    found: dict[UUID, list[Span]] = {one: [] for one in issue_ids}
    if not found:
        return found
    ends = select(BlankEnd.issue_id.label("of"), BlankEnd.first, BlankEnd.last).where(
        BlankEnd.issue_id.in_(found)
    )
    begin = select(
        BlankIssue.id.label("of"), (BlankIssue.first - 1).label("first"), (BlankIssue.first - 1).label("last")
    ).where(BlankIssue.id.in_(found))
    end = select(
        BlankIssue.id.label("of"), (BlankIssue.last + 1).label("first"), (BlankIssue.last + 1).label("last")
    ).where(BlankIssue.id.in_(found))
    for of, span in _between(session, union_all(begin, ends, end)):
        found[of].append(span)
    return found


def open_in_store(session: Session, row: BlankPrint) -> tuple[str, ...]:
    """Return what is in store of a print, in words: neither issued nor ended there."""
    of = literal(row.id, BlankPrint.id.type).label("of")
    issued = select(of, BlankIssue.first, BlankIssue.last).where(BlankIssue.print_id == row.id)
    ended = select(of, BlankEnd.first, BlankEnd.last).where(
        BlankEnd.print_id == row.id, BlankEnd.issue_id.is_(None)
    )
    edges = [
        select(of, literal(one).label("first"), literal(one).label("last"))
        for one in (row.first - 1, row.last + 1)
    ]
    found = _between(session, union_all(edges[0], issued, ended, edges[1]))
    return tuple(row.written.span(span) for _, span in found)


def _between(session: Session, taken: CompoundSelect[tuple[UUID, int, int]]) -> list[tuple[UUID, Span]]:
    """Return the rows of numbers between those taken, for each of what they are of."""
    rows = taken.subquery()
    before = func.max(rows.c.last).over(
        partition_by=rows.c.of, order_by=(rows.c.first, rows.c.last), rows=(None, -1)
    )
    gaps = select(rows.c.of, (before + 1).label("begins"), (rows.c.first - 1).label("ends")).subquery()
    query = select(gaps).where(gaps.c.begins <= gaps.c.ends).order_by(gaps.c.of, gaps.c.begins)
    return [(one.of, Span(one.begins, one.ends)) for one in session.execute(query.limit(MOST_SPANS))]
