"""What the worker notes of a table of past records: its rows, and what becomes of each (I-2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from docctl.domain.imports import RunAction, RunState
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import Refused
from docctl.models.base import new_id
from docctl.models.record_imports import RecordImport, RecordImportRow, RowStatus
from docctl.services.caller import Caller
from docctl.services.imports.runs import lock_import, move
from docctl.services.records.import_table import count_rows, forget_failed, keep_headings, tell
from docctl.services.registry import use_case

#: Rows written in one statement.
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class NoteTable:
    """The table as read: its columns, rows; or why it cannot be used, which ends it.

    `twice` are rows whose number an earlier one has, with that one.
    """

    import_id: UUID
    table_path: str = ""
    columns: Sequence[Sequence[Any]] = ()
    rows: Sequence[tuple[int, Mapping[str, str]]] = ()
    twice: Mapping[int, int] = field(default_factory=dict)
    refused: Refused | None = None


@use_case("system.operate")
def note_table(session: Session, cmd: NoteTable, by: Caller) -> int:
    """Keep the rows of a table, to be looked at one by one; return how many (I-2)."""
    authorise(by.actor, "system.operate", Facts())
    found = lock_import(session, cmd.import_id, by.at)
    if found.state is not RunState.RECEIVING:
        return found.total
    if cmd.refused is not None:
        found.rule, found.code, found.params = cmd.refused.rule, cmd.refused.code, dict(cmd.refused.params)
        move(found, RunAction.CANCEL)
        found.ended_at = by.at
        keep_headings(found)
        return 0
    found.table_path, found.columns = cmd.table_path[:1000], [list(one) for one in cmd.columns]
    found.total = len(cmd.rows)
    move(found, RunAction.RECEIVED)
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
    found = lock_import(session, cmd.import_id, by.at)
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
    left = session.scalar(count_rows(found.id).where(RecordImportRow.status == step)) or 0
    if left == 0:
        _end_step(session, found, by)
    return left


def _told_by_line(session: Session, row_id: UUID) -> dict[str, Any]:
    """Return of a row's values those that its line of the report needs (R-7)."""
    row = session.get(RecordImportRow, row_id)
    known = row.values if row is not None else {}
    return {name: known[name] for name in ("number", "file") if name in known}


def _end_step(session: Session, found: RecordImport, by: Caller) -> None:
    if found.state is RunState.READING:
        move(found, RunAction.READ)
        return
    move(found, RunAction.FINISH)
    found.ended_at = by.at
    keep_headings(found)
    forget_failed(session, found.id)
    counted = session.execute(
        select(RecordImportRow.status, func.count())
        .where(RecordImportRow.import_id == found.id)
        .group_by(RecordImportRow.status)
    )
    totals = {one[0].value: one[1] for one in counted}
    tell(session, by, "finished", found.id, {"totals": totals})
