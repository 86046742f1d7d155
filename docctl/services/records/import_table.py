"""A table of past records: started, looked at, filed in the name of who ordered it, ended (I-2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from docctl.domain.imports import RUN_MOVES, RunAction, RunState, may_move_run
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import Conflict, NotFound, Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.content import Upload
from docctl.models.documents import Document, DocumentType
from docctl.models.record_imports import RecordImport, RecordImportRow, RowStatus
from docctl.services.caller import Caller
from docctl.services.house import House
from docctl.services.imports.folder import RECORDS, RunFolder
from docctl.services.imports.room import require_room
from docctl.services.locks import Rank, lock
from docctl.services.registry import Prepared, use_case
from docctl.services.trail import Subject, record

#: Rows written in one statement.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class StartRecordImport:
    """A staged zip of a table with its files, or a table alone, for one record form."""

    name: str
    form_id: UUID
    uploads: tuple[UUID, ...] = ()
    host: str = ""
    item_id: UUID = field(default_factory=new_id)


def _moving(cmd: StartRecordImport, by: Caller, house: House) -> Prepared[StartRecordImport]:
    """Move what was uploaded into the folder of the import before its row is there."""
    folder = RunFolder.of(house.data, cmd.item_id, RECORDS)
    with house.uow.read() as session:
        rows = [session.get(Upload, one) for one in cmd.uploads]
    found = [row for row in rows if row is not None and row.owner_id == by.actor.person_id]
    if not found or len(found) != len(cmd.uploads):
        raise RuleRefused(Refused("upload", "gone" if cmd.uploads else "needed"))
    try:
        require_room(house, ((house.staging.path(row.id), row.name) for row in found))
        folder.keep_uploads([(house.staging.path(row.id), row.name) for row in found])
    except FileNotFoundError as error:
        folder.discard()
        raise RuleRefused(Refused("upload", "gone")) from error
    return Prepared(replace(cmd, host=house.here.host), folder.discard, lambda: None)


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
        )
    )
    _told(session, by, "started", cmd.item_id, {"form": form.number}, {"name": name})
    return cmd.item_id


@dataclass(frozen=True, slots=True)
class NoteTable:
    """The table as read: headings with what they mean, rows; or why it cannot be used, which ends it.

    `twice` are rows whose number an earlier one has, with that one.
    """

    import_id: UUID
    table_path: str = ""
    columns: Sequence[tuple[str, str]] = ()
    rows: Sequence[tuple[int, Mapping[str, str]]] = ()
    twice: Mapping[int, int] = field(default_factory=dict)
    refused: Refused | None = None


@use_case("system.operate")
def note_table(session: Session, cmd: NoteTable, by: Caller) -> int:
    """Keep the rows of a table, to be looked at one by one; return how many (I-2)."""
    authorise(by.actor, "system.operate", Facts())
    found = _lock(session, cmd.import_id)
    if found.state is not RunState.RECEIVING:
        return found.total
    if cmd.refused is not None:
        found.rule, found.code, found.params = cmd.refused.rule, cmd.refused.code, dict(cmd.refused.params)
        _move(found, RunAction.CANCEL)
        found.ended_at = by.at
        return 0
    found.table_path, found.columns = cmd.table_path[:1000], [list(one) for one in cmd.columns]
    found.total = len(cmd.rows)
    _move(found, RunAction.RECEIVED)
    found.done = len(cmd.twice)
    rows = [_new_row(found.id, number, values, cmd.twice.get(number)) for number, values in cmd.rows]
    for start in range(0, len(rows), _AT_ONCE):
        session.execute(insert(RecordImportRow), rows[start : start + _AT_ONCE])
    return len(rows)


def _new_row(import_id: UUID, number: int, values: Mapping[str, str], earlier: int | None) -> dict[str, Any]:
    is_first = earlier is None
    return {
        "id": new_id(),
        "import_id": import_id,
        "number": number,
        "values": dict(values),
        "status": RowStatus.WAITING if is_first else RowStatus.FAILED,
        "rule": "" if is_first else "I-2",
        "code": "" if is_first else "number_twice",
        "params": {} if is_first else {"number": values.get("number", ""), "row": earlier},
    }


@dataclass(frozen=True, slots=True)
class RowSeen:
    """What is known of a row now: looked at, or filed as a record."""

    row_id: UUID
    status: RowStatus
    rule: str = ""
    code: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    record_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class NoteRows:
    """Some rows as they were looked at or filed; where none is left the step has ended."""

    import_id: UUID
    rows: Sequence[RowSeen]


@use_case("system.operate")
def note_rows(session: Session, cmd: NoteRows, by: Caller) -> int:
    """Keep what became of rows; return how many the present step has still to do (I-2)."""
    authorise(by.actor, "system.operate", Facts())
    found = _lock(session, cmd.import_id)
    step = {RunState.READING: RowStatus.WAITING, RunState.IMPORTING: RowStatus.READY}.get(found.state)
    if step is None:
        return 0
    for one in cmd.rows:
        values: dict[str, Any] = {
            "status": one.status,
            "rule": one.rule,
            "code": one.code,
            "params": dict(one.params),
            "record_id": one.record_id,
        }
        if one.record_id is not None:  # the record has them; where it is destroyed nothing is left here
            values["values"] = {}
        elif one.status is RowStatus.DUPLICATE:  # another record has them: its disposal must leave none here
            values["values"] = _told_by_line(session, one.row_id)
        session.execute(
            update(RecordImportRow)
            .where(RecordImportRow.id == one.row_id, RecordImportRow.import_id == found.id)
            .values(**values)
        )
    found.done += len(cmd.rows)
    left = session.scalar(_count(found.id).where(RecordImportRow.status == step)) or 0
    if left == 0:
        _end_step(session, found, by)
    return left


def _told_by_line(session: Session, row_id: UUID) -> dict[str, Any]:
    """Return of a row's values those that its line of the report needs (R-7)."""
    row = session.get(RecordImportRow, row_id)
    known = row.values if row is not None else {}
    return {name: known[name] for name in ("number", "file") if name in known}


def _count(import_id: UUID) -> Any:
    return select(func.count()).select_from(RecordImportRow).where(RecordImportRow.import_id == import_id)


def _end_step(session: Session, found: RecordImport, by: Caller) -> None:
    if found.state is RunState.READING:
        _move(found, RunAction.READ)
        return
    _move(found, RunAction.FINISH)
    found.ended_at = by.at
    rows = update(RecordImportRow).where(RecordImportRow.import_id == found.id)
    # No record holds what stood in these rows, so no disposal would destroy it: the line alone stays.
    session.execute(rows.where(RecordImportRow.status == RowStatus.FAILED).values(values={}))
    counted = session.execute(
        select(RecordImportRow.status, func.count())
        .where(RecordImportRow.import_id == found.id)
        .group_by(RecordImportRow.status)
    )
    totals = {one[0].value: one[1] for one in counted}
    _told(session, by, "finished", found.id, {"totals": totals})


@dataclass(frozen=True, slots=True)
class OrderRecordImport:
    """File the rows that are ready, as they were shown."""

    import_id: UUID
    row_version: int | None = None


@use_case("record.file")
def order_record_import(session: Session, cmd: OrderRecordImport, by: Caller) -> UUID:
    """Let the rows be filed in the background in this person's name (I-2)."""
    found = _own(session, cmd.import_id, by)
    if cmd.row_version is not None and found.row_version != cmd.row_version:
        raise Conflict(Refused("request", "changed_meanwhile"))
    require(may_move_run(found.state, RunAction.IMPORT))
    ready = session.scalar(_count(found.id).where(RecordImportRow.status == RowStatus.READY)) or 0
    if not ready:
        raise RuleRefused(Refused("I-2", "nothing_ready"))
    _move(found, RunAction.IMPORT)
    found.done = found.total - ready
    _told(session, by, "ordered", found.id, {"rows": ready})
    return found.id


@dataclass(frozen=True, slots=True)
class CancelRecordImport:
    """Give a table up before it is filed."""

    import_id: UUID


@use_case("record.file")
def cancel_record_import(session: Session, cmd: CancelRecordImport, by: Caller) -> UUID:
    """Give a table up; its rows and its files go (I-2)."""
    found = _own(session, cmd.import_id, by)
    _move(found, RunAction.CANCEL)
    found.ended_at = by.at
    rows = update(RecordImportRow).where(RecordImportRow.import_id == found.id)
    session.execute(rows.values(values={}, rule="", code="", params={}))
    _told(session, by, "cancelled", found.id, {"rows": found.total})
    return found.id


def _own(session: Session, import_id: UUID, by: Caller) -> RecordImport:
    """Lock one's own import; another person's is not there (X-3)."""
    authorise(by.actor, "record.file", Facts(unit_id=by.actor.unit_id))
    found = _lock(session, import_id)
    if found.started_by != by.actor.person_id:
        raise NotFound("import")
    return found


def _lock(session: Session, import_id: UUID) -> RecordImport:
    rows = lock(session, Rank.PARENTS, select(RecordImport).where(RecordImport.id == import_id))
    if not rows:
        raise NotFound("import")
    return rows[0]


def _move(found: RecordImport, action: RunAction) -> None:
    require(may_move_run(found.state, action))
    found.state = RUN_MOVES[found.state, action]


def _told(
    session: Session,
    by: Caller,
    what: str,
    import_id: UUID,
    facts: Mapping[str, Any],
    detail: Mapping[str, Any] | None = None,
) -> None:
    record(
        session, by, f"record_import.{what}", Subject("record_import", import_id), facts=facts, detail=detail
    )
