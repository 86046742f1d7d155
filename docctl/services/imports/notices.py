"""Telling the people of a run what became of it, until they have seen it (I-1, A-4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from docctl.domain.imports import FileState, Outcome
from docctl.domain.permissions import Facts, authorise
from docctl.domain.roles import Role
from docctl.models.base import new_id
from docctl.models.imports import ImportFile, ImportNotice, ImportRun, RunSource
from docctl.services.caller import Caller
from docctl.services.imports.runs import lock_run
from docctl.services.people.actors import holders
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record

_NOT_IN: Final = (Outcome.FAILED, Outcome.GIVEN_UP)


def tell_people(session: Session, run: ImportRun, by: Caller) -> None:
    """Put the result of a run into the inbox of who started and ordered it, but for who acts now (I-1).

    A watched folder has no person: its run is told to who controls the documents of the unit.
    """
    people = {one for one in (run.started_by, run.committed_by) if one is not None}
    if run.source is RunSource.WATCHED:
        people |= {one.id for one in holders(session, Role.DOCUMENT_CONTROLLER, run.unit_id)}
    session.flush()  # its files have their lines
    not_in = exists().where(
        ImportFile.run_id == run.id, ImportFile.state == FileState.DONE, ImportFile.outcome.in_(_NOT_IN)
    )
    has_failed = bool(session.scalar(select(not_in)))
    known = {one.person_id: one for one in session.scalars(_of_run(run.id))}
    for person in sorted(people - {by.actor.person_id}):
        row = known.get(person)
        if row is None:
            row = ImportNotice(id=new_id(), run_id=run.id, person_id=person)
            session.add(row)
        row.at, row.has_failed, row.seen_at = by.at, has_failed, None


def _of_run(run_id: UUID) -> Select[ImportNotice]:
    return select(ImportNotice).where(ImportNotice.run_id == run_id)


@dataclass(frozen=True, slots=True)
class SeeResult:
    """A person has seen what became of a run."""

    run_id: UUID


@use_case("document.import")
def see_result(session: Session, cmd: SeeResult, by: Caller) -> bool:
    """Take the result of a run out of one's inbox; say whether it stood there (I-1)."""
    run = lock_run(session, cmd.run_id)  # nobody has worked on it by that
    authorise(by.actor, "document.import", Facts(unit_id=run.unit_id))
    own = _of_run(run.id).where(ImportNotice.person_id == by.actor.person_id)
    row = session.scalars(own.where(ImportNotice.seen_at.is_(None))).first()
    if row is None:
        return False
    row.seen_at = by.at
    record(session, by, "import.seen", Subject("import", run.id), facts={"failed": row.has_failed})
    return True


__all__ = ["SeeResult", "see_result", "tell_people"]
