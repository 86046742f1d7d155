"""A table of past records: started, ordered to be filed, given up, each by its own person (I-2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from docctl.domain.imports import RunAction, RunState, may_move_run
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import Conflict, NotFound, Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.content import Upload
from docctl.models.documents import Document, DocumentType
from docctl.models.record_imports import RecordImport, RecordImportRow, RowStatus
from docctl.services.caller import Caller
from docctl.services.house import House
from docctl.services.imports.copies import Copies
from docctl.services.imports.folder import RECORDS
from docctl.services.imports.give_up import may_give_up
from docctl.services.imports.runs import lock_import, move
from docctl.services.imports.uploads import keep_uploads
from docctl.services.registry import Prepared, use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class StartRecordImport:
    """A staged zip of a table with its files, or a table alone, for one record form."""

    name: str
    form_id: UUID
    uploads: tuple[UUID, ...] = ()
    host: str = ""
    item_id: UUID = field(default_factory=new_id)


def _moving(cmd: StartRecordImport, by: Caller, house: House) -> Prepared[StartRecordImport]:
    """Put what was uploaded into the folder of the import before its row is there."""
    if not cmd.uploads:
        raise RuleRefused(Refused("upload", "needed"))
    undo, clear = keep_uploads(house, by, cmd.uploads, Copies.of(house, cmd.item_id, RECORDS))
    return Prepared(replace(cmd, host=house.here.host), undo, clear)


@use_case("record.file", before=_moving)
def start_record_import(session: Session, cmd: StartRecordImport, by: Caller) -> UUID:
    """Start looking at a table; nothing is filed before its order (I-2)."""
    authorise(by.actor, "record.file", Facts(unit_id=by.actor.unit_id))
    form = session.get(Document, cmd.form_id)
    kind = session.get(DocumentType, form.type_id) if form is not None else None
    if form is None or kind is None or not kind.is_form:
        raise NotFound("form")
    for upload_id in cmd.uploads:
        if (row := session.get(Upload, upload_id)) is not None:
            session.delete(row)
    name = " ".join(cmd.name.split())[:200]
    if not name:
        raise RuleRefused(Refused("I-1", "name_needed"))
    session.add(
        RecordImport(
            id=cmd.item_id,
            name=name,
            host=cmd.host,
            state=RunState.RECEIVING,
            form_id=form.id,
            started_by=by.person_id,
            started_at=by.at,
            touched_at=by.at,
        )
    )
    tell(session, by, "started", cmd.item_id, {"form": form.number}, {"name": name})
    return cmd.item_id


@dataclass(frozen=True, slots=True)
class OrderRecordImport:
    """File the rows that are ready, as they were shown."""

    import_id: UUID
    row_version: int | None = None


@use_case("record.file")
def order_record_import(session: Session, cmd: OrderRecordImport, by: Caller) -> UUID:
    """Let the rows be filed in the background in this person's name (I-2)."""
    found = own_import(session, cmd.import_id, by)
    if cmd.row_version is not None and found.row_version != cmd.row_version:
        raise Conflict(Refused("request", "changed_meanwhile"))
    require(may_move_run(found.state, RunAction.IMPORT))
    ready = session.scalar(count_rows(found.id).where(RecordImportRow.status == RowStatus.READY)) or 0
    if not ready:
        raise RuleRefused(Refused("I-2", "nothing_ready"))
    move(found, RunAction.IMPORT)
    found.done = found.total - ready
    tell(session, by, "ordered", found.id, {"rows": ready})
    return found.id


@dataclass(frozen=True, slots=True)
class CancelRecordImport:
    """Give a table up: before it is filed, or while it is where its host is lost."""

    import_id: UUID


@use_case("record.file")
def cancel_record_import(session: Session, cmd: CancelRecordImport, by: Caller) -> UUID:
    """Give a table up; its rows and its files go, what was filed stays (I-2)."""
    found = own_import(session, cmd.import_id, by)
    if found.state is RunState.IMPORTING:  # its host is lost, else it goes on
        require(may_give_up(session, found.state, found.host, by.at))
        move(found, RunAction.GIVE_UP)
    else:
        move(found, RunAction.CANCEL)
    end_rows(session, found, by, "given_up")
    tell(session, by, "cancelled", found.id, {"rows": found.total})
    return found.id


def end_rows(session: Session, found: RecordImport, by: Caller, code: str) -> None:
    """Let nothing of a table's rows stay but their lines; those that were to be filed have one under I-1."""
    rows = update(RecordImportRow).where(RecordImportRow.import_id == found.id)
    if found.state is RunState.DONE:
        line = {"status": RowStatus.FAILED, "rule": "I-1", "code": code, "params": {}}
        session.execute(rows.where(RecordImportRow.status == RowStatus.READY).values(line))
        forget_failed(session, found.id)
    else:
        session.execute(rows.values(values={}, rule="", code="", params={}))
    found.ended_at = by.at
    keep_headings(found)


def keep_headings(found: RecordImport) -> None:
    """Keep of the columns of a table that has ended their headings alone, no values of rows (R-7)."""
    found.columns = [one[:2] for one in found.columns]


def forget_failed(session: Session, import_id: UUID) -> None:
    """Keep the line alone of rows that were not filed: no disposal of a record would find them (R-7)."""
    rows = update(RecordImportRow).where(RecordImportRow.import_id == import_id)
    session.execute(rows.where(RecordImportRow.status == RowStatus.FAILED).values(values={}))


def count_rows(import_id: UUID) -> Any:
    """Return the query for the number of rows of an import."""
    return select(func.count()).select_from(RecordImportRow).where(RecordImportRow.import_id == import_id)


def own_import(session: Session, import_id: UUID, by: Caller) -> RecordImport:
    """Lock one's own import; another person's is not there (X-3)."""
    authorise(by.actor, "record.file", Facts(unit_id=by.actor.unit_id))
    found = lock_import(session, import_id, by.at)
    if found.started_by != by.actor.person_id:
        raise NotFound("import")
    return found


def tell(
    session: Session,
    by: Caller,
    what: str,
    import_id: UUID,
    facts: Mapping[str, Any],
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Record an event of an import (T-1)."""
    record(
        session, by, f"record_import.{what}", Subject("record_import", import_id), facts=facts, detail=detail
    )
