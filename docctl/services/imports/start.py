"""Starting a run, and noting the files it found (I-1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.imports import FileState, Outcome, RunAction, RunState
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.models.base import new_id
from docctl.models.content import Upload
from docctl.models.documents import DocumentType
from docctl.models.imports import ImportFile, ImportRun, RunSource
from docctl.models.organisation import Unit
from docctl.services.caller import Caller
from docctl.services.content.texts import texts_in
from docctl.services.documents.make import require_owner
from docctl.services.house import House
from docctl.services.imports.copies import Copies
from docctl.services.imports.runs import lock_run, move
from docctl.services.imports.uploads import keep_uploads
from docctl.services.records.classes import require_choosable
from docctl.services.registry import Prepared, use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class StartImport:
    """A run of existing files; unit, type and class apply where a file says nothing of its own.

    `uploads` are staged files, zips among them; without any, the files are brought by `TakeIn`.
    """

    name: str
    source: str
    unit_id: UUID
    type_id: UUID
    class_id: UUID | None = None
    uploads: tuple[UUID, ...] = ()
    host: str = ""
    item_id: UUID = field(default_factory=new_id)


def _moving_uploads(cmd: StartImport, by: Caller, house: House) -> Prepared[StartImport]:
    """Put what was uploaded into the folder of the run before its row is there."""
    undo, clear = keep_uploads(house, by, cmd.uploads, Copies.of(house, cmd.item_id))
    return Prepared(replace(cmd, host=house.here.host), undo, clear)


@use_case("document.import", before=_moving_uploads)
def start_import(session: Session, cmd: StartImport, by: Caller) -> UUID:
    """Start a run; its files are read in the background (I-1)."""
    authorise(by.actor, "document.import", Facts(unit_id=cmd.unit_id))
    unit, kind = session.get(Unit, cmd.unit_id), session.get(DocumentType, cmd.type_id)
    if unit is None or kind is None:
        raise NotFound("type or unit")
    require_owner(unit)
    require_choosable(session, cmd.class_id, by.at)
    uploads = []
    for upload_id in cmd.uploads:
        if (row := session.get(Upload, upload_id)) is not None:
            uploads.append([row.name, row.size])
            session.delete(row)
    name = " ".join(cmd.name.split())[:200]
    if not name:
        raise RuleRefused(Refused("I-1", "name_needed"))
    session.add(
        ImportRun(
            id=cmd.item_id,
            name=name,
            source=RunSource(cmd.source),
            host=cmd.host,
            state=RunState.RECEIVING,
            unit_id=unit.id,
            type_id=kind.id,
            class_id=cmd.class_id,
            uploads=uploads,
            started_by=by.actor.person_id,
            started_at=by.at,
            touched_at=by.at,
            is_plain=not texts_in(session).are_sealed,
        )
    )
    record(
        session,
        by,
        "import.started",
        Subject("import", cmd.item_id),
        facts={"source": cmd.source, "unit": unit.code, "type": kind.code},
        detail={"name": name},
    )
    return cmd.item_id


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that was found: copied, or not taken with the code of a reason under I-1 or upload."""

    id: UUID
    path: str
    size: int
    sha256: str
    problem: str = ""
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TakeIn:
    """Files that lie in the run's folder now; `is_last` lets the reading begin."""

    run_id: UUID
    files: Sequence[Taken]
    is_last: bool = False


@use_case("system.operate")
def take_in(session: Session, cmd: TakeIn, by: Caller) -> int:
    """Note found files, those not taken with their reason; return how many the run has (I-1)."""
    authorise(by.actor, "system.operate", Facts())
    run = lock_run(session, cmd.run_id, by.at)
    if run.state is not RunState.RECEIVING:
        return run.total
    first = session.scalar(select(func.max(ImportFile.ordinal)).where(ImportFile.run_id == run.id)) or 0
    for ordinal, one in enumerate(cmd.files, start=first + 1):
        file = ImportFile(
            id=one.id,
            run_id=run.id,
            ordinal=ordinal,
            path=one.path[-1000:],
            size=one.size,
            sha256=one.sha256,
            state=FileState.WAITING,
        )
        if one.problem:
            not_taken(file, Outcome.SKIPPED, "I-1", one.problem, one.params)
            file.done_at = by.at
        session.add(file)
    run.total += len(cmd.files)
    run.read += sum(bool(one.problem) for one in cmd.files)
    if cmd.is_last:
        move(run, RunAction.RECEIVED)
    return run.total


def not_taken(file: ImportFile, outcome: Outcome, rule: str, code: str, params: dict[str, Any]) -> None:
    """Write a file's report line before it could be read or imported."""
    file.state = FileState.DONE
    file.outcome, file.rule, file.code, file.params = outcome.value, rule, code, params
