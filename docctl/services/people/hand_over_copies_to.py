"""Handing over what somebody is asked to know by a copy-to step (A-10, A-16)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.copy_to import INFORM, TOLD_OF, may_be_told_instead
from docctl.domain.verdicts import require
from docctl.models.copy_steps import CopyStep
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.people.handing import Giving, Handed, Papers, changed
from docctl.services.trail import Subject, record


def hand_informing(
    session: Session, giving: Giving, items: Sequence[Handed], papers: Papers, by: Caller
) -> None:
    """Let others know instead of who goes; who went sees the revision no longer by it (X-3)."""
    if not items:
        return
    of = select(CopyStep.revision_id).where(CopyStep.id.in_([one.id for one in items]))
    rows = lock(
        session,
        Rank.ITEMS,
        select(CopyStep).where(CopyStep.revision_id.in_(of)).order_by(CopyStep.id),
    )
    steps = {one.id: one for one in rows}
    for item in items:
        if (step := steps.get(item.id)) is None:
            raise changed()
        document, revision = papers.of(step.revision_id)
        runs = revision.status in TOLD_OF and step.round == revision.round and step.opened_at is not None
        if step.person_id != giving.person.id or step.acknowledged_at is not None or not runs:
            raise changed()
        taker = giving.somebody(item.to)
        there = {
            one.person_id
            for one in rows
            if (one.revision_id, one.round, one.position) == (step.revision_id, step.round, step.position)
        }
        require(may_be_told_instead(there, to=taker.id))
        step.person_id = taker.id
        record(
            session,
            by,
            "step.handed_over",
            Subject("document", document.id, str(revision.id)),
            facts={
                "number": document.number,
                "label": revision.label,
                "step": INFORM,
                "from": giving.person.name,
                "to": taker.name,
            },
            detail={"reason": giving.reason},
        )
