"""Handing over printed blanks that somebody looks after (A-16, D-10)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.blanks import may_look_after
from docctl.domain.units import OUTSIDE
from docctl.domain.verdicts import require
from docctl.models.blanks import BlankIssue, BlankPrint
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.people.handing import Giving, Handed, Papers, changed
from docctl.services.people.load import unit_at
from docctl.services.trail import Subject, record


def revisions_of_blanks(session: Session, issue_ids: Collection[UUID]) -> set[UUID]:
    """Return the revisions of which blanks went out."""
    if not issue_ids:
        return set()
    of = select(BlankIssue.print_id).where(BlankIssue.id.in_(issue_ids))
    return set(session.scalars(select(BlankPrint.revision_id).where(BlankPrint.id.in_(of))))


def hand_blanks(
    session: Session, giving: Giving, items: Sequence[Handed], papers: Papers, by: Caller
) -> None:
    """Let somebody else look after blanks, or the head and the keepers of their unit alone (D-10)."""
    if not items:
        return
    wanted = select(BlankIssue).where(BlankIssue.id.in_([one.id for one in items])).order_by(BlankIssue.id)
    issues = {one.id: one for one in lock(session, Rank.ITEMS, wanted)}
    of = {one.print_id for one in issues.values()}
    prints = {one.id: one for one in session.scalars(select(BlankPrint).where(BlankPrint.id.in_(of)))}
    for item in items:
        issue = issues.get(item.id)
        if issue is None or issue.person_id != giving.person.id or issue.ended == issue.span.count:
            raise changed()
        row, taker = prints[issue.print_id], giving.taker(item.to)
        if taker is not None:
            is_outside = unit_at(session, taker.unit_id).kind in OUTSIDE
            require(may_look_after(taker.name, is_outside=is_outside))
        document, revision = papers.of(row.revision_id)
        issue.person_id = taker.id if taker else None
        record(
            session,
            by,
            "blank.handed_over",
            Subject("document", document.id, str(revision.id)),
            facts={
                "number": document.number,
                "label": revision.label,
                "blanks": row.written.span(issue.span),
                "from": giving.person.name,
                **({"to": taker.name} if taker else {}),
            },
            detail={"reason": giving.reason},
        )
