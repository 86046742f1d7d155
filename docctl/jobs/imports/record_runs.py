"""The worker's part of tables of past records, where they lie; each step may be repeated (I-2)."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.canonical import plain
from docctl.domain.form_definition import Definition
from docctl.domain.imports import BATCH, RunState
from docctl.domain.normal_form import normal
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.jobs.imports.at_work import at_work
from docctl.jobs.imports.commit import WAITS
from docctl.jobs.imports.in_name_of import caller_of
from docctl.jobs.imports.records import RecordLine, Target, file_row, headings
from docctl.jobs.imports.uploaded import uploaded
from docctl.models.record_imports import RecordImport, RecordImportRow, RowStatus
from docctl.queries.form_definitions import asked_by
from docctl.queries.record_import_there import RecordsThere, records_there
from docctl.reading.errors import OURS, ReadingFailed
from docctl.reading.sources import Source, SourceChanged, copy
from docctl.reading.tables import Table, TableRow, read_table
from docctl.services.caller import Caller, the_system
from docctl.services.house import House
from docctl.services.imports.copies import Copies, opened_later
from docctl.services.imports.folder import RECORDS
from docctl.services.imports.propose import units_by_name
from docctl.services.imports.room import require_room
from docctl.services.records.columns import meanings_of
from docctl.services.records.import_rows import NoteRows, NoteTable, RowSeen, note_rows, note_table
from storage.errors import Damaged, StorageError

log = logging.getLogger(__name__)

_ACTIVE: Final = (RunState.RECEIVING, RunState.READING, RunState.IMPORTING)
#: What says nothing about a row: it is filed later.
_LATER: Final = WAITS | {"request.changed_meanwhile"}
_TABLES: Final = frozenset({".csv", ".xlsx"})
_TOLD: Final = frozenset({"no_heading", "too_long"})


def work_record_imports(house: House, *, seconds: float) -> bool:
    """Go on with the tables of this host for about so long; say whether there was anything to do."""
    until, busy = time.monotonic() + seconds, False
    with house.uow.read() as session:
        ids = session.scalars(
            select(RecordImport.id)
            .where(RecordImport.state.in_(_ACTIVE), RecordImport.host == house.here.host)
            .order_by(RecordImport.started_at)
        ).all()
    if not ids:
        return False
    with at_work(house):
        for import_id in ids:
            try:
                while time.monotonic() < until and step_records(house, import_id):
                    busy = True
            except RuleRefused as error:  # the store or the disk is away: it goes on later
                extra = {"import": str(import_id)}
                log.warning("a table of records waits: %s", error.refused.key, extra=extra)
            except Exception:  # one that cannot go on harms no other
                log.exception("a table of records cannot go on", extra={"import": str(import_id)})
    return busy


def step_records(house: House, import_id: UUID) -> bool:
    """Do one step of a table; say whether another one follows."""
    with house.uow.read() as session:
        found = session.get_one(RecordImport, import_id)
    copies = Copies.of(house, import_id, RECORDS)
    if found.state is RunState.RECEIVING:
        with opened_later():
            _receive(house, found, copies)
        return True
    if found.state is RunState.READING:
        return _look(house, found, copies)
    if found.state is RunState.IMPORTING:
        return _file(house, found, copies)
    copies.folder.discard()
    return False


def _receive(house: House, given: RecordImport, copies: Copies) -> None:
    """Unpack, find the table and keep its rows; a table that cannot be used ends the import with why."""
    import_id = given.id
    with house.uow.read() as session:
        more = headings(asked_by(session, given.form_id, at=house.clock()))
    with copies.folder.alone():
        try:
            path, table = _found(house, _unpacked(house, copies), copies, given, more)
            cmd = NoteTable(
                import_id,
                path,
                [one.as_json() for one in table.columns],
                [(row.number, row.values) for row in table.rows],
                _twice(table.rows),
            )
        except RuleRefused as error:
            if error.refused.rule != "I-2":
                raise
            cmd = NoteTable(import_id, refused=error.refused)
        note_table(cmd, by=the_system(house.clock()), house=house)


def _unpacked(house: House, copies: Copies) -> Path:
    """Put the files where the rows look for them: beside the table, below one folder.

    Raises RuleRefused where the disk has no room for them. What was put there before a stop is put anew.
    """
    target = copies.folder.path / "files"
    shutil.rmtree(target, ignore_errors=True)
    require_room(house, copies.folder.uploads(), opened=copies.unnamed)
    target.mkdir()
    for source in uploaded(copies):
        _put(house, source, target, copies)
    return target


def _put(house: House, source: Source, target: Path, copies: Copies) -> None:
    parts = PurePosixPath(source.path.replace("\\", "/")).parts
    if source.problem or not parts or any(part in {"..", "/"} for part in parts):
        return  # whoever names it hears that it is not there
    path = target.joinpath(*parts)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        copy(source, path, limit=house.staging.limit, writing=copies.writing)
    except (ReadingFailed, SourceChanged, Damaged):
        path.unlink(missing_ok=True)
    except (FileExistsError, NotADirectoryError, IsADirectoryError):  # one name for a file and a folder
        return
    except OSError as error:
        if len(str(path).encode()) > 1000 or any(len(part.encode()) > 250 for part in parts):
            return
        raise RuleRefused(Refused("request", "disk_full")) from error


def _found(
    house: House, folder: Path, copies: Copies, given: RecordImport, more: Mapping[str, str]
) -> tuple[str, Table]:
    """Return the table that lies highest and can be read, with its place; raise RuleRefused for none.

    One with columns that nobody understands is shown to a person where there is no other; what that person
    said of its columns holds. Below one that nobody understands none is looked for: those are files of rows.
    """
    if given.table_path and (chosen := meanings_of(given)):
        return given.table_path, _chosen(house, folder / given.table_path, copies, chosen)
    unclear: list[tuple[int, str, Table]] = []
    tables = [one for one in folder.rglob("*") if one.suffix.lower() in _TABLES and one.is_file()]
    refused = Refused("I-2", "no_table")
    for path in sorted(tables, key=lambda one: (len(one.parts), one.name)):
        if unclear and len(path.parts) > unclear[0][0]:
            break
        try:
            with copies.as_file(path) as plain:
                table = read_table(house.pool, plain, more=more)
            if table.is_understood:
                return str(path.relative_to(folder)), table
            unclear.append((len(path.parts), str(path.relative_to(folder)), table))
        except ReadingFailed as failed:
            if failed.code in OURS:
                raise RuleRefused(Refused("request", "busy")) from failed
            if refused.code == "no_table":
                code = failed.code if failed.code in _TOLD else "table_unreadable"
                refused = Refused("I-2", code, {"name": path.name})
        except Damaged:
            refused = Refused("I-2", "table_unreadable", {"name": path.name})
    if unclear:
        return unclear[0][1:]
    raise RuleRefused(refused)


def _chosen(house: House, path: Path, copies: Copies, meanings: Mapping[int, str]) -> Table:
    """Read the table whose columns a person chose; raise RuleRefused where it cannot be."""
    try:
        with copies.as_file(path) as plain:
            return read_table(house.pool, plain, meanings)
    except ReadingFailed as failed:
        if failed.code in OURS:
            raise RuleRefused(Refused("request", "busy")) from failed
        raise RuleRefused(Refused("I-2", "table_unreadable", {"name": path.name})) from failed
    except (FileNotFoundError, Damaged) as error:  # a restored database has no copies
        raise RuleRefused(Refused("I-2", "table_unreadable", {"name": path.name})) from error


def _look(house: House, found: RecordImport, copies: Copies) -> bool:
    """Look at the next rows; say whether any are left."""
    with house.uow.read() as session:
        rows = _next(session, found.id, RowStatus.WAITING)
        there = records_there(session, found.form_id, (one.values.get("number", "") for one in rows))
        units = units_by_name(session, there.entity_id, with_outside=True)
        asks = asked_by(session, found.form_id, at=house.clock())
        by = caller_of(session, found.started_by, house)
    target = _target(found, copies, units, asks)
    lines = ((row, _line(house, row, target, by, dry_run=True, there=there)) for row in rows)
    return _noted(house, found.id, lines) > 0


def _file(house: House, found: RecordImport, copies: Copies) -> bool:
    """File the next rows; say whether any are left. Raises RuleRefused where the store or disk is away."""
    with house.uow.read() as session:
        rows = _next(session, found.id, RowStatus.READY)
        units = units_by_name(session, records_there(session, found.form_id, ()).entity_id, with_outside=True)
        asks = asked_by(session, found.form_id, at=house.clock())
        by = caller_of(session, found.started_by, house)
    target = _target(found, copies, units, asks)
    left = _noted(house, found.id, ((row, _line(house, row, target, by, dry_run=False)) for row in rows))
    if not left:
        copies.folder.discard()
    return left > 0


def _noted(house: House, import_id: UUID, lines: Iterable[tuple[RecordImportRow, RecordLine]]) -> int:
    """Note what became of rows, and return how many are left; what says nothing of a row lets it wait."""
    seen: list[RowSeen] = []
    waits: Refused | None = None
    for row, line in lines:
        if f"{line.rule}.{line.code}" in _LATER:
            waits = Refused(line.rule, line.code, line.params or {})
            break
        seen.append(_seen(row, line))
    left = note_rows(NoteRows(import_id, seen), by=the_system(house.clock()), house=house)
    if waits is not None:
        raise RuleRefused(waits)
    return left


def _line(
    house: House,
    row: RecordImportRow,
    target: Target,
    by: Caller | None,
    *,
    dry_run: bool,
    there: RecordsThere | None = None,
) -> RecordLine:
    given = TableRow(row.number, row.values)
    if by is None:
        params = {"permission": "record.file"}
        return RecordLine(row.number, "failed", "", "", "", "X-1", "not_permitted", params)
    try:
        return file_row(house, given, target, by=by, dry_run=dry_run, record_id=row.id, there=there)
    except StorageError:  # it says nothing about the row
        log.warning("a row waits: the store or the key store cannot be used", exc_info=True)
        return RecordLine(row.number, "failed", "", "", "", "request", "disk_failed", {})
    except Exception:  # a fault of ours harms no other row
        log.exception("a row could not be filed", extra={"row": str(row.id)})
        return RecordLine(row.number, "failed", "", "", "", "I-1", "fault", {})


def _seen(row: RecordImportRow, line: RecordLine) -> RowSeen:
    params = plain(line.params or {})
    return RowSeen(row.id, RowStatus(line.status), line.rule, line.code, params, line.record_id)


def _next(session: Session, import_id: UUID, status: RowStatus) -> list[RecordImportRow]:
    query = select(RecordImportRow).where(
        RecordImportRow.import_id == import_id, RecordImportRow.status == status
    )
    return list(session.scalars(query.order_by(RecordImportRow.number).limit(BATCH)))


def _twice(rows: list[TableRow]) -> dict[int, int]:
    """Return the rows whose number stands in an earlier one, with that one."""
    first: dict[str, int] = {}
    known = ((row.number, normal(row.values.get("number", ""))) for row in rows)
    firsts = ((number, first.setdefault(form, number)) for number, form in known if form)
    return {number: earlier for number, earlier in firsts if earlier != number}


def _target(found: RecordImport, copies: Copies, units: dict[str, UUID], asks: Definition) -> Target:
    table = copies.folder.path / "files" / found.table_path
    return Target(table.parent, found.form_id, units, copies.opened, asks)
