"""Saying that one has read a revision, in one's own session (D-4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.permissions import authorise
from docctl.domain.reading import may_acknowledge
from docctl.domain.verdicts import NotFound, require
from docctl.models.distribution import ReadTask
from docctl.services.caller import Caller
from docctl.services.documents.load import facts_of, lock_revision
from docctl.services.locks import Rank, lock
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """The person has read the revision that they were asked to read."""

    revision_id: UUID


@use_case("reading.acknowledge")
def acknowledge(session: Session, cmd: Acknowledge, by: Caller) -> UUID:
    """Note that the person has read a revision while it is in force; once (D-4)."""
    loaded, revision = lock_revision(session, cmd.revision_id)
    tasks = lock(
        session,
        Rank.ITEMS,
        select(ReadTask).where(ReadTask.revision_id == revision.id, ReadTask.person_id == by.actor.person_id),
    )
    seen = facts_of(session, loaded.document, revision, by)
    if not tasks:
        if not (seen.visible or seen.insider):
            raise NotFound("revision")
        authorise(by.actor, "reading.acknowledge", replace(seen, assignees=frozenset()))
    (task,) = tasks
    authorise(by.actor, "reading.acknowledge", replace(seen, assignees=frozenset({task.person_id})))
    done, ended = task.acknowledged_at, task.ended_at
    require(may_acknowledge(revision.dates(), acknowledged_at=done, ended_at=ended, at=by.at))
    task.acknowledged_at = by.at
    record(
        session,
        by,
        "reading.acknowledged",
        Subject("document", loaded.document.id, str(revision.id)),
        facts={"number": loaded.document.number, "label": revision.label},
    )
    return loaded.document.id
