"""Reminding who has not read what they were asked to: at the end of their days, or by control (D-4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import in_force
from docctl.domain.permissions import Facts, authorise
from docctl.domain.reading import may_remind
from docctl.domain.verdicts import require
from docctl.models.distribution import ReadTask
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Person
from docctl.services.caller import Caller
from docctl.services.distribution.issue import OVERDUE
from docctl.services.documents.load import facts_of, lock_revision
from docctl.services.jobs import due_first, settled
from docctl.services.locks import Rank, lock
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class RemindReaders:
    """A revision that is not read by all who were asked."""

    revision_id: UUID


@use_case("system.operate")
def remind_overdue(session: Session, cmd: RemindReaders, by: Caller) -> bool:
    """Remind whoever is past their last day, once, and come back for those asked later (催办, D-4)."""
    authorise(by.actor, "system.operate", Facts())
    if session.get(Revision, cmd.revision_id) is None:
        return False
    loaded, revision = lock_revision(session, cmd.revision_id)
    waiting = _open(session, revision)
    if not settled(session, OVERDUE, subject_id=revision.id, at=by.at):
        return False
    if not in_force(revision.dates(), by.at):  # what ended is read no more
        return False
    late = [one for one in waiting if one.due_at and one.due_at <= by.at and one.reminded_at is None]
    later = [one.due_at for one in waiting if one.due_at and one.due_at > by.at]
    if later:
        session.flush()  # what is settled is no earlier wish
        due_first(session, OVERDUE, {revision.id: min(later)})
    if late:
        _remind(session, by, loaded.document, revision, late)
    return bool(late)


@use_case("reading.remind")
def remind_readers(session: Session, cmd: RemindReaders, by: Caller) -> UUID:
    """Remind everybody who has not read a revision in force, past their day or not (催办, D-4)."""
    loaded, revision = lock_revision(session, cmd.revision_id)
    authorise(by.actor, "reading.remind", facts_of(session, loaded.document, revision, by))
    waiting = _open(session, revision)
    last = max((one.reminded_at for one in waiting if one.reminded_at), default=None)
    day = last.astimezone(by.zone).date() if last else None
    require(may_remind(revision.dates(), still_open=len(waiting), reminded_on=day, at=by.at, today=by.today))
    _remind(session, by, loaded.document, revision, waiting)
    return revision.id


def _open(session: Session, revision: Revision) -> Sequence[ReadTask]:
    query = select(ReadTask).where(
        ReadTask.revision_id == revision.id,
        ReadTask.acknowledged_at.is_(None),
        ReadTask.ended_at.is_(None),
    )
    return lock(session, Rank.ITEMS, query.order_by(ReadTask.id))


def _remind(
    session: Session, by: Caller, document: Document, revision: Revision, tasks: Sequence[ReadTask]
) -> None:
    for one in tasks:
        one.reminded_at = by.at
    ids = [one.person_id for one in tasks]
    names = session.scalars(select(Person.name).where(Person.id.in_(ids)).order_by(Person.name))
    record(
        session,
        by,
        "reading.reminded",
        Subject("document", document.id, str(revision.id)),
        facts={"number": document.number, "label": revision.label, "count": len(tasks)},
        detail={"readers": list(names)},
    )
