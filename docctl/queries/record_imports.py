"""Tables of past records: one's own imports, their rows, what became of each (I-2, X-3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from docctl.domain.imports import BATCH, RunState
from docctl.domain.permissions import Actor
from docctl.domain.table_columns import NUMBER, may_be_read_so
from docctl.domain.verdicts import NotFound, Refused
from docctl.models.documents import Document
from docctl.models.record_imports import RecordImport, RecordImportRow, RowStatus
from docctl.models.records import Record
from docctl.models.visibility import visible_sets
from docctl.queries.paging import Paged
from docctl.services.imports.give_up import may_give_up

#: Views of the rows, in the order in which they matter.
VIEWS: Final = (
    "all",
    *(one.value for one in (RowStatus.FAILED, RowStatus.READY, RowStatus.DUPLICATE, RowStatus.FILED)),
)
#: How an instant is stored in JSON.
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
_BUSY: Final = frozenset({RunState.RECEIVING, RunState.READING, RunState.IMPORTING})


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column: its heading, what it is read as, "" for nothing; place and first values while it is open."""

    heading: str
    meaning: str
    place: int | None = None
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableLine:
    """One import of a table; `refused` says why the table could not be used at all."""

    id: UUID
    row_version: int
    name: str
    state: str
    form_id: UUID
    form: str
    table_path: str
    columns: Sequence[TableColumn]
    total: int
    done: int
    started_at: datetime
    refused: Refused | None
    host: str
    ends_on: date | None

    @property
    def is_busy(self) -> bool:
        """Whether the worker has something to do for it."""
        return RunState(self.state) in _BUSY

    @property
    def can_choose(self) -> bool:
        """Whether a person may say how its columns are read."""
        return self.state == RunState.CHECKING and any(one.place is not None for one in self.columns)

    @property
    def wanting(self) -> Refused | None:
        """Why its columns do not do as they are read now, None where they do (I-2)."""
        meanings = [one.meaning for one in self.columns]
        verdict = may_be_read_so(meanings, without_numbers=NUMBER not in meanings)
        return verdict if isinstance(verdict, Refused) else None

    @property
    def percent(self) -> int | None:
        """How much of the present step is done, None where nobody knows."""
        return self.done * 100 // self.total if self.total and self.state != RunState.RECEIVING else None


@dataclass(frozen=True, slots=True)
class RowLine:
    """One row as the page and the report show it; what was filed is its record's, if seen."""

    number: int
    status: str
    record_id: UUID | None
    record_number: str
    title: str
    day: str
    unit: str
    file: str
    refused: Refused | None


@dataclass(frozen=True, slots=True)
class RowsPage(Paged):
    """One page of the rows of a view, with the exact number in each."""

    rows: tuple[RowLine, ...]
    total: int
    page: int
    view: str
    counts: Mapping[str, int]

    @property
    def has_next(self) -> bool:
        """Whether more rows follow."""
        return self.page * BATCH < self.total


def table_imports(session: Session, actor: Actor, *, limit: int, offset: int) -> tuple[int, list[TableLine]]:
    """Return one's own imports of tables, newest first, and how many there are."""
    own = RecordImport.started_by == actor.person_id
    total = session.scalar(select(func.count()).select_from(RecordImport).where(own)) or 0
    query = _lines().where(own).order_by(RecordImport.started_at.desc(), RecordImport.id.desc())
    return total, [_line(one) for one in session.execute(query.limit(limit).offset(offset))]


def table_import(session: Session, actor: Actor, import_id: UUID) -> TableLine:
    """Return one's own import of a table; raise NotFound for another person's (X-3)."""
    query = _lines().where(RecordImport.id == import_id, RecordImport.started_by == actor.person_id)
    found = session.execute(query).first()
    if found is None:
        raise NotFound("import")
    return _line(found)


def _lines() -> Select[*tuple[Any, ...]]:
    return select(RecordImport, Document.number, Document.title).join(
        Document, Document.id == RecordImport.form_id
    )


def _line(row: Any) -> TableLine:
    found, number, title = row
    return TableLine(
        found.id,
        found.row_version,
        found.name,
        found.state.value,
        found.form_id,
        f"{number} {title}",
        found.table_path,
        tuple(
            TableColumn(one[0], one[1], *((one[2], tuple(one[3])) if one[2:] else ()))
            for one in found.columns
        ),
        found.total,
        found.done,
        found.started_at,
        Refused(found.rule, found.code, found.params) if found.code else None,
        found.host,
        found.ends_on,
    )


def table_stays(session: Session, found: TableLine, at: datetime) -> Refused | None:
    """Return why a table that is being filed may not be given up now, None where it may (I-1)."""
    if RunState(found.state) is not RunState.IMPORTING:
        return None
    verdict = may_give_up(session, RunState.IMPORTING, found.host, at)
    return verdict if isinstance(verdict, Refused) else None


def table_page(session: Session, actor: Actor, import_id: UUID, *, view: str, page: int) -> RowsPage:
    """Return one page of the rows of an import."""
    counted = session.execute(
        select(RecordImportRow.status, func.count())
        .where(RecordImportRow.import_id == import_id)
        .group_by(RecordImportRow.status)
    )
    by_status = {one[0].value: one[1] for one in counted}
    counts = {name: by_status.get(name, 0) for name in VIEWS} | {"all": sum(by_status.values())}
    view = view if view in VIEWS else "all"
    total = counts[view]
    page = max(1, min(page, -(-total // BATCH)))
    query = _rows(actor, import_id)
    if view != "all":
        query = query.where(RecordImportRow.status == RowStatus(view))
    found = session.execute(query.limit(BATCH).offset((page - 1) * BATCH))
    return RowsPage(tuple(_row(one) for one in found), total, page, view, counts)


def table_rows(session: Session, actor: Actor, import_id: UUID) -> Iterator[RowLine]:
    """Yield all rows of an import, for its report."""
    for one in session.execute(_rows(actor, import_id).execution_options(yield_per=500)):
        yield _row(one)


def _rows(actor: Actor, import_id: UUID) -> Select[*tuple[Any, ...]]:
    seen = (Record.id == RecordImportRow.record_id) & Record.access_set_id.in_(visible_sets(actor))
    return (
        select(RecordImportRow, Record.number, Record.title)
        .outerjoin(Record, seen)
        .where(RecordImportRow.import_id == import_id)
        .order_by(RecordImportRow.number)
    )


def _row(found: Any) -> RowLine:
    row, number, title = found
    values: Mapping[str, Any] = row.values
    return RowLine(
        row.number,
        row.status.value,
        row.record_id if number is not None else None,
        number or str(values.get("number", "")),
        title or str(values.get("title", "")),
        str(values.get("day", "")),
        str(values.get("unit", "")),
        str(values.get("file", "")),
        Refused(row.rule, row.code, _revived(row.params)) if row.code else None,
    )


def _revived(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as they were before they were stored: an instant is shown as people write it."""
    return {
        name: datetime.fromisoformat(value) if isinstance(value, str) and _INSTANT.fullmatch(value) else value
        for name, value in params.items()
    }
