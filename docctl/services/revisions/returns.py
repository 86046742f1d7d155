"""Returns of a revision: counted, with the list of what is missing, ticked while it is mended (A-9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.permissions import authorise
from docctl.domain.returning import may_tick
from docctl.domain.verdicts import NotFound, require
from docctl.models.documents import Revision
from docctl.models.returns import ReturnItem, RevisionReturn
from docctl.models.work import Step
from docctl.queries.standing_in import Standing
from docctl.services.caller import Caller
from docctl.services.documents.load import facts_of, lock_revision
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


def note_return(
    session: Session,
    by: Caller,
    revision: Revision,
    step: Step | None,
    standing: Standing | None,
    reason: str,
    items: Sequence[str],
) -> RevisionReturn:
    """Count that a locked revision goes back, with what is missing; `step` was open then (A-9)."""
    times = select(func.count()).select_from(RevisionReturn).where(RevisionReturn.revision_id == revision.id)
    row = RevisionReturn(
        revision_id=revision.id,
        ordinal=(session.scalar(times) or 0) + 1,
        round=revision.round,
        meaning=step.meaning if step else None,
        step_name=step.name if step else "",
        reason=reason.strip(),
        returned_by=by.person_id,
        on_behalf_of=standing.principal_id if standing else None,
        returned_at=by.at,
    )
    session.add(row)
    session.flush()  # its items name it
    session.add_all(
        ReturnItem(return_id=row.id, ordinal=at, text=text) for at, text in enumerate(items, start=1)
    )
    return row


@dataclass(frozen=True, slots=True)
class TickItems:
    """Items of the last return, by id: those done now, and those that are not done after all."""

    revision_id: UUID
    done: tuple[UUID, ...] = ()
    undone: tuple[UUID, ...] = ()


@use_case("revision.edit")
def tick_items(session: Session, cmd: TickItems, by: Caller) -> UUID:
    """Tick what is done of the list with which a draft came back (A-9). Return the revision's id."""
    loaded, revision = lock_revision(session, cmd.revision_id)
    document = loaded.document
    authorise(by.actor, "revision.edit", facts_of(session, document, revision, by))
    rows = session.execute(
        select(ReturnItem, RevisionReturn.ordinal)
        .join(RevisionReturn, RevisionReturn.id == ReturnItem.return_id)
        .where(RevisionReturn.revision_id == revision.id)
        .order_by(RevisionReturn.ordinal, ReturnItem.ordinal)
    ).all()
    named = {*cmd.done, *cmd.undone}
    chosen = [(item, time) for item, time in rows if item.id in named]
    if len(chosen) != len(named):
        raise NotFound("return item")
    last = session.scalar(
        select(func.max(RevisionReturn.ordinal)).where(RevisionReturn.revision_id == revision.id)
    )
    ticked: dict[bool, list[ReturnItem]] = {True: [], False: []}
    for item, time in chosen:
        require(may_tick(revision.status, is_latest=time == last))
        is_done = item.id in cmd.done
        if is_done is not (item.done_at is not None):
            item.done_by, item.done_at = (by.person_id, by.at) if is_done else (None, None)
            ticked[is_done].append(item)
    if any(ticked.values()):
        record(
            session,
            by,
            "revision.mended",
            Subject("document", document.id, str(revision.id)),
            facts={
                "number": document.number,
                "label": revision.label,
                "times": last,
                "done": len(ticked[True]),
                "undone": len(ticked[False]),
            },
            detail={
                "done_items": [one.text for one in ticked[True]],
                "undone_items": [one.text for one in ticked[False]],
            },
        )
    return revision.id
