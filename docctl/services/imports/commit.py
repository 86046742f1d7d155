"""The import ordered by a person, and its end (I-1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from docctl.domain.imports import FileState, Outcome, RunAction, RunState
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import Conflict, Refused
from docctl.models.imports import ImportChange, ImportFile, ImportRun, without_text
from docctl.services.caller import Caller
from docctl.services.imports.contents import NOTHING_READ, let_go
from docctl.services.imports.joining import arrange
from docctl.services.imports.notices import tell_people
from docctl.services.imports.partly import join_waiting, order
from docctl.services.imports.runs import lock_run, move, way_out
from docctl.services.imports.unread import note_unread
from docctl.services.locks import Rank, lock
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class CommitImport:
    """Import the files as they were shown; `only_checked`: the others stay open in the run."""

    run_id: UUID
    row_version: int | None = None
    only_checked: bool = False


@use_case("document.import")
def commit_import(session: Session, cmd: CommitImport, by: Caller) -> UUID:
    """Order the import; it runs in the background in this person's name (I-1)."""
    run = lock_run(session, cmd.run_id, by.at)
    authorise(by.actor, "document.import", Facts(unit_id=run.unit_id))
    if cmd.row_version is not None and run.row_version != cmd.row_version:
        raise Conflict(Refused("request", "changed_meanwhile"))
    move(run, RunAction.IMPORT)
    order(session, run, only_checked=cmd.only_checked)
    arrange(session, run, today=by.today, zone=by.zone)
    run.committed_by, run.committed_at = by.person_id, by.at
    facts = {"files": run.ordered, "only_checked": run.only_checked}
    record(session, by, "import.ordered", Subject("import", run.id), facts=facts)
    return run.id


@dataclass(frozen=True, slots=True)
class CancelImport:
    """Give a run up before its import; what was imported of it before stays."""

    run_id: UUID


@use_case("document.import")
def cancel_import(session: Session, cmd: CancelImport, by: Caller) -> UUID:
    """Cancel a run; what was read and the copies go, each file keeps its line (I-1)."""
    run = lock_run(session, cmd.run_id, by.at)
    authorise(by.actor, "document.import", Facts(unit_id=run.unit_id))
    note_unread(session, run, by, Outcome.SKIPPED if by.actor.person_id else Outcome.GIVEN_UP)
    is_partly_in = way_out(run) is RunAction.CLOSE
    move(run, RunAction.CLOSE if is_partly_in else RunAction.CANCEL)
    end_files(session, run, by, Outcome.SKIPPED, "rest_discarded" if is_partly_in else "run_cancelled")
    end_run(session, run, by)
    what, facts = ("closed", {"totals": totals_of(session, run)}) if is_partly_in else ("cancelled", {})
    record(session, by, f"import.{what}", Subject("import", run.id), facts={"files": run.total, **facts})
    return run.id


@dataclass(frozen=True, slots=True)
class LineOfReport:
    """What became of a file that was not imported, with the rule's words."""

    file_id: UUID
    outcome: Outcome
    rule: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NoteOutcomes:
    """Report lines of files that were left out or failed."""

    run_id: UUID
    lines: Sequence[LineOfReport]


@use_case("system.operate")
def note_outcomes(session: Session, cmd: NoteOutcomes, by: Caller) -> int:
    """Write report lines; each file gets one (I-1)."""
    authorise(by.actor, "system.operate", Facts())
    run = lock_run(session, cmd.run_id, by.at)
    wanted = {one.file_id: one for one in cmd.lines}
    rows = lock(
        session,
        Rank.ITEMS,
        select(ImportFile)
        .where(ImportFile.id.in_(wanted), ImportFile.state != FileState.DONE)
        .order_by(ImportFile.id)
        .options(without_text()),
    )
    for row in rows:
        one = wanted[row.id]
        let_go(row)
        row.state, row.outcome, row.done_at = FileState.DONE, one.outcome.value, by.at
        row.rule, row.code, row.params = one.rule, one.code, dict(one.params)
    run.imported += len(rows)
    return len(rows)


@dataclass(frozen=True, slots=True)
class NoteProgress:
    """Some files of a run have their line now."""

    run_id: UUID


@use_case("system.operate")
def note_progress(session: Session, cmd: NoteProgress, by: Caller) -> int:
    """Count what is done for whoever looks on; end the run where all is. Return how much is left to do (I-1).

    Where the order was for checked files alone, the others wait to be checked, as revisions of what is in.
    """
    authorise(by.actor, "system.operate", Facts())
    run = lock_run(session, cmd.run_id, by.at)
    count = select(func.count()).where(ImportFile.run_id == run.id)
    run.imported = session.scalar(count.where(ImportFile.state == FileState.DONE)) or 0
    is_open = count.where(ImportFile.state != FileState.DONE)
    if run.only_checked:
        left = max(run.ordered - run.imported, 0) or join_waiting(session, run)
    else:
        left = session.scalar(is_open) or 0
    if left or run.state is not RunState.IMPORTING:
        return left
    facts: dict[str, Any] = {"totals": totals_of(session, run)}
    if run.only_checked:
        move(run, RunAction.REST)
        run.only_checked = False
        forget_changes(session, run)
        facts["open"] = session.scalar(is_open) or 0
        record(session, by, "import.partly_finished", Subject("import", run.id), facts=facts)
        tell_people(session, run, by)
    else:
        move(run, RunAction.FINISH)
        end_run(session, run, by)
        record(session, by, "import.finished", Subject("import", run.id), facts=facts)
    return 0


def end_files(session: Session, run: ImportRun, by: Caller, outcome: Outcome, code: str) -> None:
    """Give every file without a line the same one under I-1; one that could not be read keeps its reason.

    Whoever imports one of them at this moment finds that it has changed.
    """
    line = {"state": FileState.DONE, "done_at": by.at, "row_version": ImportFile.row_version + 1}
    files = update(ImportFile).where(ImportFile.run_id == run.id).execution_options(synchronize_session=False)
    session.execute(
        files.where(ImportFile.state == FileState.UNREADABLE).values(outcome=Outcome.FAILED.value, **line)
    )
    session.execute(
        files.where(ImportFile.state != FileState.DONE).values(
            outcome=outcome.value, rule="I-1", code=code, params={}, **line
        )
    )


def end_run(session: Session, run: ImportRun, by: Caller) -> None:
    """End a run whose files have their lines: nothing that was read is kept, nothing can be undone (R-7).

    Its people are told. The worker destroys its key after that.
    """
    run.ended_at, run.is_plain = by.at, False
    session.execute(update(ImportFile).where(ImportFile.run_id == run.id).values(NOTHING_READ))
    forget_changes(session, run)
    tell_people(session, run, by)


def forget_changes(session: Session, run: ImportRun) -> None:
    """Keep nothing of what was changed: nothing of it can be undone any more (R-7)."""
    session.execute(update(ImportChange).where(ImportChange.run_id == run.id).values(sealed_changes=None))


def totals_of(session: Session, run: ImportRun) -> dict[str, int]:
    """Return how many files of a run have a line, by their outcome."""
    counted = session.execute(
        select(ImportFile.outcome, func.count())
        .where(ImportFile.run_id == run.id, ImportFile.state == FileState.DONE)
        .group_by(ImportFile.outcome)
    )
    return {one[0]: one[1] for one in counted}
