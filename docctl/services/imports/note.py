"""What the worker noted: facts read out of files, and how they compare (I-1, I-4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, load_only

from docctl.domain.imports import Choice, FileState, RunAction, RunState
from docctl.domain.permissions import Facts, authorise
from docctl.models.imports import ImportFile
from docctl.services.caller import Caller
from docctl.services.imports.contents import Contents
from docctl.services.imports.runs import lock_run, move
from docctl.services.locks import Rank, lock
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class ReadFile:
    """One file as read: facts and what is proposed, or the problem with it under the rule `upload`."""

    file_id: UUID
    media_type: str
    text: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    chosen: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NoteRead:
    """Up to `BATCH` files read in one round."""

    run_id: UUID
    files: Sequence[ReadFile]


@use_case("system.operate")
def note_read(session: Session, cmd: NoteRead, by: Caller) -> int:
    """Keep what was read of some files; return how many the run has read (I-1)."""
    authorise(by.actor, "system.operate", Facts())
    run = lock_run(session, cmd.run_id, by.at)
    if run.state is not RunState.READING:
        return run.read
    wanted = {one.file_id: one for one in cmd.files}
    rows = lock(
        session,
        Rank.ITEMS,
        select(ImportFile)
        .where(ImportFile.id.in_(wanted), ImportFile.state == FileState.WAITING)
        .order_by(ImportFile.id),
    )
    contents = Contents(session, run.id)
    for row in rows:
        _keep(row, wanted[row.id], contents)
    run.read += len(rows)
    return run.read


def _keep(row: ImportFile, one: ReadFile, contents: Contents) -> None:
    row.media_type = one.media_type
    if one.problem:
        row.state, row.rule, row.code, row.params = (
            FileState.UNREADABLE,
            "upload",
            one.problem,
            dict(one.params),
        )
        return
    facts = dict(one.facts)
    sketch = list(facts.pop("sketch", ()))
    row.state = FileState.READ
    contents.keep(row, facts=facts, chosen=dict(one.chosen), sketch=sketch, text=one.text)


@dataclass(frozen=True, slots=True)
class NoteComparison:
    """Notes and series of some files of a run, by file; with the last ones the run is ready to be checked."""

    run_id: UUID
    notes: Mapping[UUID, Sequence[Mapping[str, Any]]]
    series: Mapping[UUID, str]
    is_last: bool = True


@use_case("system.operate")
def note_comparison(session: Session, cmd: NoteComparison, by: Caller) -> int:
    """Keep how some files compare; after the last ones the run is ready to be checked (I-4)."""
    authorise(by.actor, "system.operate", Facts())
    run = lock_run(session, cmd.run_id, by.at)
    if run.state is not RunState.READING:
        return 0
    rows = lock(
        session,
        Rank.ITEMS,
        select(ImportFile)
        .where(ImportFile.run_id == run.id, ImportFile.state == FileState.READ, ImportFile.id.in_(cmd.notes))
        .order_by(ImportFile.id)
        .options(load_only(ImportFile.series, ImportFile.place, ImportFile.choice)),
    )
    contents = Contents(session, run.id)
    for row in rows:
        notes = [dict(one) for one in cmd.notes.get(row.id, ())]
        contents.keep(row, notes=notes)
        if row.series != (series := cmd.series.get(row.id, "")):
            row.series = series
        row.place = next((one["params"]["place"] for one in notes if one["code"] == "history"), 0)
        if any(one.get("leaves_out") for one in notes):
            row.choice = Choice.LEAVE_OUT
    if not cmd.is_last:
        return len(rows)
    move(run, RunAction.READ)
    unreadable = session.scalar(
        select(func.count()).where(ImportFile.run_id == run.id, ImportFile.state == FileState.UNREADABLE)
    )
    record(
        session,
        by,
        "import.read",
        Subject("import", run.id),
        facts={"files": run.total, "unreadable": unreadable or 0},
    )
    return len(rows)
