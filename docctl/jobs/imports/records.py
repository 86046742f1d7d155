"""A table of past records with files beside it: each row becomes a record or has its reason (I-2)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final
from uuid import UUID

from sqlalchemy import select

from docctl.domain.calendar_dates import midnight
from docctl.domain.canonical import plain
from docctl.domain.correction import stated_not_late
from docctl.domain.form_definition import FACT, NOTHING, Definition
from docctl.domain.form_values import Chosen, typed_names, values_in
from docctl.domain.imports import BATCH
from docctl.domain.normal_form import normal
from docctl.domain.permissions import Facts, allows
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.numbers import NumberEntry
from docctl.models.records import KEY_KINDS
from docctl.queries.form_definitions import asked_by
from docctl.queries.record_import_there import RecordsThere, records_there
from docctl.reading.facts.dates import first_date
from docctl.reading.tables import TableRow, heading_key, table_rows
from docctl.services.caller import Caller
from docctl.services.files import Attached
from docctl.services.house import House
from docctl.services.imports.propose import units_by_name
from docctl.services.records.file import FileRecord, file_record
from docctl.services.uploads import drop_uploads, stage_upload
from search.folding import fold
from storage.errors import Damaged

_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One row's line of the report: `status` is filed, ready, duplicate or failed."""

    row: int
    status: str
    number: str
    title: str
    file: str
    rule: str = ""
    code: str = ""
    params: Mapping[str, Any] | None = None
    record_id: UUID | None = field(default=None, compare=False)


def import_records(
    house: House,
    table: Path,
    form_id: UUID,
    *,
    by: Caller,
    dry_run: bool,
    meanings: Mapping[int, str] | None = None,
    tell: Callable[[int], None] = lambda _done: None,
) -> Iterator[RecordLine]:
    """Yield the line of each row as it is filed; one that fails harms no other.

    Raises ReadingFailed where the table itself cannot be read. Files are looked for beside the table;
    `meanings` say by place how its columns are read, instead of their headings.
    """
    with house.uow.read() as session:
        units = units_by_name(session, records_there(session, form_id, ()).entity_id, with_outside=True)
        asks = asked_by(session, form_id, at=by.at)
    target = Target(table.parent, form_id, units, asks=asks)
    rows = table_rows(house.pool, table, meanings, headings(asks))
    for first in range(0, len(rows), BATCH):
        some = rows[first : first + BATCH]
        there = _seen_together(house, some, target) if dry_run else None
        for done, row in enumerate(some, start=first + 1):
            yield file_row(house, row, target, by=by, dry_run=dry_run, there=there)
            tell(done)


def _seen_together(house: House, rows: Sequence[TableRow], target: Target) -> RecordsThere:
    with house.uow.read() as session:
        return records_there(session, target.form_id, (row.values.get("number", "") for row in rows))


@dataclass(frozen=True, slots=True)
class Target:
    """Where rows go: the folder of their files, the form, the units by what people call them.

    `opened` opens a file, where they lie encrypted; `asks` is what the form in force asks (F-2).
    """

    folder: Path
    form_id: UUID
    units: Mapping[str, UUID]
    opened: Callable[[Path], AbstractContextManager[BinaryIO]] = lambda path: path.open("rb")
    asks: Definition = NOTHING


def file_row(
    house: House,
    row: TableRow,
    target: Target,
    *,
    by: Caller,
    dry_run: bool,
    record_id: UUID | None = None,
    there: RecordsThere | None = None,
) -> RecordLine:
    """File one row, or say what would become of it; `record_id` is what a row filed before a stop has.

    `there` is what is kept under the numbers of the rows looked at together; without it, it is asked now.
    """
    values = row.values
    told = (values.get("number", ""), values.get("title", ""), values.get("file", ""))
    try:
        seen = there or _seen_together(house, [row], target)
        status, number, made = _file(house, row, target, by, seen, dry_run=dry_run, record_id=record_id)
    except RuleRefused as error:
        refused = error.refused
        return RecordLine(row.number, "failed", *told, refused.rule, refused.code, plain(refused.params))
    except (OSError, Damaged):
        return RecordLine(row.number, "failed", *told, "I-1", "file_unreadable", {})
    except NotFound:
        return RecordLine(row.number, "failed", *told, "I-1", "gone_meanwhile", {})
    return RecordLine(row.number, status, number or told[0], told[1], told[2], record_id=made)


def _file(
    house: House,
    row: TableRow,
    target: Target,
    by: Caller,
    there: RecordsThere,
    *,
    dry_run: bool,
    record_id: UUID | None,
) -> tuple[str, str, UUID | None]:
    if record_id is not None and (shown := _filed_as(house, record_id)):
        return "filed", shown, record_id
    folder, form_id, units = target.folder, target.form_id, target.units
    values = row.values
    path = _beside(folder, values.get("file", ""))
    day = _day(values.get("day", ""))
    if not values.get("title"):
        raise RuleRefused(Refused("F-3", "title_needed"))
    unit = values.get("unit", "")
    unit_id = units.get(normal(fold(unit))) if unit else None
    if unit and unit_id is None:
        raise RuleRefused(Refused("I-2", "no_such_unit", {"unit": unit[:60]}))
    if (number := values.get("number", "")) and _holds(there.files_of(number), path, target):
        return "duplicate", number, None
    occurred_at = midnight(day, house.zone)
    chosen = _chosen(target.asks, values)
    if dry_run:
        values_in(target.asks, chosen, is_past=True)
        _foresee(there, number, occurred_at, unit_id, by)
        return "ready", number, None
    with target.opened(path) as source:
        upload = stage_upload(source, name=path.name, by=by, house=house, for_document=False)
    cmd = FileRecord(
        form_id=form_id,
        title=values["title"],
        occurred_at=occurred_at,
        uploads=(Attached(upload),),
        unit_id=unit_id,
        stated_person=values.get("person", ""),
        remarks=values.get("remarks", ""),
        place=values.get("place", ""),
        keys=tuple((kind, values[kind]) for kind in KEY_KINDS if values.get(kind)),
        choices=chosen,
        number=number,
        is_past=True,
        item_id=record_id or new_id(),
    )
    try:
        made = file_record(cmd, by=by, house=house)
    except BaseException:
        drop_uploads((upload,), by=by, house=house)
        raise
    return "filed", _filed_as(house, made), made


def headings(asks: Definition) -> dict[str, str]:
    """Return the headings under which a table says what the form asks, with what they mean (F-2, I-2)."""
    return {heading_key(one.name): one.fact for one in asks.fields}


def _chosen(asks: Definition, values: Mapping[str, str]) -> tuple[Chosen, ...]:
    facts = [name for name in values if name.startswith(FACT)]
    known = {one.fact: one for one in asks.fields}
    return tuple(
        (
            name.removeprefix(FACT),
            typed_names(known[name], values[name]) if name in known else (values[name],),
        )
        for name in facts
    )


def _filed_as(house: House, record_id: UUID) -> str:
    """Return the number of a record, empty where there is none."""
    with house.uow.read() as session:
        query = select(NumberEntry.shown).where(NumberEntry.item_id == record_id)
        return session.scalars(query).first() or ""


def _foresee(
    there: RecordsThere, number: str, occurred_at: datetime, unit_id: UUID | None, by: Caller
) -> None:
    """Raise what filing would refuse, as far as a look can tell (F-5, N-6, X-1)."""
    if not allows(by.actor, "record.file", Facts(unit_id=unit_id or by.actor.unit_id)):
        raise RuleRefused(Refused("X-1", "not_permitted", {"permission": "record.file"}))
    require(stated_not_late(stated=occurred_at, entered=by.at, field="occurred_at"))
    if (holder := there.holder_of(number)) is not None:
        raise RuleRefused(Refused("N-6", "taken", {"number": number, "holder": holder.shown}))


def _beside(folder: Path, name: str) -> Path:
    """Return the file of a row; it lies in the table's folder or below, nowhere else."""
    if not name:
        raise RuleRefused(Refused("I-2", "file_needed"))
    path = folder / name.replace("\\", "/")
    try:
        is_there = (
            path.resolve().is_relative_to(folder.resolve()) and not path.is_symlink() and path.is_file()
        )
    except (OSError, ValueError):  # no name that a file can have
        is_there = False
    if not is_there:
        raise RuleRefused(Refused("I-2", "file_missing", {"file": name[:120]}))
    return Path(os.path.normpath(path))  # as its copy was named when it was encrypted


def _day(text: str) -> date:
    found = first_date(text, short=True)
    if found is None:
        raise RuleRefused(Refused("I-1", "day_unreadable", {"value": text[:30]}))
    return found.day


def _holds(hashes: frozenset[str], path: Path, target: Target) -> bool:
    """Say whether a record holds this file already: a second run files nothing twice."""
    if not hashes:
        return False
    digest = hashlib.sha256()
    with target.opened(path) as source:
        while piece := source.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest() in hashes
