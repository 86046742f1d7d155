"""A table of past records with files beside it: each row becomes a record or has its reason (I-2)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from docctl.domain.calendar_dates import midnight
from docctl.domain.canonical import plain
from docctl.domain.normal_form import normal
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.models.content import ItemFile, OwnerKind
from docctl.models.numbers import NumberEntry
from docctl.models.records import KEY_KINDS
from docctl.reading.facts.dates import first_date
from docctl.reading.tables import TableRow, table_rows
from docctl.services.caller import Caller
from docctl.services.files import Attached
from docctl.services.house import House
from docctl.services.imports.propose import units_by_name
from docctl.services.records.file import FileRecord, file_record
from docctl.services.uploads import drop_uploads, stage_upload
from search.folding import fold


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


def import_records(
    house: House,
    table: Path,
    form_id: UUID,
    *,
    by: Caller,
    dry_run: bool,
    tell: Callable[[int], None] = lambda _done: None,
) -> Iterator[RecordLine]:
    """Yield the line of each row as it is filed; one that fails harms no other.

    Raises ReadingFailed where the table itself cannot be read. Files are looked for beside the table.
    """
    with house.uow.read() as session:
        units = units_by_name(session)
    for done, row in enumerate(table_rows(house.pool, table), start=1):
        values = row.values
        told = (values.get("number", ""), values.get("title", ""), values.get("file", ""))
        try:
            status, number = _file(house, row, table.parent, form_id, units, by, dry_run=dry_run)
            yield RecordLine(row.number, status, number or told[0], told[1], told[2])
        except RuleRefused as error:
            refused = error.refused
            params = plain(refused.params)
            yield RecordLine(row.number, "failed", *told, refused.rule, refused.code, params)
        except OSError:
            yield RecordLine(row.number, "failed", *told, "I-1", "file_unreadable", {})
        except NotFound:
            yield RecordLine(row.number, "failed", *told, "I-1", "gone_meanwhile", {})
        tell(done)


def _file(
    house: House,
    row: TableRow,
    folder: Path,
    form_id: UUID,
    units: Mapping[str, UUID],
    by: Caller,
    *,
    dry_run: bool,
) -> tuple[str, str]:
    values = row.values
    path = _beside(folder, values.get("file", ""))
    day = _day(values.get("day", ""))
    if not values.get("title"):
        raise RuleRefused(Refused("F-3", "title_needed"))
    unit = values.get("unit", "")
    unit_id = units.get(normal(fold(unit))) if unit else None
    if unit and unit_id is None:
        raise RuleRefused(Refused("I-2", "no_such_unit", {"unit": unit[:60]}))
    if (number := values.get("number", "")) and _is_there(house, number, path):
        return "duplicate", number
    if dry_run:
        return "ready", number
    with path.open("rb") as source:
        upload = stage_upload(source, name=path.name, by=by, house=house, for_document=False)
    cmd = FileRecord(
        form_id=form_id,
        title=values["title"],
        occurred_at=midnight(day, house.zone),
        uploads=(Attached(upload),),
        unit_id=unit_id,
        stated_person=values.get("person", ""),
        remarks=values.get("remarks", ""),
        place=values.get("place", ""),
        keys=tuple((kind, values[kind]) for kind in KEY_KINDS if values.get(kind)),
        number=number,
        is_past=True,
    )
    try:
        record_id = file_record(cmd, by=by, house=house)
    except BaseException:
        drop_uploads((upload,), by=by, house=house)
        raise
    with house.uow.read() as session:
        shown = session.scalars(select(NumberEntry.shown).where(NumberEntry.item_id == record_id)).one()
    return "filed", shown


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
    return path


def _day(text: str) -> date:
    found = first_date(text, short=True)
    if found is None:
        raise RuleRefused(Refused("I-1", "day_unreadable", {"value": text[:30]}))
    return found.day


def _is_there(house: House, number: str, path: Path) -> bool:
    """Say whether a record of this number holds this file already: a second run files nothing twice."""
    with house.uow.read() as session:
        hashes = set(
            session.scalars(
                select(ItemFile.sha256)
                .join(NumberEntry, NumberEntry.item_id == ItemFile.owner_id)
                .where(NumberEntry.normal == normal(number), ItemFile.owner_kind == OwnerKind.RECORD)
            )
        )
    if not hashes:
        return False
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest() in hashes
